//! Many requests at once over a server that allows few: the own crowd of a client is no reason to
//! fail.

mod common;

use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cloudflare_user::{ErrorKind, Token};
use common::tcp::{Reply, Tcp};

const PAGES: usize = 25;

/// A server that allows 5 requests in each second, and refuses the others for a second.
fn limited_server(result: impl Fn(&str) -> String + Send + Sync + 'static) -> Tcp {
    limited(Duration::from_secs(1), &["retry-after: 1"], result)
}

/// A server that allows 5 requests in each window, and refuses the others with these headers.
fn limited(
    window: Duration,
    refusal: &'static [&'static str],
    result: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Tcp {
    let admitted: Mutex<Vec<Instant>> = Mutex::default();
    Tcp::new(move |_, request| {
        let mut admitted = admitted.lock().unwrap();
        admitted.retain(|instant| instant.elapsed() < window);
        if admitted.len() == 5 {
            return Reply::response(429, refusal, "{}");
        }
        admitted.push(Instant::now());
        Reply::success(&result(request))
    })
}

fn page_of_tokens(request: &str) -> String {
    let number = request.split("&page=").nth(1).unwrap();
    let number: usize = number.split(' ').next().unwrap().parse().unwrap();
    if number > PAGES {
        return "[]".to_owned();
    }
    format!(r#"[{{"id":"{number}-a"}},{{"id":"{number}-b"}}]"#)
}

#[test]
fn read_ahead_completes_where_sequential_reading_does() {
    thread::scope(|scope| {
        for pages_ahead in [0, 8, 32] {
            scope.spawn(move || {
                let server = limited_server(page_of_tokens);
                let tokens = server.client().tokens().iter().read_ahead(pages_ahead);
                let tokens: Vec<Token> = tokens.collect::<Result<_, _>>().unwrap();
                assert_eq!(tokens.len(), 2 * PAGES, "{pages_ahead} pages ahead");
            });
        }
    });
}

/// How a server refuses requests, without saying how long.
const REFUSALS_WITHOUT_A_WAIT: &[&[&str]] = &[
    &[],
    &["retry-after: soon"],
    &[r#"ratelimit: "a";r=0;t=1, "b";r=9;t=9"#],
];

#[test]
fn read_ahead_completes_over_refusals_without_a_wait() {
    thread::scope(|scope| {
        for refusal in REFUSALS_WITHOUT_A_WAIT {
            scope.spawn(move || {
                let server = limited(Duration::from_millis(400), refusal, page_of_tokens);
                let tokens = server.client().tokens().iter().read_ahead(16);
                let tokens: Vec<Token> = tokens.collect::<Result<_, _>>().unwrap();
                assert_eq!(tokens.len(), 2 * PAGES, "{refusal:?}");
            });
        }
    });
}

#[test]
fn a_server_that_refuses_everything_without_a_wait_ends_every_call() {
    let server = Tcp::responding(429, &[], "{}");
    let client = server
        .client()
        .with_max_retry_wait(Duration::from_millis(50));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let error = client.user().send().unwrap_err();
                assert_eq!(error.kind(), ErrorKind::RateLimited);
            });
        }
    });
    // The first burst may be the crowd's fault. After it, each refusal counts.
    assert!(server.count() <= 8 * 5, "{}", server.count());
}

#[test]
fn no_call_fails_whose_waits_fit() {
    let server = limited_server(|_| r#"{"id":"7"}"#.to_owned());
    let client = server.client();
    thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| client.user().send().unwrap());
        }
    });
}

#[test]
fn a_server_that_refuses_everything_ends_every_call() {
    let server = Tcp::responding(429, &["retry-after: 1"], "{}");
    let lone = server.client();
    let error = lone.user().send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.attempts(), 3);

    let crowd = server.client();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let error = crowd.user().send().unwrap_err();
                assert_eq!(error.kind(), ErrorKind::RateLimited);
                assert!(error.attempts() >= 3, "{error}");
            });
        }
    });
}

#[test]
fn a_call_whose_wait_does_not_fit_fails_at_once() {
    let server = limited_server(|_| r#"{"id":"7"}"#.to_owned());
    let client = server
        .client()
        .with_max_retry_wait(Duration::from_millis(500));
    let kinds: Vec<_> = (0..6)
        .map(|_| client.user().send().err().map(|error| error.kind()))
        .collect();
    let refused = Some(ErrorKind::RateLimited);
    assert_eq!(kinds, [None, None, None, None, None, refused]);
    let held = client.user().send().unwrap_err();
    assert_eq!(held.kind(), ErrorKind::RateLimited);
    assert_eq!(held.attempts(), 0);
}

#[test]
fn a_refused_call_whose_deadline_ends_in_the_queue_returns_the_refusal() {
    let both_arrived = Barrier::new(2);
    let server = Tcp::new(move |number, _| {
        if number < 2 {
            both_arrived.wait();
            return Reply::response(429, &["retry-after: 1"], "{}");
        }
        Reply::Silence(Vec::new())
    });
    let client = server.client().with_deadline(Duration::from_millis(1500));
    let statuses = thread::scope(|scope| {
        let calls = [(); 2].map(|()| scope.spawn(|| client.user().send().unwrap_err().status()));
        calls.map(|call| call.join().unwrap())
    });
    // After the wait, one call is sent again and times out, while the other is queued.
    assert!(statuses.contains(&Some(429)), "{statuses:?}");
}
