use crate::api::model::sent_enum;

sent_enum! {
    /// The direction in which a list is ordered.
    pub enum Direction {
        /// Ascending, such as the oldest first.
        Asc = "asc",
        /// Descending, such as the newest first.
        Desc = "desc",
    }
}

sent_enum! {
    /// How many of the filters an item must match.
    pub enum Match {
        /// At least one filter.
        Any = "any",
        /// All filters.
        All = "all",
    }
}
