//! One client on many threads, read-ahead that is dropped or panics, and calls inside an async
//! runtime.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cloudflare_user::Client;
use common::success;
use common::tcp::{Reply, Tcp, response};

#[test]
fn returns_each_thread_its_own_response_over_few_connections() {
    // Every fifth request fails. Each other response has the requested identifier.
    let server = Tcp::new(|number, request| match number % 5 {
        4 => Reply::Send(response(
            "409 Conflict",
            "",
            r#"{"success":false,"errors":[{"code":7,"message":"busy"}]}"#,
        )),
        _ => {
            let id = request
                .split(' ')
                .nth(1)
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap();
            Reply::Send(response(
                "200 OK",
                "",
                &success(&format!(r#"{{"id":"{id}"}}"#)),
            ))
        }
    });
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url())
        .build()
        .unwrap();
    let (succeeded, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for number in 0..32 {
            let (client, succeeded, failed) = (&client, &succeeded, &failed);
            scope.spawn(move || {
                for call in 0..200 {
                    let id = format!("{number}-{call}");
                    match client.token(&id).send() {
                        Ok(token) => {
                            assert_eq!(token.id, id);
                            succeeded.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(error) => {
                            assert_eq!(error.codes().collect::<Vec<_>>(), [7], "{error}");
                            failed.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                }
            });
        }
    });
    assert_eq!((succeeded.into_inner(), failed.into_inner()), (5120, 1280));
    let connections = server.connections.load(Ordering::SeqCst);
    assert!(connections <= 64, "{connections} connections");
}

/// Waits up to 20 seconds for a condition.
fn eventually(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > Duration::from_secs(20) {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}

#[test]
fn stops_reading_ahead_at_once_if_the_iterator_is_dropped() {
    let server = Tcp::new(|number, _| {
        if number > 0 {
            thread::sleep(Duration::from_millis(500));
        }
        Reply::Send(match number {
            0 => response("200 OK", "", &success(r#"[{"id":"1"}]"#)),
            _ => response("503 Busy", "retry-after: 1\r\n", ""),
        })
    });
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url())
        .build()
        .unwrap();
    let mut logs = client.audit_logs().iter().read_ahead(4);
    logs.next().unwrap().unwrap();
    // The first page, and four pages ahead.
    assert!(eventually(|| server.count() == 5));
    let start = Instant::now();
    drop(logs);
    assert!(
        start.elapsed() < Duration::from_millis(400),
        "{:?}",
        start.elapsed()
    );
    // The wait is longer than `Retry-After`, after which the four requests would be retried.
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(server.count(), 5);
}

#[test]
fn sends_at_most_as_many_requests_at_once_as_pages_ahead() {
    static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
    static MAX_IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
    let transport = |request: cloudflare_user::http::Request<Vec<u8>>| {
        MAX_IN_FLIGHT.fetch_max(
            IN_FLIGHT.fetch_add(1, Ordering::SeqCst) + 1,
            Ordering::SeqCst,
        );
        thread::sleep(Duration::from_millis(5));
        IN_FLIGHT.fetch_sub(1, Ordering::SeqCst);
        let query = request.uri().query().unwrap().to_owned();
        let number = query
            .split('&')
            .find_map(|part| part.strip_prefix("page="))
            .unwrap()
            .to_owned();
        let result = if number == "30" {
            "[]".to_owned()
        } else {
            format!(r#"[{{"id":"{number}"}}]"#)
        };
        Ok(cloudflare_user::http::Response::new(
            success(&result).into(),
        ))
    };
    let client = Client::builder()
        .api_token("token")
        .transport(transport)
        .build()
        .unwrap();
    assert_eq!(client.audit_logs().iter().read_ahead(3).count(), 29);
    assert!(
        (2..=3).contains(&MAX_IN_FLIGHT.load(Ordering::SeqCst)),
        "{MAX_IN_FLIGHT:?}"
    );
}

#[test]
fn propagates_a_panic_of_an_item_that_is_decoded_ahead() {
    #[derive(Debug)]
    struct Panics;
    impl<'de> serde::Deserialize<'de> for Panics {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let id = u32::deserialize(deserializer)?;
            assert!(id < 2, "deserialize panicked");
            Ok(Self)
        }
    }
    let responses = [1, 2, 3].map(|id| common::ok(success(&format!("[{id}]"))));
    let (client, _) = common::scripted(responses.into());
    let read = std::panic::AssertUnwindSafe(|| {
        client
            .iter(&common::ListOf::<Panics>::new())
            .read_ahead(1)
            .count()
    });
    let panic = std::panic::catch_unwind(read).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"deserialize panicked"));
}

#[test]
fn blocks_inside_an_async_runtime() {
    let server = Tcp::responding("200 OK", "", &success(r#"[{"id":"1"}]"#));
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url())
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let read = runtime.block_on(async {
        client
            .tokens()
            .iter()
            .read_ahead(2)
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(read.unwrap().len(), 1);
}
