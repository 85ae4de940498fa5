use http::Method;
use serde::Serialize;

use super::DeletedSubscription;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;

/// Ends a subscription.
///
/// `DELETE /user/subscriptions/{subscription_id}`, see the [API reference]. A token needs `Billing Write`.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"subscription_id":"506e3185e9c882d175a2d0cb0093d9f2"}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// match client.delete_subscription("506e3185e9c882d175a2d0cb0093d9f2").send() {
///     Ok(deleted) => println!("{} is over", deleted.subscription_id),
///     Err(error) if error.is_not_found() => println!("it was over already"),
///     Err(error) => return Err(error),
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/subscriptions/methods/delete/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct DeleteSubscription<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    subscription_id: String,
}

impl<C> Endpoint for DeleteSubscription<C> {
    type Output = DeletedSubscription;
    const METHOD: Method = Method::DELETE;
    const UNWRAPPED: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "subscriptions", &self.subscription_id]
    }

    fn validate(&self) -> Result<()> {
        require_identifier("subscription_id", &self.subscription_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("look whether the subscription is still listed".to_owned())
    }
}

constructors!(DeleteSubscription(subscription_id));
terminals!(DeleteSubscription -> DeletedSubscription);
