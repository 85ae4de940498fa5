use http::Method;
use serde::Serialize;

use super::{Token, require_token_id};
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::request::{Detached, terminals};

/// Answers one token, without its secret.
///
/// `GET /user/tokens/{token_id}`, see the [API reference].
///
/// ```
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// let token = client.token("ed17574386854bf78a67040be0a770b0").send()?;
/// println!("last used {:?}", token.last_used_on);
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/get/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    token_id: String,
}

impl GetToken {
    /// Makes the detached request.
    pub fn new(token_id: impl Into<String>) -> Self {
        Self::on(Detached, token_id)
    }
}

impl<C> GetToken<C> {
    pub(super) fn on(client: C, token_id: impl Into<String>) -> Self {
        Self {
            client,
            token_id: token_id.into(),
        }
    }
}

impl<C> Endpoint for GetToken<C> {
    type Output = Token;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", &self.token_id]
    }

    fn check(&self) -> Result<()> {
        require_token_id(&self.token_id)
    }
}

terminals!(GetToken -> Token);
