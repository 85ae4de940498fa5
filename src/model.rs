//! What all models and enums have in common, stamped by two macros.

use std::fmt;

use serde_json::{Map, Value};

/// Stamps a model: every field may be absent or null, what is absent is not written back, and what is not known is
/// kept in `extra`. `Debug` shows of `extra` the names only: secrets have been seen there.
///
/// A field that is not an `Option` of a plain type needs one of the functions of `field` to read it.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $name:ident [$($derived:ident)*] $(from $fields:literal)? {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty $(as $shown:ident)?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, serde::Deserialize $(, $derived)*)]
        $(#[serde(try_from = $fields)])?
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(default, skip_serializing_if = "crate::model::is_absent")]
                pub $field: $type,
            )*
            /// Fields that are not known to this crate, as they came.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), model!(@shown self.$field $($shown)?)))*
                    .field("extra", &$crate::model::Names(&self.extra))
                    .finish()
            }
        }
    };
    (@shown $self:ident.$field:ident) => { &$self.$field };
    (@shown $self:ident.$field:ident redacted) => { &$self.$field.as_ref().map(|_| format_args!("[redacted]").to_string()) };
}

/// Stamps an enum that the API answers: what is not known is kept in `Other`, and written back as it was.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// Anything else, as the API spells it.
            Other(String),
        }

        impl $name {
            /// As the API spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
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
                deserializer.deserialize_str($crate::field::Text(|text: &str| Self::from(text)))
            }
        }
    };
}

pub(crate) use {model, open_enum};

/// Whether a field says nothing, so that it is not written.
pub(crate) fn is_absent<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The names of fields, for `Debug`, without their values.
pub(crate) struct Names<'m>(pub(crate) &'m Map<String, Value>);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
