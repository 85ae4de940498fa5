use http::Method;
use serde::Serialize;

use super::User;
use crate::endpoint::Endpoint;
use crate::request::{Detached, detached_default, terminals};

/// Answers the details of the user whose credential this is.
///
/// `GET /user`, see the [API reference].
///
/// ```
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// let user = client.user().send()?;
/// if user.two_factor_authentication_enabled != Some(true) {
///     println!("{} has no second factor", user.email.unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/methods/get/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetUser<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl GetUser {
    /// Makes the detached request.
    pub fn new() -> Self {
        Self::on(Detached)
    }
}

impl<C> GetUser<C> {
    pub(super) fn on(client: C) -> Self {
        Self { client }
    }
}

impl<C> Endpoint for GetUser<C> {
    type Output = User;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user"]
    }
}

detached_default!(GetUser);
terminals!(GetUser -> User);
