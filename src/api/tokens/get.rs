use super::{Token, require_token_id};
use crate::api::prelude::*;

/// Gets a token, without its secret.
///
/// `GET /user/tokens/{token_id}`, see the [API reference]. A token needs `API Tokens Read` or `API
/// Tokens Write`.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    owner: Owner,
    #[serde(skip)]
    token_id: String,
}

constructors!(GetToken(token_id: impl Into<String>) { owner });

impl<C> GetToken<C> {
    /// Gets a token of an account instead of the user's:
    /// `GET /accounts/{account_id}/tokens/{token_id}`.
    ///
    /// A token needs `Account API Tokens Read` or `Account API Tokens Write`. See
    /// [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }
}

impl<C> Endpoint for GetToken<C> {
    type Output = Token;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["tokens", &self.token_id])
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()?;
        require_token_id(&self.token_id)
    }
}

terminals!(GetToken -> Token);
