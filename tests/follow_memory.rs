//! The memory of a long run of `follow`. The only test of its file, because memory is counted for a
//! whole process.

#![cfg(target_os = "linux")]

mod common;

use cloudflare_user::{AuditLogCursor, Body, Client, ListAuditLogs, http};
use common::peak_memory;
use time::Duration;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

#[test]
fn memory_of_follow_depends_on_the_overlap_and_not_on_the_number_of_logs() {
    const PAGE: usize = 1000;
    const LOGS_PER_SECOND: usize = 11; // some 10,000 in the overlap of 15 minutes
    // A million takes half a minute without optimization: `FOLLOWED_LOGS=1000000 cargo test
    // --release ...`.
    let logs = std::env::var("FOLLOWED_LOGS").map_or(100_000, |logs| logs.parse().unwrap());
    let start = datetime!(2026-01-01 0:00 UTC);
    let respond = move |request: http::Request<Vec<u8>>| {
        let query = request.uri().query().unwrap();
        let (_, page) = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "page")
            .unwrap();
        let first = (page.parse::<usize>().unwrap() - 1) * PAGE;
        let log = |number: usize| {
            let when = (start + Duration::seconds((number / LOGS_PER_SECOND) as i64))
                .format(&Rfc3339)
                .unwrap();
            format!(r#"{{"id":"{number:032}","when":"{when}"}}"#)
        };
        let items: Vec<_> = (first..logs.min(first + PAGE)).map(log).collect();
        let body = format!(r#"{{"success":true,"result":[{}]}}"#, items.join(","));
        Ok(http::Response::new(Body::from(body)))
    };
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .transport(respond)
        .build()
        .unwrap();
    let mut followed = client.follow(&ListAuditLogs::new(), &AuditLogCursor::starting_at(start));
    let (mut number, mut early_peak) = (0, 0);
    for log in &mut followed {
        assert_eq!(log.unwrap().id, format!("{number:032}"));
        number += 1;
        if number == 3 * LOGS_PER_SECOND * 15 * 60 {
            early_peak = peak_memory();
        }
    }
    assert_eq!(number, logs);
    assert!(
        peak_memory() <= early_peak + 4,
        "{early_peak} MiB at first, {} MiB at the end",
        peak_memory()
    );
}
