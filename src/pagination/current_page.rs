//! The page whose items are being yielded.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::de::DeserializeOwned;

use super::bad_items::BadItem;
use super::fetch::Fetched;
use super::fingerprint::Fingerprint;
use super::seen::Seen;
use crate::json::{Budget, try_decode};

/// Returns the identifier of an item, if it has one.
pub(super) type ItemId<T> = fn(&T) -> Option<Cow<'_, str>>;

/// A page whose items are being yielded.
pub(super) struct CurrentPage<T> {
    pub(super) number: u64,
    pub(super) fetched: Fetched,
    /// How many items were yielded or left out.
    passed: usize,
    /// How many items were compared with those of earlier pages.
    examined: usize,
    /// Items that were examined and not yielded yet. The others are decoded again.
    kept: VecDeque<Kept<T>>,
    /// The item that was decoded last, until it is kept or yielded. To return it from function to
    /// function takes 5 % of a list, because it is large.
    item: Option<T>,
    pub(super) yielded: u64,
    pub(super) fingerprint: Fingerprint,
}

struct Kept<T> {
    index: usize,
    item: T,
}

/// How the item that was decoded last compares with those of earlier pages.
enum Examined {
    /// It has a new identifier.
    New,
    Duplicate,
    WithoutId,
    Bad(BadItem),
}

impl<T> CurrentPage<T> {
    /// Returns how many items are left, duplicates included.
    pub(super) fn items_left(&self) -> usize {
        self.fetched.items.len() - self.passed
    }

    /// Returns the JSON of the item that was yielded last.
    pub(super) fn last_json(&self) -> &[u8] {
        self.fetched.item(self.passed - 1)
    }
}

impl<T: DeserializeOwned> CurrentPage<T> {
    /// Starts a page. Examines its items up to the first one with a new identifier, or all if there
    /// is none.
    ///
    /// Items without an identifier are new if any other item of the page is, or if they are not
    /// those of the page before. So the first of them are kept until that is known, as many as
    /// `memory_limit` allows.
    pub(super) fn start(
        number: u64,
        fetched: Fetched,
        previous: &Fingerprint,
        item_id: ItemId<T>,
        seen: &mut Seen,
        memory_limit: usize,
    ) -> Self {
        let mut page = Self {
            number,
            fetched,
            passed: 0,
            examined: 0,
            kept: VecDeque::new(),
            item: None,
            yielded: 0,
            fingerprint: Fingerprint::default(),
        };
        let items = page.fetched.items.len();
        let mut budget_of_each = Budget::Each(memory_limit);
        let mut budget_of_kept = None;
        loop {
            let index = page.examined;
            match page.examine(&mut budget_of_each, item_id, seen) {
                Some(Examined::Duplicate | Examined::Bad(_)) => {}
                Some(Examined::WithoutId) => {
                    let budget = budget_of_kept.get_or_insert_with(|| {
                        Budget::for_page::<Kept<T>>(&page.fetched.body, items, memory_limit)
                    });
                    if budget.admits(page.fetched.item(index)) {
                        page.keep(index);
                    }
                }
                Some(Examined::New) => {
                    page.keep(index);
                    return page;
                }
                None => {
                    if page.repeats_items_without_id(previous, seen) {
                        page.kept.clear();
                        page.passed = page.examined;
                    }
                    return page;
                }
            }
        }
    }

    fn keep(&mut self, index: usize) {
        if let Some(item) = self.item.take() {
            self.kept.push_back(Kept { index, item });
        }
    }

    /// Goes to the next item that was not yielded before; `None` after the last one. If it is good,
    /// [`take_item`](Self::take_item) returns it.
    #[inline]
    pub(super) fn next_item(
        &mut self,
        budget: &mut Budget,
        item_id: ItemId<T>,
        seen: &mut Seen,
    ) -> Option<Result<(), BadItem>> {
        loop {
            let index = self.passed;
            let examined = if index < self.examined {
                self.examined_item(index, budget, item_id)
            } else {
                self.examine(budget, item_id, seen)?
            };
            self.passed += 1;
            let found = match examined {
                Examined::Duplicate => continue,
                Examined::New | Examined::WithoutId => Ok(()),
                Examined::Bad(bad) => Err(bad),
            };
            self.yielded += 1;
            return Some(found);
        }
    }

    /// Returns the good item that [`next_item`](Self::next_item) went to.
    #[inline]
    pub(super) fn take_item(&mut self) -> Option<T> {
        self.item.take()
    }

    /// Decodes the next item and compares it with those of earlier pages; `None` after the last one.
    /// If decoding panics, the item is still the next one.
    #[inline]
    fn examine(
        &mut self,
        budget: &mut Budget,
        item_id: ItemId<T>,
        seen: &mut Seen,
    ) -> Option<Examined> {
        let index = self.examined;
        if index == self.fetched.items.len() {
            return None;
        }
        let decoded = self.decode(index, budget);
        let id = self.item.as_ref().and_then(item_id);
        let id_hash = id.map(|id| seen.hash(id));
        self.examined += 1;
        let json = self.fetched.item(index);
        if let Err(bad) = decoded {
            self.fingerprint.add_without_id(seen.hash(json));
            return Some(Examined::Bad(bad));
        }
        let Some(hash) = id_hash else {
            self.fingerprint.add_without_id(seen.hash(json));
            return Some(Examined::WithoutId);
        };
        self.fingerprint.add(hash);
        if seen.insert(hash) {
            return Some(Examined::New);
        }
        budget.release(json);
        Some(Examined::Duplicate)
    }

    /// Goes to the item at `index`, which was examined when the page was started.
    fn examined_item(&mut self, index: usize, budget: &mut Budget, item_id: ItemId<T>) -> Examined {
        let is_kept = self.kept.front().is_some_and(|kept| kept.index == index);
        if is_kept {
            self.item = self.kept.pop_front().map(|kept| kept.item);
            if !budget.admits(self.fetched.item(index)) {
                self.item = None;
                return Examined::Bad(BadItem::TooLarge(index));
            }
            return Examined::New;
        }
        if let Err(bad) = self.decode(index, budget) {
            return Examined::Bad(bad);
        }
        // The first item with a new identifier is always kept.
        let has_id = self.item.as_ref().and_then(item_id).is_some();
        if has_id {
            budget.release(self.fetched.item(index));
            Examined::Duplicate
        } else {
            Examined::WithoutId
        }
    }

    #[inline]
    fn decode(&mut self, index: usize, budget: &mut Budget) -> Result<(), BadItem> {
        let json = self.fetched.item(index);
        if !budget.admits(json) {
            return Err(BadItem::TooLarge(index));
        }
        self.item = try_decode(json);
        if self.item.is_none() {
            budget.release(json);
            return Err(BadItem::Undecodable(index));
        }
        Ok(())
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
