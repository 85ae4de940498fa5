use super::Subscription;
use crate::api::prelude::*;

/// Lists the user's subscriptions, on a single page.
///
/// `GET /user/subscriptions`, see the [API reference]. A token needs `Billing Read` or `Billing
/// Write`.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/subscriptions/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListSubscriptions<C = Detached> {
    #[serde(skip)]
    client: C,
}

constructors!(ListSubscriptions);

impl<C> Endpoint for ListSubscriptions<C> {
    type Output = Page<Subscription>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "subscriptions"]
    }
}

terminals!(ListSubscriptions -> Page<Subscription>);
