//! A page of a list, as plain data.

use std::fmt;

use serde_json::{Map, Value};

use crate::redact::Names;

/// One page of a listing.
// Never `Deserialize`: see `Output`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in the server's order.
    pub items: Vec<T>,
    /// What the server says of the whole listing, if it says anything: audit logs do not.
    pub info: Option<PageInfo>,
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p Page<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// What the server says of a listing (`result_info`), as far as it can be believed to be whole numbers.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageInfo {
    /// The number of this page, counted from 1.
    pub page: Option<u64>,
    /// How many items a full page has.
    pub per_page: Option<u64>,
    /// How many items this page has.
    pub count: Option<u64>,
    /// How many items there are; it may count those as well that a filter leaves out, and 0 means unknown.
    pub total_count: Option<u64>,
    /// How many pages there are; 0 means unknown.
    pub total_pages: Option<u64>,
    /// Anything else.
    pub extra: Map<String, Value>,
}

impl PageInfo {
    /// Reads a `result_info`; nothing if it is no object. What is no whole number is left out.
    pub(crate) fn read(text: &str) -> Option<Self> {
        // What is so long is none, and would be copied with every page.
        const LARGEST: usize = 64 << 10;
        if text.len() > LARGEST {
            return None;
        }
        let Ok(Value::Object(mut extra)) = serde_json::from_str(text) else {
            return None;
        };
        let mut number = |name| extra.remove(name).as_ref().and_then(whole);
        Some(Self {
            page: number("page"),
            per_page: number("per_page"),
            count: number("count"),
            total_count: number("total_count"),
            total_pages: number("total_pages"),
            extra,
        })
    }
}

/// A whole number, also if it is written as `20.0`.
fn whole(value: &Value) -> Option<u64> {
    let exact = |number: f64| (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64);
    value.as_u64().or_else(|| value.as_f64().and_then(exact))
}

impl fmt::Debug for PageInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageInfo")
            .field("page", &self.page)
            .field("per_page", &self.per_page)
            .field("count", &self.count)
            .field("total_count", &self.total_count)
            .field("total_pages", &self.total_pages)
            .field("extra", &Names(&self.extra))
            .finish()
    }
}
