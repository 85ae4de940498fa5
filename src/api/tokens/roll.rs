use super::require_token_id;
use crate::api::prelude::*;

/// Replaces the secret of a token, and returns the new one. The old secret stops working at once.
///
/// `PUT /user/tokens/{token_id}/value`, see the [API reference]. A token needs `API Tokens Write`.
/// The request is retried only if the server did not process it.
///
/// No later response contains the new secret: [save it](crate#secrets) before you do anything else.
///
/// # Errors
///
/// If an error shows that the roll [may have been applied](crate::Error::may_have_been_applied) and
/// its status is 2xx, its [`body`](crate::Error::body) may hold the only copy of the new secret. If
/// there is no such body, [verify](crate::VerifyToken) the old secret with a client that uses it:
///
/// * If that succeeds, the roll was not applied.
/// * If it fails with status 401 and code 1000, the old secret is gone: roll the token again.
/// * Any other error, such as a 403 for a client address that the token does not allow, does not
///   show whether the roll was applied.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/subresources/value/methods/update/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct RollToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    owner: Owner,
    #[serde(skip)]
    token_id: String,
}

constructors!(RollToken(token_id: impl Into<String>) { owner });

impl<C> RollToken<C> {
    /// Replaces the secret of an account's token instead of the user's:
    /// `PUT /accounts/{account_id}/tokens/{token_id}/value`.
    ///
    /// A token needs `Account API Tokens Write`. See [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }
}

impl<C> Endpoint for RollToken<C> {
    type Output = SecretString;
    const METHOD: Method = Method::PUT;
    const RETURNS_SECRET: bool = true;

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["tokens", &self.token_id, "value"])
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()?;
        require_token_id(&self.token_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("check whether the old secret still works".to_owned())
    }
}

terminals!(RollToken -> SecretString);
