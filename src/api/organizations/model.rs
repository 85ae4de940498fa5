use crate::api::field;
use crate::api::model::{model, open_enum};

model! {
    /// An organization that a user belongs to, or is invited to; answered by
    /// [`ListOrganizations`](crate::ListOrganizations) and [`GetOrganization`](crate::GetOrganization).
    pub struct Organization [PartialEq Serialize] {
        /// Identifies the organization.
        pub id: String = "id" (field::id),
        /// The name.
        pub name: Option<String> = "name",
        /// What the user may do in it, such as `#zones:read`.
        pub permissions: Vec<String> = "permissions",
        /// The names of the user's roles in it.
        pub roles: Vec<String> = "roles",
        /// Whether the user is a member.
        pub status: Option<OrganizationStatus> = "status",
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
