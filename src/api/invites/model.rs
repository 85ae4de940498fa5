use crate::api::prelude::*;

model! {
    /// An invitation to join an organization. Returned by [`ListInvites`](crate::ListInvites),
    /// [`GetInvite`](crate::GetInvite) and [`RespondToInvite`](crate::RespondToInvite).
    pub struct Invite {
        /// The invitation's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The organization's identifier.
        #[serde(deserialize_with = "opt_id")]
        pub organization_id: Option<String>,
        /// The organization's name.
        pub organization_name: Option<String>,
        /// Whether the organization requires two-factor authentication.
        pub organization_is_enforcing_twofactor: Option<bool>,
        /// The invited user's identifier; `None` if the user has no account yet.
        #[serde(deserialize_with = "opt_id")]
        pub invited_member_id: Option<String>,
        /// The invited user's email address.
        pub invited_member_email: Option<String>,
        /// The email address of the user who sent the invitation.
        pub invited_by: Option<String>,
        /// When the invitation was sent.
        #[serde(with = "timestamp")]
        pub invited_on: Option<OffsetDateTime>,
        /// When the invitation expires.
        #[serde(with = "timestamp")]
        pub expires_on: Option<OffsetDateTime>,
        /// The roles that the user receives by accepting.
        #[serde(deserialize_with = "or_default")]
        pub roles: Vec<InviteRole>,
        /// The status of the invitation.
        pub status: Option<InviteStatus>,
    }
}

open_enum! {
    /// The status of an invitation.
    pub enum InviteStatus {
        /// Waiting for a response.
        Pending = "pending",
        /// Accepted.
        Accepted = "accepted",
        /// Rejected.
        Rejected = "rejected",
        /// Expired without a response.
        Expired = "expired",
    }
}

/// A role: its name, or an object with its name and other fields.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum InviteRole {
    /// The name only.
    Name(String),
    /// An object, unchanged.
    Object(Map<String, Value>),
}

impl InviteRole {
    /// Returns the role's name; empty if the API left it out.
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

/// Writes the name.
impl std::fmt::Display for InviteRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Shows the name only.
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
                Unexpected::Other("another type"),
                &"a string or an object",
            )),
        }
    }
}
