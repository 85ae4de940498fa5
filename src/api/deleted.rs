use crate::api::field;
use crate::api::model::model;

model! {
    /// What was deleted.
    pub struct Deleted [PartialEq Serialize] or null {
        /// Identifies it; empty if the API did not say so, or said nothing at all.
        pub id: String = "id" (field::id),
    }
}
