//! The items of a listing: all of a page are found before any is handed out. They are decoded while they are found, or
//! one by one later.

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::json::{self, Cursor};

/// What is done with each item while it is found, at this place of the list; it must step over it.
///
/// Where it left the cursor inside an item once, it is called again for all items, and told to find their ends first.
pub(crate) type Each<'e> = &'e mut dyn FnMut(&mut Cursor<'_>, usize, bool) -> Result<(), String>;

/// The documented pages have a thousandth of this.
const MOST_ITEMS: usize = 1 << 20;
/// Items that take more memory than this, in place, are no page: a body of few bytes an item, and of nothing but
/// items, would take hundreds of times its own size.
const MOST_MEMORY: usize = 32 << 20;
/// An item that cannot be decoded becomes an error with its story.
const SIZE_OF_AN_ERROR: usize = 512;

/// Puts where each item of a list stands into `spans`; answers what is wrong with the list as a whole, if anything is.
pub(super) fn find_items(
    cursor: &mut Cursor<'_>,
    spans: &mut Vec<Range<usize>>,
    each: Each<'_>,
    ends_first: bool,
) -> Result<Option<String>, String> {
    let mut wrong = None;
    cursor.expect(b'[')?;
    if cursor.eat(b']') {
        return Ok(None);
    }
    loop {
        cursor.peek();
        let from = cursor.at();
        if spans.len() < MOST_ITEMS {
            each(cursor, spans.len(), ends_first)?;
            spans.push(from..cursor.at());
        } else {
            cursor.step_over()?;
            wrong = Some(too_many(MOST_ITEMS));
        }
        if cursor.eat(b']') {
            return Ok(wrong);
        }
        cursor.expect(b',')?;
    }
}

/// Steps over an item, to decode it later.
pub(crate) fn step_over(cursor: &mut Cursor<'_>, _: usize, _: bool) -> Result<(), String> {
    cursor.step_over().map(drop)
}

/// Decodes the item at this place of a list, or says why it cannot be.
pub(crate) fn decode_item<T: DeserializeOwned>(item: &str, index: usize) -> Result<T, String> {
    match serde_json::from_str(item) {
        Ok(item) => Ok(item),
        Err(error) => Err(explain(&error, item, index)),
    }
}

fn explain(error: &serde_json::Error, item: &str, index: usize) -> String {
    json::explain(error, &format!("result[{index}]"), item)
}

/// The items of a page, decoded while they are found.
pub(crate) struct Items<T> {
    pub(crate) good: Vec<T>,
    /// Where the others stand in the list, and why they could not be decoded.
    pub(crate) bad: Vec<(usize, String)>,
}

impl<T> Items<T> {
    pub(crate) fn with_room_for(items: usize) -> Self {
        Self {
            good: Vec::with_capacity(items),
            bad: Vec::new(),
        }
    }

    /// Refuses more items than a page may have in memory at a time.
    pub(crate) fn check(items: usize) -> Result<(), String> {
        if items > Self::MOST {
            return Err(too_many(Self::MOST));
        }
        Ok(())
    }

    const MOST: usize = {
        let size = size_of::<T>();
        MOST_MEMORY
            / if size > SIZE_OF_AN_ERROR {
                size
            } else {
                SIZE_OF_AN_ERROR
            }
    };
}

impl<T: DeserializeOwned> Items<T> {
    /// Decodes an item. The first one of a page takes the place of all that there are.
    ///
    /// What an item's type makes of an error inside of it is not ours to know: it may swallow it, and stop there. With
    /// `ends_first` that harms nobody.
    pub(crate) fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        index: usize,
        ends_first: bool,
    ) -> Result<(), String> {
        if index == 0 {
            self.good.clear();
            self.bad.clear();
        }
        if index >= Self::MOST {
            return step_over(cursor, index, ends_first);
        }
        if !ends_first && let Ok(item) = cursor.value() {
            self.good.push(item);
            return Ok(());
        }
        match decode_item(cursor.step_over()?, index) {
            Ok(item) => self.good.push(item),
            Err(text) => self.bad.push((index, text)),
        }
        Ok(())
    }
}

fn too_many(most: usize) -> String {
    format!("result: holds more than {most} items, too many for a page")
}
