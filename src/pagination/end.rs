//! Decides where a list ends. No other module does.

use crate::error::{ApiError, Error};
use crate::page::PageInfo;

/// What the rules need to know about a page.
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
/// The rules are in the guide, under "Where a list ends".
#[derive(Debug)]
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
            total_pages: None,
            total_count: None,
            yielded_items: 0,
            productive_pages: 0,
            empty_pages: 0,
            unproductive_pages: 0,
            equal_pages: 0,
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
        let by_count = || Some(self.total_count?.div_ceil(self.page_size(per_page)?));
        self.total_pages.or_else(by_count)
    }

    /// Decides what follows a page, after all its items were yielded.
    pub(super) fn after(&mut self, page: PageSummary) -> Next {
        self.count(page);
        let PageSummary { number, .. } = page;
        let more_promised = self.total_pages.is_some_and(|pages| pages > number);
        if page.items == 0 && (!more_promised || self.empty_pages >= 2) {
            return Next::End(format!("page {number} is empty"));
        }
        if page.items > 0 && self.is_short(page) && self.is_last(number) {
            return Next::End(format!("page {number} is the last one by its totals"));
        }
        if self.equal_pages >= 2 && !more_promised {
            return Next::End(format!("page {number} repeats the two pages before it"));
        }
        if self.unproductive_pages < self.productive_pages + 3 {
            return Next::Page;
        }
        match self.total_pages.filter(|_| more_promised) {
            Some(pages) => {
                Next::Failure(format!("page {number} repeats earlier pages, although total_pages is {pages}"))
            }
            None => Next::End(format!("page {number} repeats earlier pages")),
        }
    }

    /// Whether an error says that page `number` is past the end.
    ///
    /// Cloudflare also sends HTTP 400 for transient faults, so that it counts only if it is about the page number.
    pub(super) fn is_past_end(&self, number: u64, error: &Error) -> bool {
        let exists = self.total_pages.is_some_and(|pages| number <= pages);
        number >= 2 && !exists && error.status() == Some(400) && is_about_page(error.api_errors())
    }

    fn count(&mut self, page: PageSummary) {
        self.yielded_items += page.new_items;
        self.empty_pages = if page.items == 0 { self.empty_pages + 1 } else { 0 };
        if page.new_items > 0 {
            self.productive_pages += 1;
            self.unproductive_pages = 0;
            self.equal_pages = 0;
            return;
        }
        self.unproductive_pages += 1;
        let is_equal = page.equals_previous && page.items > 0;
        self.equal_pages = if is_equal { self.equal_pages + 1 } else { 0 };
    }

    fn is_short(&self, page: PageSummary) -> bool {
        let size = self.page_size(page.per_page);
        size.is_some_and(|size| page.items < size)
    }

    fn page_size(&self, per_page: Option<u64>) -> Option<u64> {
        per_page.filter(|size| *size > 0).or(self.requested_size)
    }

    /// Whether a total says that nothing follows page `number`. The number of items is the weaker one, because it may
    /// count items that a filter leaves out.
    fn is_last(&self, number: u64) -> bool {
        match (self.total_pages, self.total_count) {
            (Some(pages), _) => number >= pages,
            (None, Some(count)) => self.first_page == 1 && self.yielded_items >= count,
            (None, None) => false,
        }
    }
}

fn is_about_page(errors: &[ApiError]) -> bool {
    errors.iter().any(|error| {
        let pointer = error.pointer.as_deref().unwrap_or_default();
        names_page(&error.message) || names_page(pointer) || is_about_page(&error.error_chain)
    })
}

/// Whether a text has the word `page`, but not as in `per_page`.
fn names_page(text: &str) -> bool {
    let mut before = "";
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        if word.eq_ignore_ascii_case("page") && !before.eq_ignore_ascii_case("per") {
            return true;
        }
        before = word;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: u64 = 2;

    /// A list from page 1 with two items requested a page.
    fn list(info: Option<PageInfo>) -> End {
        let mut end = End::new(1, Some(FULL));
        if let Some(info) = info {
            end.note_totals(&info);
        }
        end
    }

    fn total_pages(pages: u64) -> Option<PageInfo> {
        Some(PageInfo { total_pages: Some(pages), ..PageInfo::default() })
    }

    fn total_count(count: u64) -> Option<PageInfo> {
        Some(PageInfo { total_count: Some(count), ..PageInfo::default() })
    }

    fn page(number: u64, items: u64, new_items: u64) -> PageSummary {
        PageSummary { number, items, new_items, equals_previous: false, per_page: None }
    }

    fn equal(number: u64) -> PageSummary {
        PageSummary { equals_previous: true, ..page(number, FULL, 0) }
    }

    fn ended(reason: &str) -> Next {
        Next::End(reason.to_owned())
    }

    #[test]
    fn an_empty_page_ends_a_list() {
        assert_eq!(list(None).after(page(1, 0, 0)), ended("page 1 is empty"));
        let mut end = list(total_pages(1));
        assert_eq!(end.after(page(1, FULL, FULL)), Next::Page);
        assert_eq!(end.after(page(2, 0, 0)), ended("page 2 is empty"));
    }

    #[test]
    fn one_empty_page_is_skipped_if_more_are_promised() {
        let mut end = list(total_pages(9));
        assert_eq!(end.after(page(1, 0, 0)), Next::Page);
        assert_eq!(end.after(page(2, FULL, FULL)), Next::Page);
        assert_eq!(end.after(page(3, 0, 0)), Next::Page);
        assert_eq!(end.after(page(4, 0, 0)), ended("page 4 is empty"));
    }

    #[test]
    fn a_short_page_ends_a_list_only_if_a_total_says_so() {
        assert_eq!(list(None).after(page(1, 1, 1)), Next::Page);
        let last = ended("page 1 is the last one by its totals");
        for (info, next) in [
            (total_pages(1), last),
            (total_pages(2), Next::Page),
            (total_pages(0), Next::Page),
            (total_count(1), ended("page 1 is the last one by its totals")),
            (total_count(2), Next::Page),
            (total_count(0), Next::Page),
        ] {
            assert_eq!(list(info.clone()).after(page(1, 1, 1)), next, "{info:?}");
            assert_eq!(list(info).after(page(1, FULL, FULL)), Next::Page);
        }
        let mut both = list(total_pages(2));
        both.note_totals(&total_count(1).unwrap());
        assert_eq!(both.after(page(1, 1, 1)), Next::Page, "total_pages counts first");
    }

    #[test]
    fn total_count_needs_a_list_from_page_1() {
        let mut end = End::new(2, Some(FULL));
        end.note_totals(&total_count(1).unwrap());
        assert_eq!(end.after(page(2, 1, 1)), Next::Page);
    }

    #[test]
    fn total_count_is_compared_with_the_items_that_were_yielded() {
        let mut end = list(total_count(3));
        assert_eq!(end.after(page(1, FULL, FULL)), Next::Page);
        assert_eq!(end.after(page(2, 1, 0)), Next::Page);
        assert_eq!(end.after(page(3, 1, 1)), ended("page 3 is the last one by its totals"));
    }

    #[test]
    fn the_size_of_the_server_counts_before_the_requested_one() {
        let sized = |per_page| PageSummary { per_page: Some(per_page), ..page(1, 1, 1) };
        assert_eq!(list(total_pages(1)).after(sized(1)), Next::Page);
        assert!(matches!(list(total_pages(1)).after(sized(3)), Next::End(_)));
        assert!(matches!(list(total_pages(1)).after(sized(0)), Next::End(_)));
        let mut unsized_list = End::new(1, None);
        unsized_list.note_totals(&total_pages(1).unwrap());
        assert_eq!(unsized_list.after(page(1, 1, 1)), Next::Page);
    }

    #[test]
    fn an_unknown_total_does_not_replace_a_known_one() {
        let mut end = list(total_pages(1));
        end.note_totals(&total_pages(0).unwrap());
        assert!(matches!(end.after(page(1, 1, 1)), Next::End(_)));
    }

    #[test]
    fn two_pages_equal_to_their_predecessors_end_a_list() {
        let mut end = list(None);
        assert_eq!(end.after(page(1, FULL, FULL)), Next::Page);
        assert_eq!(end.after(page(2, FULL, FULL)), Next::Page);
        assert_eq!(end.after(equal(3)), Next::Page);
        assert_eq!(end.after(page(4, FULL, 0)), Next::Page);
        assert_eq!(end.after(equal(5)), Next::Page);
        assert_eq!(end.after(page(6, FULL, 1)), Next::Page);
        assert_eq!(end.after(equal(7)), Next::Page);
        assert_eq!(end.after(equal(8)), ended("page 8 repeats the two pages before it"));
    }

    #[test]
    fn equal_pages_do_not_end_a_list_if_more_are_promised() {
        let mut end = list(total_pages(5));
        assert_eq!(end.after(page(1, FULL, FULL)), Next::Page);
        for number in 2..=4 {
            assert_eq!(end.after(equal(number)), Next::Page);
        }
        assert!(matches!(end.after(equal(5)), Next::End(_)));
    }

    #[test]
    fn pages_without_new_items_end_a_list_in_the_end() {
        for productive in 0..4 {
            let mut end = list(None);
            for number in 1..=productive {
                assert_eq!(end.after(page(number, FULL, 1)), Next::Page);
            }
            for number in productive + 1..productive * 2 + 3 {
                assert_eq!(end.after(page(number, FULL, 0)), Next::Page);
            }
            let number = productive * 2 + 3;
            let reason = format!("page {number} repeats earlier pages");
            assert_eq!(end.after(page(number, FULL, 0)), Next::End(reason));
        }
    }

    #[test]
    fn pages_without_new_items_are_a_failure_if_more_are_promised() {
        let mut end = list(total_pages(20));
        assert_eq!(end.after(page(1, FULL, FULL)), Next::Page);
        for number in 2..5 {
            assert_eq!(end.after(equal(number)), Next::Page);
        }
        let reason = "page 5 repeats earlier pages, although total_pages is 20";
        assert_eq!(end.after(equal(5)), Next::Failure(reason.to_owned()));
        let mut last = list(total_pages(4));
        for number in 2..4 {
            assert_eq!(last.after(page(number, FULL, 0)), Next::Page);
        }
        assert!(matches!(last.after(page(4, FULL, 0)), Next::End(_)));
    }

    #[test]
    fn the_last_page_is_known_by_either_total() {
        assert_eq!(list(None).last_page(None), None);
        assert_eq!(list(total_pages(7)).last_page(None), Some(7));
        assert_eq!(list(total_count(7)).last_page(None), Some(4));
        assert_eq!(list(total_count(7)).last_page(Some(3)), Some(3));
    }

    #[test]
    fn the_word_page_is_told_from_per_page() {
        for text in ["page out of range", "Page 7", "invalid `page`", "/page", "per page, page", "page_number"] {
            assert!(names_page(text), "{text}");
        }
        for text in ["", "per_page", "per page", "Per-Page is 0", "/per_page", "pages", "homepage", "perPage"] {
            assert!(!names_page(text), "{text}");
        }
    }

    #[test]
    fn messages_chains_and_pointers_may_name_the_page() {
        let message = ApiError { message: "page is invalid".to_owned(), ..ApiError::default() };
        let pointer = ApiError { pointer: Some("/page".to_owned()), ..ApiError::default() };
        let chain = ApiError { error_chain: vec![ApiError::default(), message.clone()], ..ApiError::default() };
        for error in [message, pointer, chain] {
            assert!(is_about_page(&[ApiError::default(), error]));
        }
        assert!(!is_about_page(&[ApiError::default()]) && !is_about_page(&[]));
    }
}
