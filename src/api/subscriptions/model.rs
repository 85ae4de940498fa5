use crate::api::prelude::*;

/// A subscription of the user. Returned by [`ListSubscriptions`](crate::ListSubscriptions).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct Subscription {
    /// The subscription's identifier.
    #[serde(deserialize_with = "id", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The currency, such as `USD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The price of a period, in US dollars according to Cloudflare's documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// When the current period began.
    #[serde(with = "timestamp", skip_serializing_if = "Option::is_none")]
    pub current_period_start: Option<OffsetDateTime>,
    /// When the current period ends and the next bill is due.
    #[serde(with = "timestamp", skip_serializing_if = "Option::is_none")]
    pub current_period_end: Option<OffsetDateTime>,
    /// How often the subscription is renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// The subscription's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<SubscriptionState>,
    /// The subscription's plan.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub rate_plan: RatePlan,
    /// The app that the subscription is for.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub app: SubscriptionApp,
    /// The plan's components.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub component_values: Vec<ComponentValue>,
    /// The zone that the subscription is for.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub zone: SubscriptionZone,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(
    Subscription:
    id, currency, price, current_period_start, current_period_end, frequency, state, rate_plan, app,
    component_values, zone
);

/// A plan that a user can subscribe to.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct RatePlan {
    /// The plan's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RatePlanId>,
    /// The currency, such as `USD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Whether the plan is managed outside Cloudflare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub externally_managed: Option<bool>,
    /// Whether the plan is an Enterprise contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_contract: Option<bool>,
    /// The plan's full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_name: Option<String>,
    /// The kind of resource that the plan applies to, such as `zone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The sets that the plan belongs to.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<String>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(RatePlan: id, currency, externally_managed, is_contract, public_name, scope, sets);

impl RatePlan {
    /// Makes a plan with this identifier. The other fields are public and can be set afterwards.
    pub fn new(id: RatePlanId) -> Self {
        Self { id: Some(id), ..Self::default() }
    }
}

/// The app that a subscription is for.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct SubscriptionApp {
    /// The identifier of the app's installation.
    #[serde(deserialize_with = "opt_id", skip_serializing_if = "Option::is_none")]
    pub install_id: Option<String>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(SubscriptionApp: install_id);

/// A component of a plan, such as a number of page rules.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct ComponentValue {
    /// The component's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The amount of the component in the subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// The amount of the component that the plan includes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Amount>,
    /// The component's price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(ComponentValue: name, value, default, price);

/// The zone that a subscription is for.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct SubscriptionZone {
    /// The zone's identifier.
    #[serde(deserialize_with = "opt_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The zone's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(SubscriptionZone: id, name);

/// The identifier of a deleted subscription. Returned by [`DeleteSubscription`](crate::DeleteSubscription).
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeletedSubscription {
    /// The identifier; empty if the API left it out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_id: String,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(DeletedSubscription: subscription_id);

// The API may send null in place of the object.
impl<'de> Deserialize<'de> for DeletedSubscription {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default, expecting = "an object")]
        struct Fields {
            #[serde(deserialize_with = "id")]
            subscription_id: String,
            #[serde(flatten)]
            extra: Map<String, Value>,
        }

        let Fields { subscription_id, extra } = or_default(deserializer)?;
        Ok(Self { subscription_id, extra })
    }
}

open_enum! {
    /// How often a subscription is renewed.
    pub enum Frequency {
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Every quarter.
        Quarterly = "quarterly",
        /// Every year.
        Yearly = "yearly",
    }
}

open_enum! {
    /// The state of a subscription.
    pub enum SubscriptionState {
        /// Free for a trial period.
        Trial = "Trial",
        /// Set up.
        Provisioned = "Provisioned",
        /// Paid.
        Paid = "Paid",
        /// Not paid yet.
        AwaitingPayment = "AwaitingPayment",
        /// Cancelled.
        Cancelled = "Cancelled",
        /// The payment failed.
        Failed = "Failed",
        /// Expired.
        Expired = "Expired",
    }
}

open_enum! {
    /// The identifier of a plan.
    pub enum RatePlanId {
        /// Free.
        Free = "free",
        /// Lite.
        Lite = "lite",
        /// Pro.
        Pro = "pro",
        /// Pro Plus.
        ProPlus = "pro_plus",
        /// Business.
        Business = "business",
        /// Enterprise.
        Enterprise = "enterprise",
        /// Free, through a partner.
        PartnersFree = "partners_free",
        /// Pro, through a partner.
        PartnersPro = "partners_pro",
        /// Business, through a partner.
        PartnersBusiness = "partners_business",
        /// Enterprise, through a partner.
        PartnersEnterprise = "partners_enterprise",
    }
}
