use super::User;
use crate::api::prelude::*;

/// Gets the details of the user.
///
/// `GET /user`, see the [API reference]. A token needs `User Details Read` or `User Details Write`.
/// Cloudflare documents only an email and Global API Key as the credential, but tokens work too.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetUser<C = Detached> {
    #[serde(skip)]
    client: C,
}

constructors!(GetUser);

impl<C> Endpoint for GetUser<C> {
    type Output = User;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user"]
    }
}

terminals!(GetUser -> User);
