use crate::api::organizations::Organization;
use crate::api::prelude::*;

model! {
    /// A Cloudflare user. Returned by [`GetUser`](crate::GetUser) and
    /// [`EditUser`](crate::EditUser).
    ///
    /// The API also sends undocumented fields, which are kept in [`extra`](Self::extra). Secrets
    /// have been seen among them, so `Debug` shows only their names.
    pub struct User {
        /// The user's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The email address that the user logs in with.
        pub email: Option<String>,
        /// The username; `None` if the user has only an email address.
        pub username: Option<String>,
        /// The first name.
        pub first_name: Option<String>,
        /// The last name.
        pub last_name: Option<String>,
        /// The telephone number.
        pub telephone: Option<String>,
        /// The country in which the user lives.
        pub country: Option<String>,
        /// The zip or postal code.
        pub zipcode: Option<String>,
        /// Whether two-factor authentication is required to log in. API requests do not require it.
        pub two_factor_authentication_enabled: Option<bool>,
        /// Whether an account of which the user is a member requires two-factor authentication.
        pub two_factor_authentication_locked: Option<bool>,
        /// Whether the user is suspended.
        pub suspended: Option<bool>,
        /// Whether the user has zones of the Pro plan.
        pub has_pro_zones: Option<bool>,
        /// Whether the user has zones of the Business plan.
        pub has_business_zones: Option<bool>,
        /// Whether the user has zones of the Enterprise plan.
        pub has_enterprise_zones: Option<bool>,
        /// The betas that the user takes part in.
        #[serde(deserialize_with = "or_default")]
        pub betas: Vec<String>,
        /// The organizations that the user belongs to.
        #[serde(deserialize_with = "or_default")]
        pub organizations: Vec<Organization>,
        /// When the user was created.
        #[serde(with = "timestamp")]
        pub created_on: Option<OffsetDateTime>,
        /// When the user was last changed.
        #[serde(with = "timestamp")]
        pub modified_on: Option<OffsetDateTime>,
    }
}
