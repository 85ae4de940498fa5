use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::TokenPolicy;
use crate::error::Error;
use crate::field;
use crate::model::{model, open_enum};

model! {
    /// An API token, without its secret.
    pub struct Token [PartialEq Serialize] {
        /// Identifies the token.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// The token's name.
        pub name: Option<String>,
        /// Whether it works.
        pub status: Option<TokenStatus>,
        /// When it was made.
        #[serde(with = "field::instant")]
        pub issued_on: Option<OffsetDateTime>,
        /// When it was changed last.
        #[serde(with = "field::instant")]
        pub modified_on: Option<OffsetDateTime>,
        /// When it was used last; none if it never was.
        #[serde(with = "field::instant")]
        pub last_used_on: Option<OffsetDateTime>,
        /// When it starts to work.
        #[serde(with = "field::instant")]
        pub not_before: Option<OffsetDateTime>,
        /// When it stops working; none if it never does.
        #[serde(with = "field::instant")]
        pub expires_on: Option<OffsetDateTime>,
        /// Under what condition it works.
        #[serde(deserialize_with = "field::or_default")]
        pub condition: Condition,
        /// What it may do. The order means nothing, and changes.
        #[serde(deserialize_with = "field::or_default")]
        pub policies: Vec<TokenPolicy>,
    }
}

model! {
    /// Under what condition a token works.
    pub struct Condition [PartialEq Serialize] from "ConditionFields" {
        /// The addresses that its requests may come from. The API has two spellings of it, and this is either.
        pub request_ip: RequestIp,
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
}

const OTHER_SPELLING: &str = "request.ip";

/// A condition in both spellings.
#[derive(Deserialize)]
struct ConditionFields {
    request_ip: Option<RequestIp>,
    #[serde(rename = "request.ip")]
    dotted: Option<Value>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TryFrom<ConditionFields> for Condition {
    type Error = serde_json::Error;

    fn try_from(fields: ConditionFields) -> Result<Self, Self::Error> {
        let ConditionFields {
            request_ip,
            dotted,
            mut extra,
        } = fields;
        let request_ip = match (request_ip, dotted) {
            (Some(request_ip), Some(dotted)) => {
                let other: RequestIp = field::or_default(&dotted)?;
                // Nothing that limits a token is dropped, even if it should be said in two ways.
                if other != request_ip && request_ip != RequestIp::default() {
                    extra.insert(OTHER_SPELLING.to_owned(), dotted);
                }
                if request_ip == RequestIp::default() {
                    other
                } else {
                    request_ip
                }
            }
            (None, Some(dotted)) => field::or_default(dotted)?,
            (request_ip, None) => request_ip.unwrap_or_default(),
        };
        Ok(Self { request_ip, extra })
    }
}

model! {
    /// The addresses that the requests of a token may come from.
    pub struct RequestIp [PartialEq Serialize] {
        /// The ranges that may use the token, in CIDR notation; all if empty.
        #[serde(rename = "in", deserialize_with = "field::or_default")]
        pub in_: Vec<String>,
        /// The ranges that may not use the token, in CIDR notation.
        #[serde(deserialize_with = "field::or_default")]
        pub not_in: Vec<String>,
    }
}

open_enum! {
    /// Whether a token works.
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
    /// The secret, which no later answer holds. `Debug` does not show it.
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
    /// What the API says of the token of a client.
    pub struct TokenVerification [PartialEq Serialize] {
        /// Identifies the token.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// Whether it works.
        pub status: Option<TokenStatus>,
        /// When it stops working; none if it never does.
        #[serde(with = "field::instant")]
        pub expires_on: Option<OffsetDateTime>,
        /// When it starts to work.
        #[serde(with = "field::instant")]
        pub not_before: Option<OffsetDateTime>,
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
