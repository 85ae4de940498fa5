//! Retries, backoff, `Retry-After`, rate limits, timeouts and deadlines, over real connections.

mod common;

use std::time::{Duration, Instant};

use cloudflare_user::{Client, ErrorKind, Policy};
use common::success;
use common::tcp::{Reply, Tcp, response};

fn client(server: &Tcp) -> Client {
    let builder = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url());
    builder.max_retries(1).build().unwrap()
}

/// A server that replies with `first` to the first request, and with a success to the others.
fn first_then_success(first: impl Fn() -> Reply + Send + Sync + 'static) -> Tcp {
    Tcp::new(move |number, _| match number {
        0 => first(),
        _ => Reply::Send(response(
            "200 OK",
            "",
            &success(r#"{"id":"1","value":"new-secret-of-a-token"}"#),
        )),
    })
}

fn failing_once(status: &'static str) -> Tcp {
    first_then_success(move || {
        Reply::Send(response(
            status,
            "",
            r#"{"success":false,"errors":[{"code":1,"message":"no"}]}"#,
        ))
    })
}

fn create(client: &Client) -> cloudflare_user::Result<cloudflare_user::CreatedToken> {
    client
        .create_token("ci", [Policy::allow().permission_group("g").all_zones()])
        .send()
}

#[test]
fn retries_a_read_after_a_transient_status() {
    for code in [
        "408 x", "425 x", "429 x", "500 x", "502 x", "503 x", "504 x", "520 x", "527 x", "529 x",
        "530 x",
    ] {
        let server = failing_once(code);
        assert_eq!(client(&server).user().send().unwrap().id, "1", "{code}");
        assert_eq!(server.count(), 2, "{code}");
    }
}

#[test]
fn retries_a_read_after_an_interrupted_connection() {
    let complete = response("200 OK", "", &success(r#"{"id":"1"}"#));
    for length in [0, 5, 20, complete.len() - 1] {
        let start = complete[..length].to_vec();
        let server = first_then_success(move || Reply::Close(start.clone()));
        assert_eq!(client(&server).user().send().unwrap().id, "1");
        assert_eq!(server.count(), 2);
    }
}

#[test]
fn does_not_retry_a_write_after_an_interrupted_connection() {
    let complete = response("200 OK", "cf-ray: a-ray\r\n", &success(r#"{"id":"1"}"#));
    for length in [0, 5, complete.len() - 1] {
        let start = complete[..length].to_vec();
        let server = first_then_success(move || Reply::Close(start.clone()));
        let error = create(&client(&server)).unwrap_err();
        assert!(error.may_have_been_applied(), "{error}");
        assert!(
            error.to_string().contains(r#"look for a token named "ci""#),
            "{error}"
        );
        assert_eq!((error.attempts(), server.count()), (1, 1));
        assert_eq!(error.status(), if length > 5 { Some(200) } else { None });
    }
}

#[test]
fn does_not_retry_a_write_after_a_server_error() {
    type Write = fn(&Client) -> cloudflare_user::Error;
    let writes: [Write; 6] = [
        |client| create(client).unwrap_err(),
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
        for code in ["500 x", "502 x", "503 x", "504 x"] {
            let server = failing_once(code);
            let error = write(&client(&server));
            assert!(
                error.may_have_been_applied()
                    && error.to_string().contains("before sending it again, "),
                "{error}"
            );
            assert_eq!(server.count(), 1);
        }
    }
}

#[test]
fn retries_a_write_after_a_429() {
    let server = failing_once("429 x");
    assert_eq!(create(&client(&server)).unwrap().token.id, "1");
    assert_eq!(server.count(), 2);
}

#[test]
fn retries_a_write_after_a_refused_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder()
        .api_token("token")
        .base_url(url)
        .max_retries(1)
        .build()
        .unwrap();
    let error = create(&client).unwrap_err();
    assert!(
        error.is_connect() && !error.may_have_been_applied(),
        "{error}"
    );
    assert_eq!(error.attempts(), 2);
}

#[test]
fn retries_only_reads_after_a_timeout() {
    let stall = || first_then_success(|| Reply::Stall(Duration::from_secs(5)));
    let server = stall();
    let reader = client(&server).with_timeout(Duration::from_millis(300));
    assert_eq!(reader.user().send().unwrap().id, "1");
    let server = stall();
    let writer = client(&server).with_timeout(Duration::from_millis(300));
    let error = create(&writer).unwrap_err();
    assert!(
        error.is_timeout() && error.may_have_been_applied() && !error.is_connect(),
        "{error}"
    );
    assert_eq!(server.count(), 1);
}

#[test]
fn ends_a_call_by_its_deadline() {
    let head = "HTTP/1.1 200 OK\r\nx: y\r\n\r\n";
    let pause = Duration::from_millis(50);
    for drip in ["", &head[..20], head] {
        let server = Tcp::new(move |_, _| match drip {
            "" => Reply::Stall(Duration::from_secs(20)),
            drip => Reply::Drip(drip, pause),
        });
        let client = client(&server)
            .with_timeout(Duration::from_secs(60))
            .with_deadline(Duration::from_millis(600));
        let start = Instant::now();
        let error = client.user().send().unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert!(
            start.elapsed() < Duration::from_millis(600 + 1000),
            "{:?}",
            start.elapsed()
        );
    }
}

#[test]
fn waits_for_retry_after() {
    let server = first_then_success(|| Reply::Send(response("503 x", "retry-after: 2\r\n", "")));
    let start = Instant::now();
    assert_eq!(client(&server).user().send().unwrap().id, "1");
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(2) && waited < Duration::from_secs(3));
}

#[test]
fn doubles_the_backoff_from_half_a_second() {
    let server = Tcp::responding("503 x", "", "");
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
    let server = first_then_success(|| Reply::Send(response("429 x", "retry-after: 300\r\n", "")));
    let error = client(&server).user().send().unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(server.count(), 1);

    for status in ["429 x", "503 x"] {
        let server =
            first_then_success(move || Reply::Send(response(status, "retry-after: 5\r\n", "")));
        let client = client(&server).with_deadline(Duration::from_secs(3));
        let error = client.user().send().unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
        assert_eq!(error.attempts(), 1, "{error}");
    }
}

#[test]
fn retries_a_read_after_max_retry_wait_if_a_5xx_requests_a_longer_wait() {
    for (status, retry_after) in [("504 x", "120"), ("522 x", "7200"), ("503 x", "299.5")] {
        let headers = format!("retry-after: {retry_after}\r\n");
        let server = first_then_success(move || Reply::Send(response(status, &headers, "")));
        let client = client(&server).with_max_retry_wait(Duration::from_millis(1));
        assert_eq!(client.user().send().unwrap().id, "1");
        assert_eq!(server.count(), 2, "{status} {retry_after}");
    }
    let server = Tcp::responding("504 x", "retry-after: 120\r\n", "");
    let client = client(&server).with_max_retry_wait(Duration::from_millis(1));
    let error = client.user().send().unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    assert_eq!(error.attempts(), 2);
    let error = create(&client).unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    assert_eq!(error.attempts(), 1, "a write");
}

#[test]
fn max_retry_wait_limits_the_backoff() {
    let server = Tcp::responding("503 x", "", "");
    let client = client(&server)
        .with_max_retries(5)
        .with_max_retry_wait(Duration::from_millis(1));
    assert_eq!(client.user().send().unwrap_err().attempts(), 6);
    let client = client.with_max_retry_wait(Duration::ZERO);
    assert_eq!(client.user().send().unwrap_err().attempts(), 1);
}

#[test]
fn reads_a_date_in_retry_after_in_all_forms_of_http() {
    for date in [
        "Sun, 06 Nov 1994 08:59:37 GMT",
        "Sunday, 06-Nov-94 08:59:37 GMT",
        "Sun Nov  6 08:59:37 1994",
    ] {
        for status in ["429 x", "503 x"] {
            let headers = format!("date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: {date}\r\n");
            let server = first_then_success(move || Reply::Send(response(status, &headers, "")));
            let client = client(&server).with_max_retries(0);
            let error = client.user().send().unwrap_err();
            let wait = error.retry_after();
            assert_eq!(wait, Some(Duration::from_secs(600)), "{status}, {date}");
        }
    }
}

#[test]
fn returns_the_rate_limit_with_the_fewest_remaining_requests() {
    let headers = "ratelimit: \"day\";r=90;t=3000, \"burst\";r=3;t=7\r\n\
        ratelimit-policy: \"day\";q=1000;w=86400\r\nratelimit-policy: \"burst\";q=100;w=60\r\n";
    let server = Tcp::responding("200 OK", headers, &success("{}"));
    let client = client(&server);
    client.user().send().unwrap();
    let limit = client.rate_limit().unwrap();
    assert_eq!(limit.remaining, 3);
    // `reset_in` is counted from the moment of the call.
    assert!(limit.reset_in <= Duration::from_secs(7) && limit.reset_in > Duration::from_secs(5));
    assert_eq!(limit.quota, Some(100));
    assert_eq!(limit.window, Some(Duration::from_secs(60)));
}

#[test]
fn sends_nothing_while_retry_after_is_pending() {
    let server = first_then_success(|| Reply::Send(response("429 x", "retry-after: 120\r\n", "")));
    let client = client(&server);
    let error = client.user().send().unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(429), 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    for client in [client.clone(), client.with_max_retries(0)] {
        for _ in 0..200 {
            let error = client.user().send().unwrap_err();
            assert!(error.is_rate_limited() && error.attempts() == 0, "{error}");
            assert!(
                error.retry_after() > Some(Duration::from_secs(100)),
                "{error}"
            );
        }
    }
    assert_eq!(server.count(), 1);
}

#[test]
fn sends_a_held_request_after_the_wait() {
    let server = first_then_success(|| Reply::Send(response("429 x", "retry-after: 1\r\n", "")));
    let client = client(&server).with_max_retries(0);
    assert!(client.user().send().unwrap_err().is_rate_limited());
    let start = Instant::now();
    assert_eq!(client.user().send().unwrap().id, "1");
    assert!(start.elapsed() >= Duration::from_millis(500));
    assert_eq!(server.count(), 2);
}

#[test]
fn returns_a_wait_of_more_than_an_hour_but_holds_no_request() {
    let server = first_then_success(|| Reply::Send(response("429 x", "retry-after: 7200\r\n", "")));
    let client = client(&server).with_max_retries(0);
    let error = client.user().send().unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7200)));
    assert_eq!(client.user().send().unwrap().id, "1");
}

#[test]
fn with_max_retry_wait_decides_whether_a_request_is_held() {
    let server = first_then_success(|| Reply::Send(response("429 x", "retry-after: 2\r\n", "")));
    let client = client(&server).with_max_retry_wait(Duration::from_secs(1));
    assert_eq!(client.user().send().unwrap_err().attempts(), 1);
    assert_eq!(client.user().send().unwrap_err().attempts(), 0);
    let client = client.with_max_retry_wait(Duration::from_secs(5));
    assert_eq!(client.user().send().unwrap().id, "1");
}

#[test]
fn reports_an_expired_deadline_as_a_timeout() {
    let server = Tcp::responding("200 OK", "", &success("{}"));
    let client = client(&server).with_deadline(Duration::ZERO);
    let error = client.user().send().unwrap_err();
    assert!(error.is_timeout() && !error.is_connect(), "{error}");
    assert!(!error.may_have_been_applied() && server.count() == 0);
}

#[test]
fn uses_its_own_backoff_without_a_usable_retry_after() {
    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    for value in [
        "-5",
        "soon",
        "",
        "99999999999999999999999",
        "1.5",
        "0",
        past,
    ] {
        let header = format!("retry-after: {value}\r\n");
        let server = first_then_success(move || Reply::Send(response("503 x", &header, "")));
        let start = Instant::now();
        assert_eq!(client(&server).user().send().unwrap().id, "1", "{value}");
        assert!(start.elapsed() >= Duration::from_millis(250), "{value}");
        assert_eq!(server.count(), 2);
    }
}

#[test]
fn waits_until_the_rate_limit_resets() {
    let headers = "ratelimit: \"default\";r=0;t=1\r\nratelimit-policy: \"burst\";q=100;w=60\r\n";
    let server = Tcp::responding("200 OK", headers, &success("{}"));
    let client = client(&server);
    client.user().send().unwrap();
    let limit = client.rate_limit().unwrap();
    assert_eq!(limit.remaining, 0);
    assert!(limit.reset_in <= Duration::from_secs(1));
    assert_eq!(
        (limit.quota, limit.window),
        (Some(100), Some(Duration::from_secs(60)))
    );
    let start = Instant::now();
    client.clone().user().send().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(800));
}

#[test]
fn fails_at_once_if_the_reset_of_the_rate_limit_does_not_fit() {
    let server = Tcp::responding(
        "200 OK",
        "ratelimit: \"default\";r=0;t=600\r\n",
        &success("{}"),
    );
    let client = client(&server);
    client.user().send().unwrap();
    let error = client.user().send().unwrap_err();
    assert!(
        error.is_rate_limited() && error.retry_after().unwrap() > Duration::from_secs(500),
        "{error}"
    );
    assert_eq!((error.attempts(), server.count()), (0, 1));
}

#[test]
fn retries_only_reads_after_an_idle_connection_was_closed() {
    // The second request closes its connection without a response.
    let server = || {
        Tcp::new(|number, _| match number {
            1 => Reply::Close(Vec::new()),
            _ => Reply::Send(response("200 OK", "", &success(r#"{"id":"1"}"#))),
        })
    };
    let reads = server();
    let reader = client(&reads);
    assert!(reader.user().send().is_ok() && reader.user().send().is_ok());
    assert_eq!(reads.count(), 3);
    let writes = server();
    let writer = client(&writes);
    writer.user().send().unwrap();
    assert!(
        writer
            .delete_token("1")
            .send()
            .unwrap_err()
            .may_have_been_applied()
    );
    assert_eq!(writes.count(), 2);
}

#[test]
fn retries_a_write_after_a_connect_timeout() {
    // A listener that accepts no connections, with a full queue.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100));
    let queue: Vec<_> = std::iter::repeat_with(connect)
        .take(10_000)
        .take_while(Result::is_ok)
        .collect();
    let client = Client::builder()
        .api_token("token")
        .base_url(format!("http://{address}"))
        .max_retries(1);
    let client = client.timeout(Duration::from_millis(500)).build().unwrap();
    let error = create(&client).unwrap_err();
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
    let server = Tcp::responding("429 x", "ratelimit: \"default\";r=0;t=300\r\n", "");
    let error = client(&server).user().send().unwrap_err();
    assert_eq!(
        (error.status(), error.attempts(), server.count()),
        (Some(429), 1, 1),
        "{error}"
    );
}
