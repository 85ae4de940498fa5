use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde_json::Value;

/// An amount of money or of things: a number, or text such as `3.45 usd`.
///
/// It is written back as a number or as text, as it was read. Text and whole numbers of up to 64
/// bits are kept exactly. Any other number is read as an `f64`, of which 15 digits are exact, and
/// loses zeros at its end: `5.10` becomes `5.1`.
///
/// [`as_f64`](Self::as_f64) is exact for whole numbers up to 2^53 (9,007,199,254,740,992). Larger
/// ones and most fractions are rounded, so sums of money need a decimal type. That of
/// `rust_decimal` parses the first word of an amount:
///
/// ```
/// use cloudflare_user::Amount;
/// use rust_decimal::Decimal;
///
/// let amounts = [Amount::from("0.10 usd"), Amount::from("0.20 usd"), Amount::from(20)];
/// let mut total = Decimal::ZERO;
/// for amount in &amounts {
///     let text = amount.to_string();
///     let number = text.split_whitespace().next().unwrap_or_default();
///     total += number.parse::<Decimal>()?;
/// }
/// assert_eq!(total.to_string(), "20.30");
/// assert_ne!(0.10 + 0.20, 0.30); // what a sum of `f64` would give
/// # Ok::<(), rust_decimal::Error>(())
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
