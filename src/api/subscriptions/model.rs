use crate::api::prelude::*;

model! {
    /// A subscription of the user. Returned by [`ListSubscriptions`](crate::ListSubscriptions).
    pub struct Subscription {
        /// The subscription's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The currency, such as `USD`.
        pub currency: Option<String>,
        /// The price of a period, in US dollars according to Cloudflare's documentation.
        pub price: Option<Amount>,
        /// When the current period began.
        #[serde(with = "timestamp")]
        pub current_period_start: Option<OffsetDateTime>,
        /// When the current period ends and the next bill is due.
        #[serde(with = "timestamp")]
        pub current_period_end: Option<OffsetDateTime>,
        /// How often the subscription is renewed.
        pub frequency: Option<Frequency>,
        /// The subscription's state.
        pub state: Option<SubscriptionState>,
        /// The subscription's plan.
        #[serde(deserialize_with = "or_default")]
        pub rate_plan: RatePlan,
        /// The app that the subscription is for.
        #[serde(deserialize_with = "or_default")]
        pub app: SubscriptionApp,
        /// The plan's components.
        #[serde(deserialize_with = "or_default")]
        pub component_values: Vec<ComponentValue>,
        /// The zone that the subscription is for.
        #[serde(deserialize_with = "or_default")]
        pub zone: SubscriptionZone,
    }
}

model! {
    /// A plan that a user can subscribe to.
    pub struct RatePlan {
        /// The plan's identifier.
        pub id: Option<RatePlanId>,
        /// The currency, such as `USD`.
        pub currency: Option<String>,
        /// Whether the plan is managed outside Cloudflare.
        pub externally_managed: Option<bool>,
        /// Whether the plan is an Enterprise contract.
        pub is_contract: Option<bool>,
        /// The plan's full name.
        pub public_name: Option<String>,
        /// The kind of resource that the plan applies to, such as `zone`.
        pub scope: Option<String>,
        /// The sets that the plan belongs to.
        #[serde(deserialize_with = "or_default")]
        pub sets: Vec<String>,
    }
}

impl RatePlan {
    /// Makes a plan with this identifier. The other fields are public and can be set afterwards.
    pub fn new(id: RatePlanId) -> Self {
        Self {
            id: Some(id),
            ..Self::default()
        }
    }
}

model! {
    /// The app that a subscription is for.
    pub struct SubscriptionApp {
        /// The identifier of the app's installation.
        #[serde(deserialize_with = "opt_id")]
        pub install_id: Option<String>,
    }
}

model! {
    /// A component of a plan, such as a number of page rules.
    pub struct ComponentValue {
        /// The component's name.
        pub name: Option<String>,
        /// The amount of the component in the subscription.
        pub value: Option<Amount>,
        /// The amount of the component that the plan includes.
        pub default: Option<Amount>,
        /// The component's price.
        pub price: Option<Amount>,
    }
}

model! {
    /// The zone that a subscription is for.
    pub struct SubscriptionZone {
        /// The zone's identifier.
        #[serde(deserialize_with = "opt_id")]
        pub id: Option<String>,
        /// The zone's name.
        pub name: Option<String>,
    }
}

model! {
    /// The identifier of a deleted subscription. Returned by
    /// [`DeleteSubscription`](crate::DeleteSubscription).
    // The API may send null in place of the object.
    #[serde(from = "OrDefault<DeletedFields>")]
    pub struct DeletedSubscription {
        /// The identifier; empty if the API left it out.
        pub subscription_id: String,
    }
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object")]
struct DeletedFields {
    #[serde(deserialize_with = "id")]
    subscription_id: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl From<OrDefault<DeletedFields>> for DeletedSubscription {
    fn from(OrDefault(fields): OrDefault<DeletedFields>) -> Self {
        Self {
            subscription_id: fields.subscription_id,
            extra: fields.extra,
        }
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
