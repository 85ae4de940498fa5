//! The memory of a long run of `follow`. The only test of its file, because memory is counted for a
//! whole process.

#![cfg(target_os = "linux")]

mod common;

use std::env;

use cloudflare_user::{AuditLogCursor, Body, ListAuditLogs, http};
use common::{builder, page_number, peak_memory, success};
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const PER_PAGE: usize = 1000;

/// Some 10,000 logs are in the overlap of 15 minutes.
const LOGS_PER_SECOND: usize = 11;
const LOGS_PER_OVERLAP: usize = LOGS_PER_SECOND * 15 * 60;

fn id(number: usize) -> String {
    format!("{number:032}")
}

fn log(number: usize) -> String {
    let second = (number / LOGS_PER_SECOND) as i64;
    let when = START + Duration::seconds(second);
    let when = when.format(&Rfc3339).unwrap();
    format!(r#"{{"id":"{}","when":"{when}"}}"#, id(number))
}

#[test]
fn memory_of_follow_depends_on_the_overlap_and_not_on_the_number_of_logs() {
    // A million takes half a minute without optimization: `FOLLOWED_LOGS=1000000 cargo test
    // --release ...`.
    let all = env::var("FOLLOWED_LOGS").map_or(100_000, |logs| logs.parse().unwrap());
    let respond = move |request: http::Request<Vec<u8>>| {
        let first = (page_number(&request) - 1) * PER_PAGE;
        let logs: Vec<_> = (first..all.min(first + PER_PAGE)).map(log).collect();
        let body = success(&format!("[{}]", logs.join(",")));
        Ok(http::Response::new(Body::from(body)))
    };
    let client = builder().transport(respond).build().unwrap();
    let cursor = AuditLogCursor::starting_at(START);
    let mut number = 0;
    let mut early_peak = 0;
    for log in client.follow(&ListAuditLogs::new(), &cursor) {
        assert_eq!(log.unwrap().id, id(number));
        number += 1;
        if number == 3 * LOGS_PER_OVERLAP {
            early_peak = peak_memory();
        }
    }
    assert_eq!(number, all);
    let peak = peak_memory();
    assert!(
        peak <= early_peak + 4,
        "{early_peak} MiB at first, {peak} MiB at the end"
    );
}
