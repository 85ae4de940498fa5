use http::Method;
use serde::Serialize;

use super::require_token_id;
use crate::api::deleted::Deleted;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;
use crate::error::Result;

/// Deletes a token. Its secret is dead at once.
///
/// `DELETE /user/tokens/{token_id}`, see the [API reference]. A token needs `API Tokens Write`.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let client = Client::builder().api_token("t").transport(|_: http::Request<Vec<u8>>| {
/// #     let answer = Body::from(r#"{"success":false,"errors":[{"code":1003,"message":"not found"}]}"#);
/// #     Ok(http::Response::builder().status(404).body(answer).unwrap_or_default())
/// # }).build()?;
/// // Whether this call deleted it or another one does not matter.
/// match client.delete_token("ed17574386854bf78a67040be0a770b0").send() {
///     Ok(_) => println!("deleted"),
///     Err(error) if error.is_not_found() => println!("it was gone already"),
///     Err(error) => return Err(error),
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// To delete several that a listing finds, [collect them first](crate#what-changes-meanwhile).
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/delete/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct DeleteToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    token_id: String,
}

impl<C> Endpoint for DeleteToken<C> {
    type Output = Deleted;
    const METHOD: Method = Method::DELETE;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", &self.token_id]
    }

    fn validate(&self) -> Result<()> {
        require_token_id(&self.token_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("look whether the token is still listed".to_owned())
    }
}

constructors!(DeleteToken(token_id));
terminals!(DeleteToken -> Deleted);
