//! Reads lists from a simulated server that grows, caps its pages, repeats them, states wrong
//! totals and fails.
//!
//! The server and the assertions follow the documented rules of pagination and not the code, so
//! they check it independently. Every list is generated from a seed; a failed assertion prints the
//! seed and the list.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use cloudflare_user::{AuditLog, Body, Client, Error, Result, TransportError, http};
use fastrand::Rng;
use serde_json::{Value, json};

/// What the server sends for a page after the last one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Past {
    Empty,
    Null,
    NoResult,
    BadRequest,
    /// The last page.
    RepeatsLast,
    /// All pages again, from the first.
    StartsOver,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Identifiers {
    All,
    Some,
    None,
}

/// How a total that the server states relates to the real one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Total {
    Absent,
    Zero,
    Exact,
    /// The total before the list grew.
    Stale,
    TooSmall(u64),
    TooLarge(u64),
}

impl Total {
    fn is_unknown(self) -> bool {
        matches!(self, Self::Absent | Self::Zero)
    }

    fn may_be_too_small(self) -> bool {
        matches!(self, Self::Stale | Self::TooSmall(_))
    }

    fn state(self, exact: usize, stale: usize) -> Option<u64> {
        let exact = exact as u64;
        match self {
            Self::Absent => None,
            Self::Zero => Some(0),
            Self::Exact => Some(exact),
            Self::Stale => Some(stale as u64),
            Self::TooSmall(by) => Some(exact.saturating_sub(by)),
            Self::TooLarge(by) => Some(exact + by),
        }
    }
}

/// What the server states as `result_info.per_page`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum StatedSize {
    Absent,
    Zero,
    Requested,
    Real,
}

#[derive(Debug, Clone, Copy)]
enum Failure {
    Status(u16, &'static str),
    Transport,
}

/// The behaviour of a simulated server.
#[derive(Debug, Clone)]
struct Plan {
    /// How many items there are before the first request.
    items: usize,
    requested_size: usize,
    /// How many items the server puts on a page: `requested_size`, or fewer.
    real_size: usize,
    /// How many items are added in front of the list before each request.
    growth: Vec<usize>,
    /// The server filters after it cut the list into pages, so every other item is missing on its
    /// page.
    filters_pages: bool,
    past: Past,
    ignores_page: bool,
    identifiers: Identifiers,
    /// Other fields of every item change with every request.
    changes_items: bool,
    total_pages: Total,
    total_count: Total,
    stated_size: StatedSize,
    pretty: bool,
    /// The page whose first request fails.
    failure: Option<(u64, Failure)>,
}

const PAGE_OUT_OF_RANGE: &str =
    r#"{"success":false,"errors":[{"code":1004,"message":"page out of range"}]}"#;

/// Bodies of errors that are not about the page number, for any status.
const ERRORS: [&str; 9] = [
    "",
    "{}",
    "error code: 1034",
    "<html><title>The page is not available</title></html>",
    r#"{"success":true,"errors":[],"result":[]}"#,
    r#"{"success":false,"errors":null,"result":null}"#,
    r#"{"success":false,"errors":[{"code":10001,"message":"Invalid filter"}]}"#,
    r#"{"success":false,"errors":[{"code":6008,"message":"per_page must be between 5 and 50"}]}"#,
    r#"{"success":false,"errors":[{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}]}"#,
];

/// Bodies that are errors although the status is 200.
const FAILED_SUCCESSES: [&str; 4] = [
    "",
    "<html><title>Sign in</title></html>",
    PAGE_OUT_OF_RANGE,
    r#"{"success":true,"errors":[],"result":[{"id":"1"},{"id"#,
];

impl Plan {
    fn random(rng: &mut Rng) -> Self {
        let requested_size = rng.usize(1..=7);
        let real_size = if rng.u8(..3) == 0 {
            rng.usize(1..=requested_size)
        } else {
            requested_size
        };
        let items = match rng.u8(..8) {
            0 => 0,
            1 => real_size * rng.usize(1..=4),
            _ => rng.usize(1..=45),
        };
        let mut plan = Self {
            items,
            requested_size,
            real_size,
            growth: Vec::new(),
            filters_pages: real_size > 1 && rng.u8(..6) == 0,
            past: pick(
                rng,
                &[
                    Past::Empty,
                    Past::Null,
                    Past::NoResult,
                    Past::BadRequest,
                    Past::RepeatsLast,
                    Past::StartsOver,
                ],
            ),
            ignores_page: rng.u8(..10) == 0,
            identifiers: pick(
                rng,
                &[
                    Identifiers::All,
                    Identifiers::All,
                    Identifiers::Some,
                    Identifiers::None,
                ],
            ),
            changes_items: rng.bool(),
            total_pages: random_total(rng),
            total_count: random_total(rng),
            stated_size: pick(
                rng,
                &[
                    StatedSize::Absent,
                    StatedSize::Zero,
                    StatedSize::Requested,
                    StatedSize::Real,
                ],
            ),
            pretty: rng.u8(..8) == 0,
            failure: None,
        };
        if rng.u8(..3) > 0 {
            plan.growth = random_growth(rng, real_size);
        }
        plan.exclude_cases_without_a_solution();
        plan
    }

    /// Removes the cases that the rules exclude by design.
    fn exclude_cases_without_a_solution(&mut self) {
        // An item without an identifier that differs each time looks like a new item. If a server
        // sends such items without end, the list never ends.
        let never_stops =
            self.ignores_page || matches!(self.past, Past::RepeatsLast | Past::StartsOver);
        if never_stops && self.identifiers != Identifiers::All {
            self.changes_items = false;
        }
        // Items without an identifier are compared with the previous page only, or with all pages
        // if a whole page lacks identifiers. Alternating pages then look new: for ever in the first
        // case, while the list grows in the second.
        if self.past == Past::StartsOver
            && (self.identifiers == Identifiers::Some || !self.is_static())
        {
            self.identifiers = Identifiers::All;
        }
        // If pages are filtered, two that overlap in all but one item may look the same. One such
        // page is skipped, but two in a row end the list, so the growth avoids them.
        if self.filters_pages {
            for new in &mut self.growth {
                *new -= usize::from(*new + 1 == self.real_size);
            }
        }
        // A short page ends the list if a total says that it is the last. If the server caps or
        // filters its pages without stating their size, every page is short, and a total that is
        // too small ends the list early.
        if !self.is_shortness_exact() {
            if self.total_pages.may_be_too_small() {
                self.total_pages = Total::Exact;
            }
            // `total_count` is used only if `total_pages` is unknown.
            if self.total_pages.is_unknown() {
                if self.total_count.may_be_too_small() {
                    self.total_count = Total::Exact;
                }
                // An item without an identifier that moves to the next page is counted twice, so
                // the total is reached too early.
                if self.identifiers != Identifiers::All && !self.growth.is_empty() {
                    self.total_count = Total::Absent;
                }
            }
        }
    }

    /// Whether only the last page has fewer items than the reader expects of a page.
    fn is_shortness_exact(&self) -> bool {
        !self.filters_pages
            && (self.real_size == self.requested_size || self.stated_size == StatedSize::Real)
    }

    fn is_static(&self) -> bool {
        self.growth.is_empty()
    }

    /// Whether `total_pages` may promise pages that never come. Such a list may end with an error.
    fn may_promise_missing_pages(&self) -> bool {
        let promises = match self.total_pages {
            Total::Absent | Total::Zero => false,
            Total::TooLarge(_) => true,
            Total::Exact | Total::Stale | Total::TooSmall(_) => self.ignores_page,
        };
        let is_empty_past_the_end = matches!(self.past, Past::Empty | Past::Null | Past::NoResult);
        promises && (self.ignores_page || !is_empty_past_the_end)
    }

    fn fails(mut self, rng: &mut Rng) -> Self {
        let pages = self.items.div_ceil(self.real_size) as u64;
        let status = if rng.u8(..3) == 0 {
            400
        } else {
            rng.u16(400..=530)
        };
        let failure = match rng.u8(..10) {
            0 => Failure::Transport,
            1 => Failure::Status(200, pick(rng, &FAILED_SUCCESSES)),
            2 if status != 400 => Failure::Status(status, PAGE_OUT_OF_RANGE),
            _ => Failure::Status(status, pick(rng, &ERRORS)),
        };
        self.failure = Some((rng.u64(1..=pages + 2), failure));
        self
    }

    fn has_identifier(&self, item: usize) -> bool {
        match self.identifiers {
            Identifiers::All => true,
            Identifiers::Some => !item.is_multiple_of(3),
            Identifiers::None => false,
        }
    }

    fn is_hidden(&self, item: usize) -> bool {
        self.filters_pages && item < self.items && item % 2 == 1
    }
}

fn pick<T: Copy>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.usize(..choices.len())]
}

fn random_total(rng: &mut Rng) -> Total {
    match rng.u8(..9) {
        0..=2 => Total::Absent,
        3 => Total::Zero,
        4 => Total::Stale,
        5 => Total::TooSmall(rng.u64(1..4)),
        6 => Total::TooLarge(rng.u64(1..30)),
        _ => Total::Exact,
    }
}

/// How the list grows before each request but the first: by a few items, a page, a page and an
/// item, or several pages.
///
/// After it grew by a page or more, the list hardly grows until the reader has passed the items
/// that it read before. This excludes two cases. If a page is added twice in a row, two consecutive
/// pages equal their predecessor, as with a server that ignores `page`. If the list grows faster
/// than it is read, the reader reads more than `n + 3` pages without a new item.
fn random_growth(rng: &mut Rng, size: usize) -> Vec<usize> {
    let often = rng.bool();
    let (mut quiet, mut allowed) = (0, 0);
    let mut growth = vec![0];
    for _ in 0..25 {
        let few = if size > 1 { rng.usize(1..size) } else { 0 };
        let new = match rng.u8(..20) {
            _ if quiet > 0 => {
                quiet -= 1;
                let new = if allowed > 0 && rng.u8(..4) == 0 {
                    few
                } else {
                    0
                };
                allowed -= usize::from(new > 0);
                new
            }
            0 | 1 => size,
            2 => size + 1,
            3 => size * rng.usize(2..=4),
            4..=6 => few,
            7..=12 if often => few,
            _ => 0,
        };
        if new >= size {
            quiet = new.div_ceil(size) + 3;
            allowed = 1;
        }
        growth.push(new);
    }
    growth
}

/// After this many requests the server fails, so that a list without an end fails its test.
const MAX_REQUESTS: usize = 600;

#[derive(Debug, Clone)]
struct Server {
    plan: Arc<Plan>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The numbers of the items, newest first.
    list: Vec<usize>,
    all_requests: usize,
    /// Requests of the current reader.
    requests: usize,
    /// Pages with an item that was not sent to the current reader before.
    pages_with_new_items: usize,
    sent: HashSet<usize>,
    first_page: Option<Vec<usize>>,
    has_failed: bool,
}

impl Server {
    fn new(plan: Plan) -> Self {
        let list = (0..plan.items).collect();
        let state = State {
            list,
            ..State::default()
        };
        Self {
            plan: Arc::new(plan),
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn client(&self) -> Client {
        let server = self.clone();
        let transport = move |request: http::Request<Vec<u8>>| {
            let query = request.uri().query().unwrap_or_default();
            let mut parameters = query
                .split('&')
                .filter_map(|parameter| parameter.split_once('='));
            let page = parameters
                .find(|(name, _)| *name == "page")
                .map_or(1, |(_, page)| page.parse().unwrap());
            server.respond(page)
        };
        let builder = Client::builder()
            .api_token("a-token-of-the-tests")
            .transport(transport);
        builder.max_retries(0).build().unwrap()
    }

    fn respond(&self, page: u64) -> std::result::Result<http::Response<Body>, TransportError> {
        let plan = &*self.plan;
        let state = &mut *self.state.lock().unwrap();
        if state.requests > MAX_REQUESTS {
            return Err(TransportError::interrupted("too many requests"));
        }
        for _ in 0..plan
            .growth
            .get(state.all_requests)
            .copied()
            .unwrap_or_default()
        {
            state.list.insert(0, state.list.len());
        }
        state.all_requests += 1;
        state.requests += 1;
        if let Some((failing, failure)) = plan.failure
            && failing == page
            && !state.has_failed
        {
            state.has_failed = true;
            return match failure {
                Failure::Status(status, body) => Ok(response(status, body.to_owned())),
                Failure::Transport => Err(TransportError::interrupted("connection reset")),
            };
        }
        let pages = state.list.len().div_ceil(plan.real_size).max(1);
        let page = match usize::try_from(page).unwrap() {
            _ if plan.ignores_page => 1,
            page if page <= pages => page,
            page => match plan.past {
                Past::RepeatsLast => pages,
                Past::StartsOver => (page - 1) % pages + 1,
                Past::BadRequest => return Ok(response(400, PAGE_OUT_OF_RANGE.to_owned())),
                Past::Empty | Past::Null | Past::NoResult => page,
            },
        };
        let page_items = state
            .list
            .iter()
            .skip((page - 1) * plan.real_size)
            .take(plan.real_size);
        let items: Vec<usize> = page_items
            .copied()
            .filter(|item| !plan.is_hidden(*item))
            .collect();
        let mut has_new_items = false;
        for item in &items {
            has_new_items |= state.sent.insert(*item);
        }
        state.pages_with_new_items += usize::from(has_new_items);
        let tick = if plan.changes_items {
            state.all_requests
        } else {
            0
        };
        let mut body = json!({"success": true, "errors": [], "messages": []});
        match plan.past {
            Past::Null if items.is_empty() => body["result"] = Value::Null,
            Past::NoResult if items.is_empty() => {}
            _ => body["result"] = items.iter().map(|item| self.item(*item, tick)).collect(),
        }
        let info = self.info(&state.list);
        if !info.is_empty() {
            body["result_info"] = Value::Object(info);
        }
        state.first_page.get_or_insert(items);
        Ok(response(
            200,
            if plan.pretty {
                format!("{body:#}")
            } else {
                body.to_string()
            },
        ))
    }

    fn item(&self, item: usize, tick: usize) -> Value {
        let mut value = json!({"interface": tick.to_string(), "metadata": {"number": item}});
        if self.plan.has_identifier(item) {
            value["id"] = json!(format!("id-{item}"));
        } else if item.is_multiple_of(2) {
            value["id"] = if item.is_multiple_of(4) {
                Value::Null
            } else {
                json!("")
            };
        }
        value
    }

    fn info(&self, list: &[usize]) -> serde_json::Map<String, Value> {
        let plan = &*self.plan;
        let visible = |items: &mut dyn Iterator<Item = usize>| {
            items.filter(|item| !plan.is_hidden(*item)).count()
        };
        let count = visible(&mut list.iter().copied());
        let stale_count = visible(&mut (0..plan.items));
        let pages = list.len().div_ceil(plan.real_size);
        let stale_pages = plan.items.div_ceil(plan.real_size);
        let size = match plan.stated_size {
            StatedSize::Absent => None,
            StatedSize::Zero => Some(0),
            StatedSize::Requested => Some(plan.requested_size as u64),
            StatedSize::Real => Some(plan.real_size as u64),
        };
        let numbers = [
            ("per_page", size),
            ("total_pages", plan.total_pages.state(pages, stale_pages)),
            ("total_count", plan.total_count.state(count, stale_count)),
        ];
        let stated = numbers
            .into_iter()
            .filter_map(|(name, number)| Some((name.to_owned(), number?.into())));
        stated.collect()
    }

    /// Resets the counters for another reader of the same list.
    fn start_another_reader(&self) {
        let mut state = self.state.lock().unwrap();
        state.requests = 0;
        state.pages_with_new_items = 0;
        state.sent.clear();
    }
}

fn response(status: u16, body: String) -> http::Response<Body> {
    let mut response = http::Response::new(Body::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    response
}

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
