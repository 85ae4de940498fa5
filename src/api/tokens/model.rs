use std::collections::BTreeMap;

use crate::api::prelude::*;

model! {
    /// An API token, without its secret.
    ///
    /// Returned by [`ListTokens`](crate::ListTokens), [`GetToken`](crate::GetToken) and
    /// [`UpdateToken`](crate::UpdateToken), and in a [`CreatedToken`]. A time is `None` if the API
    /// left it out, or sent `0001-01-01T00:00:00Z`, which means "never".
    pub struct Token {
        /// The token's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The token's name.
        pub name: Option<String>,
        /// The token's status. An active token is refused before [`not_before`](Self::not_before)
        /// and after [`expires_on`](Self::expires_on).
        pub status: Option<TokenStatus>,
        /// When the token was created.
        #[serde(with = "timestamp")]
        pub issued_on: Option<OffsetDateTime>,
        /// When the token was last changed. Cloudflare does not document whether rolling its secret
        /// counts.
        #[serde(with = "timestamp")]
        pub modified_on: Option<OffsetDateTime>,
        /// When the token was last used; `None` if it never was.
        #[serde(with = "timestamp")]
        pub last_used_on: Option<OffsetDateTime>,
        /// When the token becomes valid; `None` if it is valid from its creation.
        #[serde(with = "timestamp")]
        pub not_before: Option<OffsetDateTime>,
        /// When the token expires; `None` if it never does.
        #[serde(with = "timestamp")]
        pub expires_on: Option<OffsetDateTime>,
        /// Which client addresses may and may not use the token; empty if all may.
        #[serde(deserialize_with = "or_default")]
        pub condition: Condition,
        /// The permissions of the token, in no particular order.
        #[serde(deserialize_with = "or_default")]
        pub policies: Vec<TokenPolicy>,
    }
}

model! {
    /// The conditions under which a token may be used.
    #[serde(try_from = "ConditionFields")]
    pub struct Condition {
        /// The client addresses that may use the token. The API spells this field `request_ip` or
        /// `request.ip`.
        pub request_ip: RequestIp,
    }
}

/// The other name under which the API has sent `request_ip`.
const OTHER_SPELLING: &str = "request.ip";

#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object")]
struct ConditionFields {
    #[serde(deserialize_with = "or_default")]
    request_ip: RequestIp,
    #[serde(rename = "request.ip", deserialize_with = "or_default")]
    other_spelling: RequestIp,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TryFrom<ConditionFields> for Condition {
    type Error = serde_json::Error;

    fn try_from(fields: ConditionFields) -> serde_json::Result<Self> {
        let ConditionFields {
            mut request_ip,
            other_spelling,
            mut extra,
        } = fields;
        if is_default(&request_ip) {
            request_ip = other_spelling;
        } else if !is_default(&other_spelling) && other_spelling != request_ip {
            // Both restrict the token, so an update must send both back.
            extra.insert(
                OTHER_SPELLING.to_owned(),
                serde_json::to_value(other_spelling)?,
            );
        }
        Ok(Self { request_ip, extra })
    }
}

impl Condition {
    /// Replaces the addresses that may use the token, in both spellings of the field.
    pub(super) fn replace_in(&mut self, ranges: Vec<String>) {
        self.request_ip.in_ = ranges;
        self.remove_from_other_spelling("in");
    }

    /// Replaces the addresses that may not use the token, in both spellings of the field.
    pub(super) fn replace_not_in(&mut self, ranges: Vec<String>) {
        self.request_ip.not_in = ranges;
        self.remove_from_other_spelling("not_in");
    }

    fn remove_from_other_spelling(&mut self, list: &str) {
        let Some(Value::Object(lists)) = self.extra.get_mut(OTHER_SPELLING) else {
            return;
        };
        lists.remove(list);
        if lists.is_empty() {
            self.extra.remove(OTHER_SPELLING);
        }
    }
}

model! {
    /// The client addresses that may use a token.
    pub struct RequestIp {
        /// The addresses and CIDR ranges that may use the token; empty if all may.
        #[serde(rename = "in", deserialize_with = "or_default")]
        pub in_: Vec<String>,
        /// The addresses and CIDR ranges that may not use the token.
        #[serde(deserialize_with = "or_default")]
        pub not_in: Vec<String>,
    }
}

open_enum! {
    /// The status of a token.
    ///
    /// For a token with a leaked secret, the API returns `revoked (exposed)`, an
    /// [`Other`](Self::Other). A token works only if its status is [`Active`](Self::Active).
    pub enum TokenStatus {
        /// The token is active.
        Active = "active",
        /// The token was disabled.
        Disabled = "disabled",
        /// The token has expired.
        Expired = "expired",
    }
}

model! {
    /// A policy of a token, as the API returns it. A request takes a [`Policy`](crate::Policy)
    /// instead.
    pub struct TokenPolicy {
        /// The policy's identifier. The API refuses requests that contain it.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// Whether the policy allows or denies; [`Effect::Other`] with empty text if the API left
        /// it out.
        #[serde(deserialize_with = "or_default")]
        pub effect: Effect,
        /// The permissions that the policy allows or denies.
        #[serde(deserialize_with = "or_default")]
        pub permission_groups: Vec<PolicyPermissionGroup>,
        /// The resources that the policy applies to.
        #[serde(deserialize_with = "or_default")]
        pub resources: Resources,
    }
}

model! {
    /// A permission group in a policy.
    pub struct PolicyPermissionGroup {
        /// The group's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The group's name.
        pub name: Option<String>,
        /// Details about the group.
        #[serde(deserialize_with = "or_default")]
        pub meta: Map<String, Value>,
    }
}

open_enum! {
    /// Whether a policy allows or denies.
    pub enum Effect {
        /// Allows the permissions.
        Allow = "allow",
        /// Denies the permissions.
        Deny = "deny",
    }
}

/// The default neither allows nor denies, so that a missing effect never becomes `allow`.
impl Default for Effect {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// The resources that a policy applies to, by name, such as `com.cloudflare.api.account.zone.*`.
pub type Resources = BTreeMap<String, ResourceScope>;

/// The part of a resource that a policy applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, from = "Value")]
pub enum ResourceScope {
    /// Text. `*` means the whole resource.
    Value(String),
    /// Resources within the resource.
    Nested(Resources),
    /// Any other value, unchanged.
    Other(Value),
}

impl From<&str> for ResourceScope {
    fn from(text: &str) -> Self {
        Self::Value(text.to_owned())
    }
}

impl From<Value> for ResourceScope {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Value(text),
            Value::Object(fields) => Self::Nested(
                fields
                    .into_iter()
                    .map(|(name, value)| (name, Self::from(value)))
                    .collect(),
            ),
            other => Self::Other(other),
        }
    }
}

/// A new token with its secret. Returned by [`CreateToken`](crate::CreateToken).
///
/// It contains a secret, so it implements neither `PartialEq` nor `Serialize`.
///
/// # R2
///
/// A token for R2 ([`Policy::r2_bucket`](crate::Policy::r2_bucket)) is also an S3 credential. The
/// access key is the token's `id`. The secret access key is the SHA-256 of its `value`, in
/// lower-case hexadecimal digits:
///
/// ```
/// # let created = cloudflare_user::CreatedToken::default();
/// use cloudflare_user::ExposeSecret;
/// use sha2::{Digest, Sha256}; // the crate `sha2`
///
/// let access_key_id = created.token.id;
/// let hash = Sha256::digest(created.value.expose_secret());
/// let secret_access_key: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
/// # assert_eq!(secret_access_key, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// # drop(access_key_id);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CreatedToken {
    /// The token.
    pub token: Token,
    /// The secret, which no later response contains. `Debug` does not show it, and
    /// [`expose_secret`](crate::ExposeSecret::expose_secret) returns it.
    pub value: SecretString,
}

impl<'de> Deserialize<'de> for CreatedToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::{Error, Unexpected};

        let mut token = Token::deserialize(deserializer)?;
        match token.extra.remove("value") {
            Some(Value::String(secret)) if !secret.is_empty() => Ok(Self {
                token,
                value: secret.into(),
            }),
            Some(_) => Err(D::Error::invalid_type(
                Unexpected::Other("another type"),
                &"the secret as text in `value`",
            )),
            None => Err(D::Error::missing_field("value")),
        }
    }
}

model! {
    /// The status and the period of the client's own token. Returned by
    /// [`VerifyToken`](crate::VerifyToken).
    pub struct TokenVerification {
        /// The token's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The token's status.
        pub status: Option<TokenStatus>,
        /// When the token expires; `None` if it never does.
        #[serde(with = "timestamp")]
        pub expires_on: Option<OffsetDateTime>,
        /// When the token becomes valid; `None` if it is valid from its creation.
        #[serde(with = "timestamp")]
        pub not_before: Option<OffsetDateTime>,
    }
}
