use http::Method;
use secrecy::SecretString;
use serde::Serialize;

use super::require_token_id;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::request::{Detached, terminals};

/// Gives a token a new secret, which is answered once. The old one is dead at once.
///
/// `PUT /user/tokens/{token_id}/value`, see the [API reference]. Never sent twice unless it surely did not happen.
///
/// ```
/// # fn save(_: &str) {}
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// use cloudflare_user::ExposeSecret;
///
/// let secret = client.roll_token("ed17574386854bf78a67040be0a770b0").send()?;
/// save(secret.expose_secret());
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/subresources/value/methods/update/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct RollToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    token_id: String,
}

impl RollToken {
    /// Makes the detached request.
    pub fn new(token_id: impl Into<String>) -> Self {
        Self::on(Detached, token_id)
    }
}

impl<C> RollToken<C> {
    pub(super) fn on(client: C, token_id: impl Into<String>) -> Self {
        Self {
            client,
            token_id: token_id.into(),
        }
    }
}

impl<C> Endpoint for RollToken<C> {
    type Output = SecretString;
    const METHOD: Method = Method::PUT;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", &self.token_id, "value"]
    }

    fn check(&self) -> Result<()> {
        require_token_id(&self.token_id)
    }

    fn after_loss(&self) -> Option<String> {
        Some("check whether the old secret still works".to_owned())
    }
}

terminals!(RollToken -> SecretString);
