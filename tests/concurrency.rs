//! One client on many threads, read-ahead that is dropped or panics, and calls inside an async
//! runtime.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cloudflare_user::{Client, http};
use common::tcp::{Reply, Tcp};
use common::{ListOf, builder, failure, ok, page_number, scripted_client, success};
use serde::{Deserialize, Deserializer};

const THREADS: usize = 32;
const CALLS_PER_THREAD: usize = 200;

#[test]
fn returns_each_thread_its_own_response_over_few_connections() {
    // Every fifth request fails. Each other response has the requested identifier.
    let server = Tcp::new(|number, request| match number % 5 {
        4 => Reply::response(409, &[], &failure(r#"{"code":7,"message":"busy"}"#)),
        _ => Reply::success(&format!(r#"{{"id":"{}"}}"#, requested_id(request))),
    });
    let client = server.client();
    let succeeded = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let send = |id: String| match client.token(&id).send() {
        Ok(token) => {
            assert_eq!(token.id, id);
            succeeded.fetch_add(1, Ordering::SeqCst);
        }
        Err(error) => {
            assert_eq!(error.codes().collect::<Vec<_>>(), [7], "{error}");
            failed.fetch_add(1, Ordering::SeqCst);
        }
    };
    thread::scope(|scope| {
        for number in 0..THREADS {
            scope.spawn(move || {
                for call in 0..CALLS_PER_THREAD {
                    send(format!("{number}-{call}"));
                }
            });
        }
    });
    let all = THREADS * CALLS_PER_THREAD;
    assert_eq!(failed.into_inner(), all / 5);
    assert_eq!(succeeded.into_inner(), all - all / 5);
    let connections = server.connection_count();
    assert!(connections <= 64, "{connections} connections");
}

/// The last segment of the path of a request.
fn requested_id(request: &str) -> &str {
    let target = request.split(' ').nth(1).unwrap();
    let (_, id) = target.rsplit_once('/').unwrap();
    id
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
        if number == 0 {
            return Reply::success(r#"[{"id":"1"}]"#);
        }
        thread::sleep(Duration::from_millis(500));
        Reply::response(503, &["retry-after: 1"], "")
    });
    let client = server.client();
    let mut logs = client.audit_logs().iter().read_ahead(4);
    logs.next().unwrap().unwrap();
    // The first page, and four pages ahead.
    assert!(eventually(|| server.count() == 5));
    let start = Instant::now();
    drop(logs);
    let elapsed = start.elapsed();
    assert!(elapsed < Duration::from_millis(400), "{elapsed:?}");
    // The wait is longer than `Retry-After`, after which the four requests would be retried.
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(server.count(), 5);
}

#[test]
fn sends_at_most_as_many_requests_at_once_as_pages_ahead() {
    static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
    static MAX_IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
    let transport = |request: http::Request<Vec<u8>>| {
        let in_flight = IN_FLIGHT.fetch_add(1, Ordering::SeqCst) + 1;
        MAX_IN_FLIGHT.fetch_max(in_flight, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(5));
        IN_FLIGHT.fetch_sub(1, Ordering::SeqCst);
        let result = match page_number(&request) {
            30 => "[]".to_owned(),
            number => format!(r#"[{{"id":"{number}"}}]"#),
        };
        Ok(http::Response::new(success(&result).into()))
    };
    let client = builder().transport(transport).build().unwrap();
    assert_eq!(client.audit_logs().iter().read_ahead(3).count(), 29);
    let max_in_flight = MAX_IN_FLIGHT.load(Ordering::SeqCst);
    assert!((2..=3).contains(&max_in_flight), "{max_in_flight}");
}

#[test]
fn propagates_a_panic_of_an_item_that_is_decoded_ahead() {
    #[derive(Debug)]
    struct Panics;
    impl<'de> Deserialize<'de> for Panics {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let id = u32::deserialize(deserializer)?;
            assert!(id < 2, "deserialize panicked");
            Ok(Self)
        }
    }
    let pages = ["[1]", "[2]", "[3]"].map(|items| ok(success(items)));
    let client = scripted_client(pages);
    let items = client.iter(&ListOf::<Panics>::new()).read_ahead(1);
    let panic = catch_unwind(AssertUnwindSafe(|| items.count())).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"deserialize panicked"));
}

#[test]
fn blocks_inside_an_async_runtime() {
    async fn read_tokens(client: &Client) -> usize {
        let tokens = client.tokens().iter().read_ahead(2);
        tokens.map(Result::unwrap).count()
    }
    let server = Tcp::returning(r#"[{"id":"1"}]"#);
    let client = server.client();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(read_tokens(&client)), 1);
}
