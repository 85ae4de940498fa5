//! Reads lists from a simulated server that grows, caps its pages, repeats them, states wrong
//! totals and fails.
//!
//! The server and the assertions follow the documented rules of pagination and not the code, so
//! they check it independently. Every list is generated from a seed; a failed assertion prints the
//! seed and the list.

mod common;
#[path = "pagination_model/plan.rs"]
mod plan;
#[path = "pagination_model/server.rs"]
mod server;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe, RefUnwindSafe};

use cloudflare_user::{AuditLog, Client, ListAuditLogs, Result};
use fastrand::Rng;
use plan::{FailureKind, Past, Plan};
use server::{MAX_REQUESTS, Server};

/// What a reader yielded.
#[derive(Debug, PartialEq)]
struct Outcome {
    items: Vec<usize>,
    /// The error that ended the list.
    error: Option<ReadError>,
    next_page: u64,
}

#[derive(Debug, PartialEq)]
struct ReadError {
    status: Option<u16>,
    text: String,
}

impl Outcome {
    fn new(next_page: u64, yielded: Vec<Result<Vec<AuditLog>>>) -> Self {
        let mut outcome = Self {
            items: Vec::new(),
            error: None,
            next_page,
        };
        for logs in yielded {
            assert_eq!(outcome.error, None, "an item was yielded after an error");
            match logs {
                Ok(logs) => outcome.items.extend(logs.iter().map(number)),
                Err(error) => {
                    outcome.error = Some(ReadError {
                        status: error.status(),
                        text: error.to_string(),
                    });
                }
            }
        }
        outcome
    }
}

fn number(log: &AuditLog) -> usize {
    usize::try_from(log.metadata["number"].as_u64().unwrap()).unwrap()
}

/// Reads a list from this page on, with this many pages ahead.
type Read = fn(&Server, u64, usize) -> Outcome;

fn request<'c>(server: &Server, client: &'c Client, first_page: u64) -> ListAuditLogs<&'c Client> {
    let requested_size = server.plan.requested_size as u64;
    client
        .audit_logs()
        .per_page(requested_size)
        .page(first_page)
}

fn read_items(server: &Server, first_page: u64, ahead: usize) -> Outcome {
    let client = server.client();
    let request = request(server, &client, first_page);
    let mut logs = request.iter().read_ahead(ahead);
    let yielded: Vec<_> = logs.by_ref().map(|log| log.map(|log| vec![log])).collect();
    assert!(logs.next().is_none());
    Outcome::new(logs.next_page(), yielded)
}

fn read_pages(server: &Server, first_page: u64, ahead: usize) -> Outcome {
    let client = server.client();
    let request = request(server, &client, first_page);
    let mut pages = request.pages().read_ahead(ahead);
    let mut yielded = Vec::new();
    for page in pages.by_ref() {
        if let Ok(page) = &page {
            assert!(!page.items.is_empty(), "a page without items was yielded");
        }
        yielded.push(page.map(|page| page.items));
    }
    assert!(pages.next().is_none());
    Outcome::new(pages.next_page(), yielded)
}

/// What the readers of one list yielded: one, and another if the list failed as planned.
#[derive(Debug, PartialEq)]
struct WholeRead {
    outcomes: Vec<Outcome>,
    /// The requests of the first reader.
    requests: usize,
}

/// Reads the whole list, resumes after the failure of the plan, and checks the guarantees of every
/// list.
fn read_and_check(plan: &Plan, read: Read) -> WholeRead {
    let server = Server::new(plan.clone());
    let first = read(&server, 1, 0);
    check_reader(&server, 1, &first);
    let requests = server.state.lock().unwrap().requests;
    let has_failed = server.state.lock().unwrap().has_failed;
    let mut outcomes = vec![first];
    if has_failed {
        let page = check_failure(plan, &outcomes[0]);
        server.start_another_reader();
        let rest = read(&server, page, 0);
        check_reader(&server, page, &rest);
        outcomes.push(rest);
    }
    let last = outcomes.last().unwrap();
    let was_refused = server.state.lock().unwrap().refused_page.is_some();
    assert!(
        last.error.is_none() || was_refused || plan.may_promise_missing_pages(),
        "{last:?}"
    );
    check_completeness(&server, &outcomes);
    WholeRead { outcomes, requests }
}

/// Checks that a reader ended with the failure of the plan. Returns the page that failed.
fn check_failure(plan: &Plan, outcome: &Outcome) -> u64 {
    let failure = plan.failure.unwrap();
    let error = outcome.error.as_ref();
    let error = error.expect("the list ended without the error of a failed request");
    let expected_status = match failure.kind {
        FailureKind::Response(status, _) => Some(status),
        FailureKind::Transport => None,
    };
    assert_eq!(error.status, expected_status);
    assert_eq!(
        outcome.next_page, failure.page,
        "`next_page` is not the page that failed"
    );
    failure.page
}

/// Checks that every item that existed at the start was yielded.
fn check_completeness(server: &Server, outcomes: &[Outcome]) {
    let plan = &*server.plan;
    let state = server.state.lock().unwrap();
    let expected: Vec<usize> = match &state.first_page {
        // A server that ignores `page` sends only the first page.
        Some(first_page) if plan.ignores_page => first_page.clone(),
        _ => (0..plan.items)
            .filter(|item| !plan.is_hidden(*item))
            .collect(),
    };
    let items = outcomes.iter().flat_map(|outcome| &outcome.items);
    let yielded: HashSet<usize> = items.copied().collect();
    let missed: Vec<_> = expected
        .iter()
        .filter(|item| !yielded.contains(item))
        .collect();
    assert!(missed.is_empty(), "missed {missed:?}, read {outcomes:?}");
}

/// Checks the duplicates and the number of requests of a reader.
fn check_reader(server: &Server, first_page: u64, outcome: &Outcome) {
    let plan = &*server.plan;
    let state = server.state.lock().unwrap();
    assert!(state.requests <= MAX_REQUESTS, "the list never ends");
    let mut times = HashMap::<usize, usize>::new();
    for item in &outcome.items {
        *times.entry(*item).or_default() += 1;
    }
    for (item, times) in times {
        // In a list that grows, an item without an identifier may be yielded again, because it
        // cannot be recognized.
        let may_be_duplicate = !plan.is_static() && !plan.has_identifier(item);
        assert!(
            times == 1 || may_be_duplicate,
            "{item} was yielded {times} times: {outcome:?}"
        );
    }
    if let Some(page) = state.refused_page {
        let yielded = outcome.items.len() as u64;
        let is_missing = state.stated.pages.is_some_and(|pages| page <= pages)
            || (first_page == 1 && state.stated.count.is_some_and(|count| yielded < count));
        let status = outcome.error.as_ref().and_then(|error| error.status);
        let expected = is_missing.then_some(400);
        assert_eq!(status, expected, "{:?}: {outcome:?}", state.stated);
    }
    // The limit is the number of existing pages plus a few. If pages are repeated, a list that
    // grows meanwhile ends later, and up to `n + 3` consecutive pages may have no new item.
    let pages = (state.list.len().div_ceil(plan.real_size) + 1)
        .saturating_sub(usize::try_from(first_page).unwrap());
    let repeats_pages = plan.ignores_page
        || plan.may_promise_missing_pages()
        || plan.past == Past::StartsOver
        || (plan.past == Past::RepeatsLast && !plan.is_static());
    let limit = if repeats_pages {
        2 * pages + 4 * state.pages_with_new_items + 8
    } else {
        pages + 4
    };
    assert!(
        state.requests <= limit,
        "{} requests, at most {limit} expected",
        state.requests
    );
}

/// Runs a check with each seed, and prints the seed and the list of a failed check.
fn for_each_seed(seeds: Range<u64>, check: impl Fn(&mut Rng) + RefUnwindSafe) {
    for seed in seeds {
        let mut rng = Rng::with_seed(seed);
        let checked = panic::catch_unwind(AssertUnwindSafe(|| check(&mut rng)));
        if let Err(panic) = checked {
            let plan = Plan::random(&mut Rng::with_seed(seed));
            eprintln!("seed {seed}, before a failure is added: {plan:#?}");
            panic::resume_unwind(panic);
        }
    }
}

fn check_items_and_pages(plan: &Plan) {
    let by_item = read_and_check(plan, read_items);
    let by_page = read_and_check(plan, read_pages);
    assert_eq!(by_item, by_page, "iter() and pages() differ");
}

#[test]
fn yields_each_item_once_from_any_server() {
    for_each_seed(0..2000, |rng| check_items_and_pages(&Plan::random(rng)));
}

#[test]
fn yields_every_failure_and_resumes_without_missing_items() {
    for_each_seed(10_000..12_000, |rng| {
        check_items_and_pages(&Plan::random(rng).with_failure(rng))
    });
}

#[test]
fn reads_ahead_the_same_items_and_errors_in_the_same_order() {
    for_each_seed(20_000..20_300, |rng| {
        let mut plan = Plan::random(rng);
        plan.growth.clear();
        plan.changes_items = false;
        if rng.bool() {
            plan = plan.with_failure(rng);
        }
        for read in [read_items as Read, read_pages] {
            let expected = read(&Server::new(plan.clone()), 1, 0);
            for ahead in [1, 3, 8] {
                let outcome = read(&Server::new(plan.clone()), 1, ahead);
                assert_eq!(outcome, expected, "read_ahead({ahead})");
            }
        }
    });
}
