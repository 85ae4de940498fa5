use http::Method;
use serde::Serialize;

use super::Invite;
use crate::api::request::{Detached, terminals};
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;

/// Accepts or rejects an invitation.
///
/// `PATCH /user/invites/{invite_id}`, see the [API reference]. Cloudflare documents it for an email with a Global API
/// Key, and lists no permission that a token would need.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"4f5f","organization_name":"Example Inc.","status":"accepted"}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::{InviteResponse, InviteStatus};
///
/// let invite = client.invite("4f5f0c14a2a41d5063dd301b2f829f04").send()?;
/// // Only one that was expected.
/// let response = match invite.organization_name.as_deref() {
///     Some("Example Inc.") => InviteResponse::Accepted,
///     _ => InviteResponse::Rejected,
/// };
/// let invite = client.respond_to_invite(invite.id, response).send()?;
/// assert_eq!(invite.status, Some(InviteStatus::Accepted));
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/edit/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
        Self { client, invite_id: invite_id.into(), status: response }
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
        Some("look at the invitation's status".to_owned())
    }
}

terminals!(RespondToInvite -> Invite);
