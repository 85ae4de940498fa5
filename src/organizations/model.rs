use serde::Serialize;

use crate::field;
use crate::model::{model, open_enum};

model! {
    /// An organization that a user belongs to, or is invited to.
    pub struct Organization [PartialEq Serialize] {
        /// Identifies the organization.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// The name.
        pub name: Option<String>,
        /// What the user may do in it, such as `#zones:read`.
        #[serde(deserialize_with = "field::or_default")]
        pub permissions: Vec<String>,
        /// The names of the user's roles in it.
        #[serde(deserialize_with = "field::or_default")]
        pub roles: Vec<String>,
        /// Whether the user is a member.
        pub status: Option<OrganizationStatus>,
    }
}

open_enum! {
    /// Whether a user is a member of an organization.
    pub enum OrganizationStatus {
        /// The user is a member.
        Member = "member",
        /// The user has an invitation that is not answered yet.
        Invited = "invited",
    }
}
