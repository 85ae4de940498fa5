use http::Method;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ComponentValue, Frequency, RatePlan};
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;

/// Changes a subscription. It costs money, and is never sent twice unless it surely did not happen.
///
/// `PUT /user/subscriptions/{subscription_id}`, see the [API reference]. A token needs `Billing Write`. What it answers
/// is documented as text or an object, and comes as it is; `serde_json::from_value` makes a
/// [`Subscription`](crate::Subscription) of it where it is one.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"506e","frequency":"yearly","rate_plan":{"id":"pro"}}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::{Frequency, RatePlan, RatePlanId, Subscription};
///
/// let answer = client
///     .update_subscription("506e3185e9c882d175a2d0cb0093d9f2")
///     .frequency(Frequency::Yearly)
///     .rate_plan(RatePlan::new(RatePlanId::Pro))
///     .send()?;
/// if let Ok(subscription) = serde_json::from_value::<Subscription>(answer) {
///     assert_eq!(subscription.frequency, Some(Frequency::Yearly));
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// After one that [may have been applied](crate::Error::may_have_been_applied), look at the subscription before you
/// send it again: twice may be paid twice.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/subscriptions/methods/update/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct UpdateSubscription<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    subscription_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency: Option<Frequency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_plan: Option<RatePlan>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    component_values: Vec<ComponentValue>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl<C> UpdateSubscription<C> {
    /// How often the subscription is renewed.
    pub fn frequency(mut self, frequency: Frequency) -> Self {
        self.frequency = Some(frequency);
        self
    }

    /// The plan to subscribe to.
    pub fn rate_plan(mut self, plan: RatePlan) -> Self {
        self.rate_plan = Some(plan);
        self
    }

    /// The parts of the plan, such as a number of page rules.
    pub fn component_values(mut self, values: impl IntoIterator<Item = ComponentValue>) -> Self {
        self.component_values = values.into_iter().collect();
        self
    }

    /// A field that this request has no method for; it is sent as it is.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

impl<C> Endpoint for UpdateSubscription<C> {
    type Output = Value;
    const METHOD: Method = Method::PUT;

    fn path(&self) -> Vec<&str> {
        vec!["user", "subscriptions", &self.subscription_id]
    }

    fn validate(&self) -> Result<()> {
        require_identifier("subscription_id", &self.subscription_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("look at the subscription's plan, frequency and price".to_owned())
    }
}

constructors!(UpdateSubscription(subscription_id) { frequency, rate_plan, component_values, extra });
terminals!(UpdateSubscription -> Value);
