use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value};

/// An amount of money or of things, as the API wrote it: a number, or text such as `3.45 usd`.
///
/// It is written back as a number or as text, as it came; digits that a double cannot hold are lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Amount(Kind);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Kind {
    Number(Number),
    Text(String),
}

impl Amount {
    /// The amount as a number, which may round it; of text, the number that it starts with, if it does.
    pub fn as_f64(&self) -> Option<f64> {
        match &self.0 {
            Kind::Number(number) => number.as_f64(),
            Kind::Text(text) => text.split_whitespace().next()?.parse().ok().filter(|number: &f64| number.is_finite()),
        }
    }
}

impl From<i64> for Amount {
    fn from(number: i64) -> Self {
        Self(Kind::Number(number.into()))
    }
}

impl From<&str> for Amount {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.to_owned()))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Number(number) => f.pad(&number.to_string()),
            Kind::Text(text) => f.pad(text),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::{Error, Unexpected};

        let unexpected = |found| Err(D::Error::invalid_type(found, &"a number or text"));
        match Value::deserialize(deserializer)? {
            Value::Number(number) => Ok(Self(Kind::Number(number))),
            Value::String(text) => Ok(Self(Kind::Text(text))),
            Value::Null => unexpected(Unexpected::Unit),
            Value::Bool(flag) => unexpected(Unexpected::Bool(flag)),
            Value::Array(_) => unexpected(Unexpected::Seq),
            Value::Object(_) => unexpected(Unexpected::Map),
        }
    }
}
