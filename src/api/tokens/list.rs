use std::borrow::Cow;

use http::Method;
use serde::Serialize;

use super::Token;
use crate::api::order::Direction;
use crate::api::request::{Detached, constructors, identifier, terminals};
use crate::endpoint::Endpoint;
use crate::page::Page;

/// Lists the user's tokens, without their secrets.
///
/// `GET /user/tokens`, see the [API reference]. A token needs `API Tokens Read` or `API Tokens Write`.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"1","name":"ci"}],"result_info":{"total_pages":1}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// // Which tokens would work for ever, from anywhere, for whoever finds them?
/// for token in client.tokens().iter() {
///     let token = token?;
///     if token.expires_on.is_none() && token.condition.request_ip.in_.is_empty() {
///         println!("{:?}, last used {:?}", token.name, token.last_used_on);
///     }
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// To delete or change tokens that a listing finds, [collect them first](crate#what-changes-meanwhile).
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListTokens<C = Detached> {
    #[serde(skip)]
    client: C,
    direction: Option<Direction>,
    include_expired: Option<bool>,
    page: Option<u64>,
    per_page: Option<u64>,
}

impl<C> ListTokens<C> {
    /// Which way to order.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Whether to list expired tokens too.
    pub fn include_expired(mut self, include: bool) -> Self {
        self.include_expired = Some(include);
        self
    }

    /// The page to send, or to start from, counted from 1; 1 if unset.
    pub fn page(mut self, number: u64) -> Self {
        self.page = Some(number);
        self
    }

    /// How many tokens a page holds, 5 to 50; 50 if unset.
    pub fn per_page(mut self, tokens: u64) -> Self {
        self.per_page = Some(tokens);
        self
    }
}

impl<C> Endpoint for ListTokens<C> {
    type Output = Page<Token>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(50);

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens"]
    }

    fn item_id(token: &Token) -> Option<Cow<'_, str>> {
        identifier(&token.id)
    }
}

constructors!(ListTokens { direction, include_expired, page, per_page });
terminals!(ListTokens -> Page<Token>);
