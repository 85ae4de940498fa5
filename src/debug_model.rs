//! `Debug` for models, which hides the values of unknown fields.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::redact::REDACTED;

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
                    .field("extra", &$crate::debug_model::shown_names(extra))
                    .finish()
            }
        }
    };
}

pub(crate) use debug_model;

/// Returns the names of unknown fields that `Debug` shows. `Debug` has no client that redacts its
/// credential, so a name that may be one is redacted.
pub(crate) fn shown_names(extra: &Map<String, Value>) -> BTreeSet<&str> {
    let names = extra.keys().map(String::as_str);
    names
        .map(|name| if is_short_word(name) { name } else { REDACTED })
        .collect()
}

/// Whether a text is shorter than the keys and tokens of Cloudflare, and no email address.
fn is_short_word(name: &str) -> bool {
    /// Keys have 37 characters and tokens 40 or more, but the examples in Cloudflare's
    /// documentation have 32.
    const SHORTEST_KEY: usize = 32;
    let is_in_name = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    name.len() < SHORTEST_KEY && name.chars().all(is_in_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_names_that_cannot_be_credentials() {
        let shown = |name: &str| {
            let extra = Map::from_iter([(name.to_owned(), Value::Null)]);
            shown_names(&extra) == BTreeSet::from([name])
        };
        for name in ["", "api_key", "x-line2.Size", "two_factor_recovery_codes"] {
            assert!(shown(name), "{name}");
        }
        for name in [
            "144c9defac04969c7bfad8efaa8ea194",
            "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T",
            "token of user@example.com",
            "u@example.com",
            "u%40example.com",
            "AbCdEfGh/IjKl",
        ] {
            assert!(!shown(name), "{name}");
        }
    }
}
