//! The first read of an export, before `export` returns: it is retried like any other read.

mod common;

use std::io::Read;
use std::thread;
use std::time::Duration;

use cloudflare_user::{ErrorKind, TransportError, http};
use common::tcp::{Reply, Tcp, lines};
use common::{builder, client_returning, failure};

const CSV: &str = "id,when\n7,2026-11-01\n";

/// The head of an export of this length.
fn head(length: usize) -> Vec<u8> {
    let length = format!("content-length: {length}");
    lines(&["HTTP/1.1 200 OK", "content-type: text/csv", &length, "", ""])
}

fn whole() -> Reply {
    Reply::Send([head(CSV.len()), CSV.as_bytes().to_vec()].concat())
}

#[test]
fn retries_a_body_that_breaks_off_before_its_first_byte() {
    for broken in [Reply::Close, Reply::Reset] {
        let server = Tcp::scripted([broken(head(CSV.len())), whole()]);
        let mut export = server.client().audit_logs().export().unwrap();
        let mut csv = String::new();
        export.read_to_string(&mut csv).unwrap();
        assert_eq!(csv, CSV);
        assert_eq!(server.count(), 2);
    }
}

#[test]
fn retries_a_failure_in_json_that_breaks_off() {
    let failure = [head(100), b"{\"success\":false,".to_vec()].concat();
    let server = Tcp::scripted([Reply::Close(failure), whole()]);
    assert!(server.client().audit_logs().export().is_ok());
    assert_eq!(server.count(), 2);
}

#[test]
fn skips_a_byte_order_mark_before_other_responses_than_csv() {
    let csv = format!("\u{feff}{CSV}");
    let mut export = client_returning(&*csv).audit_logs().export().unwrap();
    let mut read = String::new();
    export.read_to_string(&mut read).unwrap();
    assert_eq!(read, csv);

    let page = client_returning("\u{feff}\n<!DOCTYPE html>");
    let error = page.audit_logs().export().unwrap_err();
    assert!(error.to_string().contains("web page"), "{error}");
    let failure = client_returning(format!("\u{feff}{}", failure(r#"{"code":7}"#)));
    let error = failure.audit_logs().export().unwrap_err();
    assert_eq!(error.codes().collect::<Vec<_>>(), [7], "{error}");
}

#[test]
fn ends_the_retries_after_max_retries() {
    let server = Tcp::new(|_, _| Reply::Close(head(CSV.len())));
    let client = server
        .client()
        .with_max_retry_wait(Duration::from_millis(1));
    let error = client.audit_logs().export().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!((error.attempts(), server.count()), (3, 3));
}

#[test]
fn a_first_read_ends_by_the_deadline() {
    let server = Tcp::new(|_, _| Reply::Silence(head(CSV.len())));
    let client = server.client().with_deadline(Duration::from_millis(500));
    let error = client.audit_logs().export().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(
        error.to_string().contains("after 0.5 s (deadline)"),
        "{error}"
    );
}

#[test]
fn has_no_deadline_as_a_whole() {
    // One byte every 50 ms: the first one of the body arrives after a second.
    const START: &str = "HTTP/1.1 200 OK\r\n\r\nid";
    let server = Tcp::new(|_, _| Reply::Drip(START, Duration::from_millis(50)));
    let client = server.client().with_deadline(Duration::from_secs(3));
    let mut export = client.audit_logs().export().unwrap();
    export.read_exact(&mut [0; 50]).unwrap();
}

#[test]
fn a_stalled_response_head_ends_by_the_timeout() {
    let server = Tcp::new(|_, _| Reply::Silence(Vec::new()));
    let client = server
        .client()
        .with_timeout(Duration::from_millis(300))
        .with_max_retries(0);
    let error = client.audit_logs().export().unwrap_err();
    assert!(
        error.to_string().contains("after 0.3 s (timeout)"),
        "{error}"
    );
}

#[test]
fn no_read_after_the_first_has_a_deadline() {
    // The second part arrives 1.5 s after the first, and the deadline is over after 1 s.
    let server = Tcp::new(|_, _| {
        let start = [head(CSV.len()), CSV.as_bytes()[..9].to_vec()].concat();
        Reply::Pause(
            start,
            Duration::from_millis(1500),
            CSV.as_bytes()[9..].to_vec(),
        )
    });
    let client = server.client().with_deadline(Duration::from_secs(1));
    let mut csv = String::new();
    let mut export = client.audit_logs().export().unwrap();
    export.read_to_string(&mut csv).unwrap();
    assert_eq!(csv, CSV);
}

#[test]
fn opening_ends_by_the_deadline_if_the_transport_does_not() {
    let client = builder()
        .transport(|_: http::Request<Vec<u8>>| {
            thread::sleep(Duration::from_secs(30));
            Err(TransportError::other("late"))
        })
        .build()
        .unwrap()
        .with_deadline(Duration::from_millis(300));
    let error = client.audit_logs().export().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let expected = "timed out after 0.3 s (deadline)";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_failure_that_stalls_ends_by_the_deadline_and_keeps_its_status() {
    let start = [
        "HTTP/1.1 429 Too Many Requests",
        "retry-after: 100",
        "content-length: 99",
        "",
        "",
    ];
    let head = lines(&start);
    let with_start = [head.clone(), b"{".to_vec()].concat();
    for sent in [head, with_start] {
        let server = Tcp::new(move |_, _| Reply::Silence(sent.clone()));
        let client = server.client().with_deadline(Duration::from_secs(1));
        let error = client.audit_logs().export().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(100)));
        let held = client.user().send().unwrap_err();
        assert_eq!(held.attempts(), 0, "{held}");
    }
}

#[test]
fn json_that_stalls_or_drips_ends_by_the_deadline() {
    let stalled = [head(99), b"{\"success\":".to_vec()].concat();
    let replies = [
        Reply::Silence(stalled),
        Reply::Drip("HTTP/1.1 200 OK\r\n\r\n{", Duration::from_millis(20)),
    ];
    for reply in replies {
        let server = Tcp::new(move |_, _| reply.clone());
        let client = server.client().with_deadline(Duration::from_secs(1));
        let error = client.audit_logs().export().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(
            error.to_string().contains("after 1 s (deadline)"),
            "{error}"
        );
    }
}

#[test]
#[should_panic = "of the transport"]
fn a_panic_of_the_transport_is_not_caught() {
    let client = builder()
        .transport(|_: http::Request<Vec<u8>>| panic!("of the transport"))
        .build()
        .unwrap()
        .with_deadline(Duration::from_secs(1));
    let _ = client.audit_logs().export();
}

#[test]
fn retries_a_first_read_that_fails_shortly_before_the_deadline() {
    let server = Tcp::scripted([Reply::Close(head(CSV.len())), whole()]);
    let client = server.client().with_deadline(Duration::from_secs(20));
    let mut csv = String::new();
    let mut export = client.audit_logs().export().unwrap();
    export.read_to_string(&mut csv).unwrap();
    assert_eq!((csv.as_str(), server.count()), (CSV, 2));
}

#[test]
fn a_failure_behind_a_byte_order_mark_is_no_csv() {
    let failure = failure(r#"{"code":9109,"message":"no"}"#);
    let (mark, json) = ("\u{feff}".as_bytes(), failure.as_bytes());
    for at in [0, 1, mark.len(), mark.len() + 10] {
        let body = [mark, json].concat();
        let start = [b"HTTP/1.1 200 OK\r\n\r\n", &body[..at]].concat();
        let rest = body[at..].to_vec();
        let server = Tcp::new(move |_, _| {
            Reply::Pause(start.clone(), Duration::from_millis(200), rest.clone())
        });
        let error = server.client().audit_logs().export().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api, "{at}: {error}");
        assert_eq!(error.codes().collect::<Vec<_>>(), [9109]);
    }
}

#[test]
fn retries_nothing_after_the_first_byte() {
    let part = [head(CSV.len()), CSV.as_bytes()[..9].to_vec()].concat();
    let server = Tcp::new(move |_, _| Reply::Close(part.clone()));
    let mut export = server.client().audit_logs().export().unwrap();
    let mut csv = Vec::new();
    assert!(export.read_to_end(&mut csv).is_err());
    assert_eq!(csv, CSV.as_bytes()[..9]);
    assert_eq!(server.count(), 1);
}

#[test]
fn a_read_that_takes_too_long_names_the_time_limit() {
    let part = [head(CSV.len()), CSV.as_bytes()[..9].to_vec()].concat();
    let server = Tcp::new(move |_, _| Reply::Silence(part.clone()));
    let client = server.client().with_timeout(Duration::from_millis(300));
    let mut export = client.audit_logs().export().unwrap();
    let error = export.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "timed out after 0.3 s (timeout)");
}
