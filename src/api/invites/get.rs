use super::Invite;
use crate::api::prelude::*;

/// Gets an invitation.
///
/// `GET /user/invites/{invite_id}`, see the [API reference]. A token needs `Memberships Read` or
/// `Memberships Write`. The API reference also names an email and Global API Key as the credential:
/// use them if the API refuses a token.
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

constructors!(GetInvite(invite_id: impl Into<String>));

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

terminals!(GetInvite -> Invite);
