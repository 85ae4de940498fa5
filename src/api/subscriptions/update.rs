use super::{ComponentValue, Frequency, RatePlan};
use crate::api::prelude::*;

/// Changes a subscription, which may cost money.
///
/// `PUT /user/subscriptions/{subscription_id}`, see the [API reference]. A token needs `Billing
/// Write`. The request is retried only if the server did not process it.
///
/// Cloudflare documents the response as text or an object, so it is returned as JSON. An object may
/// be a [`Subscription`](crate::Subscription):
///
/// ```no_run
/// # let client = cloudflare_user::Client::from_env()?;
/// use cloudflare_user::{Frequency, RatePlan, RatePlanId, Subscription};
///
/// let response = client
///     .update_subscription("506e3185e9c882d175a2d0cb0093d9f2")
///     .frequency(Frequency::Yearly)
///     .rate_plan(RatePlan::new(RatePlanId::Pro))
///     .send()?;
/// if let Ok(Subscription { price: Some(price), .. }) = serde_json::from_value(response) {
///     println!("the subscription now costs {price}");
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// These requests are refused before sending: one without a change, one that sets a field both by
/// its setter and by [`extra`](Self::extra), and one with a plan or a component without fields.
///
/// If a failed update [may have been applied](crate::Error::may_have_been_applied), look at the
/// subscription before you send the request again. Otherwise you may pay twice.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    component_values: Option<Vec<ComponentValue>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

constructors!(UpdateSubscription(subscription_id: impl Into<String>) {
    frequency,
    rate_plan,
    component_values,
    extra,
});

impl<C> UpdateSubscription<C> {
    /// Sets how often the subscription is renewed.
    pub fn frequency(mut self, frequency: Frequency) -> Self {
        self.frequency = Some(frequency);
        self
    }

    /// Sets the plan to subscribe to.
    pub fn rate_plan(mut self, rate_plan: RatePlan) -> Self {
        self.rate_plan = Some(rate_plan);
        self
    }

    /// Sets the components of the plan, such as a number of page rules. An empty list is sent as
    /// such.
    pub fn component_values(mut self, values: impl IntoIterator<Item = ComponentValue>) -> Self {
        self.component_values = Some(values.into_iter().collect());
        self
    }

    /// Sets a field that has no setter here. Its value is sent unchanged.
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
        require_identifier("subscription_id", &self.subscription_id)?;
        self.refuse_without_change()?;
        self.refuse_fields_set_twice()?;
        self.refuse_parts_without_fields()
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("check the subscription's plan, frequency and price".to_owned())
    }
}

terminals!(UpdateSubscription -> Value);

impl<C> UpdateSubscription<C> {
    fn refuse_without_change(&self) -> Result<()> {
        let has_change = self.frequency.is_some()
            || self.rate_plan.is_some()
            || self.component_values.is_some()
            || !self.extra.is_empty();
        if !has_change {
            let reason = "has no change: set at least one field";
            return Err(Error::invalid_request("request", reason));
        }
        Ok(())
    }

    /// Refuses a field that would be twice in the body.
    fn refuse_fields_set_twice(&self) -> Result<()> {
        for (field, is_set) in [
            ("frequency", self.frequency.is_some()),
            ("rate_plan", self.rate_plan.is_some()),
            ("component_values", self.component_values.is_some()),
        ] {
            if is_set && self.extra.contains_key(field) {
                let reason = "is set both by its setter and by `extra`: use one of them";
                return Err(Error::invalid_request(field, reason));
            }
        }
        Ok(())
    }

    /// Refuses a plan or a component that would be sent as `{}`.
    fn refuse_parts_without_fields(&self) -> Result<()> {
        if let Some(plan) = &self.rate_plan
            && is_default(plan)
        {
            let reason = "has no field: set at least its `id`";
            return Err(Error::invalid_request("rate_plan", reason));
        }
        for (index, component) in self.component_values.iter().flatten().enumerate() {
            if is_default(component) {
                let parameter = format!("component_values[{index}]");
                let reason = "has no field: set at least its `name`";
                return Err(Error::invalid_request(parameter, reason));
            }
        }
        Ok(())
    }
}
