//! Retries, backoff, `Retry-After`, rate limits, timeouts and deadlines, over real connections.

mod common;

use std::iter;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use cloudflare_user::{Client, CreatedToken, Error, ErrorKind, Policy, Result};
use common::network::unused_address;
use common::tcp::{Reply, Tcp, response};
use common::{builder, failure, success};

/// A client that retries once.
fn client(server: &Tcp) -> Client {
    server.builder().max_retries(1).build().unwrap()
}

/// A server that sends this reply to the first request, and a success to the others.
fn failing_once(first: Reply) -> Tcp {
    let success = Reply::success(r#"{"id":"1","value":"new-secret-of-a-token"}"#);
    Tcp::scripted([first, success])
}

/// A failure of the API with this status.
fn failure_with(status: u16) -> Reply {
    Reply::response(status, &[], &failure(r#"{"code":1,"message":"no"}"#))
}

/// A response with this status and header, and without a body.
fn bare(status: u16, header: &str) -> Reply {
    Reply::response(status, &[header], "")
}

fn create_token(client: &Client) -> Result<CreatedToken> {
    let policy = Policy::allow().permission_group("g").all_zones();
    client.create_token("ci", [policy]).send()
}

#[test]
fn retries_a_read_after_a_transient_status() {
    for status in [408, 425, 429, 500, 502, 503, 504, 520, 527, 529, 530] {
        let server = failing_once(failure_with(status));
        assert_eq!(client(&server).user().send().unwrap().id, "1", "{status}");
        assert_eq!(server.count(), 2, "{status}");
    }
}

#[test]
fn retries_a_read_after_an_interrupted_connection() {
    let complete = response(200, &[], &success(r#"{"id":"1"}"#));
    for length in [0, 5, 20, complete.len() - 1] {
        let server = failing_once(Reply::Close(complete[..length].to_vec()));
        assert_eq!(client(&server).user().send().unwrap().id, "1");
        assert_eq!(server.count(), 2);
    }
}

#[test]
fn does_not_retry_a_write_after_an_interrupted_connection() {
    let complete = response(200, &["cf-ray: a-ray"], &success(r#"{"id":"1"}"#));
    let lengths_and_status = [(0, None), (5, None), (complete.len() - 1, Some(200))];
    for (length, status) in lengths_and_status {
        let server = failing_once(Reply::Close(complete[..length].to_vec()));
        let error = create_token(&client(&server)).unwrap_err();
        assert!(error.may_have_been_applied(), "{error}");
        let hint = r#"look for a token named "ci""#;
        assert!(error.to_string().contains(hint), "{error}");
        assert_eq!(error.status(), status);
        assert_eq!(error.attempts(), 1);
        assert_eq!(server.count(), 1);
    }
}

#[test]
fn does_not_retry_a_write_after_a_server_error() {
    type Write = fn(&Client) -> Error;
    let writes: [Write; 6] = [
        |client| create_token(client).unwrap_err(),
        |client| client.edit_user().country("US").send().unwrap_err(),
        |client| client.roll_token("1").send().unwrap_err(),
        |client| client.delete_token("1").send().unwrap_err(),
        |client| {
            let update = client.update_subscription("1").extra("app", "a");
            update.send().unwrap_err()
        },
        |client| client.delete_subscription("1").send().unwrap_err(),
    ];
    for write in writes {
        for status in [500, 502, 503, 504] {
            let server = failing_once(failure_with(status));
            let error = write(&client(&server));
            assert!(error.may_have_been_applied(), "{error}");
            let hint = "before sending it again, ";
            assert!(error.to_string().contains(hint), "{error}");
            assert_eq!(server.count(), 1);
        }
    }
}

#[test]
fn retries_a_write_after_a_429() {
    let server = failing_once(failure_with(429));
    assert_eq!(create_token(&client(&server)).unwrap().token.id, "1");
    assert_eq!(server.count(), 2);
}

#[test]
fn retries_a_write_after_a_refused_connection() {
    let url = format!("http://{}", unused_address());
    let client = builder().base_url(url).max_retries(1).build().unwrap();
    let error = create_token(&client).unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert!(!error.may_have_been_applied(), "{error}");
    assert_eq!(error.attempts(), 2);
}

#[test]
fn retries_only_reads_after_a_timeout() {
    let stalls = Reply::Stall(Duration::from_secs(5));
    let timeout = Duration::from_millis(300);

    let server = failing_once(stalls.clone());
    let reader = client(&server).with_timeout(timeout);
    assert_eq!(reader.user().send().unwrap().id, "1");

    let server = failing_once(stalls);
    let writer = client(&server).with_timeout(timeout);
    let error = create_token(&writer).unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(!error.is_connect(), "{error}");
    assert!(error.may_have_been_applied(), "{error}");
    assert_eq!(server.count(), 1);
}

#[test]
fn ends_a_call_by_its_deadline() {
    let pause = Duration::from_millis(50);
    let slow_replies = [
        Reply::Stall(Duration::from_secs(20)),
        Reply::Drip("HTTP/1.1 200 OK\r\nx:", pause),
        Reply::Drip("HTTP/1.1 200 OK\r\nx: y\r\n\r\n", pause),
    ];
    let deadline = Duration::from_millis(600);
    for reply in slow_replies {
        let server = Tcp::scripted([reply]);
        let client = client(&server)
            .with_timeout(Duration::from_secs(60))
            .with_deadline(deadline);
        let start = Instant::now();
        let error = client.user().send().unwrap_err();
        let elapsed = start.elapsed();
        assert!(error.is_timeout(), "{error}");
        assert!(elapsed < deadline + Duration::from_secs(1), "{elapsed:?}");
    }
}

#[test]
fn waits_for_retry_after() {
    let server = failing_once(bare(503, "retry-after: 2"));
    let start = Instant::now();
    assert_eq!(client(&server).user().send().unwrap().id, "1");
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(2), "{waited:?}");
    assert!(waited < Duration::from_secs(3), "{waited:?}");
}

#[test]
fn doubles_the_backoff_from_half_a_second() {
    let server = Tcp::responding(503, &[], "");
    let client = client(&server).with_max_retries(2);
    let start = Instant::now();
    assert_eq!(client.user().send().unwrap_err().attempts(), 3);
    let waited = start.elapsed();
    // The two waits are 0.25 to 0.5 s and 0.5 to 1 s.
    assert!(waited >= Duration::from_millis(750), "{waited:?}");
    assert!(waited < Duration::from_millis(1500 + 1000), "{waited:?}");
}

#[test]
fn fails_at_once_if_retry_after_does_not_fit() {
    let server = failing_once(bare(429, "retry-after: 300"));
    let error = client(&server).user().send().unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(server.count(), 1);

    for status in [429, 503] {
        let server = failing_once(bare(status, "retry-after: 5"));
        let client = client(&server).with_deadline(Duration::from_secs(3));
        let error = client.user().send().unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
        assert_eq!(error.attempts(), 1, "{error}");
    }
}

#[test]
fn retries_a_read_after_max_retry_wait_if_a_5xx_requests_a_longer_wait() {
    for (status, seconds) in [
        (504, "120"),
        (522, "7200"),
        (503, "299.5"),
        (503, "99999999999999999999"),
    ] {
        let server = failing_once(bare(status, &format!("retry-after: {seconds}")));
        let client = client(&server).with_max_retry_wait(Duration::from_millis(1));
        assert_eq!(client.user().send().unwrap().id, "1");
        assert_eq!(server.count(), 2, "{status} {seconds}");
    }
    let server = Tcp::responding(504, &["retry-after: 120"], "");
    let client = client(&server).with_max_retry_wait(Duration::from_millis(1));
    let error = client.user().send().unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    assert_eq!(error.attempts(), 2);
    let error = create_token(&client).unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    assert_eq!(error.attempts(), 1, "a write");
}

#[test]
fn max_retry_wait_limits_the_backoff() {
    let server = Tcp::responding(503, &[], "");
    let client = client(&server)
        .with_max_retries(5)
        .with_max_retry_wait(Duration::from_millis(1));
    assert_eq!(client.user().send().unwrap_err().attempts(), 6);
    let client = client.with_max_retry_wait(Duration::ZERO);
    assert_eq!(client.user().send().unwrap_err().attempts(), 1);
}

#[test]
fn reads_a_date_in_retry_after_in_all_forms_of_http() {
    let dates = [
        "Sun, 06 Nov 1994 08:59:37 GMT",
        "Sunday, 06-Nov-94 08:59:37 GMT",
        "Sun Nov  6 08:59:37 1994",
    ];
    for date in dates {
        for status in [429, 503] {
            let now = "date: Sun, 06 Nov 1994 08:49:37 GMT";
            let retry_after = format!("retry-after: {date}");
            let server = failing_once(Reply::response(status, &[now, &retry_after], ""));
            let client = client(&server).with_max_retries(0);
            let error = client.user().send().unwrap_err();
            let wait = error.retry_after();
            assert_eq!(wait, Some(Duration::from_secs(600)), "{status}, {date}");
        }
    }
}

#[test]
fn returns_the_rate_limit_with_the_fewest_remaining_requests() {
    let headers = [
        r#"ratelimit: "day";r=90;t=3000, "burst";r=3;t=7"#,
        r#"ratelimit-policy: "day";q=1000;w=86400"#,
        r#"ratelimit-policy: "burst";q=100;w=60"#,
    ];
    let server = Tcp::responding(200, &headers, &success("{}"));
    let client = client(&server);
    client.user().send().unwrap();
    let limit = client.rate_limit().unwrap();
    assert_eq!(limit.remaining, 3);
    // `reset_in` is counted from the moment of the call.
    assert!(limit.reset_in <= Duration::from_secs(7), "{limit:?}");
    assert!(limit.reset_in > Duration::from_secs(5), "{limit:?}");
    assert_eq!(limit.quota, Some(100));
    assert_eq!(limit.window, Some(Duration::from_secs(60)));
}

#[test]
fn sends_nothing_while_retry_after_is_pending() {
    let server = failing_once(bare(429, "retry-after: 120"));
    let client = client(&server);
    let error = client.user().send().unwrap_err();
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    for client in [client.clone(), client.with_max_retries(0)] {
        for _ in 0..200 {
            let error = client.user().send().unwrap_err();
            assert!(error.is_rate_limited(), "{error}");
            assert_eq!(error.attempts(), 0, "{error}");
            assert!(error.retry_after() > Some(Duration::from_secs(100)));
        }
    }
    assert_eq!(server.count(), 1);
}

#[test]
fn fails_at_once_if_a_held_request_cannot_be_sent_before_its_deadline() {
    let server = failing_once(bare(429, "retry-after: 30"));
    let client = client(&server).with_max_retries(0);
    assert_eq!(client.user().send().unwrap_err().attempts(), 1);
    let hasty = client.with_deadline(Duration::from_secs(20));
    let error = hasty.user().send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.attempts(), 0);
    assert_eq!(server.count(), 1);
}

#[test]
fn the_deadline_limits_each_page_of_a_list() {
    let server = Tcp::new(|number, _| {
        thread::sleep(Duration::from_millis(300));
        match number {
            0..6 => Reply::success(&format!(r#"[{{"id":"{number}"}}]"#)),
            _ => Reply::success("[]"),
        }
    });
    let client = client(&server).with_deadline(Duration::from_millis(1500));
    let tokens: Result<Vec<_>> = client.tokens().iter().collect();
    assert_eq!(tokens.unwrap().len(), 6);
}

#[test]
fn sends_a_held_request_after_the_wait() {
    let server = failing_once(bare(429, "retry-after: 1"));
    let client = client(&server).with_max_retries(0);
    assert!(client.user().send().unwrap_err().is_rate_limited());
    let start = Instant::now();
    assert_eq!(client.user().send().unwrap().id, "1");
    assert!(start.elapsed() >= Duration::from_millis(500));
    assert_eq!(server.count(), 2);
}

#[test]
fn returns_a_wait_of_more_than_an_hour_but_holds_no_request() {
    let server = failing_once(bare(429, "retry-after: 7200"));
    let client = client(&server).with_max_retries(0);
    let error = client.user().send().unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7200)));
    assert_eq!(client.user().send().unwrap().id, "1");
}

#[test]
fn with_max_retry_wait_decides_whether_a_request_is_held() {
    let server = failing_once(bare(429, "retry-after: 2"));
    let client = client(&server).with_max_retry_wait(Duration::from_secs(1));
    assert_eq!(client.user().send().unwrap_err().attempts(), 1);
    assert_eq!(client.user().send().unwrap_err().attempts(), 0);
    let client = client.with_max_retry_wait(Duration::from_secs(5));
    assert_eq!(client.user().send().unwrap().id, "1");
}

#[test]
fn reports_an_expired_deadline_as_a_timeout() {
    let server = Tcp::returning("{}");
    let client = client(&server).with_deadline(Duration::ZERO);
    let error = client.user().send().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(!error.is_connect(), "{error}");
    assert!(!error.may_have_been_applied(), "{error}");
    assert_eq!(server.count(), 0);
}

#[test]
fn uses_its_own_backoff_without_a_usable_retry_after() {
    let unusable = ["-5", "soon", "", "0", "Sun, 06 Nov 1994 08:49:37 GMT"];
    for value in unusable {
        let server = failing_once(bare(503, &format!("retry-after: {value}")));
        let start = Instant::now();
        assert_eq!(client(&server).user().send().unwrap().id, "1", "{value}");
        assert!(start.elapsed() >= Duration::from_millis(250), "{value}");
        assert_eq!(server.count(), 2);
    }
}

#[test]
fn waits_until_the_rate_limit_resets() {
    let headers = [
        r#"ratelimit: "default";r=0;t=1"#,
        r#"ratelimit-policy: "burst";q=100;w=60"#,
    ];
    let server = Tcp::responding(200, &headers, &success("{}"));
    let client = client(&server);
    client.user().send().unwrap();
    let limit = client.rate_limit().unwrap();
    assert_eq!(limit.remaining, 0);
    assert!(limit.reset_in <= Duration::from_secs(1));
    assert_eq!(limit.quota, Some(100));
    assert_eq!(limit.window, Some(Duration::from_secs(60)));
    let start = Instant::now();
    client.clone().user().send().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(800));
}

#[test]
fn fails_at_once_if_the_reset_of_the_rate_limit_does_not_fit() {
    let header = r#"ratelimit: "default";r=0;t=600"#;
    let server = Tcp::responding(200, &[header], &success("{}"));
    let client = client(&server);
    client.user().send().unwrap();
    let error = client.user().send().unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    assert!(error.retry_after() > Some(Duration::from_secs(500)));
    assert_eq!(error.attempts(), 0);
    assert_eq!(server.count(), 1);
}

#[test]
fn retries_only_reads_after_an_idle_connection_was_closed() {
    let success = || Reply::success(r#"{"id":"1"}"#);
    let closes_the_second_time = || [success(), Reply::Close(Vec::new()), success()];

    let server = Tcp::scripted(closes_the_second_time());
    let reader = client(&server);
    reader.user().send().unwrap();
    reader.user().send().unwrap();
    assert_eq!(server.count(), 3);

    let server = Tcp::scripted(closes_the_second_time());
    let writer = client(&server);
    writer.user().send().unwrap();
    let error = writer.delete_token("1").send().unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    assert_eq!(server.count(), 2);
}

#[test]
fn retries_a_write_after_a_connect_timeout() {
    // A listener that accepts no connections, with a full queue.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(100));
    let queue: Vec<_> = iter::repeat_with(connect)
        .take(10_000)
        .take_while(Result::is_ok)
        .collect();
    let client = builder()
        .base_url(format!("http://{address}"))
        .max_retries(1)
        .timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let error = create_token(&client).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!error.may_have_been_applied(), "{error}");
    assert_eq!(
        error.to_string(),
        "POST /user/tokens: timed out while connecting, after 0.5 s (timeout) [2 attempts]"
    );
    drop(queue);
}

#[test]
fn returns_the_429_if_the_reset_of_the_rate_limit_does_not_fit() {
    let server = Tcp::responding(429, &[r#"ratelimit: "default";r=0;t=300"#], "");
    let error = client(&server).user().send().unwrap_err();
    assert_eq!(error.status(), Some(429), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.count(), 1);
}
