//! A listing of 200,000 logs, prompt and late, beside the loop that one would write by hand:
//! `cargo bench --bench listing`.

mod support;

use std::sync::LazyLock;
use std::time::Duration;

fn main() {
    divan::main();
}

const PAGES: usize = support::MOST_PAGES;
const READ: usize = PAGES * support::LOGS;

static PROMPT: LazyLock<String> = LazyLock::new(|| support::serve(PAGES, Duration::ZERO));
static LATE: LazyLock<String> = LazyLock::new(|| support::serve(PAGES, Duration::from_millis(50)));

#[divan::bench(sample_count = 9, sample_size = 1)]
fn prompt_by_hand() {
    assert_eq!(support::by_hand(&PROMPT), READ);
}

#[divan::bench(sample_count = 9, sample_size = 1)]
fn prompt_iter() {
    assert_eq!(support::by_iter(&PROMPT, 0), READ);
}

#[divan::bench(sample_count = 9, sample_size = 1)]
fn prompt_iter_read_ahead_2() {
    assert_eq!(support::by_iter(&PROMPT, 2), READ);
}

#[divan::bench(sample_count = 9, sample_size = 1)]
fn prompt_pages() {
    assert_eq!(support::by_pages(&PROMPT), READ);
}

#[divan::bench(sample_count = 1, sample_size = 1)]
fn late_by_hand() {
    assert_eq!(support::by_hand(&LATE), READ);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn late_iter_read_ahead_8() {
    assert_eq!(support::by_iter(&LATE, 8), READ);
}
