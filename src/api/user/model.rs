use time::OffsetDateTime;

use crate::api::field;
use crate::api::model::model;
use crate::api::organizations::Organization;

model! {
    /// A user of Cloudflare's; answered by [`GetUser`](crate::GetUser) and [`EditUser`](crate::EditUser).
    ///
    /// Some fields come in practice and are in no documentation; secrets have been seen among those in `extra`, so that
    /// `Debug` shows their names only.
    pub struct User [PartialEq Serialize] {
        /// Identifies the user.
        pub id: String = "id" (field::id),
        /// The address that the user logs in with.
        pub email: Option<String> = "email",
        /// The user's name, where there is one beside the address.
        pub username: Option<String> = "username",
        /// The first name.
        pub first_name: Option<String> = "first_name",
        /// The last name.
        pub last_name: Option<String> = "last_name",
        /// The telephone number.
        pub telephone: Option<String> = "telephone",
        /// The country in which the user lives.
        pub country: Option<String> = "country",
        /// The zip or postal code where the user lives.
        pub zipcode: Option<String> = "zipcode",
        /// Whether an authenticator is asked for at login. It is not when the API is used.
        pub two_factor_authentication_enabled: Option<bool> = "two_factor_authentication_enabled",
        /// Whether an account that the user is a member of requires a second factor.
        pub two_factor_authentication_locked: Option<bool> = "two_factor_authentication_locked",
        /// Whether the user was suspended.
        pub suspended: Option<bool> = "suspended",
        /// Whether the user has zones of the Pro plan.
        pub has_pro_zones: Option<bool> = "has_pro_zones",
        /// Whether the user has zones of the Business plan.
        pub has_business_zones: Option<bool> = "has_business_zones",
        /// Whether the user has zones of the Enterprise plan.
        pub has_enterprise_zones: Option<bool> = "has_enterprise_zones",
        /// The betas that the user takes part in.
        pub betas: Vec<String> = "betas",
        /// The organizations that the user belongs to.
        pub organizations: Vec<Organization> = "organizations",
        /// When the user was created.
        #[serde(serialize_with = "field::instant::serialize")]
        pub created_on: Option<OffsetDateTime> = "created_on" (field::instant::deserialize),
        /// When the user was changed last.
        #[serde(serialize_with = "field::instant::serialize")]
        pub modified_on: Option<OffsetDateTime> = "modified_on" (field::instant::deserialize),
    }
}
