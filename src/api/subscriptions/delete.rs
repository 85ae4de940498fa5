use super::DeletedSubscription;
use crate::api::prelude::*;

/// Ends a subscription.
///
/// `DELETE /user/subscriptions/{subscription_id}`, see the [API reference]. A token needs `Billing
/// Write`.
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

constructors!(DeleteSubscription(subscription_id: impl Into<String>));

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
        Some("check whether the subscription is still in the list".to_owned())
    }
}

terminals!(DeleteSubscription -> DeletedSubscription);
