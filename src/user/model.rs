use serde::Serialize;
use time::OffsetDateTime;

use crate::field;
use crate::model::model;
use crate::organizations::Organization;

model! {
    /// A user of Cloudflare's.
    ///
    /// Some fields come in practice and are in no documentation; secrets have been seen among those in `extra`, so that
    /// `Debug` shows their names only.
    pub struct User [PartialEq Serialize] {
        /// Identifies the user.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// The address that the user logs in with.
        pub email: Option<String>,
        /// The user's name, where there is one beside the address.
        pub username: Option<String>,
        /// The first name.
        pub first_name: Option<String>,
        /// The last name.
        pub last_name: Option<String>,
        /// The telephone number.
        pub telephone: Option<String>,
        /// The country in which the user lives.
        pub country: Option<String>,
        /// The zip or postal code where the user lives.
        pub zipcode: Option<String>,
        /// Whether an authenticator is asked for at login. It is not when the API is used.
        pub two_factor_authentication_enabled: Option<bool>,
        /// Whether an account that the user is a member of requires a second factor.
        pub two_factor_authentication_locked: Option<bool>,
        /// Whether the user was suspended.
        pub suspended: Option<bool>,
        /// Whether the user has zones of the Pro plan.
        pub has_pro_zones: Option<bool>,
        /// Whether the user has zones of the Business plan.
        pub has_business_zones: Option<bool>,
        /// Whether the user has zones of the Enterprise plan.
        pub has_enterprise_zones: Option<bool>,
        /// The betas that the user takes part in.
        #[serde(deserialize_with = "field::or_default")]
        pub betas: Vec<String>,
        /// The organizations that the user belongs to.
        #[serde(deserialize_with = "field::or_default")]
        pub organizations: Vec<Organization>,
        /// When the user was created.
        #[serde(with = "field::instant")]
        pub created_on: Option<OffsetDateTime>,
        /// When the user was changed last.
        #[serde(with = "field::instant")]
        pub modified_on: Option<OffsetDateTime>,
    }
}
