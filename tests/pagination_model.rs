//! Reads lists from a simulated server that grows, caps its pages, repeats them, states wrong
//! totals and fails.
//!
//! The server and the assertions follow the documented rules of pagination and not the code, so
//! they check it independently. Every list is generated from a seed; a failed assertion prints the
//! seed and the list.

#[path = "pagination_model/plan.rs"]
mod plan;
#[path = "pagination_model/server.rs"]
mod server;

use std::collections::{HashMap, HashSet};

use cloudflare_user::{AuditLog, Error, Result};
use fastrand::Rng;
use plan::{Failure, Past, Plan};
use server::{MAX_REQUESTS, Server};

/// What a reader yielded.
#[derive(Debug, PartialEq)]
struct Outcome {
    items: Vec<usize>,
    /// The status and the text of the error that ended the list.
    error: Option<(Option<u16>, String)>,
    next_page: u64,
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
                Err(error) => outcome.error = Some(describe(&error)),
            }
        }
        outcome
    }
}

fn number(log: &AuditLog) -> usize {
    usize::try_from(log.metadata["number"].as_u64().unwrap()).unwrap()
}

fn describe(error: &Error) -> (Option<u16>, String) {
    (error.status(), error.to_string())
}

fn read_items(server: &Server, first: u64, ahead: usize) -> Outcome {
    let client = server.client();
    let request = client
        .audit_logs()
        .per_page(server.plan.requested_size as u64)
        .page(first);
    let mut logs = request.iter().read_ahead(ahead);
    let yielded: Vec<_> = logs.by_ref().map(|log| log.map(|log| vec![log])).collect();
    assert!(logs.next().is_none());
    Outcome::new(logs.next_page(), yielded)
}

fn read_pages(server: &Server, first: u64, ahead: usize) -> Outcome {
    let client = server.client();
    let request = client
        .audit_logs()
        .per_page(server.plan.requested_size as u64)
        .page(first);
    let mut pages = request.pages().read_ahead(ahead);
    let yielded: Vec<_> = pages
        .by_ref()
        .map(|page| page.map(|page| page.items))
        .collect();
    assert!(pages.next().is_none());
    assert!(
        yielded.iter().flatten().all(|page| !page.is_empty()),
        "a page without items was yielded"
    );
    Outcome::new(pages.next_page(), yielded)
}

type Read = fn(&Server, u64, usize) -> Outcome;

/// Reads the whole list, resumes after the failure of the plan, and checks the guarantees of every
/// list.
fn read_and_check(plan: &Plan, read: Read) -> (Vec<Outcome>, usize) {
    let server = Server::new(plan.clone());
    let mut outcomes = vec![read(&server, 1, 0)];
    check_reader(&server, 1, &outcomes[0]);
    let requests = server.state.lock().unwrap().requests;
    if server.state.lock().unwrap().has_failed {
        let (page, failure) = plan.failure.unwrap();
        let error = outcomes[0].error.as_ref();
        let (status, _) = error.expect("the list ended without the error of a failed request");
        match failure {
            Failure::Status(expected, _) => assert_eq!(*status, Some(expected)),
            Failure::Transport => assert_eq!(*status, None),
        }
        assert_eq!(
            outcomes[0].next_page, page,
            "`next_page` is not the page that failed"
        );
        server.start_another_reader();
        outcomes.push(read(&server, page, 0));
        check_reader(&server, page, &outcomes[1]);
    }
    let error = outcomes.last().unwrap().error.as_ref();
    assert!(
        error.is_none() || plan.may_promise_missing_pages(),
        "{error:?}"
    );

    let state = server.state.lock().unwrap();
    // Every item that existed at the start is expected. A server that ignores `page` sends only the
    // first page of them.
    let expected: Vec<usize> = match &state.first_page {
        Some(first_page) if plan.ignores_page => first_page.clone(),
        _ => (0..plan.items)
            .filter(|item| !plan.is_hidden(*item))
            .collect(),
    };
    let yielded: HashSet<usize> = outcomes
        .iter()
        .flat_map(|outcome| &outcome.items)
        .copied()
        .collect();
    let missed: Vec<_> = expected
        .iter()
        .filter(|item| !yielded.contains(item))
        .collect();
    assert!(missed.is_empty(), "missed {missed:?}, read {outcomes:?}");
    drop(state);
    (outcomes, requests)
}

/// Checks a reader that started at page `first`: its duplicates and the number of its requests.
fn check_reader(server: &Server, first: u64, outcome: &Outcome) {
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
    // The limit is the number of existing pages plus a few. If pages are repeated, a list that
    // grows meanwhile ends later, and up to `n + 3` consecutive pages may have no new item.
    let pages = (state.list.len().div_ceil(plan.real_size) + 1)
        .saturating_sub(usize::try_from(first).unwrap());
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
fn for_each_seed(
    seeds: std::ops::Range<u64>,
    check: impl Fn(&mut Rng) + std::panic::RefUnwindSafe,
) {
    for seed in seeds {
        let mut rng = Rng::with_seed(seed);
        if let Err(panic) =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&mut rng)))
        {
            let plan = Plan::random(&mut Rng::with_seed(seed));
            eprintln!("seed {seed}, before a failure is added: {plan:#?}");
            std::panic::resume_unwind(panic);
        }
    }
}

fn check_items_and_pages(plan: &Plan) {
    let (by_item, requests) = read_and_check(plan, read_items);
    let (by_page, requests_of_pages) = read_and_check(plan, read_pages);
    assert_eq!(by_item, by_page, "iter() and pages() differ");
    assert_eq!(requests, requests_of_pages, "iter() and pages() differ");
}

#[test]
fn yields_each_item_once_from_any_server() {
    for_each_seed(0..2000, |rng| check_items_and_pages(&Plan::random(rng)));
}

#[test]
fn yields_every_failure_and_resumes_without_missing_items() {
    for_each_seed(10_000..12_000, |rng| {
        check_items_and_pages(&Plan::random(rng).fails(rng))
    });
}

#[test]
fn reads_ahead_the_same_items_and_errors_in_the_same_order() {
    for_each_seed(20_000..20_300, |rng| {
        let mut plan = Plan::random(rng);
        plan.growth.clear();
        plan.changes_items = false;
        let plan = if rng.bool() { plan.fails(rng) } else { plan };
        for read in [read_items as Read, read_pages] {
            let expected = read(&Server::new(plan.clone()), 1, 0);
            for ahead in [1, 3, 8] {
                let outcome = read(&Server::new(plan.clone()), 1, ahead);
                assert_eq!(outcome, expected, "read_ahead({ahead})");
            }
        }
    });
}
