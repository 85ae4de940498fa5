//! The user's billing history and billing profile.

mod history;
mod model;
mod profile;

pub use self::history::{BillingOrder, ListBillingHistory};
pub use self::model::{BillingItem, BillingProfile, BillingZone};
pub use self::profile::GetBillingProfile;

use crate::client::Client;

/// # Billing
impl Client {
    /// Lists the items that the user was charged for.
    pub fn billing_history(&self) -> ListBillingHistory<&Client> {
        ListBillingHistory::new().with_client(self)
    }

    /// Gets the user's billing address and payment method.
    pub fn billing_profile(&self) -> GetBillingProfile<&Client> {
        GetBillingProfile::new().with_client(self)
    }
}
