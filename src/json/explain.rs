//! Explains why a value cannot be decoded: which field, what was expected, and what was found.
//!
//! Only names of fields are quoted, because values may be secret.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::error::{DecodeError, boundary_before};
use super::path::{LARGEST_PATH, path, path_at};

/// Why a value cannot be decoded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub(crate) struct Undecodable {
    /// The field: `result[37].when`.
    pub(crate) path: String,
    /// What is wrong with it: `expected a date, found a number`.
    pub(crate) reason: String,
}

/// Decodes a value; `None` if it cannot be decoded.
#[inline]
pub(crate) fn try_decode<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_str(str::from_utf8(json).ok()?).ok()
}

/// Decodes a value. An error names the field below `name()`.
#[inline]
pub(crate) fn decode<T: DeserializeOwned>(
    text: &str,
    name: impl FnOnce() -> String,
) -> Result<T, Undecodable> {
    serde_json::from_str(text).map_err(|error| undecodable(error.into(), name(), text, fails::<T>))
}

/// Whether the start of a text cannot be decoded, whatever follows.
fn fails<T: DeserializeOwned>(start: &str) -> bool {
    serde_json::from_str::<T>(start).is_err_and(|error| !error.is_eof())
}

// Not generic, so that it is compiled once and not for each model.
fn undecodable(
    error: DecodeError,
    name: String,
    text: &str,
    fails: fn(&str) -> bool,
) -> Undecodable {
    Undecodable {
        path: truncated(name + &path(text, &error, fails)),
        reason: explain(&error),
    }
}

/// Checks that the JSON of a value is UTF-8. An error names the field below `name()`, and the
/// position in bytes if the value starts at `offset`.
pub(crate) fn utf8(
    json: &[u8],
    offset: usize,
    name: impl FnOnce() -> String,
) -> Result<&str, Undecodable> {
    str::from_utf8(json).map_err(|error| {
        let at = error.valid_up_to();
        Undecodable {
            path: truncated(name() + &path_at(json, at)),
            reason: format!("invalid UTF-8 at byte {}", offset + at),
        }
    })
}

fn truncated(mut path: String) -> String {
    let end = boundary_before(&path, LARGEST_PATH);
    path.truncate(end);
    path
}

fn explain(error: &DecodeError) -> String {
    let reason = error.message.as_str();
    if error.category != Category::Data {
        return format!("is not valid JSON: {reason}");
    }
    if names_one_field(reason) {
        return reason.to_owned();
    }
    match mismatch(reason) {
        Some(Mismatch { found, expected }) => {
            format!(
                "expected {}{}",
                in_terms_of_json(expected),
                found_instead(found)
            )
        }
        None => "cannot be decoded".to_owned(),
    }
}

/// Whether a reason is that a field is missing or duplicate, and has no other text in it.
fn names_one_field(reason: &str) -> bool {
    let is_about_field =
        reason.starts_with("missing field `") || reason.starts_with("duplicate field `");
    is_about_field && reason.matches('`').count() == 2 && reason.ends_with('`')
}

/// What a reason says of a value. `found` may quote the value.
struct Mismatch<'r> {
    found: &'r str,
    expected: &'r str,
}

fn mismatch(reason: &str) -> Option<Mismatch<'_>> {
    const STARTS: &[&str] = &[
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant ",
        "unknown field ",
    ];
    let mismatch = STARTS.iter().find_map(|start| reason.strip_prefix(start))?;
    let (found, expected) = mismatch.rsplit_once(", expected ")?;
    Some(Mismatch { found, expected })
}

/// Replaces serde's words for a list and an object.
fn in_terms_of_json(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a map" => "an object",
        other => other,
    }
}

/// Returns the end of the message, such as `, found null`. It does not quote the value.
fn found_instead(found: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("null", ", found null"),
        ("boolean", ", found a boolean"),
        ("number", ", found a number"),
        ("integer", ", found a number"),
        ("floating point", ", found a number"),
        ("string", ", found a string"),
        ("sequence", ", found a list"),
        ("map", ", found an object"),
    ];
    for (start, kind) in KINDS {
        if found.starts_with(start) {
            return kind;
        }
    }
    ""
}

/// Returns the kind of a raw value.
pub(crate) fn kind(json: &[u8]) -> &'static str {
    match json {
        [b'{', ..] => "an object",
        [b'[', ..] => "a list",
        [b'"', ..] => "a string",
        [b'n', ..] => "null",
        [b't' | b'f', ..] => "a boolean",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Thing {
        name: String,
        #[serde(default)]
        parts: Vec<Thing>,
    }

    #[test]
    fn names_the_innermost_field_and_quotes_no_value() {
        for (text, expected) in [
            (
                r#"{"name": 5}"#,
                "result.name: expected a string, found a number",
            ),
            (
                r#"{"name": -0.5}"#,
                "result.name: expected a string, found a number",
            ),
            (
                r#"{"name": {"a": 1}}"#,
                "result.name: expected a string, found an object",
            ),
            (
                r#"{"name":"a","parts":[{"name":"b"},{"name":null}]}"#,
                "result.parts[1].name: expected a string, found null",
            ),
            (
                r#"{"name": "a", "parts": [{"parts": []}]}"#,
                "result.parts[0]: missing field `name`",
            ),
            (
                r#"{"name": "a", "name": "b"}"#,
                "result: duplicate field `name`",
            ),
            (
                r#"{"name": "a", "parts": true}"#,
                "result.parts: expected a list, found a boolean",
            ),
            (
                r#"{"name": "a", "parts": ", expected s3cr3t"}"#,
                "result.parts: expected a list, found a string",
            ),
            (
                r#""s3cr3t""#,
                "result: expected struct Thing, found a string",
            ),
            (
                r#"{"name": NaN}"#,
                "result.name: is not valid JSON: expected value",
            ),
        ] {
            let error = decode::<Thing>(text, || "result".to_owned()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        let error = decode::<Vec<u8>>("[1,300]", || "[0]".to_owned()).unwrap_err();
        assert_eq!(error.to_string(), "[0][1]: expected u8, found a number");
    }
}
