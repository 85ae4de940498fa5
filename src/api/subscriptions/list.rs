use http::Method;
use serde::Serialize;

use super::Subscription;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;
use crate::page::Page;

/// Lists the user's subscriptions, all on one page.
///
/// `GET /user/subscriptions`, see the [API reference]. A token needs `Billing Read` or `Billing Write`.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"506e","price":20,"current_period_end":"2026-12-01T00:00:00Z"}]}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// for subscription in client.subscriptions().iter() {
///     let subscription = subscription?;
///     if let (Some(price), Some(end)) = (subscription.price, subscription.current_period_end) {
///         println!("{price} are due on {}", end.date());
///     }
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/subscriptions/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListSubscriptions<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl<C> Endpoint for ListSubscriptions<C> {
    type Output = Page<Subscription>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "subscriptions"]
    }
}

constructors!(ListSubscriptions);
terminals!(ListSubscriptions -> Page<Subscription>);
