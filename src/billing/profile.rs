use http::Method;
use serde::Serialize;

use super::BillingProfile;
use crate::endpoint::Endpoint;
use crate::request::{Detached, detached_default, terminals};

/// Answers the address and the means of payment that the user is billed by.
///
/// `GET /user/billing/profile`, see the [API reference]. Cloudflare calls it deprecated since 2023, and names nothing
/// in its place; a status of 403, 404 or 410 is to be expected.
///
/// ```
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// let profile = client.billing_profile().send()?;
/// if let (Some(month), Some(year)) = (profile.card_expiry_month, profile.card_expiry_year) {
///     println!("the card is good until {month}/{year}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/billing/subresources/profile/methods/get/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetBillingProfile<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl GetBillingProfile {
    /// Makes the detached request.
    pub fn new() -> Self {
        Self::on(Detached)
    }
}

impl<C> GetBillingProfile<C> {
    pub(super) fn on(client: C) -> Self {
        Self { client }
    }
}

impl<C> Endpoint for GetBillingProfile<C> {
    type Output = BillingProfile;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "billing", "profile"]
    }
}

detached_default!(GetBillingProfile);
terminals!(GetBillingProfile -> BillingProfile);
