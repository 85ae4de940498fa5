use serde::Serialize;

/// Which way a listing is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the first to the last, from the oldest to the newest.
    Asc,
    /// From the last to the first, from the newest to the oldest.
    Desc,
}

/// Whether all filters must fit, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// Any one filter.
    Any,
    /// All filters.
    All,
}
