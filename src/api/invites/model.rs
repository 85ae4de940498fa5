use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::api::field;
use crate::api::model::{model, open_enum};

model! {
    /// An invitation to join an organization; answered by [`ListInvites`](crate::ListInvites),
    /// [`GetInvite`](crate::GetInvite) and [`RespondToInvite`](crate::RespondToInvite).
    pub struct Invite [PartialEq Serialize] {
        /// Identifies the invitation.
        pub id: String = "id" (field::id),
        /// Identifies the organization.
        pub organization_id: Option<String> = "organization_id" (field::optional_id),
        /// The organization's name.
        pub organization_name: Option<String> = "organization_name",
        /// Whether the organization requires a second factor of its members.
        pub organization_is_enforcing_twofactor: Option<bool> = "organization_is_enforcing_twofactor",
        /// Identifies the user who is invited, if there is an account already.
        pub invited_member_id: Option<String> = "invited_member_id" (field::optional_id),
        /// The email address of the user who is invited.
        pub invited_member_email: Option<String> = "invited_member_email",
        /// The email address of the user who invites.
        pub invited_by: Option<String> = "invited_by",
        /// When the invitation was sent.
        #[serde(serialize_with = "field::instant::serialize")]
        pub invited_on: Option<OffsetDateTime> = "invited_on" (field::instant::deserialize),
        /// When the invitation expires.
        #[serde(serialize_with = "field::instant::serialize")]
        pub expires_on: Option<OffsetDateTime> = "expires_on" (field::instant::deserialize),
        /// The roles that the user would have.
        pub roles: Vec<InviteRole> = "roles",
        /// What became of the invitation.
        pub status: Option<InviteStatus> = "status",
    }
}

open_enum! {
    /// What became of an invitation.
    pub enum InviteStatus {
        /// It was not answered yet.
        Pending = "pending",
        /// It was accepted.
        Accepted = "accepted",
        /// It was rejected.
        Rejected = "rejected",
        /// It was not answered in time.
        Expired = "expired",
    }
}

/// A role: its name, or an object with its name and more.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum InviteRole {
    /// The name alone.
    Name(String),
    /// An object, as it came.
    Object(Map<String, Value>),
}

impl InviteRole {
    /// The role's name, empty if the API left it out.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Object(fields) => fields
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        }
    }
}

/// The name.
impl std::fmt::Display for InviteRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// The name, and of what else there is nothing but that there is.
impl std::fmt::Debug for InviteRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("InviteRole").field(&self.name()).finish()
    }
}

impl<'de> Deserialize<'de> for InviteRole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::{Error, Unexpected};

        match Value::deserialize(deserializer)? {
            Value::String(name) => Ok(Self::Name(name)),
            Value::Object(fields) => Ok(Self::Object(fields)),
            _ => Err(D::Error::invalid_type(
                Unexpected::Other("neither"),
                &"text or an object",
            )),
        }
    }
}
