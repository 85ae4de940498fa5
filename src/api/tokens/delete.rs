use super::require_token_id;
use crate::api::prelude::*;

/// Deletes a token. Its secret stops working at once.
///
/// `DELETE /user/tokens/{token_id}`, see the [API reference]. A token needs `API Tokens Write`.
///
/// If the response was lost, send the request again: an error of kind
/// [`NotFound`](crate::ErrorKind::NotFound) then shows that the token is gone.
///
/// To delete tokens that are found in a list, [collect the list first](crate#lists-that-change).
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/delete/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct DeleteToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    owner: Owner,
    #[serde(skip)]
    token_id: String,
}

constructors!(DeleteToken(token_id: impl Into<String>) { owner });

impl<C> DeleteToken<C> {
    /// Deletes a token of an account instead of the user's: `DELETE
    /// /accounts/{account_id}/tokens/{token_id}`.
    ///
    /// A token needs `Account API Tokens Write`. See [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }
}

impl<C> Endpoint for DeleteToken<C> {
    type Output = Deleted;
    const METHOD: Method = Method::DELETE;

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["tokens", &self.token_id])
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()?;
        require_token_id(&self.token_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("check whether the token is still in the list".to_owned())
    }
}

terminals!(DeleteToken -> Deleted);
