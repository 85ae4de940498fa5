use crate::api::organizations::Organization;
use crate::api::prelude::*;

/// A Cloudflare user. Returned by [`GetUser`](crate::GetUser) and [`EditUser`](crate::EditUser).
///
/// The API also sends undocumented fields, which are kept in [`extra`](Self::extra). Secrets have been seen among them,
/// so `Debug` shows only their names.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct User {
    /// The user's identifier.
    #[serde(deserialize_with = "id", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The email address that the user logs in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The username; `None` if the user has only an email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// The country in which the user lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The zip or postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zipcode: Option<String>,
    /// Whether two-factor authentication is required to log in. API requests do not require it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub two_factor_authentication_enabled: Option<bool>,
    /// Whether an account of which the user is a member requires two-factor authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub two_factor_authentication_locked: Option<bool>,
    /// Whether the user is suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended: Option<bool>,
    /// Whether the user has zones of the Pro plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_pro_zones: Option<bool>,
    /// Whether the user has zones of the Business plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_business_zones: Option<bool>,
    /// Whether the user has zones of the Enterprise plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_enterprise_zones: Option<bool>,
    /// The betas that the user takes part in.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub betas: Vec<String>,
    /// The organizations that the user belongs to.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub organizations: Vec<Organization>,
    /// When the user was created.
    #[serde(with = "timestamp", skip_serializing_if = "Option::is_none")]
    pub created_on: Option<OffsetDateTime>,
    /// When the user was last changed.
    #[serde(with = "timestamp", skip_serializing_if = "Option::is_none")]
    pub modified_on: Option<OffsetDateTime>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(
    User:
    id, email, username, first_name, last_name, telephone, country, zipcode,
    two_factor_authentication_enabled, two_factor_authentication_locked, suspended, has_pro_zones,
    has_business_zones, has_enterprise_zones, betas, organizations, created_on, modified_on
);
