use crate::api::prelude::*;

/// An organization that the user belongs to or is invited to. Returned by
/// [`ListOrganizations`](crate::ListOrganizations) and [`GetOrganization`](crate::GetOrganization).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct Organization {
    /// The organization's identifier.
    #[serde(deserialize_with = "id", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The organization's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user's permissions in the organization, such as `#zones:read`.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// The names of the user's roles in the organization.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Whether the user is a member or invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<OrganizationStatus>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(Organization: id, name, permissions, roles, status);

open_enum! {
    /// Whether a user is a member of an organization or invited to it.
    pub enum OrganizationStatus {
        /// The user is a member.
        Member = "member",
        /// The user is invited and has not responded yet.
        Invited = "invited",
    }
}
