//! Where a listing ends. The one judge, whichever way the pages are fetched.

use super::seen::KnownPages;
use super::sheet::Sheet;
use crate::error::Error;
use crate::page::PageInfo;

/// What is to be done with a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Hand it out without its first `known` items, and go on after it unless it is the last.
    HandOut { known: usize, last: bool },
    /// It holds nothing new, and more may follow.
    Skip,
    /// The listing ended before it.
    End,
}

/// Remembers what it takes to tell the end of a listing from a short page, a full one, and one told twice.
#[derive(Debug)]
pub(super) struct Judge {
    /// How many items were asked for on a page, if that was said.
    asked: Option<u64>,
    single_page: bool,
    /// The last page that held something new. It moves on only after a page was judged not to be the end.
    window: Sheet,
    known: KnownPages,
    /// The page before held nothing new, or was not what a next page looks like.
    odd: bool,
    /// How many items came before the first page and on all pages since, told too low rather than too high.
    seen: u64,
    first: bool,
    totals: Totals,
}

/// What the pages so far say of the whole; 0 means unknown.
#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    pages: Option<u64>,
    count: Option<u64>,
}

impl Judge {
    pub(super) fn new(asked: Option<u64>, single_page: bool, unique_ids: bool) -> Self {
        Self {
            asked,
            single_page,
            window: Sheet::default(),
            known: KnownPages::new(unique_ids),
            odd: false,
            seen: 0,
            first: true,
            totals: Totals::default(),
        }
    }

    /// The last page that held something new.
    pub(super) fn page(&self) -> &Sheet {
        &self.window
    }

    /// What the last page that was handed out says of the listing.
    pub(super) fn info(&self) -> Option<&PageInfo> {
        self.window.info.as_ref()
    }

    /// The last page that there is, as far as anything that was said so far tells.
    pub(super) fn last_page(&self) -> Option<u64> {
        let by_count = || {
            let size = self.page_size(self.info())?;
            self.totals.count.map(|count| count.div_ceil(size))
        };
        self.totals.pages.or_else(by_count)
    }

    /// Judges page `number`, whose totals were noted. The judge keeps the page if it holds something new.
    pub(super) fn judge(&mut self, number: u64, page: &mut Sheet) -> Verdict {
        let items = page.len();
        let count = items as u64;
        if self.window.is_repeated_by(page) {
            return Verdict::End;
        }
        let promised = |page| self.totals.pages.is_some_and(|pages| page <= pages);
        let more_promised = promised(number.saturating_add(1));
        let known = self.known.meet(&self.window, page, promised(number));
        let (known, odd) = (known.items, known.odd || known.items == items);
        let twice = std::mem::replace(&mut self.odd, odd) && odd;
        if self.first {
            self.first = false;
            self.seen = (number - 1).saturating_mul(count);
        }
        self.seen = self.seen.saturating_add(count - known as u64);
        let last = self.single_page
            || (self.is_short(count, page.info.as_ref()) && self.totals.end_at(number, self.seen));
        if known == items {
            let more = count > 0 || more_promised;
            return if last || twice || !more {
                Verdict::End
            } else {
                Verdict::Skip
            };
        }
        if twice {
            return Verdict::End;
        }
        // What the older page had allocated is used again for the next one.
        std::mem::swap(&mut self.window, page);
        Verdict::HandOut { known, last }
    }

    /// Whether a null result, or this error, is how the server says that page `number` is past the end.
    pub(super) fn ends_at(&self, number: u64, error: &Error, null: bool) -> bool {
        let about_credentials = || error.codes().any(|code| matches!(code, 6003 | 9103 | 9106));
        // The API says it in JSON, or in no words; a web page is of something in between.
        let is_web_page = || {
            error
                .body()
                .is_some_and(|body| body.trim_ascii_start().starts_with(b"<"))
        };
        number >= 2
            && !self.totals.more_from(number, self.seen)
            && (null || (error.status() == Some(400) && !about_credentials() && !is_web_page()))
    }

    /// A null result may come with totals as well.
    pub(super) fn note(&mut self, info: Option<&PageInfo>) {
        if let Some(info) = info {
            let known = |total: Option<u64>| total.filter(|total| *total > 0);
            self.totals = Totals {
                pages: known(info.total_pages).or(self.totals.pages),
                count: known(info.total_count).or(self.totals.count),
            };
        }
    }

    fn is_short(&self, count: u64, info: Option<&PageInfo>) -> bool {
        self.page_size(info).is_some_and(|size| count < size)
    }

    /// How many items a full page has: as the server says, or else as it was asked.
    fn page_size(&self, info: Option<&PageInfo>) -> Option<u64> {
        info.and_then(|info| info.per_page)
            .filter(|size| *size > 0)
            .or(self.asked)
    }
}

impl Totals {
    /// Whether page `number`, with which `seen` items were seen, is the last one. The number of pages is asked first:
    /// the number of items may count those that a filter leaves out.
    fn end_at(self, number: u64, seen: u64) -> bool {
        match (self.pages, self.count) {
            (Some(pages), _) => number >= pages,
            (None, Some(count)) => seen >= count,
            (None, None) => false,
        }
    }

    /// Whether any total says that page `number` is not past the end.
    fn more_from(self, number: u64, seen: u64) -> bool {
        self.pages.is_some_and(|pages| number <= pages)
            || self.count.is_some_and(|count| seen < count)
    }
}
