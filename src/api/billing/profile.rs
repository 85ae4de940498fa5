use super::BillingProfile;
use crate::api::prelude::*;

/// Gets the user's billing address and payment method.
///
/// `GET /user/billing/profile`, see the [API reference]. A token needs `Billing Read` or `Billing
/// Write`. Cloudflare deprecated the endpoint in 2023, and names no replacement.
///
/// # Errors
///
/// Expect status 403, 404 or 410 once Cloudflare removes the endpoint.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/billing/subresources/profile/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetBillingProfile<C = Detached> {
    #[serde(skip)]
    client: C,
}

constructors!(GetBillingProfile);

impl<C> Endpoint for GetBillingProfile<C> {
    type Output = BillingProfile;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "billing", "profile"]
    }
}

terminals!(GetBillingProfile -> BillingProfile);
