use secrecy::SecretString;
use serde::Serialize;
use time::OffsetDateTime;

use crate::amount::Amount;
use crate::field;
use crate::model::model;

model! {
    /// One item of the billing history.
    pub struct BillingItem [PartialEq Serialize] {
        /// Identifies the item.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// What was done, such as `subscription`.
        pub action: Option<String>,
        /// How much, in [`currency`](Self::currency).
        pub amount: Option<Amount>,
        /// The currency, such as `USD`.
        pub currency: Option<String>,
        /// A line for people.
        pub description: Option<String>,
        /// When it was charged.
        #[serde(with = "field::instant")]
        pub occurred_at: Option<OffsetDateTime>,
        /// The kind of item, such as `charge`.
        #[serde(rename = "type")]
        pub kind: Option<String>,
        /// The zone that it is about.
        #[serde(deserialize_with = "field::or_default")]
        pub zone: BillingZone,
    }
}

model! {
    /// The zone that a billing item is about.
    pub struct BillingZone [PartialEq Serialize] {
        /// The zone's name.
        pub name: Option<String>,
    }
}

model! {
    /// The address and the means of payment that a user is billed by.
    ///
    /// Neither comparable nor to be serialized: it holds secrets.
    pub struct BillingProfile [] {
        /// Identifies the profile.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// The kind of account.
        pub account_type: Option<String>,
        /// The address.
        pub address: Option<String>,
        /// The second line of the address.
        pub address2: Option<String>,
        /// What is owed or held, as text such as `0`.
        #[serde(deserialize_with = "field::optional_amount")]
        pub balance: Option<String>,
        /// The month in which the card expires, 1 to 12.
        pub card_expiry_month: Option<i64>,
        /// The year in which the card expires.
        pub card_expiry_year: Option<i64>,
        /// The number of the card, in practice masked but for its end.
        pub card_number: Option<SecretString>,
        /// The city.
        pub city: Option<String>,
        /// The company.
        pub company: Option<String>,
        /// The country.
        pub country: Option<String>,
        /// When the profile was created.
        #[serde(with = "field::instant")]
        pub created_on: Option<OffsetDateTime>,
        /// What the payment gateway knows of the device; not shown by `Debug`.
        pub device_data: Option<String> as redacted,
        /// When the profile was changed last.
        #[serde(with = "field::instant")]
        pub edited_on: Option<OffsetDateTime>,
        /// Where bills of an Enterprise contract go.
        pub enterprise_billing_email: Option<String>,
        /// The contact of an Enterprise contract.
        pub enterprise_primary_email: Option<String>,
        /// The first name.
        pub first_name: Option<String>,
        /// Whether the user is a partner.
        pub is_partner: Option<bool>,
        /// The last name.
        pub last_name: Option<String>,
        /// When the next bill is due.
        #[serde(with = "field::instant")]
        pub next_bill_date: Option<OffsetDateTime>,
        /// The address of the payer.
        pub payment_address: Option<String>,
        /// The second line of the payer's address.
        pub payment_address2: Option<String>,
        /// The city of the payer.
        pub payment_city: Option<String>,
        /// The country of the payer.
        pub payment_country: Option<String>,
        /// The email address of the payer.
        pub payment_email: Option<String>,
        /// The first name of the payer.
        pub payment_first_name: Option<String>,
        /// The payment gateway.
        pub payment_gateway: Option<String>,
        /// The last name of the payer.
        pub payment_last_name: Option<String>,
        /// A single-use key of the payment gateway.
        pub payment_nonce: Option<SecretString>,
        /// The state of the payer.
        pub payment_state: Option<String>,
        /// The zip or postal code of the payer.
        pub payment_zipcode: Option<String>,
        /// The first address to write to.
        pub primary_email: Option<String>,
        /// The state.
        pub state: Option<String>,
        /// The kind of tax number.
        pub tax_id_type: Option<String>,
        /// The telephone number.
        pub telephone: Option<String>,
        /// Whether the older billing system is used.
        pub use_legacy: Option<bool>,
        /// The code on the back of the card.
        pub validation_code: Option<SecretString>,
        /// The tax number.
        pub vat: Option<String>,
        /// The zip or postal code.
        pub zipcode: Option<String>,
    }
}
