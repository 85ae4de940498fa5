use super::TokenVerification;
use crate::api::prelude::*;

/// Verifies the client's own token.
///
/// `GET /user/tokens/verify`, see the [API reference]. The token needs no permission.
///
/// The endpoint refuses a token that belongs to an account (it starts with `cfat_`), even if the
/// token works. Call [`in_account`](Self::in_account) to verify such a token.
///
/// ```no_run
/// # let client = cloudflare_user::Client::from_env()?;
/// use cloudflare_user::TokenStatus;
///
/// let works = match client.verify_token().send() {
///     Ok(verification) => verification.status == Some(TokenStatus::Active),
///     Err(error) if error.is_unauthorized() => false,
///     Err(error) => return Err(error),
/// };
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// A client with an email and a key is refused before sending
/// ([`is_invalid_request`](crate::Error::is_invalid_request)). For an unknown token, the API
/// returns status 401 with code 1000. For a disabled or expired one, it returns an error or a
/// [status](TokenVerification::status) other than active. From an address that the token does not
/// allow, it returns an error. So only a 401 with code 1000 shows that the secret was replaced.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct VerifyToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    owner: Owner,
}

constructors!(VerifyToken { owner });

impl<C> VerifyToken<C> {
    /// Verifies a token that belongs to an account: `GET /accounts/{account_id}/tokens/verify`. See
    /// [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }
}

impl<C> Endpoint for VerifyToken<C> {
    type Output = TokenVerification;
    const METHOD: Method = Method::GET;
    const TOKEN_ONLY: bool = true;

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["tokens", "verify"])
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()
    }
}

terminals!(VerifyToken -> TokenVerification);
