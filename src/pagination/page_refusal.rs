//! Recognizes errors of the API that say that the page number is invalid.

use crate::error::ApiError;

/// Whether an error, or one of its chain, says that the page number is invalid.
pub(super) fn refuses_page(error: &ApiError) -> bool {
    error.pointer.as_deref() == Some("/page")
        || says_page_is_invalid(&error.message)
        || error.error_chain.iter().any(refuses_page)
}

/// Words of a message that says that the page number is invalid, besides `page`.
const REFUSALS: &[&str] = &[
    "invalid", "number", "range", "exist", "exists", "found", "last", "exceeds", "greater",
    "maximum", "large",
];

/// Whether a message says that the page number is invalid. A word is a run of letters, digits and
/// underscores, so that `per_page` is another word. In "per page", `page` is not the page number.
fn says_page_is_invalid(message: &str) -> bool {
    let mut names_page = false;
    let mut refuses = false;
    let mut before = "";
    let is_separator = |letter: char| !letter.is_alphanumeric() && letter != '_';
    for word in message.split(is_separator).filter(|word| !word.is_empty()) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if is("page_number") {
            return true;
        }
        names_page |= is("page") && !before.eq_ignore_ascii_case("per");
        refuses |= REFUSALS.iter().any(|refusal| is(refusal));
        before = word;
    }
    names_page && refuses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> ApiError {
        ApiError {
            message: text.to_owned(),
            ..ApiError::default()
        }
    }

    #[test]
    fn recognizes_a_message_that_refuses_the_page_number() {
        for text in [
            "page out of range",
            "Page 7 does not exist",
            "no such page exists",
            "invalid `page`",
            "INVALID PAGE",
            "page: number",
            "page not found",
            "the last page is 3",
            "page exceeds the limit",
            "page must not be greater than 3",
            "the maximum page is 3",
            "the page is too large",
            "invalid per_page, invalid page",
            "invalid: per page, page",
            "page_number",
            "wrong Page_Number: 7",
        ] {
            assert!(says_page_is_invalid(text), "{text}");
        }
    }

    #[test]
    fn does_not_take_other_messages_for_a_refusal_of_the_page_number() {
        for text in [
            "",
            "page",
            "page 7",
            "invalid",
            "invalid pages",
            "invalid homepage",
            "invalid perPage",
            "invalid per_page",
            "invalid per page",
            "Invalid Per-Page",
            "invalid page_rule",
            "invalid page_numbers",
            "invalid pageé",
            "page validated",
            "Page Rules quota lookup failed",
            "could not read page_shield connections",
            "cannot page beyond 10000 results",
        ] {
            assert!(!says_page_is_invalid(text), "{text}");
        }
    }

    #[test]
    fn recognizes_the_exact_pointer_of_the_page_number() {
        let pointer = |pointer: &str| ApiError {
            pointer: Some(pointer.to_owned()),
            ..ApiError::default()
        };
        assert!(refuses_page(&pointer("/page")));
        for other in [
            "",
            "page",
            "/page/",
            "/Page",
            "/per_page",
            "/page_number",
            "/0/page",
        ] {
            assert!(!refuses_page(&pointer(other)), "{other}");
        }
    }

    #[test]
    fn does_not_join_the_words_of_two_messages() {
        let chain = ApiError {
            error_chain: vec![message("page")],
            ..message("invalid")
        };
        assert!(
            ![message("page"), message("invalid"), chain]
                .iter()
                .any(refuses_page)
        );
    }
}
