use http::Method;
use serde::Serialize;

use super::BillingProfile;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;

/// Answers the address and the means of payment that the user is billed by.
///
/// `GET /user/billing/profile`, see the [API reference]. A token needs `Billing Read` or `Billing Write`. Cloudflare
/// calls it deprecated since 2023, and names nothing in its place.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"card_number":"xxxx-xxxx-xxxx-1234","card_expiry_month":4,"card_expiry_year":2027}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// let profile = client.billing_profile().send()?;
/// if let (Some(month), Some(year)) = (profile.card_expiry_month, profile.card_expiry_year) {
///     println!("the card is good until {month}/{year}");
/// }
/// // What one could pay with is a secret, which `Debug` does not show.
/// assert!(!format!("{profile:?}").contains("1234"));
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// A status of 403, 404 or 410 is to be expected of an endpoint without a future.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/billing/subresources/profile/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetBillingProfile<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl<C> Endpoint for GetBillingProfile<C> {
    type Output = BillingProfile;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "billing", "profile"]
    }
}

constructors!(GetBillingProfile);
terminals!(GetBillingProfile -> BillingProfile);
