use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::OffsetDateTime;

use super::TokenPolicy;
use crate::api::field::{self, Field};
use crate::api::model::{model, open_enum};
use crate::error::Error;

model! {
    /// An API token, without its secret.
    ///
    /// Answered by [`ListTokens`](crate::ListTokens), [`GetToken`](crate::GetToken) and
    /// [`UpdateToken`](crate::UpdateToken); with the secret, as [`CreatedToken`], by
    /// [`CreateToken`](crate::CreateToken) alone.
    pub struct Token [PartialEq Serialize] {
        /// Identifies the token.
        pub id: String = "id" (field::id),
        /// The token's name.
        pub name: Option<String> = "name",
        /// Whether it works. [`TokenStatus::Active`] says nothing of [`expires_on`](Self::expires_on) and
        /// [`not_before`](Self::not_before).
        pub status: Option<TokenStatus> = "status",
        /// When it was made.
        #[serde(serialize_with = "field::instant::serialize")]
        pub issued_on: Option<OffsetDateTime> = "issued_on" (field::instant::deserialize),
        /// When it was changed last.
        #[serde(serialize_with = "field::instant::serialize")]
        pub modified_on: Option<OffsetDateTime> = "modified_on" (field::instant::deserialize),
        /// When it was used last; `None` if it never was.
        #[serde(serialize_with = "field::instant::serialize")]
        pub last_used_on: Option<OffsetDateTime> = "last_used_on" (field::instant::deserialize),
        /// When it starts to work; `None` if it did from the first.
        #[serde(serialize_with = "field::instant::serialize")]
        pub not_before: Option<OffsetDateTime> = "not_before" (field::instant::deserialize),
        /// When it stops working; `None` if it never does.
        #[serde(serialize_with = "field::instant::serialize")]
        pub expires_on: Option<OffsetDateTime> = "expires_on" (field::instant::deserialize),
        /// Under what condition it works: from which addresses. Empty if it works from any.
        pub condition: Condition = "condition",
        /// What it may do. The order means nothing, and changes.
        pub policies: Vec<TokenPolicy> = "policies",
    }
}

model! {
    /// Under what condition a token works.
    pub struct Condition [PartialEq Serialize] then merge_spellings {
        /// The addresses that its requests may come from. The API has two spellings of it, and this is either.
        pub request_ip: RequestIp = "request_ip",
    }
}

impl Condition {
    /// Drops what the other spelling says of one side, `in` or `not_in`, which is about to be replaced.
    pub(super) fn replace(&mut self, side: &str) -> &mut RequestIp {
        if let Some(Value::Object(other)) = self.extra.get_mut(OTHER_SPELLING) {
            other.remove(side);
            if other.is_empty() {
                self.extra.remove(OTHER_SPELLING);
            }
        }
        &mut self.request_ip
    }

    /// Reads the other spelling, if it is the one that says something.
    fn merge_spellings(mut self) -> serde_json::Result<Self> {
        let Some(other) = self.extra.get(OTHER_SPELLING) else {
            return Ok(self);
        };
        let read = RequestIp::read(other)?;
        if self.request_ip == RequestIp::default() {
            self.request_ip = read;
            self.extra.remove(OTHER_SPELLING);
        } else if self.request_ip == read || read == RequestIp::default() {
            self.extra.remove(OTHER_SPELLING);
        }
        // Nothing that limits a token is dropped, even if it should be said in two ways.
        Ok(self)
    }
}

const OTHER_SPELLING: &str = "request.ip";

model! {
    /// The addresses that the requests of a token may come from.
    pub struct RequestIp [PartialEq Serialize] {
        /// The ranges that may use the token, in CIDR notation; all if empty.
        pub in_: Vec<String> = "in",
        /// The ranges that may not use the token, in CIDR notation.
        pub not_in: Vec<String> = "not_in",
    }
}

open_enum! {
    /// Whether a token works.
    ///
    /// `Other("revoked (exposed)")` is answered too, for a token whose secret leaked. More may come: whatever is not
    /// `Active` is best taken for a token that does not work.
    ///
    /// ```
    /// use cloudflare_user::TokenStatus;
    ///
    /// let status = TokenStatus::from("revoked (exposed)");
    /// assert_ne!(status, TokenStatus::Active);
    /// assert!(status.as_str().starts_with("revoked"));
    /// ```
    pub enum TokenStatus {
        /// It works.
        Active = "active",
        /// It was switched off.
        Disabled = "disabled",
        /// It is past its end.
        Expired = "expired",
    }
}

/// A token that was just made, with its secret.
///
/// Neither comparable nor to be serialized: it holds the secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CreatedToken {
    /// The token.
    pub token: Token,
    /// The secret, which no later answer holds. `Debug` does not show it;
    /// [`expose_secret`](crate::ExposeSecret::expose_secret) does.
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
                Unexpected::Other("something else"),
                &"the secret as text in `value`",
            )),
            None => Err(D::Error::missing_field("value")),
        }
    }
}

model! {
    /// What the API says of the token of a client; answered by [`VerifyToken`](crate::VerifyToken).
    pub struct TokenVerification [PartialEq Serialize] {
        /// Identifies the token.
        pub id: String = "id" (field::id),
        /// Whether it works.
        pub status: Option<TokenStatus> = "status",
        /// When it stops working; `None` if it never does.
        #[serde(serialize_with = "field::instant::serialize")]
        pub expires_on: Option<OffsetDateTime> = "expires_on" (field::instant::deserialize),
        /// When it starts to work; `None` if it did from the first.
        #[serde(serialize_with = "field::instant::serialize")]
        pub not_before: Option<OffsetDateTime> = "not_before" (field::instant::deserialize),
    }
}

/// Refuses ranges that are empty text: one that was meant to be there, and is not.
pub(super) fn require_ranges(condition: &Condition) -> crate::Result<()> {
    let RequestIp { in_, not_in, .. } = &condition.request_ip;
    for (parameter, ranges) in [("request_ip_in", in_), ("request_ip_not_in", not_in)] {
        if let Some(index) = ranges.iter().position(|range| range.trim().is_empty()) {
            return Err(Error::invalid_request(
                format!("{parameter}[{index}]"),
                "is empty",
            ));
        }
    }
    Ok(())
}
