//! What all models and enums have in common, stamped by two macros.

/// Stamps a model: `pub field: Type = "name in the API"`, and the function that reads it, in brackets, unless it is
/// that of its type as a [`Field`](crate::api::field::Field).
///
/// Every field may be absent or null, what is absent is not written back, and what is not known is kept in `extra`.
/// `Debug` shows of `extra` the names only: secrets have been seen there. A model with `[]` holds secrets itself, and
/// is neither comparable nor to be serialized. With `or null` the whole may be null, with `then` a method has the last word
/// on what was read.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $name:ident [PartialEq Serialize] $(or $null:ident)? $(then $finish:ident)? {
            $(
                $(#[$field_meta:meta])*
                pub $field:ident: $type:ty = $json:literal $(($reader:path))?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(rename = $json, skip_serializing_if = "crate::api::model::is_absent")]
                pub $field: $type,
            )*
            /// Fields that are not known to this crate, as they came.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        model!(@reading $name $(or $null)? $(then $finish)? { $($field: $type = $json $(($reader))?,)* });
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident [] {
            $(
                $(#[$field_meta:meta])*
                pub $field:ident: $type:ty $(as $shown:ident)? = $json:literal $(($reader:path))?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_meta])*
                pub $field: $type,
            )*
            /// Fields that are not known to this crate, as they came.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        model!(@reading $name { $($field: $type $(as $shown)? = $json $(($reader))?,)* });
    };
    (@reading $name:ident $(or $null:ident)? $(then $finish:ident)? {
        $($field:ident: $type:ty $(as $shown:ident)? = $json:literal $(($reader:path))?,)*
    }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), model!(@shown self.$field $($shown)?)))*
                    .field("extra", &$crate::redact::Names(&self.extra))
                    .finish()
            }
        }

        // By hand: what serde derives for a flattened `extra` takes a tenth longer, and a log is five models.
        const _: () = {
            #[allow(non_camel_case_types)]
            enum Key {
                $($field,)*
                Unknown(String),
            }

            impl<'de> serde::Deserialize<'de> for Key {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    deserializer.deserialize_identifier($crate::api::field::Text(|text: &str| {
                        match text {
                            $($json => Self::$field,)*
                            unknown => Self::Unknown(unknown.to_owned()),
                        }
                    }))
                }
            }

            struct Model;

            impl<'de> serde::de::Visitor<'de> for Model {
                type Value = $name;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_unit<E>(self) -> Result<$name, E> {
                    Ok($name::default())
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut fields: A,
                ) -> Result<$name, A::Error> {
                    $(let mut $field = None;)*
                    let mut extra = serde_json::Map::new();
                    while let Some(key) = fields.next_key()? {
                        match key {
                            $(Key::$field => {
                                struct Read<'m>(&'m mut Option<$type>);

                                impl<'de> serde::de::DeserializeSeed<'de> for Read<'_> {
                                    type Value = ();

                                    fn deserialize<D: serde::Deserializer<'de>>(
                                        self,
                                        deserializer: D,
                                    ) -> Result<(), D::Error> {
                                        *self.0 = Some(model!(@reader $($reader)?)(deserializer)?);
                                        Ok(())
                                    }
                                }

                                if $field.is_some() {
                                    return Err(serde::de::Error::duplicate_field($json));
                                }
                                fields.next_value_seed(Read(&mut $field))?;
                            })*
                            Key::Unknown(name) => {
                                extra.insert(name, fields.next_value()?);
                            }
                        }
                    }
                    let model = $name {
                        $($field: $field.unwrap_or_default(),)*
                        extra,
                    };
                    $(let model = model.$finish().map_err(serde::de::Error::custom)?;)?
                    Ok(model)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    model!(@read deserializer Model $($null)?)
                }
            }

            impl $crate::api::field::Field<'_> for $name {}
        };
    };
    (@read $deserializer:ident $visitor:ident) => { $deserializer.deserialize_map($visitor) };
    (@read $deserializer:ident $visitor:ident null) => { $deserializer.deserialize_any($visitor) };
    (@reader) => { $crate::api::field::Field::read };
    (@reader $reader:path) => { $reader };
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
                deserializer.deserialize_str($crate::api::field::Text(|text: &str| Self::from(text)))
            }
        }
    };
}

pub(crate) use {model, open_enum};

/// Whether a field says nothing, so that it is not written.
pub(crate) fn is_absent<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
