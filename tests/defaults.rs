//! The defaults that the documentation names.

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudflare_user::{AttemptOptions, AuditLogCursor, Body, Cancel, ErrorKind, http};
use common::{builder, ok, scripted, success};
use time::macros::datetime;

/// The options of the only attempt of a call.
fn options_with(timeout: Option<Duration>) -> AttemptOptions {
    let seen = Arc::new(Mutex::new(None));
    let recorded = seen.clone();
    let mut builder = builder().transport(move |request: http::Request<Vec<u8>>| {
        *recorded.lock().unwrap() = request.extensions().get::<AttemptOptions>().copied();
        Ok(http::Response::new(Body::from(success("{}"))))
    });
    if let Some(timeout) = timeout {
        builder = builder.timeout(timeout);
    }
    builder.build().unwrap().user().send().unwrap();
    let options = seen.lock().unwrap().take();
    options.unwrap()
}

#[test]
fn an_attempt_takes_60_s_and_10_s_to_connect() {
    let options = options_with(None);
    assert_eq!(options, AttemptOptions::default());
    assert_eq!(options.total, Duration::from_secs(60));
    assert_eq!(options.connect, Duration::from_secs(10));
}

#[test]
fn a_call_takes_300_s() {
    let total = options_with(Some(Duration::from_secs(1000))).total;
    assert!(total <= Duration::from_secs(300), "{total:?}");
    assert!(total > Duration::from_secs(240), "{total:?}");
}

#[test]
fn a_wait_takes_60_s() {
    for (wait, kind) in [(60, ErrorKind::Cancelled), (61, ErrorKind::RateLimited)] {
        let cancel = Cancel::new();
        // Ends the wait before the retry, if there is to be one.
        let during_the_attempt = cancel.clone();
        let client = builder()
            .transport(move |_: http::Request<Vec<u8>>| {
                during_the_attempt.cancel();
                let response = http::Response::builder()
                    .status(429)
                    .header("retry-after", wait)
                    .body(Body::default());
                Ok(response.unwrap())
            })
            .build()
            .unwrap()
            .with_cancel(&cancel);
        let error = client.user().send().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn follow_reads_the_last_15_minutes_again() {
    let log = r#"[{"id":"1","when":"2026-11-01T12:00:00Z"}]"#;
    let (client, requests) = scripted([ok(success(log)), ok(success("[]"))]);
    let cursor = AuditLogCursor::starting_at(datetime!(2026-11-01 0:00 UTC));
    let mut logs = client.audit_logs().follow(&cursor);
    assert_eq!(logs.by_ref().count(), 1);
    assert_eq!(client.audit_logs().follow(&logs.cursor()).count(), 0);
    let target = requests.last().target;
    assert!(
        target.contains("since=2026-11-01T11%3A45%3A00Z"),
        "{target}"
    );
}
