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
/// match client.verify_token().send() {
///     Ok(token) if token.status == Some(TokenStatus::Active) => println!("the token works"),
///     Ok(token) => println!("the token is {:?}", token.status),
///     Err(error) if error.codes().any(|code| code == 1000) => println!("no such token"),
///     // A 403, a proxy's web page, or no network: the token may still work.
///     Err(error) => return Err(error),
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// A client with an email and a key is refused before sending, with the kind
/// [`Configuration`](crate::ErrorKind::Configuration). For an unknown token, the API returns status
/// 401 with code 1000 ([`Unauthorized`](crate::ErrorKind::Unauthorized)). For a disabled or expired
/// one, it returns an error or a [status](TokenVerification::status) other than active.
///
/// A 403 ([`Forbidden`](crate::ErrorKind::Forbidden)) does not show that the token is bad: the API
/// also returns it for an address that the token does not allow, for a token of an account, and for
/// some seconds after a token was created. A failure of kind [`Gateway`](crate::ErrorKind::Gateway)
/// does not come from the API, and shows nothing about the token. Only a 401 with code 1000 shows
/// that no token has this secret.
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
