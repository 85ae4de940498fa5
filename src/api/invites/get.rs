use http::Method;
use serde::Serialize;

use super::Invite;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;

/// Answers one invitation.
///
/// `GET /user/invites/{invite_id}`, see the [API reference]. Cloudflare documents it for an email with a Global API
/// Key, and lists no permission that a token would need.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"4f5f","roles":["Super Administrator - All Privileges"]}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// let invite = client.invite("4f5f0c14a2a41d5063dd301b2f829f04").send()?;
/// // What would one be allowed to do?
/// let roles: Vec<_> = invite.roles.iter().map(|role| role.name()).collect();
/// assert_eq!(roles, ["Super Administrator - All Privileges"]);
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetInvite<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    invite_id: String,
}

impl<C> Endpoint for GetInvite<C> {
    type Output = Invite;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "invites", &self.invite_id]
    }

    fn validate(&self) -> Result<()> {
        require_identifier("invite_id", &self.invite_id)
    }
}

constructors!(GetInvite(invite_id));
terminals!(GetInvite -> Invite);
