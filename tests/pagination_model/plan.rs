//! The behaviour of a simulated server, generated from a seed.

#![allow(unreachable_pub)]

use fastrand::Rng;

/// What the server sends for a page after the last one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Past {
    Empty,
    Null,
    NoResult,
    BadRequest,
    /// The last page.
    RepeatsLast,
    /// All pages again, from the first.
    StartsOver,
}

impl Past {
    const ALL: [Self; 6] = [
        Self::Empty,
        Self::Null,
        Self::NoResult,
        Self::BadRequest,
        Self::RepeatsLast,
        Self::StartsOver,
    ];
}

/// Which items have an identifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Identifiers {
    All,
    Some,
    None,
}

impl Identifiers {
    /// Lists whose items all have one are the most frequent.
    const WEIGHTED: [Self; 4] = [Self::All, Self::All, Self::Some, Self::None];
}

/// How a total that the server states relates to the real one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Total {
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

    pub fn state(self, exact: usize, stale: usize) -> Option<u64> {
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
pub enum StatedSize {
    Absent,
    Zero,
    Requested,
    Real,
}

impl StatedSize {
    const ALL: [Self; 4] = [Self::Absent, Self::Zero, Self::Requested, Self::Real];
}

/// A request for this page fails once.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    pub page: u64,
    pub kind: FailureKind,
}

#[derive(Debug, Clone, Copy)]
pub enum FailureKind {
    /// A response with this status and body.
    Response(u16, &'static str),
    /// The connection breaks.
    Transport,
}

/// The behaviour of a simulated server.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many items there are before the first request.
    pub items: usize,
    pub requested_size: usize,
    /// How many items the server puts on a page: `requested_size`, or fewer.
    pub real_size: usize,
    /// How many items are added in front of the list before each request.
    pub growth: Vec<usize>,
    /// The server filters after it cut the list into pages, so every other item is missing on its
    /// page.
    pub filters_pages: bool,
    pub past: Past,
    pub ignores_page: bool,
    pub identifiers: Identifiers,
    /// Other fields of every item change with every request.
    pub changes_items: bool,
    pub total_pages: Total,
    pub total_count: Total,
    pub stated_size: StatedSize,
    pub pretty: bool,
    pub failure: Option<Failure>,
}

pub const PAGE_OUT_OF_RANGE: &str =
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
    r#"{
        "success": false,
        "errors": [{
            "code": 6003,
            "message": "Invalid request headers",
            "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}]
        }]
    }"#,
];

/// Bodies that are errors although the status is 200.
const FAILED_SUCCESSES: [&str; 4] = [
    "",
    "<html><title>Sign in</title></html>",
    PAGE_OUT_OF_RANGE,
    r#"{"success":true,"errors":[],"result":[{"id":"1"},{"id"#,
];

impl Plan {
    pub fn random(rng: &mut Rng) -> Self {
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
            past: pick(rng, &Past::ALL),
            ignores_page: rng.u8(..10) == 0,
            identifiers: pick(rng, &Identifiers::WEIGHTED),
            changes_items: rng.bool(),
            total_pages: random_total(rng),
            total_count: random_total(rng),
            stated_size: pick(rng, &StatedSize::ALL),
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

    pub fn is_static(&self) -> bool {
        self.growth.is_empty()
    }

    /// Whether `total_pages` may promise pages that never come. Such a list may end with an error.
    pub fn may_promise_missing_pages(&self) -> bool {
        let promises = match self.total_pages {
            Total::Absent | Total::Zero => false,
            Total::TooLarge(_) => true,
            Total::Exact | Total::Stale | Total::TooSmall(_) => self.ignores_page,
        };
        let is_empty_past_the_end = matches!(self.past, Past::Empty | Past::Null | Past::NoResult);
        promises && (self.ignores_page || !is_empty_past_the_end)
    }

    /// The same plan with a random failure.
    pub fn with_failure(mut self, rng: &mut Rng) -> Self {
        let pages = self.items.div_ceil(self.real_size) as u64;
        let status = if rng.u8(..3) == 0 {
            400
        } else {
            rng.u16(400..=530)
        };
        let kind = match rng.u8(..10) {
            0 => FailureKind::Transport,
            1 => FailureKind::Response(200, pick(rng, &FAILED_SUCCESSES)),
            2 if status != 400 => FailureKind::Response(status, PAGE_OUT_OF_RANGE),
            _ => FailureKind::Response(status, pick(rng, &ERRORS)),
        };
        let page = rng.u64(1..=pages + 2);
        self.failure = Some(Failure { page, kind });
        self
    }

    pub fn has_identifier(&self, item: usize) -> bool {
        match self.identifiers {
            Identifiers::All => true,
            Identifiers::Some => !item.is_multiple_of(3),
            Identifiers::None => false,
        }
    }

    pub fn is_hidden(&self, item: usize) -> bool {
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
    let grows_often = rng.bool();
    let mut quiet_requests = 0;
    let mut may_grow_while_quiet = false;
    let mut growth = vec![0];
    for _ in 0..25 {
        let a_few = if size > 1 { rng.usize(1..size) } else { 0 };
        let choice = rng.u8(..20);
        let new = if quiet_requests > 0 {
            quiet_requests -= 1;
            if may_grow_while_quiet && rng.u8(..4) == 0 {
                may_grow_while_quiet = a_few == 0;
                a_few
            } else {
                0
            }
        } else {
            match choice {
                0 | 1 => size,
                2 => size + 1,
                3 => size * rng.usize(2..=4),
                4..=6 => a_few,
                7..=12 if grows_often => a_few,
                _ => 0,
            }
        };
        if new >= size {
            quiet_requests = new.div_ceil(size) + 3;
            may_grow_while_quiet = true;
        }
        growth.push(new);
    }
    growth
}
