//! What the user pays for.

mod delete;
mod list;
mod model;
mod update;

pub use self::delete::DeleteSubscription;
pub use self::list::ListSubscriptions;
pub use self::model::{
    ComponentValue, DeletedSubscription, Frequency, RatePlan, RatePlanId, Subscription, SubscriptionApp,
    SubscriptionState, SubscriptionZone,
};
pub use self::update::UpdateSubscription;

use crate::client::Client;

/// # Subscriptions
impl Client {
    /// Lists the user's subscriptions.
    pub fn subscriptions(&self) -> ListSubscriptions<&Client> {
        ListSubscriptions::on(self)
    }

    /// Changes a subscription. It costs money.
    pub fn update_subscription(&self, subscription_id: impl Into<String>) -> UpdateSubscription<&Client> {
        UpdateSubscription::on(self, subscription_id)
    }

    /// Ends a subscription.
    pub fn delete_subscription(&self, subscription_id: impl Into<String>) -> DeleteSubscription<&Client> {
        DeleteSubscription::on(self, subscription_id)
    }
}
