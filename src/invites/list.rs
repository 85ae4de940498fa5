use http::Method;
use serde::Serialize;

use super::Invite;
use crate::endpoint::Endpoint;
use crate::page::Page;
use crate::request::{Detached, detached_default, terminals};

/// Lists the invitations that the user got, all on one page.
///
/// `GET /user/invites`, see the [API reference].
///
/// ```
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// use cloudflare_user::InviteStatus;
///
/// for invite in client.invites().iter() {
///     let invite = invite?;
///     if invite.status == Some(InviteStatus::Pending) {
///         println!("{} invites you", invite.organization_name.unwrap_or_default());
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/list/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListInvites<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl ListInvites {
    /// Makes the detached request.
    pub fn new() -> Self {
        Self::on(Detached)
    }
}

impl<C> ListInvites<C> {
    pub(super) fn on(client: C) -> Self {
        Self { client }
    }
}

impl<C> Endpoint for ListInvites<C> {
    type Output = Page<Invite>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "invites"]
    }
}

detached_default!(ListInvites);
terminals!(ListInvites -> Page<Invite>);
