//! The public iterators over paginated lists. `pager` fetches and decodes pages, `end` decides
//! where a list ends.

mod bad_items;
mod current_page;
mod end;
mod fetch;
mod fingerprint;
mod page_refusal;
mod pager;
mod read_ahead;
mod seen;

use std::fmt;
use std::iter::FusedIterator;

use serde::de::DeserializeOwned;

use self::bad_items::BadItems;
use self::pager::{Pager, WholePage};
use crate::call::Call;
use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::page::Page;

impl Client {
    /// Returns an iterator over the items of a list. Each page is fetched when it is needed.
    pub fn iter<E, T>(&self, request: &E) -> Iter<T>
    where
        E: Endpoint<Output = Page<T>>,
        T: DeserializeOwned,
    {
        Iter {
            pager: Pager::new(self.clone(), Call::of(request), E::item_id),
        }
    }

    /// Returns an iterator over the pages of a list. Each page is fetched when it is needed.
    pub fn pages<E, T>(&self, request: &E) -> Pages<T>
    where
        E: Endpoint<Output = Page<T>>,
        T: DeserializeOwned,
    {
        Pages {
            pager: Pager::new(self.clone(), Call::of(request), E::item_id),
            unfinished: None,
        }
    }
}

/// An iterator over the items of a paginated list.
///
/// It is made by the `iter` method of a request or by [`Client::iter`]. The first call of `next`
/// sends the first request, and each further page is requested when it is needed. The iterator owns
/// a clone of the client, so it can be stored, returned and moved to another thread.
///
/// An item that cannot be decoded is an `Err` in its place ([`is_item`](crate::Error::is_item)),
/// and the items after it are still yielded. Any other error ends the iteration.
/// [`next_page`](Self::next_page) then is the page to resume from.
///
/// An item with an identifier is yielded once, even if it moves to a later page because new items
/// were added in front. An item that moves to an earlier page because others were removed can be
/// missed: see [lists that change](crate#lists-that-change).
#[must_use = "an iterator does nothing until `next` is called"]
pub struct Iter<T> {
    pager: Pager<T>,
}

impl<T> Iter<T> {
    /// Returns the page to pass to the request's `.page(n)` to resume: the first one whose items
    /// and errors were not all yielded yet. It changes with the last item or error of a page.
    ///
    /// After an error that ended the list, it is the page that failed. A page that was yielded in
    /// part is yielded again from its start. Resume with the same filters and the same `per_page`.
    pub fn next_page(&self) -> u64 {
        self.pager.next_page()
    }

    /// Returns the server's `total_count`, after a page that has it was read.
    ///
    /// It may count items that a filter leaves out, and 0 means unknown. Audit logs have none.
    pub fn total(&self) -> Option<u64> {
        self.pager.total
    }

    /// Fetches up to `pages` pages on threads while you work on earlier ones. The largest number is
    /// 32; a larger one counts as 32. The default is 0.
    ///
    /// Items, order and errors are the same as without it, for a list that does not change. A page
    /// is requested before earlier ones have arrived. If items are added meanwhile, other items can
    /// be missed: set `before` on audit logs. Without a total from the server, up to `pages`
    /// requests go beyond the end of the list.
    ///
    /// Dropping the iterator stops the fetching. It does not wait for requests in flight, which end
    /// by their timeout.
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.pager.read_ahead(pages);
        self
    }
}

impl<T: DeserializeOwned> Iter<T> {
    /// Returns the next item. `read` gets the JSON of a good one, as it was sent.
    #[inline]
    pub(crate) fn next_with(&mut self, mut read: impl FnMut(&[u8])) -> Option<Result<T>> {
        loop {
            if let Some(item) = self.pager.next_item(&mut read) {
                return Some(item);
            }
            if let Err(error) = self.pager.advance()? {
                return Some(Err(error));
            }
        }
    }
}

impl<T: DeserializeOwned> Iterator for Iter<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_with(|_| ())
    }

    // The items of the current page may be duplicates, so that nothing is certain before the end.
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.pager.is_over().then_some(0))
    }
}

impl<T: DeserializeOwned> FusedIterator for Iter<T> {}

/// An iterator over the pages of a paginated list.
///
/// It is made by the `pages` method of a request or by [`Client::pages`]. It yields a page with the
/// items that could be decoded and were not yielded before, and then an `Err` for each item that
/// could not be decoded. Otherwise it works like [`Iter`]. If no item of a page could be decoded,
/// the page is yielded without items. A page without a new item is not yielded.
#[must_use = "an iterator does nothing until `next` is called"]
pub struct Pages<T> {
    pager: Pager<T>,
    /// The page whose good items were yielded, and whose bad ones were not.
    unfinished: Option<BadItems<T>>,
}

impl<T> Pages<T> {
    /// Returns the page to resume from: the first one whose items and errors were not all yielded
    /// yet. See [`Iter::next_page`].
    pub fn next_page(&self) -> u64 {
        match &self.unfinished {
            Some(bad_items) => bad_items.number,
            None => self.pager.next_page(),
        }
    }

    /// Returns the server's `total_count`. See [`Iter::total`].
    pub fn total(&self) -> Option<u64> {
        self.pager.total
    }

    /// Fetches up to `pages` pages on threads. See [`Iter::read_ahead`].
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.pager.read_ahead(pages);
        self
    }
}

impl<T: DeserializeOwned> Iterator for Pages<T> {
    type Item = Result<Page<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(page) = &mut self.unfinished {
            let error = page.next_error();
            if page.is_empty() {
                self.unfinished = None;
            }
            return error.map(Err);
        }
        loop {
            // A panic while an item was decoded leaves the pager in the page.
            if !self.pager.is_in_page()
                && let Err(error) = self.pager.advance()?
            {
                return Some(Err(error));
            }
            let Some(WholePage { page, bad_items }) = self.pager.whole_page() else {
                continue;
            };
            if page.items.is_empty() && bad_items.is_empty() {
                continue;
            }
            self.unfinished = Some(bad_items).filter(|bad_items| !bad_items.is_empty());
            return Some(Ok(page));
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.unfinished {
            Some(page) => page.len(),
            None => 0,
        };
        (left, self.pager.is_over().then_some(left))
    }
}

impl<T: DeserializeOwned> FusedIterator for Pages<T> {}

impl<T> fmt::Debug for Iter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("next_page", &self.next_page())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next_page", &self.next_page())
            .finish_non_exhaustive()
    }
}
