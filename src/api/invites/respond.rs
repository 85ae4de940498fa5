use super::Invite;
use crate::api::prelude::*;

/// Accepts or rejects an invitation.
///
/// `PATCH /user/invites/{invite_id}`, see the [API reference]. A token needs `Memberships Write`.
/// The API reference also names an email and Global API Key as the credential: use them if the API
/// refuses a token.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/edit/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct RespondToInvite<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    invite_id: String,
    #[serde(rename = "status")]
    response: InviteResponse,
}

constructors!(RespondToInvite(invite_id: impl Into<String>, response: InviteResponse));

sent_enum! {
    /// The response to an invitation.
    pub enum InviteResponse {
        /// Joins the organization.
        Accepted = "accepted",
        /// Does not join the organization.
        Rejected = "rejected",
    }
}

impl<C> Endpoint for RespondToInvite<C> {
    type Output = Invite;
    const METHOD: Method = Method::PATCH;

    fn path(&self) -> Vec<&str> {
        vec!["user", "invites", &self.invite_id]
    }

    fn validate(&self) -> Result<()> {
        require_identifier("invite_id", &self.invite_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("check the invitation's status".to_owned())
    }
}

terminals!(RespondToInvite -> Invite);
