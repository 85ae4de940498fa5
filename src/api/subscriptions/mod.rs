//! The user's subscriptions.

mod delete;
mod list;
mod model;
mod update;

pub use self::delete::DeleteSubscription;
pub use self::list::ListSubscriptions;
pub use self::model::{
    ComponentValue, DeletedSubscription, Frequency, RatePlan, RatePlanId, Subscription,
    SubscriptionApp, SubscriptionState, SubscriptionZone,
};
pub use self::update::UpdateSubscription;

use crate::client::Client;

/// # Subscriptions
impl Client {
    /// Lists the user's subscriptions.
    pub fn subscriptions(&self) -> ListSubscriptions<&Client> {
        ListSubscriptions::new().with_client(self)
    }

    /// Changes a subscription, which may cost money.
    pub fn update_subscription(
        &self,
        subscription_id: impl Into<String>,
    ) -> UpdateSubscription<&Client> {
        UpdateSubscription::new(subscription_id).with_client(self)
    }

    /// Ends a subscription.
    pub fn delete_subscription(
        &self,
        subscription_id: impl Into<String>,
    ) -> DeleteSubscription<&Client> {
        DeleteSubscription::new(subscription_id).with_client(self)
    }
}
