use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::amount::Amount;
use crate::field;
use crate::model::{model, open_enum};

model! {
    /// Something that the user pays for.
    pub struct Subscription [PartialEq Serialize] {
        /// Identifies the subscription.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// The currency, such as `USD`.
        pub currency: Option<String>,
        /// The price of a period, documented to be in US dollars.
        pub price: Option<Amount>,
        /// When the current period began.
        #[serde(with = "field::instant")]
        pub current_period_start: Option<OffsetDateTime>,
        /// When the current period ends, and the next bill is due.
        #[serde(with = "field::instant")]
        pub current_period_end: Option<OffsetDateTime>,
        /// How often it is renewed.
        pub frequency: Option<Frequency>,
        /// The state that it is in.
        pub state: Option<SubscriptionState>,
        /// The plan.
        #[serde(deserialize_with = "field::or_default")]
        pub rate_plan: RatePlan,
        /// The app that it is for.
        #[serde(deserialize_with = "field::or_default")]
        pub app: SubscriptionApp,
        /// What the plan is made of.
        #[serde(deserialize_with = "field::or_default")]
        pub component_values: Vec<ComponentValue>,
        /// The zone that it is for.
        #[serde(deserialize_with = "field::or_default")]
        pub zone: SubscriptionZone,
    }
}

model! {
    /// A plan that one subscribes to.
    pub struct RatePlan [PartialEq Serialize] {
        /// Identifies the plan.
        pub id: Option<RatePlanId>,
        /// The currency, such as `USD`.
        pub currency: Option<String>,
        /// Whether the plan is managed outside Cloudflare.
        pub externally_managed: Option<bool>,
        /// Whether the plan is an Enterprise contract.
        pub is_contract: Option<bool>,
        /// The plan's full name.
        pub public_name: Option<String>,
        /// What the plan applies to, such as `zone`.
        pub scope: Option<String>,
        /// The sets that the plan belongs to.
        #[serde(deserialize_with = "field::or_default")]
        pub sets: Vec<String>,
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
        #[serde(deserialize_with = "field::optional_id")]
        pub install_id: Option<String>,
    }
}

model! {
    /// One of the parts of a plan, such as a number of page rules.
    pub struct ComponentValue [PartialEq Serialize] {
        /// The part's name.
        pub name: Option<String>,
        /// How much of it there is.
        pub value: Option<Amount>,
        /// How much of it the plan includes.
        pub default: Option<Amount>,
        /// What it costs.
        pub price: Option<Amount>,
    }
}

model! {
    /// The zone that a subscription is for.
    pub struct SubscriptionZone [PartialEq Serialize] {
        /// Identifies the zone.
        #[serde(deserialize_with = "field::optional_id")]
        pub id: Option<String>,
        /// The zone's name.
        pub name: Option<String>,
    }
}

model! {
    /// The subscription that was ended.
    pub struct DeletedSubscription [PartialEq Serialize] from "Option<DeletedFields>" {
        /// Identifies it; empty if the API did not say so.
        pub subscription_id: String,
    }
}

#[derive(Default, Deserialize)]
struct DeletedFields {
    #[serde(default, deserialize_with = "field::id")]
    subscription_id: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// Null too: the API may answer a deletion with no more than that it succeeded.
impl From<Option<DeletedFields>> for DeletedSubscription {
    fn from(fields: Option<DeletedFields>) -> Self {
        let DeletedFields {
            subscription_id,
            extra,
        } = fields.unwrap_or_default();
        Self {
            subscription_id,
            extra,
        }
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
