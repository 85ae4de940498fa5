use http::Method;
use serde::Serialize;

use super::Invite;
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;
use crate::request::{Detached, terminals};

/// Accepts or rejects an invitation.
///
/// `PATCH /user/invites/{invite_id}`, see the [API reference].
///
/// ```
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// use cloudflare_user::InviteResponse;
///
/// client.respond_to_invite("4f5f0c14a2a41d5063dd301b2f829f04", InviteResponse::Accepted).send()?;
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/edit/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct RespondToInvite<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    invite_id: String,
    status: InviteResponse,
}

/// What to answer an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InviteResponse {
    /// Join the organization.
    Accepted,
    /// Do not join it.
    Rejected,
}

impl RespondToInvite {
    /// Makes the detached request.
    pub fn new(invite_id: impl Into<String>, response: InviteResponse) -> Self {
        Self::on(Detached, invite_id, response)
    }
}

impl<C> RespondToInvite<C> {
    pub(super) fn on(client: C, invite_id: impl Into<String>, response: InviteResponse) -> Self {
        Self {
            client,
            invite_id: invite_id.into(),
            status: response,
        }
    }
}

impl<C> Endpoint for RespondToInvite<C> {
    type Output = Invite;
    const METHOD: Method = Method::PATCH;

    fn path(&self) -> Vec<&str> {
        vec!["user", "invites", &self.invite_id]
    }

    fn check(&self) -> Result<()> {
        require_identifier("invite_id", &self.invite_id)
    }

    fn after_loss(&self) -> Option<String> {
        Some("look at the invitation's status".to_owned())
    }
}

terminals!(RespondToInvite -> Invite);
