use super::Invite;
use crate::api::prelude::*;

/// Lists the invitations that the user received, on a single page.
///
/// `GET /user/invites`, see the [API reference]. A token needs `Memberships Read` or `Memberships
/// Write`. The API reference also names an email and Global API Key as the credential: use them if
/// the API refuses a token.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/invites/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListInvites<C = Detached> {
    #[serde(skip)]
    client: C,
}

constructors!(ListInvites);

impl<C> Endpoint for ListInvites<C> {
    type Output = Page<Invite>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "invites"]
    }
}

terminals!(ListInvites -> Page<Invite>);
