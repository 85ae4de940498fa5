//! Listings: a page, all pages, all items.

mod end;
mod pager;
mod read_ahead;
mod seen;
mod sheet;

use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;

use serde::de::DeserializeOwned;

use self::pager::Listing;
use crate::call::Call;
use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::envelope::{Items, step_over};
use crate::error::{Error, Fault, Result};
use crate::page::Page;

impl Client {
    /// Every item of every page of a listing, each page fetched when it is needed.
    pub fn iter<E, T>(&self, request: &E) -> Iter<'_, T>
    where
        E: Endpoint<Output = Page<T>>,
        T: DeserializeOwned,
    {
        Iter::new(self, Call::of(request))
    }

    /// Every page of a listing, fetched when it is needed.
    pub fn pages<E, T>(&self, request: &E) -> Pages<'_, T>
    where
        E: Endpoint<Output = Page<T>>,
        T: DeserializeOwned,
    {
        Pages::new(self, Call::of(request))
    }
}

/// Every item of every page of a listing; made by a request's `iter` or by [`Client::iter`].
///
/// Lazy: the first request is sent by the first `next`, each further one when its page is needed. An item that cannot
/// be decoded is an `Err` in its place, and the items after it still come. Any other error ends the iteration, after
/// everything before it was handed out; [`next_page`](Self::next_page) then names the page that failed, and a new
/// listing from there gives the rest.
///
/// New entries that push old ones to the next page in the meantime do no harm: an entry that was handed out is not
/// handed out again. Entries that are removed in the meantime pull later ones to an earlier page, past the reader,
/// which no client can see; a fixed `before` on an audit log rules out both. A listing that starts at page `n` knows
/// nothing of page `n - 1`: what was pushed across that seam comes twice.
#[must_use = "an iterator does nothing until it is asked for an item"]
pub struct Iter<'c, T> {
    listing: Listing<'c, T>,
}

/// Every page of a listing; made by a request's `pages` or by [`Client::pages`].
///
/// As [`Iter`], page by page: a page with its good items first, and then an `Err` for each item of it that cannot be
/// decoded.
#[must_use = "an iterator does nothing until it is asked for a page"]
pub struct Pages<'c, T> {
    listing: Listing<'c, T>,
    bad_items: VecDeque<Error>,
}

impl<'c, T> Iter<'c, T> {
    pub(crate) fn new(client: &'c Client, call: Result<Call>) -> Self {
        Self {
            listing: Listing::new(client, call),
        }
    }

    /// The number of the page to go on from, for the request's `.page(n)`: the first one that was not yet handed out
    /// whole. After an error it is the page that failed.
    ///
    /// A page that was handed out in part is named too, and comes whole again. Go on with the same filters and the same
    /// `per_page`: the number means nothing to another listing. See [resuming](crate#resuming).
    pub fn next_page(&self) -> u64 {
        self.listing.next_page()
    }

    /// How many items the server says there are, once a page that says so was read.
    ///
    /// A number for people: it may count what a filter leaves out, and 0 means that the server does not know. Audit logs
    /// have none.
    pub fn total(&self) -> Option<u64> {
        self.listing.total()
    }
}

impl<T: DeserializeOwned + Send + 'static> Iter<'_, T> {
    /// Fetches and decodes this many pages ahead, on a thread each, while the consumer works on those before them. Of items
    /// that are quick to decode, as all of this crate, a part is decoded there and the rest as it is handed out, which is
    /// faster than to move all of them from one core to another.
    ///
    /// Order, content and errors are those without it. At most this many requests are under way at a time, and as many
    /// pages are held; past an end that the server told of, none is sent ahead. More than 32 pages count as 32. Dropping the
    /// iterator stops the fetching: it returns at once, and a request under way ends by itself, within its timeout.
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.listing.read_ahead(pages);
        self
    }
}

impl<T: DeserializeOwned> Iterator for Iter<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.listing.item() {
                return Some(item);
            }
            if let Err(error) = self.listing.advance(&mut step_over)? {
                return Some(Err(error));
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.listing.left();
        (left, self.listing.is_over().then_some(left))
    }
}

impl<T: DeserializeOwned> FusedIterator for Iter<'_, T> {}

impl<'c, T> Pages<'c, T> {
    pub(crate) fn new(client: &'c Client, call: Result<Call>) -> Self {
        keep_memory();
        Self {
            listing: Listing::new(client, call),
            bad_items: VecDeque::new(),
        }
    }

    /// As [`Iter::next_page`].
    pub fn next_page(&self) -> u64 {
        if self.bad_items.is_empty() {
            self.listing.next_page()
        } else {
            self.listing.current_page()
        }
    }

    /// As [`Iter::total`].
    pub fn total(&self) -> Option<u64> {
        self.listing.total()
    }
}

/// Keeps what one page is made of for the next one, where glibc would give it back to the kernel and take it again,
/// page after page: it keeps as much as twice the largest block that was ever freed. Nothing of the block is touched.
fn keep_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(4 << 20)));
}

impl<T: DeserializeOwned + Send + 'static> Pages<'_, T> {
    /// As [`Iter::read_ahead`].
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.listing.read_ahead(pages);
        self
    }
}

impl<T: DeserializeOwned> Iterator for Pages<'_, T> {
    type Item = Result<Page<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.bad_items.pop_front() {
            return Some(Err(error));
        }
        let mut items = Items::with_room_for(self.listing.page_len());
        let advanced = self
            .listing
            .advance(&mut |cursor, index, ends_first| items.read(cursor, index, ends_first))?;
        if let Err(error) = advanced {
            return Some(Err(error));
        }
        if let Err(text) = Items::<T>::check(self.listing.page_len()) {
            return Some(Err(self.listing.refuse(text)));
        }
        match self.listing.take_decoded() {
            Some(known) => {
                let bad_and_known = items.bad.iter().filter(|(index, _)| *index < known).count();
                items.good.drain(..known - bad_and_known);
                let bad = items.bad.into_iter().skip(bad_and_known);
                let failed = |(_, text)| self.listing.failed(Fault::Item(text));
                self.bad_items.extend(bad.map(failed));
            }
            None => {
                while let Some(item) = self.listing.item() {
                    match item {
                        Ok(item) => items.good.push(item),
                        Err(error) => self.bad_items.push_back(error),
                    }
                }
            }
        }
        Some(Ok(Page {
            items: items.good,
            info: self.listing.info(),
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (
            self.bad_items.len(),
            self.listing.is_over().then_some(self.bad_items.len()),
        )
    }
}

impl<T: DeserializeOwned> FusedIterator for Pages<'_, T> {}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("next_page", &self.next_page())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next_page", &self.next_page())
            .finish_non_exhaustive()
    }
}
