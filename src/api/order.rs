use serde::Serialize;

/// The direction in which a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Ascending, such as the oldest first.
    Asc,
    /// Descending, such as the newest first.
    Desc,
}

/// How many of the filters an item must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// At least one filter.
    Any,
    /// All filters.
    All,
}
