//! What is known of a page by the pages before it: a server that goes round in circles would make a listing endless.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::sheet::Sheet;

/// How a page stands to the pages before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// How many of its first items were handed out.
    pub(super) items: usize,
    /// It is not what a next page looks like. One such page is no accident of the server's perhaps; two in a row are
    /// what a server answers that does not turn pages.
    pub(super) odd: bool,
}

/// Remembers the pages that were handed out: a hash of each.
#[derive(Debug)]
pub(super) struct KnownPages {
    hashes: HashSet<u64>,
    unique_ids: bool,
}

/// As many hashes are kept, half a megabyte. In a larger circle pages are handed out again, but not for ever.
const MOST: usize = 1 << 16;

impl KnownPages {
    pub(super) fn new(unique_ids: bool) -> Self {
        Self {
            hashes: HashSet::new(),
            unique_ids,
        }
    }

    /// Compares `page` with the one before it that held something new, and with all others; and remembers it.
    ///
    /// If it is `promised` by a number of pages, identifiers that are not said to be unique prove nothing.
    pub(super) fn meet(&mut self, before: &Sheet, page: &Sheet, promised: bool) -> Known {
        let (met, by_id) = self.remember(page);
        let by_ids = compare_ids(before, page);
        match by_ids {
            _ if met && by_id => Known {
                items: page.len(),
                odd: true,
            },
            Some(known) if self.unique_ids || (!promised && known.items == page.len()) => known,
            _ => Known {
                items: before.overlap(page),
                odd: met || (!promised && by_ids.is_some_and(|known| known.odd)),
            },
        }
    }

    /// Whether a page came before, and whether its identifiers say so, or its bytes.
    fn remember(&mut self, page: &Sheet) -> (bool, bool) {
        let Some((hash, by_id)) = hash(page, self.unique_ids) else {
            return (false, false);
        };
        if self.hashes.len() >= MOST {
            self.hashes.clear();
        }
        (!self.hashes.insert(hash), by_id)
    }
}

/// A hash of a page of objects, and whether it is by identifiers: of the first item, the last, and one in between, by
/// their identifiers if those tell them apart, or by their bytes.
fn hash(page: &Sheet, unique_ids: bool) -> Option<(u64, bool)> {
    let (first, last) = ends(page)?;
    let middle = page.item(page.len() / 2);
    let mut hasher = DefaultHasher::new();
    let by_id = match (id(first), id(last)) {
        (Some(a), Some(b)) if unique_ids && (a != b || page.len() == 1) => {
            (page.len(), a, id(middle), b).hash(&mut hasher);
            true
        }
        _ if first.starts_with('{') => {
            (page.len(), first, middle, last).hash(&mut hasher);
            false
        }
        _ => return None,
    };
    Some((hasher.finish(), by_id))
}

/// Compares two pages by the identifiers of their items; nothing if those do not tell them apart.
fn compare_ids(before: &Sheet, page: &Sheet) -> Option<Known> {
    let (first, last) = ends(page)?;
    let (first, last) = (id(first)?, id(last)?);
    if first == last && page.len() > 1 {
        return None;
    }
    // A next page has neither in common with the one before, which is all that it takes to see it.
    let may_be = |item: &str| match item.strip_prefix(ID_FIRST) {
        Some(rest) => {
            let rest = rest.trim_ascii_start();
            rest.starts_with(first) || rest.starts_with(last)
        }
        None => id(item).is_some_and(|id| id == first || id == last),
    };
    if !before.items().any(may_be) {
        return Some(Known {
            items: 0,
            odd: false,
        });
    }
    let old = before.items().map(id).collect::<Option<HashSet<_>>>()?;
    if old.len() < before.len() {
        return None;
    }
    let known: Vec<bool> = page
        .items()
        .map(|item| id(item).map(|id| old.contains(id)))
        .collect::<Option<_>>()?;
    let items = known.iter().take_while(|known| **known).count();
    let news = known[items..].iter().take_while(|known| !**known).count();
    let again = &known[items + news..];
    Some(Known {
        items,
        odd: again.iter().all(|known| *known) && (news == 0 || !again.is_empty()),
    })
}

fn ends(page: &Sheet) -> Option<(&str, &str)> {
    let last = page.len().checked_sub(1)?;
    Some((page.item(0), page.item(last)))
}

/// How most items begin.
const ID_FIRST: &str = r#"{"id":"#;

/// The identifier of an item, as it is written.
fn id(item: &str) -> Option<&str> {
    #[derive(Deserialize)]
    struct Item<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    // Where it mostly stands, and how it mostly looks.
    let plain = item.strip_prefix(ID_FIRST).and_then(|rest| {
        let end = rest.strip_prefix('"')?.find(['"', '\\'])? + 1;
        rest[..=end].strip_suffix('"').map(|_| &rest[..=end])
    });
    let id = plain.or_else(|| {
        let item = item.starts_with('{').then_some(item)?;
        let item: Item<'_> = serde_json::from_str(item).ok()?;
        item.id.map(RawValue::get)
    });
    id.filter(|id| !matches!(*id, "null" | "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_found_wherever_it_stands() {
        let ids = [
            (r#"{"id":"a b","x":1}"#, Some(r#""a b""#)),
            (r#"{"x":1, "id" : "a"}"#, Some(r#""a""#)),
            (r#"{"id": "a"}"#, Some(r#""a""#)),
            (r#"{"id":"a\"b","x":1}"#, Some(r#""a\"b""#)),
            (r#"{"id":7}"#, Some("7")),
            (r#"{"id":"é"}"#, Some(r#""é""#)),
            (r#"{"id":""}"#, None),
            (r#"{"id":null}"#, None),
            (r#"{"id":"a"#, None),
            (r#"{"x":{"id":"a"}}"#, None),
            ("[1]", None),
            ("7", None),
        ];
        for (item, expected) in ids {
            assert_eq!(id(item), expected, "{item}");
        }
    }
}
