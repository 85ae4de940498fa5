//! The items of a listing: found first, all of a page, and decoded one by one later.

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::json::{self, Cursor};

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
) -> Result<Option<String>, String> {
    let mut wrong = None;
    cursor.expect(b'[')?;
    if cursor.eat(b']') {
        return Ok(None);
    }
    loop {
        cursor.peek();
        let from = cursor.at();
        cursor.skip()?;
        if spans.len() < MOST_ITEMS {
            spans.push(from..cursor.at());
        } else {
            wrong = Some(too_many(MOST_ITEMS));
        }
        if cursor.eat(b']') {
            return Ok(wrong);
        }
        cursor.expect(b',')?;
    }
}

/// Decodes the item at this place of a list, or says why it cannot be.
pub(crate) fn decode_item<T: DeserializeOwned>(item: &[u8], index: usize) -> Result<T, String> {
    let name = || format!("result[{index}]");
    let text = str::from_utf8(item).map_err(|_| format!("{}: invalid UTF-8", name()))?;
    serde_json::from_str(text).map_err(|error| json::explain(&error, &name(), text))
}

/// Room for this many items, if a page may have them all in memory at a time.
pub(crate) fn room_for<T>(items: usize) -> Result<Vec<T>, String> {
    let most = MOST_MEMORY / size_of::<T>().max(SIZE_OF_AN_ERROR);
    if items > most {
        return Err(too_many(most));
    }
    Ok(Vec::with_capacity(items))
}

fn too_many(most: usize) -> String {
    format!("result: holds more than {most} items, too many for a page")
}
