//! Decides where a paginated list ends, from its pages and totals.

use super::page_refusal::refuses_page;
use crate::error::ApiError;
use crate::page::PageInfo;

/// The facts about a page that the rules use.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageSummary {
    pub(super) number: u64,
    pub(super) items: u64,
    /// How many of the items were not yielded before.
    pub(super) new_items: u64,
    /// Whether it has the same items in the same order as the page requested just before.
    pub(super) equals_previous: bool,
    /// The server's `per_page`, if it sent one.
    pub(super) per_page: Option<u64>,
}

/// What follows a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Page,
    /// The list ended, for this reason.
    End(String),
    /// The list cannot be read to its end, for this reason.
    Failure(String),
}

/// Where a paginated list ends, as far as its pages have shown.
///
/// The guide has the rules, under "Where a list ends", without these details:
///
/// * The second empty page in a row ends a list, whatever `total_pages` says.
/// * A short page is the last one by `total_pages`, or if that is absent, by `total_count` of a list
///   that is read from page 1. A total of 0 is unknown.
/// * A page without a new item repeats earlier ones. Two in a row that each equal the page before
///   them end a list, unless `total_pages` says that more follow. So do as many in a row as there
///   were pages with new items, and three: then it is a failure if `total_pages` says that more
///   follow. Fewer do not, because newer items may have been added in front.
/// * A 400 that refuses the page number ends a list from page 2 on, also if it is the first one that
///   is requested, unless a total says that items are missing.
#[derive(Debug, Default)]
pub(super) struct End {
    first_page: u64,
    requested_size: Option<u64>,
    total_pages: Option<u64>,
    total_count: Option<u64>,
    yielded_items: u64,
    /// How many pages yielded an item.
    productive_pages: u64,
    /// How many pages in a row, up to the last one, were empty.
    empty_pages: u64,
    /// How many pages in a row yielded nothing.
    unproductive_pages: u64,
    /// How many pages in a row had the same items as their predecessors, and yielded nothing.
    equal_pages: u64,
}

impl End {
    pub(super) fn new(first_page: u64, requested_size: Option<u64>) -> Self {
        Self {
            first_page,
            requested_size,
            ..Self::default()
        }
    }

    /// Takes note of the totals of a page. 0 means unknown.
    pub(super) fn note_totals(&mut self, info: &PageInfo) {
        let known = |total: Option<u64>| total.filter(|total| *total > 0);
        self.total_pages = known(info.total_pages).or(self.total_pages);
        self.total_count = known(info.total_count).or(self.total_count);
    }

    /// Returns the last page according to the totals, beyond which nothing is fetched ahead.
    pub(super) fn last_page(&self, per_page: Option<u64>) -> Option<u64> {
        if self.total_pages.is_some() {
            return self.total_pages;
        }
        let size = self.page_size(per_page)?;
        Some(self.total_count?.div_ceil(size))
    }

    /// Decides what follows a page, after all its items were yielded.
    pub(super) fn after(&mut self, page: PageSummary) -> Next {
        self.count(page);
        let number = page.number;
        // `total_pages`, if it says that more pages follow.
        let promised = self.total_pages.filter(|pages| *pages > number);
        if page.items == 0 && (promised.is_none() || self.empty_pages >= 2) {
            return Next::End(format!("page {number} is empty"));
        }
        let size = self.page_size(page.per_page);
        let is_short = size.is_some_and(|size| page.items < size);
        if is_short && self.is_last(number) {
            return Next::End(format!("page {number} is the last one by its totals"));
        }
        if self.equal_pages >= 2 && promised.is_none() {
            return Next::End(format!("page {number} repeats the two pages before it"));
        }
        if self.unproductive_pages < self.productive_pages + 3 {
            return Next::Page;
        }
        match promised {
            Some(pages) => Next::Failure(format!(
                "page {number} repeats earlier pages, although total_pages is {pages}"
            )),
            None => Next::End(format!("page {number} repeats earlier pages")),
        }
    }

    /// Whether the API's errors mean that page `number` is past the end, and that nothing is
    /// missing by the totals.
    ///
    /// Cloudflare also sends HTTP 400 for transient faults, so that it counts only if it says that
    /// the page number is invalid.
    pub(super) fn is_past_end(&self, number: u64, status: u16, errors: &[ApiError]) -> bool {
        let is_missing = self.total_pages.is_some_and(|pages| number <= pages)
            || (self.first_page == 1
                && self
                    .total_count
                    .is_some_and(|count| self.yielded_items < count));
        number >= 2 && status == 400 && !is_missing && errors.iter().any(refuses_page)
    }

    fn count(&mut self, page: PageSummary) {
        self.yielded_items += page.new_items;
        self.empty_pages = if page.items == 0 {
            self.empty_pages + 1
        } else {
            0
        };
        if page.new_items > 0 {
            self.productive_pages += 1;
            self.unproductive_pages = 0;
            self.equal_pages = 0;
            return;
        }
        self.unproductive_pages += 1;
        self.equal_pages = if page.equals_previous {
            self.equal_pages + 1
        } else {
            0
        };
    }

    fn page_size(&self, per_page: Option<u64>) -> Option<u64> {
        per_page.filter(|size| *size > 0).or(self.requested_size)
    }

    /// Whether a total says that nothing follows page `number`. The number of items is the weaker
    /// one, because it may count items that a filter leaves out.
    fn is_last(&self, number: u64) -> bool {
        match (self.total_pages, self.total_count) {
            (Some(pages), _) => number >= pages,
            (None, Some(count)) => self.first_page == 1 && self.yielded_items >= count,
            (None, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list from page `first`, after a page with these totals.
    fn list(first: u64, requested_size: Option<u64>, pages: u64, count: u64) -> End {
        let mut end = End::new(first, requested_size);
        end.note_totals(&PageInfo {
            total_pages: Some(pages),
            total_count: Some(count),
            ..PageInfo::default()
        });
        end
    }

    fn page(number: u64, items: u64, new_items: u64) -> PageSummary {
        PageSummary {
            number,
            items,
            new_items,
            equals_previous: false,
            per_page: None,
        }
    }

    /// A page of a list with two items requested a page.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Kind {
        /// Full of new items.
        New,
        /// Short, with a new item.
        ShortNew,
        /// Full of items of earlier pages.
        Old,
        /// Short, with an item of an earlier page.
        ShortOld,
        /// Full of the items of the page before.
        Equal,
        Empty,
    }

    use Kind::*;

    #[derive(Debug, Clone, Copy)]
    struct Totals {
        pages: u64,
        count: u64,
    }

    const UNKNOWN: Totals = Totals { pages: 0, count: 0 };

    fn pages(pages: u64) -> Totals {
        Totals { pages, ..UNKNOWN }
    }

    fn count(count: u64) -> Totals {
        Totals { count, ..UNKNOWN }
    }

    /// What follows the last of these pages, in a list from page 1.
    #[track_caller]
    fn after(totals: Totals, kinds: &[Kind]) -> Next {
        let mut end = list(1, Some(2), totals.pages, totals.count);
        let mut next = Next::Page;
        for (number, kind) in (1..).zip(kinds) {
            assert_eq!(next, Next::Page, "before page {number} of {kinds:?}");
            let (items, new_items) = match kind {
                New => (2, 2),
                ShortNew => (1, 1),
                Old | Equal => (2, 0),
                ShortOld => (1, 0),
                Empty => (0, 0),
            };
            next = end.after(PageSummary {
                equals_previous: *kind == Equal,
                ..page(number, items, new_items)
            });
            end.note_totals(&PageInfo {
                total_pages: Some(0),
                total_count: Some(0),
                ..PageInfo::default()
            });
        }
        next
    }

    #[track_caller]
    fn ends(totals: Totals, kinds: &[Kind], reason: &str) {
        let expected = Next::End(reason.to_owned());
        assert_eq!(after(totals, kinds), expected, "{totals:?} {kinds:?}");
    }

    #[track_caller]
    fn goes_on(totals: Totals, kinds: &[Kind]) {
        assert_eq!(after(totals, kinds), Next::Page, "{totals:?} {kinds:?}");
    }

    #[test]
    fn ends_after_an_empty_page() {
        ends(UNKNOWN, &[Empty], "page 1 is empty");
        ends(pages(1), &[New, Empty], "page 2 is empty");
        goes_on(pages(9), &[Empty]);
        goes_on(pages(9), &[Empty, New, Empty]);
        ends(pages(9), &[Empty, New, Empty, Empty], "page 4 is empty");
    }

    #[test]
    fn ends_after_a_short_page_that_a_total_says_is_the_last() {
        let reason = |page: u64| format!("page {page} is the last one by its totals");
        ends(pages(1), &[ShortNew], &reason(1));
        ends(count(1), &[ShortNew], &reason(1));
        ends(count(3), &[New, ShortOld, ShortNew], &reason(3));
        goes_on(UNKNOWN, &[ShortNew]);
        goes_on(pages(2), &[ShortNew]);
        goes_on(count(2), &[ShortNew]);
        goes_on(Totals { pages: 2, count: 1 }, &[ShortNew]);
        goes_on(pages(1), &[New]);
        goes_on(count(1), &[New]);
    }

    #[test]
    fn ends_after_two_pages_that_repeat_the_ones_before() {
        ends(
            UNKNOWN,
            &[New, New, New, Equal, Old, Equal, ShortNew, Equal, Equal],
            "page 9 repeats the two pages before it",
        );
        ends(
            pages(5),
            &[New, Equal, Equal, Equal, Equal],
            "page 5 repeats the two pages before it",
        );
    }

    #[test]
    fn gives_up_after_as_many_pages_without_a_new_item_as_with_one_and_three() {
        ends(pages(3), &[Old, Old, Old], "page 3 repeats earlier pages");
        for productive in 0..4 {
            let mut kinds = [vec![New; productive], vec![Old; productive + 2]].concat();
            goes_on(UNKNOWN, &kinds);
            kinds.push(Old);
            let reason = format!("page {} repeats earlier pages", kinds.len());
            ends(UNKNOWN, &kinds, &reason);
            let failure = format!("{reason}, although total_pages is 20");
            assert_eq!(after(pages(20), &kinds), Next::Failure(failure));
        }
    }

    #[test]
    fn total_count_needs_a_list_from_page_1() {
        assert_eq!(list(2, Some(2), 0, 1).after(page(2, 1, 1)), Next::Page);
    }

    #[test]
    fn the_page_size_of_the_server_counts_before_the_requested_one() {
        for (requested, per_page, is_last) in [
            (Some(2), Some(1), false),
            (Some(2), Some(3), true),
            (Some(2), Some(0), true),
            (Some(1), None, false),
            (None, None, false),
        ] {
            let next = list(1, requested, 1, 0).after(PageSummary {
                per_page,
                ..page(1, 1, 1)
            });
            assert_eq!(next != Next::Page, is_last, "{requested:?} {per_page:?}");
        }
    }

    #[test]
    fn finds_the_last_page_by_either_total() {
        for (pages, count, per_page, last) in [
            (0, 0, None, None),
            (7, 1, None, Some(7)),
            (0, 7, None, Some(4)),
            (0, 7, Some(3), Some(3)),
        ] {
            assert_eq!(
                list(1, Some(2), pages, count).last_page(per_page),
                last,
                "{pages} {count}"
            );
        }
    }

    fn message(text: &str) -> ApiError {
        ApiError {
            message: text.to_owned(),
            ..ApiError::default()
        }
    }

    const REFUSED: &str = "invalid page";

    #[track_caller]
    fn is_past_end(end: &End, number: u64, status: u16, text: &str) -> bool {
        let error = message(text);
        let in_chain = ApiError {
            error_chain: vec![ApiError::default(), error.clone()],
            ..ApiError::default()
        };
        let alone = end.is_past_end(number, status, std::slice::from_ref(&error));
        for errors in [
            [ApiError::default(), error],
            [ApiError::default(), in_chain],
        ] {
            assert_eq!(end.is_past_end(number, status, &errors), alone, "{text}");
        }
        alone
    }

    #[test]
    fn a_400_that_refuses_the_page_number_is_past_the_end_from_page_2_on() {
        let end = End::new(1, Some(2));
        assert!(is_past_end(&end, 2, 400, REFUSED));
        assert!(!is_past_end(&end, 1, 400, REFUSED));
        for status in [200, 401, 403, 404, 416, 429, 500] {
            assert!(!is_past_end(&end, 2, status, REFUSED), "{status}");
        }
        assert!(!is_past_end(&end, 2, 400, "invalid filter"));
        assert!(!end.is_past_end(2, 400, &[]));
    }

    #[test]
    fn no_page_that_exists_by_total_pages_is_past_the_end() {
        for first in [1, 2] {
            let end = list(first, Some(2), 3, 0);
            assert!(!is_past_end(&end, 3, 400, REFUSED));
            assert!(is_past_end(&end, 4, 400, REFUSED));
        }
    }

    #[test]
    fn a_list_from_page_1_is_not_over_before_total_count_items_were_yielded() {
        let mut end = list(1, Some(2), 0, 3);
        assert_eq!(end.after(page(1, 2, 2)), Next::Page);
        assert!(!is_past_end(&end, 2, 400, REFUSED));
        assert_eq!(end.after(page(2, 2, 0)), Next::Page);
        assert!(
            !is_past_end(&end, 3, 400, REFUSED),
            "duplicates do not count"
        );
        assert_eq!(end.after(page(3, 2, 1)), Next::Page);
        assert!(is_past_end(&end, 4, 400, REFUSED));

        let mut end = list(2, Some(2), 0, 9);
        assert_eq!(end.after(page(2, 2, 2)), Next::Page);
        assert!(is_past_end(&end, 3, 400, REFUSED));
    }

    #[test]
    fn both_totals_can_say_that_something_is_missing() {
        // `total_pages` says that all pages were read, `total_count` that items are missing.
        let mut end = list(1, Some(2), 1, 3);
        assert_eq!(end.after(page(1, 2, 2)), Next::Page);
        assert!(!is_past_end(&end, 2, 400, REFUSED));
    }
}
