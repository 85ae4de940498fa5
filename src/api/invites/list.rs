use http::Method;
use serde::Serialize;

use super::Invite;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;
use crate::page::Page;

/// Lists the invitations that the user got, all on one page.
///
/// `GET /user/invites`, see the [API reference]. Cloudflare documents it for an email with a Global API Key, and lists
/// no permission that a token would need.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"4f5f","organization_name":"Example Inc.","status":"pending"}]}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::InviteStatus;
///
/// for invite in client.invites().iter() {
///     let invite = invite?;
///     if invite.status == Some(InviteStatus::Pending) {
///         println!("{:?} invites you, until {:?}", invite.organization_name, invite.expires_on);
///     }
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListInvites<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl<C> Endpoint for ListInvites<C> {
    type Output = Page<Invite>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "invites"]
    }
}

constructors!(ListInvites);
terminals!(ListInvites -> Page<Invite>);
