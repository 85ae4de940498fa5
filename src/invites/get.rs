use http::Method;
use serde::Serialize;

use super::Invite;
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;
use crate::request::{Detached, terminals};

/// Answers one invitation.
///
/// `GET /user/invites/{invite_id}`, see the [API reference].
///
/// ```
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// let invite = client.invite("4f5f0c14a2a41d5063dd301b2f829f04").send()?;
/// for role in &invite.roles {
///     println!("as {}", role.name());
/// }
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/get/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetInvite<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    invite_id: String,
}

impl GetInvite {
    /// Makes the detached request.
    pub fn new(invite_id: impl Into<String>) -> Self {
        Self::on(Detached, invite_id)
    }
}

impl<C> GetInvite<C> {
    pub(super) fn on(client: C, invite_id: impl Into<String>) -> Self {
        Self {
            client,
            invite_id: invite_id.into(),
        }
    }
}

impl<C> Endpoint for GetInvite<C> {
    type Output = Invite;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "invites", &self.invite_id]
    }

    fn check(&self) -> Result<()> {
        require_identifier("invite_id", &self.invite_id)
    }
}

terminals!(GetInvite -> Invite);
