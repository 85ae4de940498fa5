//! What all models share: their attributes, open enums, and functions that read fields in every
//! form in which the API sends them.

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde_json::Value;

use crate::api::amount::Amount;
use crate::api::invalid_text::invalid_text;

/// Defines an enum of texts that the API returns. `Other` keeps an unknown text, which is written
/// back unchanged.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Deserialize)]
        #[serde(from = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// An unknown value, as the API spells it. A misspelled value is not detected: it
            /// becomes this variant.
            Other(String),
        }

        impl $name {
            /// Returns the value as the API spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }

            fn from_known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match Self::from_known(text) {
                    Some(known) => known,
                    None => Self::Other(text.to_owned()),
                }
            }
        }

        /// Never fails. A misspelled value is not detected: it becomes [`Other`](Self::Other).
        /// Letter case counts.
        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match Self::from_known(&text) {
                    Some(known) => known,
                    None => Self::Other(text),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

/// Defines an enum of texts that requests send. It has no `Other`, because the API refuses unknown
/// texts.
macro_rules! sent_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $name {
            const TEXTS: &[&str] = &[$($text),*];

            /// Returns the value as it is sent.
            pub fn as_str(&self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        /// Parses the value as it is sent. Letter case counts.
        impl std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err($crate::api::model::unknown_value(text, Self::TEXTS)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Returns the error about a text that is none of the values of a [`sent_enum!`].
pub(crate) fn unknown_value(text: &str, values: &[&str]) -> crate::Error {
    let reason = format!("is none of `{}`", values.join("`, `"));
    invalid_text(text, &reason)
}

/// Defines a struct that the API returns: an object in which every field may be missing. Default
/// values are left out when it is written. A default for each field makes a list 3 % faster than
/// one for the struct.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $model:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        #[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        $(#[$meta])*
        #[serde(expecting = "an object")]
        #[non_exhaustive]
        pub struct $model {
            $(
                $(#[$field_meta])*
                #[serde(default, skip_serializing_if = "is_default")]
                pub $field: $type,
            )*
            /// The unknown fields.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        $crate::debug_model::debug_model!($model: $($field),*);
    };
}

pub(crate) use {model, open_enum, sent_enum};

/// Whether a field has its default value.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads null as the default.
pub(crate) fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads null as the default, in place of a whole response.
#[derive(serde::Deserialize)]
#[serde(transparent, bound = "T: Deserialize<'de> + Default")]
pub(crate) struct OrDefault<T>(#[serde(deserialize_with = "or_default")] pub(crate) T);

/// Reads an identifier. Null becomes empty text.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(opt_id(deserializer)?.unwrap_or_default())
}

/// Reads an identifier, which the API sends as text or as a number.
pub(crate) fn opt_id<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) if !number.is_f64() => Ok(Some(number.to_string())),
        _ => Err(D::Error::invalid_type(
            Unexpected::Other("another type"),
            &"a string",
        )),
    }
}

/// Reads an amount that the API documents as text and may send as a number.
pub(crate) fn optional_amount<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Option::<Amount>::deserialize(deserializer)?.map(|amount| amount.to_string()))
}

/// Times in responses. Null, empty text, and the zero time that Go services write for "never" are
/// `None`.
pub(crate) mod timestamp {
    use std::fmt;

    use serde::de::{Deserializer, Error, Unexpected, Visitor};
    use serde::{Serialize, Serializer};
    use time::OffsetDateTime;

    use crate::api::date;

    /// `0001-01-01T00:00:00Z` in seconds since 1970.
    const GO_ZERO_TIME: i64 = -62_135_596_800;

    struct Timestamp;

    impl Visitor<'_> for Timestamp {
        type Value = Option<OffsetDateTime>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a date or a time as in RFC 3339")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            if text.is_empty() {
                return Ok(None);
            }
            let Some(time) = date::parse(text) else {
                return Err(E::invalid_value(Unexpected::Str(text), &self));
            };
            if time.unix_timestamp() == GO_ZERO_TIME {
                return Ok(None);
            }
            Ok(Some(time))
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        deserializer.deserialize_any(Timestamp)
    }

    pub(crate) fn serialize<S: Serializer>(
        time: &Option<OffsetDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = match time {
            Some(time) => Some(date::format(*time).map_err(serde::ser::Error::custom)?),
            None => None,
        };
        text.serialize(serializer)
    }
}
