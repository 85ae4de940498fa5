//! `Debug` for models, which hides the values of unknown fields.

/// Implements `Debug` for a model from the list of its fields. It shows only the names of `extra`,
/// because secrets have been seen there. A field that is missing from the list is a compile error.
macro_rules! debug_model {
    ($model:ident: $($field:ident),* $(; redacted: $secret:ident)?) => {
        impl std::fmt::Debug for $model {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let Self { $($field,)* $($secret,)? extra } = self;
                f.debug_struct(stringify!($model))
                    $(.field(stringify!($field), $field))*
                    $(.field(stringify!($secret), &$secret.as_ref().map(|_| "[redacted]")))?
                    .field("extra", &extra.keys().collect::<std::collections::BTreeSet<_>>())
                    .finish()
            }
        }
    };
}

pub(crate) use debug_model;
