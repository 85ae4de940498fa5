//! A page of a list, as plain data.

use serde_json::{Map, Value};

use crate::debug_model::debug_model;

/// One page of a paginated list.
// `Page` must not implement `Deserialize`. `Output` has the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in the server's order.
    pub items: Vec<T>,
    /// What the server reports about the page and the list; `None` for audit logs.
    pub info: Option<PageInfo>,
}

/// Makes a page without information about the list, for the tests of a program:
///
/// ```
/// use cloudflare_user::{Page, Token};
///
/// fn count_unnamed(page: &Page<Token>) -> usize {
///     page.into_iter().filter(|token| token.name.is_none()).count()
/// }
///
/// let page = Page::from(vec![Token::default()]);
/// assert_eq!(count_unnamed(&page), 1);
/// assert_eq!(page.info, None);
/// ```
impl<T> From<Vec<T>> for Page<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, info: None }
    }
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

/// What the server reports about a page and its list (`result_info`). A value that is not a whole
/// number is `None`.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageInfo {
    /// The number of this page, counted from 1.
    pub page: Option<u64>,
    /// The number of items on a full page.
    pub per_page: Option<u64>,
    /// The number of items on this page.
    pub count: Option<u64>,
    /// The number of items of the list; 0 means unknown. It may include items that a filter
    /// excludes.
    pub total_count: Option<u64>,
    /// The number of pages of the list; 0 means unknown.
    pub total_pages: Option<u64>,
    /// All other fields of `result_info`. Fields that take more memory than 64 KiB each, or 256 KiB
    /// in all, once they are decoded are left out.
    pub extra: Map<String, Value>,
}

debug_model!(PageInfo: page, per_page, count, total_count, total_pages);
