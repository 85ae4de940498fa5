use crate::api::model::optional_amount;
use crate::api::prelude::*;

model! {
    /// An item of the billing history. Returned by
    /// [`ListBillingHistory`](crate::ListBillingHistory).
    pub struct BillingItem {
        /// The item's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The action that was billed, such as `subscription`.
        pub action: Option<String>,
        /// The amount, in [`currency`](Self::currency).
        pub amount: Option<Amount>,
        /// The currency, such as `USD`.
        pub currency: Option<String>,
        /// A description for people.
        pub description: Option<String>,
        /// When the item was charged.
        #[serde(with = "timestamp")]
        pub occurred_at: Option<OffsetDateTime>,
        /// The kind of item, such as `charge`.
        #[serde(rename = "type")]
        pub kind: Option<String>,
        /// The zone that was billed.
        #[serde(deserialize_with = "or_default")]
        pub zone: BillingZone,
    }
}

model! {
    /// The zone of a billing item.
    pub struct BillingZone {
        /// The zone's name.
        pub name: Option<String>,
    }
}

/// A user's billing address and payment method. Returned by
/// [`GetBillingProfile`](crate::GetBillingProfile).
///
/// It contains secrets, so it implements neither `PartialEq` nor `Serialize`, and `Debug` redacts
/// them.
#[derive(Clone, Default, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct BillingProfile {
    /// The profile's identifier; empty if the API left it out.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// The kind of account.
    pub account_type: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// The second line of the address.
    pub address2: Option<String>,
    /// The balance, such as `0`.
    #[serde(deserialize_with = "optional_amount")]
    pub balance: Option<String>,
    /// The month in which the card expires, 1 to 12.
    pub card_expiry_month: Option<i64>,
    /// The year in which the card expires.
    pub card_expiry_year: Option<i64>,
    /// The card number, usually masked except for the last digits.
    pub card_number: Option<SecretString>,
    /// The city.
    pub city: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// When the profile was created.
    #[serde(deserialize_with = "timestamp::deserialize")]
    pub created_on: Option<OffsetDateTime>,
    /// The payment gateway's data about the device. `Debug` redacts it.
    pub device_data: Option<String>,
    /// When the profile was last changed.
    #[serde(deserialize_with = "timestamp::deserialize")]
    pub edited_on: Option<OffsetDateTime>,
    /// The email address for the bills of an Enterprise contract.
    pub enterprise_billing_email: Option<String>,
    /// The email address of the contact of an Enterprise contract.
    pub enterprise_primary_email: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// Whether the user is a partner.
    pub is_partner: Option<bool>,
    /// The last name.
    pub last_name: Option<String>,
    /// When the next bill is due.
    #[serde(deserialize_with = "timestamp::deserialize")]
    pub next_bill_date: Option<OffsetDateTime>,
    /// The payer's address.
    pub payment_address: Option<String>,
    /// The second line of the payer's address.
    pub payment_address2: Option<String>,
    /// The payer's city.
    pub payment_city: Option<String>,
    /// The payer's country.
    pub payment_country: Option<String>,
    /// The payer's email address.
    pub payment_email: Option<String>,
    /// The payer's first name.
    pub payment_first_name: Option<String>,
    /// The payment gateway.
    pub payment_gateway: Option<String>,
    /// The payer's last name.
    pub payment_last_name: Option<String>,
    /// A single-use token of the payment gateway.
    pub payment_nonce: Option<SecretString>,
    /// The payer's state.
    pub payment_state: Option<String>,
    /// The payer's zip or postal code.
    pub payment_zipcode: Option<String>,
    /// The primary email address.
    pub primary_email: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The kind of tax identifier.
    pub tax_id_type: Option<String>,
    /// The telephone number.
    pub telephone: Option<String>,
    /// Whether the legacy billing system is used.
    pub use_legacy: Option<bool>,
    /// The card's validation code.
    pub validation_code: Option<SecretString>,
    /// The VAT number.
    pub vat: Option<String>,
    /// The zip or postal code.
    pub zipcode: Option<String>,
    /// The unknown fields.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(
    BillingProfile:
    id, account_type, address, address2, balance, card_expiry_month, card_expiry_year, card_number,
    city, company, country, created_on, edited_on, enterprise_billing_email,
    enterprise_primary_email, first_name, is_partner, last_name, next_bill_date, payment_address,
    payment_address2, payment_city, payment_country, payment_email, payment_first_name,
    payment_gateway, payment_last_name, payment_nonce, payment_state, payment_zipcode,
    primary_email, state, tax_id_type, telephone, use_legacy, validation_code, vat, zipcode;
    redacted: device_data
);
