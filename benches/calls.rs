//! The time of single steps: `cargo bench --bench calls`.

mod support;

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Duration;

use cloudflare_user::{AuditLog, Body, Client, ListAuditLogs, User, http};
use divan::Bencher;
use support::Envelope;

fn main() {
    divan::main();
}

static PAGE: LazyLock<String> = LazyLock::new(|| support::page(1));

/// A client whose requests all return this body, without a socket.
fn client_returning(body: &'static str) -> Client {
    Client::builder()
        .api_token("a-token-of-the-benches")
        .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(body))))
        .build()
        .expect("the token is valid")
}

#[divan::bench]
fn decode_a_page_by_hand(bencher: Bencher) {
    let decode = || serde_json::from_slice::<Envelope<Vec<AuditLog>>>(PAGE.as_bytes());
    bencher.bench(|| decode().expect("the page is JSON").result.len());
}

#[divan::bench]
fn decode_a_page(bencher: Bencher) {
    let client = client_returning(&PAGE);
    bencher.bench(|| {
        client
            .audit_logs()
            .iter()
            .take(support::LOGS_PER_PAGE)
            .count()
    });
}

#[divan::bench]
fn build_a_request(bencher: Bencher) {
    let client = client_returning(r#"{"success":true,"result":[]}"#);
    let request = || {
        ListAuditLogs::new()
            .actor_email("michelle@example.com")
            .zone_name("example.com")
            .page(2)
    };
    bencher.bench(|| {
        let page = client.send(&black_box(request()));
        page.expect("the response is a page").items.len()
    });
}

static SERVER: LazyLock<String> = LazyLock::new(|| support::serve(0, Duration::ZERO));

#[divan::bench]
fn one_call_by_hand(bencher: Bencher) {
    let (agent, url) = (support::agent(), format!("{}/user", *SERVER));
    bencher.bench(|| support::get::<User>(&agent, &url).id);
}

#[divan::bench]
fn one_call(bencher: Bencher) {
    let client = support::client(&SERVER);
    bencher.bench(|| client.user().send().expect("the server responds").id);
}
