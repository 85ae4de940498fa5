//! `Cancel`: ends the waits of calls on other threads, and prevents their next attempt.

mod common;

use std::io::Read;
use std::thread;
use std::time::{Duration, Instant};

use cloudflare_user::http::{self, Method};
use cloudflare_user::{
    AuditLogCursor, Cancel, Client, Endpoint, Error, ErrorKind, ListTokens, Result,
};
use common::failure;
use common::tcp::{Reply, Tcp};
use time::macros::datetime;

/// Much less than the waits of these tests, which take 30 s.
const AT_ONCE: Duration = Duration::from_secs(10);

fn client(server: &Tcp, cancel: &Cancel) -> Client {
    server.client().with_cancel(cancel)
}

/// A server that sends one page of two tokens for page 1, and `other` for all other requests.
fn tokens_then(other: impl Fn() -> Reply + Send + Sync + 'static) -> Tcp {
    let tokens =
        r#"{"success":true,"result":[{"id":"a"},{"id":"b"}],"result_info":{"per_page":2}}"#;
    Tcp::new(move |_, request| {
        if request.contains("&page=1 ") {
            Reply::response(200, &[], tokens)
        } else {
            other()
        }
    })
}

fn refuse_for_30_seconds() -> Reply {
    Reply::response(
        429,
        &["retry-after: 30", "cf-ray: 1-TXL"],
        r#"{"success":false,"errors":[{"code":971,"message":"slow down"}]}"#,
    )
}

/// Cancels once the server has had this number of requests, and the client had time to wait.
fn cancel_after(server: &Tcp, requests: usize, cancel: &Cancel) {
    while server.count() < requests {
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(200));
    cancel.cancel();
}

/// Runs `call` on a thread, cancels it after a number of requests, and returns its outcome.
fn cancelled<T: Send>(
    server: &Tcp,
    requests: usize,
    cancel: &Cancel,
    call: impl FnOnce() -> T + Send,
) -> T {
    thread::scope(|scope| {
        let start = Instant::now();
        let call = scope.spawn(call);
        cancel_after(server, requests, cancel);
        let outcome = call.join().unwrap();
        assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
        outcome
    })
}

#[test]
fn ends_a_wait_for_a_retry_with_what_the_last_attempt_said() {
    for (status, code) in [(503, 7), (429, 971)] {
        let body = failure(&format!(r#"{{"code":{code},"message":"m"}}"#));
        let server = Tcp::responding(status, &["retry-after: 30"], &body);
        let cancel = Cancel::new();
        let client = client(&server, &cancel);
        let error = cancelled(&server, 1, &cancel, || client.user().send().unwrap_err());
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.codes().collect::<Vec<_>>(), [code]);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
        assert!(error.body().unwrap().starts_with(b"{\"success\""));
        assert_eq!(error.attempts(), 1);
        assert!(!error.is_transient() && !error.may_have_been_applied());
        let status = http::StatusCode::from_u16(status).unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "GET /user: cancelled before a retry; the last attempt: {status}: {code} m; \
                 retry after 30 s [1 attempt]"
            )
        );
        assert_eq!(server.count(), 1);
    }
}

#[test]
fn ends_a_wait_for_the_rate_limit() {
    let server = Tcp::scripted([refuse_for_30_seconds()]);
    let cancel = Cancel::new();
    let client = client(&server, &cancel);
    client.with_max_retries(0).user().send().unwrap_err();
    let error = cancelled(&server, 1, &cancel, || client.user().send().unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(error.attempts(), 0);
    assert_eq!(error.status(), None);
    assert_eq!(
        error.to_string(),
        "GET /user: cancelled before it was sent [0 attempts]"
    );
    assert_eq!(server.count(), 1);
}

#[test]
fn an_attempt_in_flight_returns_its_own_result() {
    let cancel = Cancel::new();
    let switch = cancel.clone();
    let server = Tcp::new(move |number, _| {
        switch.cancel();
        match number {
            0 => Reply::success(r#"{"id":"7"}"#),
            _ => panic!("nothing is sent after `cancel`"),
        }
    });
    let client = client(&server, &cancel);
    assert_eq!(client.user().send().unwrap().id, "7");
    let error = client.user().send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(error.attempts(), 0);
}

#[test]
fn an_error_that_is_not_retried_is_returned_as_it_is() {
    let cancel = Cancel::new();
    let switch = cancel.clone();
    let server = Tcp::new(move |_, _| {
        switch.cancel();
        Reply::response(404, &[], &failure(""))
    });
    let error = client(&server, &cancel).user().send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn an_invalid_request_stays_one() {
    let server = Tcp::returning("{}");
    let cancel = Cancel::new();
    assert_eq!(format!("{cancel:?}"), "Cancel { is_cancelled: false }");
    cancel.cancel();
    assert!(cancel.is_cancelled());
    assert_eq!(format!("{cancel:?}"), "Cancel { is_cancelled: true }");
    let client = client(&server, &cancel);
    let too_long = "x".repeat(100_000);
    for id in ["", &too_long] {
        let error = client.delete_token(id).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    let errors = [
        client.user().send().unwrap_err(),
        client.audit_logs().export().unwrap_err(),
        client.send_raw(&ListTokens::new()).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
    assert_eq!(server.count(), 0);
}

/// A write that may be sent twice.
#[derive(serde::Serialize)]
struct PutSetting;

impl Endpoint for PutSetting {
    type Output = serde_json::Value;
    const METHOD: Method = Method::PUT;

    fn path(&self) -> Vec<&str> {
        vec!["setting"]
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[test]
fn a_write_whose_first_attempt_may_have_been_applied_says_so() {
    let server = Tcp::responding(504, &["retry-after: 30"], "");
    let cancel = Cancel::new();
    let client = client(&server, &cancel);
    let error = cancelled(&server, 1, &cancel, || {
        client.send(&PutSetting).unwrap_err()
    });
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(error.may_have_been_applied(), "{error}");
    assert!(
        error.to_string().contains("it may have been applied"),
        "{error}"
    );
}

fn kinds<T>(items: Vec<Result<T>>) -> Vec<Option<ErrorKind>> {
    let kind = |item: Result<T>| item.err().as_ref().map(Error::kind);
    items.into_iter().map(kind).collect()
}

#[test]
fn lists_yield_what_has_arrived_and_then_one_error() {
    let yielded = [None, None, Some(ErrorKind::Cancelled)];
    for pages_ahead in [0, 1, 4] {
        let server = tokens_then(refuse_for_30_seconds);
        let cancel = Cancel::new();
        let client = client(&server, &cancel);
        let mut tokens = client.tokens().iter().read_ahead(pages_ahead);
        let items = cancelled(&server, 2, &cancel, || tokens.by_ref().collect());
        assert_eq!(kinds(items), yielded, "{pages_ahead} pages ahead");
        assert_eq!(tokens.next_page(), 2);

        let server = tokens_then(refuse_for_30_seconds);
        let cancel = Cancel::new();
        let client = self::client(&server, &cancel);
        let mut pages = client.tokens().pages().read_ahead(pages_ahead);
        let items = cancelled(&server, 2, &cancel, || pages.by_ref().collect());
        assert_eq!(kinds(items), yielded[1..], "{pages_ahead} pages ahead");
        assert_eq!(pages.next_page(), 2);
    }
}

#[test]
fn yields_the_rest_of_a_page_that_arrived_before() {
    let server = tokens_then(|| panic!("only one page is requested"));
    let cancel = Cancel::new();
    let mut tokens = client(&server, &cancel).tokens().iter();
    assert_eq!(tokens.next().unwrap().unwrap().id, "a");
    cancel.cancel();
    assert_eq!(kinds(tokens.collect()), [None, Some(ErrorKind::Cancelled)]);
}

#[test]
fn follow_ends_with_a_valid_cursor() {
    let log = |id: &str| format!(r#"{{"id":"{id}","when":"2026-11-02T00:00:00Z"}}"#);
    let page = format!("[{},{}]", log("a"), log("b"));
    let server = Tcp::scripted([
        Reply::success(&page),
        refuse_for_30_seconds(),
        Reply::success(&page),
        Reply::success("[]"),
    ]);
    let cancel = Cancel::new();
    let client = client(&server, &cancel);
    let start = AuditLogCursor::starting_at(datetime!(2026-11-01 0:00 UTC));
    let mut logs = client.audit_logs().follow(&start);
    let items = cancelled(&server, 2, &cancel, || logs.by_ref().collect());
    assert_eq!(kinds(items), [None, None, Some(ErrorKind::Cancelled)]);
    assert!(logs.next().is_none());

    // The next run yields neither log again.
    let next_run = self::client(&server, &Cancel::new());
    let mut new_logs = next_run.audit_logs().follow(&logs.cursor());
    assert!(new_logs.next().is_none());
    assert_eq!(server.count(), 4);
}

#[test]
fn an_open_export_is_read_to_its_end() {
    let server = Tcp::responding(200, &[], "a,b\nc,d\n");
    let cancel = Cancel::new();
    let mut export = client(&server, &cancel).audit_logs().export().unwrap();
    cancel.cancel();
    let mut csv = String::new();
    export.read_to_string(&mut csv).unwrap();
    assert_eq!(csv, "a,b\nc,d\n");
}

#[test]
fn clones_are_one_switch_and_with_cancel_replaces_an_earlier_one() {
    let server = Tcp::returning("{}");
    let (first, second) = (Cancel::new(), Cancel::new());
    let client = client(&server, &first);
    let other = client.with_cancel(&second);
    first.clone().cancel();
    assert!(client.user().send().is_err());
    let clone = client.with_timeout(Duration::from_secs(9));
    assert!(clone.user().send().is_err());
    assert!(other.user().send().is_ok());
    let _: http::Response<Vec<u8>> = other.send_raw(&ListTokens::new()).unwrap();
}
