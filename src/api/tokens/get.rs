use http::Method;
use serde::Serialize;

use super::{Token, require_token_id};
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;
use crate::error::Result;

/// Answers one token, without its secret.
///
/// `GET /user/tokens/{token_id}`, see the [API reference]. A token needs `API Tokens Read` or `API Tokens Write`.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"ed17","name":"ci","status":"active"}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// let token = client.token("ed17574386854bf78a67040be0a770b0").send()?;
/// match token.last_used_on {
///     Some(instant) => println!("last used on {}", instant.date()),
///     None => println!("never used"),
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    token_id: String,
}

impl<C> Endpoint for GetToken<C> {
    type Output = Token;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", &self.token_id]
    }

    fn validate(&self) -> Result<()> {
        require_token_id(&self.token_id)
    }
}

constructors!(GetToken(token_id));
terminals!(GetToken -> Token);
