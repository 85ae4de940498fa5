use crate::api::prelude::*;

model! {
    /// An organization that the user belongs to or is invited to. Returned by
    /// [`ListOrganizations`](crate::ListOrganizations) and
    /// [`GetOrganization`](crate::GetOrganization).
    pub struct Organization {
        /// The organization's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The organization's name.
        pub name: Option<String>,
        /// The user's permissions in the organization, such as `#zones:read`.
        #[serde(deserialize_with = "or_default")]
        pub permissions: Vec<String>,
        /// The names of the user's roles in the organization.
        #[serde(deserialize_with = "or_default")]
        pub roles: Vec<String>,
        /// Whether the user is a member or invited.
        pub status: Option<OrganizationStatus>,
    }
}

open_enum! {
    /// Whether a user is a member of an organization or invited to it.
    pub enum OrganizationStatus {
        /// The user is a member.
        Member = "member",
        /// The user is invited and has not responded yet.
        Invited = "invited",
    }
}
