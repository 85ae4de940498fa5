use http::Method;
use secrecy::SecretString;
use serde::Serialize;

use super::require_token_id;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;
use crate::error::Result;

/// Gives a token a new secret, which is answered once. The old one is dead at once.
///
/// `PUT /user/tokens/{token_id}/value`, see the [API reference]. A token needs `API Tokens Write`. Never sent twice
/// unless it surely did not happen.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":"n3w-s3cr3t"}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// # fn save(_: &str) {}
/// use cloudflare_user::ExposeSecret;
///
/// let secret = client.roll_token("ed17574386854bf78a67040be0a770b0").send()?;
/// // Before anything else: there is no other copy.
/// save(secret.expose_secret());
/// assert!(!format!("{secret:?}").contains("n3w"));
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// After one that [may have been applied](crate::Error::may_have_been_applied) the old secret may be dead, and the new
/// one held by nobody: check whether the old one still works, and if it does not, roll again. If the answer came and
/// could not be understood ([`is_decode`](crate::Error::is_decode)), [`body`](crate::Error::body) holds the only copy
/// of the secret.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/subresources/value/methods/update/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct RollToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    token_id: String,
}

impl<C> Endpoint for RollToken<C> {
    type Output = SecretString;
    const METHOD: Method = Method::PUT;
    const RETURNS_SECRET: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", &self.token_id, "value"]
    }

    fn validate(&self) -> Result<()> {
        require_token_id(&self.token_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("check whether the old secret still works".to_owned())
    }
}

constructors!(RollToken(token_id));
terminals!(RollToken -> SecretString);
