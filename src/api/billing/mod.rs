//! What was charged, and to whom.

mod history;
mod model;
mod profile;

pub use self::history::{BillingOrder, ListBillingHistory};
pub use self::model::{BillingItem, BillingProfile, BillingZone};
pub use self::profile::GetBillingProfile;

use crate::client::Client;

/// # Billing
impl Client {
    /// Lists what was charged to the user.
    pub fn billing_history(&self) -> ListBillingHistory<&Client> {
        ListBillingHistory::on(self)
    }

    /// The address and means of payment that the user is billed by.
    pub fn billing_profile(&self) -> GetBillingProfile<&Client> {
        GetBillingProfile::on(self)
    }
}
