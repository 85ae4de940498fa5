//! The page whose items are being yielded.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::de::DeserializeOwned;

use super::fetch::Fetched;
use super::fingerprint::Fingerprint;
use super::seen::Seen;
use crate::envelope::decode_item;
use crate::error::Fault;

/// Returns the identifier of an item, if it has one.
pub(super) type ItemId<T> = fn(&T) -> Option<Cow<'_, str>>;

/// A page whose items are being yielded.
pub(super) struct CurrentPage<T> {
    pub(super) number: u64,
    pub(super) fetched: Fetched,
    /// The index of the first item that was not decoded yet.
    next: usize,
    /// Items that were decoded and not yielded yet.
    decoded: VecDeque<Result<T, Fault>>,
    pub(super) yielded: u64,
    pub(super) fingerprint: Fingerprint,
}

/// An item, and whether it was yielded before, judged by its identifier.
enum Decoded<T> {
    New(T),
    Duplicate,
    /// It has no identifier, or cannot be decoded.
    WithoutId(Result<T, Fault>),
}

impl<T> CurrentPage<T> {
    /// Returns how many items are left, duplicates included.
    pub(super) fn items_left(&self) -> usize {
        self.fetched.items.len() - self.next + self.decoded.len()
    }
}

impl<T: DeserializeOwned> CurrentPage<T> {
    /// Starts a page. Decodes its items up to the first one with a new identifier, or all if there
    /// is none.
    ///
    /// Items without an identifier are new if any other item of the page is, or if they are not
    /// those of the page before. So they are kept until that is known.
    pub(super) fn start(
        number: u64,
        fetched: Fetched,
        previous: &Fingerprint,
        item_id: ItemId<T>,
        seen: &mut Seen,
    ) -> Self {
        let mut page = Self {
            number,
            fetched,
            next: 0,
            decoded: VecDeque::new(),
            yielded: 0,
            fingerprint: Fingerprint::default(),
        };
        loop {
            match page.decode_next(item_id, seen) {
                Some(Decoded::Duplicate) => {}
                Some(Decoded::WithoutId(item)) => page.decoded.push_back(item),
                Some(Decoded::New(item)) => {
                    page.decoded.push_back(Ok(item));
                    return page;
                }
                None => {
                    if page.repeats_items_without_id(previous, seen) {
                        page.decoded.clear();
                    }
                    return page;
                }
            }
        }
    }

    /// Returns the next item that was not yielded before; `None` after the last one.
    #[inline]
    pub(super) fn next_item(
        &mut self,
        item_id: ItemId<T>,
        seen: &mut Seen,
    ) -> Option<Result<T, Fault>> {
        let item = match self.decoded.pop_front() {
            Some(item) => item,
            None => loop {
                match self.decode_next(item_id, seen)? {
                    Decoded::Duplicate => {}
                    Decoded::New(item) => break Ok(item),
                    Decoded::WithoutId(item) => break item,
                }
            },
        };
        self.yielded += 1;
        Some(item)
    }

    #[inline]
    fn decode_next(&mut self, item_id: ItemId<T>, seen: &mut Seen) -> Option<Decoded<T>> {
        let index = self.next;
        let text = &self.fetched.text[self.fetched.items.get(index)?.clone()];
        self.next += 1;
        let item = match decode_item(self.fetched.page, text, index) {
            Ok(item) => item,
            Err(fault) => {
                self.fingerprint.add_without_id(seen.hash(text));
                return Some(Decoded::WithoutId(Err(fault)));
            }
        };
        let Some(hash) = item_id(&item).map(|id| seen.hash(id)) else {
            self.fingerprint.add_without_id(seen.hash(text));
            return Some(Decoded::WithoutId(Ok(item)));
        };
        self.fingerprint.add(hash);
        if seen.insert(hash) {
            Some(Decoded::New(item))
        } else {
            Some(Decoded::Duplicate)
        }
    }

    /// Whether the items without an identifier of a page that has no other new item were yielded
    /// before.
    fn repeats_items_without_id(&self, previous: &Fingerprint, seen: &mut Seen) -> bool {
        let without_id = self.fingerprint.count_without_id;
        if without_id == 0 {
            return true;
        }
        if without_id < self.fetched.items.len() {
            return self.fingerprint.equals_without_id(previous);
        }
        // A page without any identifier is compared with all pages of the list.
        !seen.insert(seen.hash(("page", self.fingerprint.items)))
    }
}
