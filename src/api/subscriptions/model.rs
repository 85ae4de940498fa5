use time::OffsetDateTime;

use crate::api::amount::Amount;
use crate::api::field;
use crate::api::model::{model, open_enum};

model! {
    /// Something that the user pays for; answered by [`ListSubscriptions`](crate::ListSubscriptions).
    pub struct Subscription [PartialEq Serialize] {
        /// Identifies the subscription.
        pub id: String = "id" (field::id),
        /// The currency, such as `USD`.
        pub currency: Option<String> = "currency",
        /// The price of a period, documented to be in US dollars.
        pub price: Option<Amount> = "price",
        /// When the current period began.
        #[serde(serialize_with = "field::instant::serialize")]
        pub current_period_start: Option<OffsetDateTime> = "current_period_start" (field::instant::deserialize),
        /// When the current period ends, and the next bill is due.
        #[serde(serialize_with = "field::instant::serialize")]
        pub current_period_end: Option<OffsetDateTime> = "current_period_end" (field::instant::deserialize),
        /// How often it is renewed.
        pub frequency: Option<Frequency> = "frequency",
        /// The state that it is in.
        pub state: Option<SubscriptionState> = "state",
        /// The plan.
        pub rate_plan: RatePlan = "rate_plan",
        /// The app that it is for.
        pub app: SubscriptionApp = "app",
        /// What the plan is made of.
        pub component_values: Vec<ComponentValue> = "component_values",
        /// The zone that it is for.
        pub zone: SubscriptionZone = "zone",
    }
}

model! {
    /// A plan that one subscribes to.
    pub struct RatePlan [PartialEq Serialize] {
        /// Identifies the plan.
        pub id: Option<RatePlanId> = "id",
        /// The currency, such as `USD`.
        pub currency: Option<String> = "currency",
        /// Whether the plan is managed outside Cloudflare.
        pub externally_managed: Option<bool> = "externally_managed",
        /// Whether the plan is an Enterprise contract.
        pub is_contract: Option<bool> = "is_contract",
        /// The plan's full name.
        pub public_name: Option<String> = "public_name",
        /// What the plan applies to, such as `zone`.
        pub scope: Option<String> = "scope",
        /// The sets that the plan belongs to.
        pub sets: Vec<String> = "sets",
    }
}

impl RatePlan {
    /// The plan with this identifier; its other fields are public.
    pub fn new(id: RatePlanId) -> Self {
        Self {
            id: Some(id),
            ..Self::default()
        }
    }
}

model! {
    /// The app that a subscription is for.
    pub struct SubscriptionApp [PartialEq Serialize] {
        /// Identifies the installation.
        pub install_id: Option<String> = "install_id" (field::optional_id),
    }
}

model! {
    /// One of the parts of a plan, such as a number of page rules.
    pub struct ComponentValue [PartialEq Serialize] {
        /// The part's name.
        pub name: Option<String> = "name",
        /// How much of it there is.
        pub value: Option<Amount> = "value",
        /// How much of it the plan includes.
        pub default: Option<Amount> = "default",
        /// What it costs.
        pub price: Option<Amount> = "price",
    }
}

model! {
    /// The zone that a subscription is for.
    pub struct SubscriptionZone [PartialEq Serialize] {
        /// Identifies the zone.
        pub id: Option<String> = "id" (field::optional_id),
        /// The zone's name.
        pub name: Option<String> = "name",
    }
}

model! {
    /// The subscription that was ended; answered by [`DeleteSubscription`](crate::DeleteSubscription).
    pub struct DeletedSubscription [PartialEq Serialize] or null {
        /// Identifies it; empty if the API did not say so, or said nothing at all.
        pub subscription_id: String = "subscription_id" (field::id),
    }
}

open_enum! {
    /// How often a subscription is renewed.
    pub enum Frequency {
        /// Each week.
        Weekly = "weekly",
        /// Each month.
        Monthly = "monthly",
        /// Each quarter of a year.
        Quarterly = "quarterly",
        /// Each year.
        Yearly = "yearly",
    }
}

open_enum! {
    /// The state that a subscription is in.
    pub enum SubscriptionState {
        /// It is free for a while.
        Trial = "Trial",
        /// It is set up.
        Provisioned = "Provisioned",
        /// It is paid for.
        Paid = "Paid",
        /// It is not paid for yet.
        AwaitingPayment = "AwaitingPayment",
        /// It was cancelled.
        Cancelled = "Cancelled",
        /// The payment failed.
        Failed = "Failed",
        /// It is over.
        Expired = "Expired",
    }
}

open_enum! {
    /// Identifies a plan.
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
        /// Free, by a partner.
        PartnersFree = "partners_free",
        /// Pro, by a partner.
        PartnersPro = "partners_pro",
        /// Business, by a partner.
        PartnersBusiness = "partners_business",
        /// Enterprise, by a partner.
        PartnersEnterprise = "partners_enterprise",
    }
}
