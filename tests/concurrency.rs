//! One client shared by many threads, and what is left behind when something is dropped.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cloudflare_user::Client;
use common::success;
use common::tcp::{Reply, Tcp, response};

#[test]
fn many_threads_get_their_own_answers_over_few_connections() {
    // One request in five fails; each answer repeats the identifier that was asked for.
    let server = Tcp::new(|number, request| match number % 5 {
        4 => Reply::Send(response("409 Conflict", "", r#"{"success":false,"errors":[{"code":7,"message":"busy"}]}"#)),
        _ => {
            let id = request.split(' ').nth(1).unwrap().rsplit('/').next().unwrap();
            Reply::Send(response("200 OK", "", &success(&format!(r#"{{"id":"{id}"}}"#))))
        }
    });
    let client = Client::builder().api_token("a-token-of-the-tests").base_url(server.url()).build().unwrap();
    let (right, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for number in 0..32 {
            let (client, right, failed) = (&client, &right, &failed);
            scope.spawn(move || {
                for call in 0..200 {
                    let id = format!("{number}-{call}");
                    match client.token(&id).send() {
                        Ok(token) => {
                            assert_eq!((token.id, right.fetch_add(1, Ordering::SeqCst)).0, id)
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
    assert_eq!((right.into_inner(), failed.into_inner()), (5120, 1280));
    let connections = server.connections.load(Ordering::SeqCst);
    assert!(connections <= 64, "{connections} connections");
}

/// Waits until `met`, for a generous time.
fn eventually(met: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !met() {
        if start.elapsed() > Duration::from_secs(20) {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}

#[test]
fn dropping_an_iterator_that_reads_ahead_returns_at_once_and_stops_the_requests() {
    let server = Tcp::new(|number, _| {
        if number > 0 {
            thread::sleep(Duration::from_millis(500));
        }
        Reply::Send(match number {
            0 => response("200 OK", "", &success(r#"[{"id":"1"}]"#)),
            _ => response("503 Busy", "retry-after: 1\r\n", ""),
        })
    });
    let client = Client::builder().api_token("a-token-of-the-tests").base_url(server.url()).build().unwrap();
    let mut logs = client.audit_logs().iter().read_ahead(4);
    logs.next().unwrap().unwrap();
    // Page 1, and the four that are on their way.
    assert!(eventually(|| server.count() == 5));
    let start = Instant::now();
    drop(logs);
    assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());
    // None of them is sent again.
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(server.count(), 5);
}

#[test]
fn at_most_as_many_requests_as_pages_ahead_are_under_way() {
    static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let transport = |request: cloudflare_user::http::Request<Vec<u8>>| {
        MOST.fetch_max(UNDER_WAY.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(5));
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
        let query = request.uri().query().unwrap().to_owned();
        let number = query.split('&').find_map(|part| part.strip_prefix("page=")).unwrap().to_owned();
        let result = if number == "30" { "[]".to_owned() } else { format!(r#"[{{"id":"{number}"}}]"#) };
        Ok(cloudflare_user::http::Response::new(success(&result).into()))
    };
    let client = Client::builder().api_token("token").transport(transport).build().unwrap();
    assert_eq!(client.audit_logs().iter().read_ahead(3).count(), 29);
    assert!((2..=3).contains(&MOST.load(Ordering::SeqCst)), "{MOST:?}");
}

#[test]
fn a_panic_on_a_thread_that_reads_ahead_is_not_swallowed() {
    #[derive(Debug)]
    struct Explosive;
    impl<'de> serde::Deserialize<'de> for Explosive {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let id = u32::deserialize(deserializer)?;
            assert!(id < 2, "it exploded");
            Ok(Self)
        }
    }
    let answers = [1, 2, 3].map(|id| common::ok(success(&format!("[{id}]"))));
    let (client, _) = common::scripted(answers.into());
    let read = std::panic::AssertUnwindSafe(|| client.iter(&common::ListOf::<Explosive>::new()).read_ahead(1).count());
    let panic = std::panic::catch_unwind(read).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"it exploded"));
}

#[test]
fn a_call_inside_an_async_runtime_blocks_and_works() {
    let server = Tcp::responding("200 OK", "", &success(r#"[{"id":"1"}]"#));
    let client = Client::builder().api_token("a-token-of-the-tests").base_url(server.url()).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let read = runtime.block_on(async { client.tokens().iter().read_ahead(2).collect::<Result<Vec<_>, _>>() });
    assert_eq!(read.unwrap().len(), 1);
}
