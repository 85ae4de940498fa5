//! Action types of audit logs on the command line.
//!
//! Cloudflare publishes no list of them. A typing error would select nothing, silently and for ever,
//! so that a type that is not in this list needs a `=` before it.

/// Types that are common in audit logs.
pub(crate) const KNOWN: [&str; 17] = [
    "add",
    "change_setting",
    "create",
    "delete",
    "edit",
    "login",
    "logout",
    "purge",
    "rec_add",
    "rec_del",
    "rec_set",
    "remove",
    "token_create",
    "token_delete",
    "token_roll",
    "token_update",
    "update",
];

/// Parses a known action type, or `=` and any other.
pub(crate) fn parse_action(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.strip_prefix('=') {
        Some("") => Err(String::from("there is no action type after the =")),
        Some(other) => Ok(other.to_owned()),
        None if KNOWN.contains(&text) => Ok(text.to_owned()),
        None => Err(format!(
            "known types are {}; for another one, write ={text}",
            KNOWN.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_known_types_and_others_after_an_equals_sign() {
        assert_eq!(parse_action(" login").unwrap(), "login");
        assert_eq!(parse_action("=logn").unwrap(), "logn");
        for text in ["logn", "", "=", "Login"] {
            assert!(parse_action(text).is_err(), "{text}");
        }
    }
}
