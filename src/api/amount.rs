use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde_json::Value;

/// An amount of money or of things, as the API wrote it: a number, or text such as `3.45 usd`.
///
/// It is written back in the same form. Digits that an `f64` cannot hold are lost.
///
/// ```
/// use cloudflare_user::Amount;
///
/// let amounts = [Amount::from(20), Amount::from("3.45 usd")];
/// let total: f64 = amounts.iter().filter_map(Amount::as_f64).sum();
/// assert_eq!(total, 23.45);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Amount(Value);

impl Amount {
    /// Returns the amount as a number, which may be rounded. Of text, only the first word is read.
    pub fn as_f64(&self) -> Option<f64> {
        let number: f64 = match &self.0 {
            Value::String(text) => text.split_whitespace().next()?.parse().ok()?,
            number => number.as_f64()?,
        };
        // `parse` accepts `inf` and `nan`.
        number.is_finite().then_some(number)
    }
}

impl From<i64> for Amount {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl From<&str> for Amount {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::String(text) => f.pad(text),
            number => f.pad(&number.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            value @ (Value::Number(_) | Value::String(_)) => Ok(Self(value)),
            _ => Err(D::Error::invalid_type(
                Unexpected::Other("another type"),
                &"a number or text",
            )),
        }
    }
}
