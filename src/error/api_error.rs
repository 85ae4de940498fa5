use std::fmt;

use http::StatusCode;
use serde::Serialize;

use super::text::{MAX_TEXT, one_line};

/// An error of a response: a code, a message, and the errors that caused it.
///
/// It serializes with these names, for a program's own log. Absent fields are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ApiError {
    /// Cloudflare's code, such as 9109, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// The message; empty if there was none. If the response has a title and a detail, it is both.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Where the error is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// The part of the request that the error is about, as a JSON pointer such as `/policies/0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The errors that caused this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub error_chain: Vec<ApiError>,
}

impl ApiError {
    /// Applies `map` to every text.
    pub(super) fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        let chain = self.error_chain.into_iter();
        Self {
            code: self.code,
            message: map(&self.message),
            documentation_url: self.documentation_url.as_deref().map(map),
            pointer: self.pointer.as_deref().map(map),
            error_chain: chain.map(|error| error.map_text(map)).collect(),
        }
    }

    /// Returns the text in full: the code, the message, the pointer, and the chain in brackets. A code
    /// that the start of the message contains is not repeated.
    fn text(&self) -> String {
        let mut parts = Vec::new();
        if let Some(code) = self.code
            && !starts_with_code(&self.message, code)
        {
            parts.push(code.to_string());
        }
        parts.push(self.message.clone());
        if let Some(pointer) = &self.pointer {
            parts.push(format!("(at {pointer})"));
        }
        let chain = join(&self.error_chain);
        if !chain.is_empty() {
            parts.push(format!("({chain})"));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }
}

/// Whether the first words of a message contain a code. A short number may mean something else, and
/// the end of a message may be truncated.
fn starts_with_code(message: &str, code: i64) -> bool {
    const FIRST_WORDS: usize = 12;
    let words = message.split(|letter: char| !letter.is_alphanumeric());
    let mut words = words.take(FIRST_WORDS);
    code >= 100 && words.any(|word| word == code.to_string())
}

/// Prints one line of at most 500 characters.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.text(), MAX_TEXT))
    }
}

/// Returns the texts of errors in full, with semicolons between them.
pub(super) fn join(errors: &[ApiError]) -> String {
    let texts = errors.iter().map(ApiError::text);
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("; ")
}

/// Returns each error, followed by its chain.
pub(super) fn flatten(errors: &[ApiError]) -> Vec<&ApiError> {
    let mut flat = Vec::new();
    for error in errors {
        flat.push(error);
        flat.extend(flatten(&error.error_chain));
    }
    flat
}

/// Returns the first link to documentation, if each message is empty or only the name of a status,
/// such as `Forbidden`.
pub(super) fn documentation_url(errors: &[ApiError]) -> Option<&str> {
    let errors = flatten(errors);
    let is_explained = errors.iter().any(|error| is_explanation(&error.message));
    if is_explained {
        return None;
    }
    let mut urls = errors
        .iter()
        .filter_map(|error| error.documentation_url.as_deref());
    urls.find(|url| !url.is_empty())
}

/// Whether a message is more than the name of a status.
fn is_explanation(message: &str) -> bool {
    let message = message.trim().trim_end_matches('.');
    let mut status_names = (400..600).filter_map(|status| {
        let status = StatusCode::from_u16(status).ok()?;
        status.canonical_reason()
    });
    let is_status_name = status_names.any(|name| name.eq_ignore_ascii_case(message));
    !message.is_empty() && !is_status_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_code_once() {
        for (code, message, expected) in [
            (522, "Error 522: Timed out", "Error 522: Timed out"),
            (522, "522", "522"),
            (522, "Timed out (5220)", "522 Timed out (5220)"),
            (522, "Timed out, E522", "522 Timed out, E522"),
            (-1, "1 error", "-1 1 error"),
            (522, "", "522"),
            (10, "at most 10 policies", "10 at most 10 policies"),
        ] {
            let error = ApiError {
                code: Some(code),
                message: message.to_owned(),
                ..ApiError::default()
            };
            assert_eq!(error.to_string(), expected);
        }
        let error = ApiError {
            code: Some(9109),
            message: "x ".repeat(300) + "9109",
            ..ApiError::default()
        };
        assert!(error.to_string().starts_with("9109 x"), "{error}");
    }
}
