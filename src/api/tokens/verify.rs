use http::Method;
use serde::Serialize;

use super::TokenVerification;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;

/// Verifies the client's own token.
///
/// `GET /user/tokens/verify`, see the [API reference]. The token needs no permission.
///
/// A token that is owned by an account (it starts with `cfat_`) is refused here although it works. Verify such a token
/// at `GET /accounts/{account_id}/tokens/verify`, with a [custom endpoint](crate#endpoints-of-your-own).
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"ed17","status":"active"}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::TokenStatus;
///
/// let works = match client.verify_token().send() {
///     Ok(verification) => verification.status == Some(TokenStatus::Active),
///     Err(error) if error.is_unauthorized() => false,
///     Err(error) => return Err(error),
/// };
/// assert!(works);
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// A client with an email and a key is refused before anything is sent
/// ([`is_invalid_request`](crate::Error::is_invalid_request)). An unknown token is an error
/// ([`is_unauthorized`](crate::Error::is_unauthorized)); a disabled or expired one is either that error or a status
/// other than active. Text that cannot be a token is refused with status 400 and code 6003.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct VerifyToken<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl<C> Endpoint for VerifyToken<C> {
    type Output = TokenVerification;
    const METHOD: Method = Method::GET;
    const TOKEN_ONLY: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", "verify"]
    }
}

constructors!(VerifyToken);
terminals!(VerifyToken -> TokenVerification);
