//! The time to read a list of 200,000 logs, with and without delay, compared with a loop written by
//! hand: `cargo bench --bench listing`.

mod support;

use std::sync::LazyLock;
use std::time::Duration;

fn main() {
    divan::main();
}

const PAGES: usize = support::MAX_PAGES;
const LOGS: usize = PAGES * support::LOGS_PER_PAGE;

static IMMEDIATE: LazyLock<String> = LazyLock::new(|| support::serve(PAGES, Duration::ZERO));
static DELAYED: LazyLock<String> =
    LazyLock::new(|| support::serve(PAGES, Duration::from_millis(50)));

#[divan::bench(sample_count = 9, sample_size = 1)]
fn by_hand() {
    assert_eq!(support::read_by_hand(&IMMEDIATE), LOGS);
}

#[divan::bench(sample_count = 9, sample_size = 1)]
fn iter() {
    assert_eq!(support::read_by_iter(&IMMEDIATE, 0), LOGS);
}

#[divan::bench(sample_count = 9, sample_size = 1)]
fn iter_read_ahead_2() {
    assert_eq!(support::read_by_iter(&IMMEDIATE, 2), LOGS);
}

#[divan::bench(sample_count = 9, sample_size = 1)]
fn pages() {
    assert_eq!(support::read_by_pages(&IMMEDIATE), LOGS);
}

#[divan::bench(sample_count = 1, sample_size = 1)]
fn delayed_by_hand() {
    assert_eq!(support::read_by_hand(&DELAYED), LOGS);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn delayed_iter_read_ahead_8() {
    assert_eq!(support::read_by_iter(&DELAYED, 8), LOGS);
}
