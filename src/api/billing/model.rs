use secrecy::SecretString;
use time::OffsetDateTime;

use crate::api::amount::Amount;
use crate::api::field;
use crate::api::model::model;

model! {
    /// One item of the billing history; answered by [`ListBillingHistory`](crate::ListBillingHistory).
    pub struct BillingItem [PartialEq Serialize] {
        /// Identifies the item.
        pub id: String = "id" (field::id),
        /// What was done, such as `subscription`.
        pub action: Option<String> = "action",
        /// How much, in [`currency`](Self::currency).
        pub amount: Option<Amount> = "amount",
        /// The currency, such as `USD`.
        pub currency: Option<String> = "currency",
        /// A line for people.
        pub description: Option<String> = "description",
        /// When it was charged.
        #[serde(serialize_with = "field::instant::serialize")]
        pub occurred_at: Option<OffsetDateTime> = "occurred_at" (field::instant::deserialize),
        /// The kind of item, such as `charge`.
        pub kind: Option<String> = "type",
        /// The zone that it is about.
        pub zone: BillingZone = "zone",
    }
}

model! {
    /// The zone that a billing item is about.
    pub struct BillingZone [PartialEq Serialize] {
        /// The zone's name.
        pub name: Option<String> = "name",
    }
}

model! {
    /// The address and the means of payment that a user is billed by; answered by
    /// [`GetBillingProfile`](crate::GetBillingProfile).
    ///
    /// Neither comparable nor to be serialized: it holds secrets.
    pub struct BillingProfile [] {
        /// Identifies the profile.
        pub id: String = "id" (field::id),
        /// The kind of account.
        pub account_type: Option<String> = "account_type",
        /// The address.
        pub address: Option<String> = "address",
        /// The second line of the address.
        pub address2: Option<String> = "address2",
        /// What is owed or held, as text such as `0`.
        pub balance: Option<String> = "balance" (field::optional_amount),
        /// The month in which the card expires, 1 to 12.
        pub card_expiry_month: Option<i64> = "card_expiry_month",
        /// The year in which the card expires.
        pub card_expiry_year: Option<i64> = "card_expiry_year",
        /// The number of the card, in practice masked but for its end.
        pub card_number: Option<SecretString> = "card_number",
        /// The city.
        pub city: Option<String> = "city",
        /// The company.
        pub company: Option<String> = "company",
        /// The country.
        pub country: Option<String> = "country",
        /// When the profile was created.
        pub created_on: Option<OffsetDateTime> = "created_on" (field::instant::deserialize),
        /// What the payment gateway knows of the device; not shown by `Debug`.
        pub device_data: Option<String> as redacted = "device_data",
        /// When the profile was changed last.
        pub edited_on: Option<OffsetDateTime> = "edited_on" (field::instant::deserialize),
        /// Where bills of an Enterprise contract go.
        pub enterprise_billing_email: Option<String> = "enterprise_billing_email",
        /// The contact of an Enterprise contract.
        pub enterprise_primary_email: Option<String> = "enterprise_primary_email",
        /// The first name.
        pub first_name: Option<String> = "first_name",
        /// Whether the user is a partner.
        pub is_partner: Option<bool> = "is_partner",
        /// The last name.
        pub last_name: Option<String> = "last_name",
        /// When the next bill is due.
        pub next_bill_date: Option<OffsetDateTime> = "next_bill_date" (field::instant::deserialize),
        /// The address of the payer.
        pub payment_address: Option<String> = "payment_address",
        /// The second line of the payer's address.
        pub payment_address2: Option<String> = "payment_address2",
        /// The city of the payer.
        pub payment_city: Option<String> = "payment_city",
        /// The country of the payer.
        pub payment_country: Option<String> = "payment_country",
        /// The email address of the payer.
        pub payment_email: Option<String> = "payment_email",
        /// The first name of the payer.
        pub payment_first_name: Option<String> = "payment_first_name",
        /// The payment gateway.
        pub payment_gateway: Option<String> = "payment_gateway",
        /// The last name of the payer.
        pub payment_last_name: Option<String> = "payment_last_name",
        /// A single-use key of the payment gateway.
        pub payment_nonce: Option<SecretString> = "payment_nonce",
        /// The state of the payer.
        pub payment_state: Option<String> = "payment_state",
        /// The zip or postal code of the payer.
        pub payment_zipcode: Option<String> = "payment_zipcode",
        /// The first address to write to.
        pub primary_email: Option<String> = "primary_email",
        /// The state.
        pub state: Option<String> = "state",
        /// The kind of tax number.
        pub tax_id_type: Option<String> = "tax_id_type",
        /// The telephone number.
        pub telephone: Option<String> = "telephone",
        /// Whether the older billing system is used.
        pub use_legacy: Option<bool> = "use_legacy",
        /// The code on the back of the card.
        pub validation_code: Option<SecretString> = "validation_code",
        /// The tax number.
        pub vat: Option<String> = "vat",
        /// The zip or postal code.
        pub zipcode: Option<String> = "zipcode",
    }
}
