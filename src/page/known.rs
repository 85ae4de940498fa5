//! Pages that come back after others: a server that goes round in circles would make a listing endless.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde_json::value::RawValue;

/// What is remembered of the pages that were handed out: a hash of each.
#[derive(Debug, Default)]
pub(super) struct KnownPages {
    hashes: HashSet<u64>,
    /// The page before was one that may have been known.
    maybe: bool,
}

/// As many hashes are kept, half a megabyte. In a larger circle pages are handed out again, but not for ever.
const MOST: usize = 1 << 16;

/// Whether a page was handed out before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    No,
    /// It looks so, but its items have no identifiers, and different ones may look alike.
    Maybe,
    Yes,
}

impl KnownPages {
    /// Judges a page by its items, and remembers it.
    pub(super) fn meet(&mut self, items: &[&str]) -> Known {
        let Some((hash, by_id)) = hash(items) else {
            return Known::No;
        };
        if self.hashes.len() >= MOST {
            self.hashes.clear();
        }
        let met = !self.hashes.insert(hash);
        let before = std::mem::replace(&mut self.maybe, met);
        match met {
            false => Known::No,
            // Two of them in a row are no accident.
            true if by_id || before => Known::Yes,
            true => Known::Maybe,
        }
    }
}

/// A hash of a page, by some of its identifiers if it has such, or else by all its bytes; and whether it is by them.
fn hash(items: &[&str]) -> Option<(u64, bool)> {
    let (first, last) = (items.first()?, items.last()?);
    let mut hasher = DefaultHasher::new();
    // An identifier that all items share is none of theirs.
    let by_id = match (id(first), id(last)) {
        (Some(a), Some(b)) if a != b => {
            (items.len(), a, id(items[items.len() / 2]), b).hash(&mut hasher);
            true
        }
        _ if first.starts_with('{') => {
            items.hash(&mut hasher);
            false
        }
        _ => return None,
    };
    Some((hasher.finish(), by_id))
}

/// The identifier of an item, as it is written.
fn id(item: &str) -> Option<&str> {
    #[derive(Deserialize)]
    struct Item<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    let item: Item<'_> = serde_json::from_str(item).ok()?;
    item.id
        .map(RawValue::get)
        .filter(|id| !matches!(*id, "null" | "\"\""))
}
