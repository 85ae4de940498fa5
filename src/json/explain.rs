//! Explains why a value cannot be decoded: which field, what was expected, and what was found.
//!
//! Only names of fields are quoted, because values may be secret.

use serde::de::DeserializeOwned;
use serde_json::error::{Category, Error};

const LONGEST_PATH: usize = 200;

/// Decodes a value. An error names the field below `name()`: "result[37].when: expected a date,
/// found a number".
#[inline]
pub(crate) fn decode<T: DeserializeOwned>(
    text: &str,
    name: impl FnOnce() -> String,
) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| explain::<T>(&error, name(), text))
}

/// Decodes once more, because to track the path costs time that only a failure needs.
fn explain<T: DeserializeOwned>(error: &Error, name: String, text: &str) -> String {
    let tracked =
        serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(text));
    let path = match tracked.map_err(|error| error.path().to_string()) {
        Err(path) if path.starts_with('[') => name + &path,
        Err(path) if path != "." => format!("{name}.{path}"),
        _ => name,
    };
    let path = match path.char_indices().nth(LONGEST_PATH) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path,
    };
    let reason = error.to_string();
    let reason = reason
        .rfind(" at line ")
        .map_or(reason.as_str(), |end| &reason[..end]);
    if error.classify() != Category::Data {
        return format!("{path}: is not valid JSON: {reason}");
    }
    let names_a_field =
        reason.starts_with("missing field `") || reason.starts_with("duplicate field `");
    if names_a_field && reason.matches('`').count() == 2 && reason.ends_with('`') {
        return format!("{path}: {reason}");
    }
    let invalid = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant ",
        "unknown field ",
    ];
    let invalid = invalid.iter().find_map(|start| reason.strip_prefix(start));
    match invalid.and_then(|found| Some((found, reason.rsplit_once(", expected ")?.1))) {
        Some((found, expected)) => format!("{path}: expected {expected}{}", found_instead(found)),
        None => format!("{path}: cannot be decoded"),
    }
}

/// Returns the end of the message, such as `, found null`. It does not quote the value.
fn found_instead(found: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("null", ", found null"),
        ("boolean", ", found a boolean"),
        ("integer", ", found a number"),
        ("floating point", ", found a number"),
        ("string", ", found text"),
        ("sequence", ", found a list"),
        ("map", ", found an object"),
    ];
    KINDS
        .iter()
        .find(|(start, _)| found.starts_with(start))
        .map_or("", |(_, kind)| kind)
}

/// Returns the kind of a raw value.
pub(crate) fn kind(text: &str) -> &'static str {
    match text.as_bytes() {
        [b'{', ..] => "an object",
        [b'[', ..] => "a list",
        [b'"', ..] => "text",
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
                "result.parts: expected a sequence, found a boolean",
            ),
            (
                r#"{"name": "a", "parts": ", expected s3cr3t"}"#,
                "result.parts: expected a sequence, found text",
            ),
            (r#""s3cr3t""#, "result: expected struct Thing, found text"),
            (
                r#"{"name": NaN}"#,
                "result.name: is not valid JSON: expected value",
            ),
        ] {
            assert_eq!(
                decode::<Thing>(text, || "result".to_owned()).unwrap_err(),
                expected
            );
        }
        let error = decode::<Vec<u8>>("[1,300]", || "[0]".to_owned()).unwrap_err();
        assert_eq!(error, "[0][1]: expected u8, found a number");
    }
}
