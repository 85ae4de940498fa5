//! Reads the API's errors in the body of a response.

use serde_json::Value;

use super::fields::fields;
use super::response::refuse_tiny_values;
use crate::error::ApiError;
use crate::json::{Malformed, value_at, walk_array};

/// More errors, or more text of them, are ignored, because decoding them takes many times their
/// size.
const MOST_ERRORS: usize = 1000;
const LARGEST_ERRORS: usize = 2 << 20;

/// Reads the errors of a response; `None` if the body is not a JSON object.
pub(super) fn api_errors(body: &[u8]) -> Option<Vec<ApiError>> {
    // Some failures have `error` instead of `errors`.
    first_list(body, ["errors", "error"])
}

/// Reads why a response failed, from its messages if it has no errors.
pub(super) fn failure_reasons(body: &[u8]) -> Vec<ApiError> {
    first_list(body, ["errors", "error", "messages"]).unwrap_or_default()
}

/// Whether a body, or the part of it that arrived, is Cloudflare's envelope.
pub(super) fn is_envelope(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let found = fields(&text, ["success", "errors", "messages"]);
    found.is_some_and(|found| found.iter().any(Option::is_some))
}

/// Reads the first of these fields that holds an error.
fn first_list<const N: usize>(body: &[u8], names: [&str; N]) -> Option<Vec<ApiError>> {
    let text = String::from_utf8_lossy(body);
    for list in fields(&text, names)?.into_iter().flatten() {
        let errors = read_list(list);
        if !errors.is_empty() {
            return Some(errors);
        }
    }
    Some(Vec::new())
}

fn read_list(list: &str) -> Vec<ApiError> {
    let mut errors = Vec::new();
    if !list.starts_with('[') {
        read_entry(list, &mut errors);
        return errors;
    }
    let _ = walk_array(list, 0, |at| {
        let entry = value_at(list, at)?;
        let end = at + entry.len();
        if errors.len() >= MOST_ERRORS || end > LARGEST_ERRORS {
            return Err(Malformed::Truncated);
        }
        read_entry(entry, &mut errors);
        Ok(end)
    });
    errors
}

fn read_entry(entry: &str, errors: &mut Vec<ApiError>) {
    if entry.len() <= LARGEST_ERRORS
        && refuse_tiny_values(entry).is_ok()
        && let Ok(value) = serde_json::from_str(entry)
    {
        errors.extend(read_errors(value));
    }
}

fn read_errors(errors: Value) -> Vec<ApiError> {
    match errors {
        Value::Null => Vec::new(),
        Value::Array(errors) => errors
            .into_iter()
            .take(MOST_ERRORS)
            .map(read_error)
            .collect(),
        one => vec![read_error(one)],
    }
}

fn read_error(error: Value) -> ApiError {
    let Value::Object(mut fields) = error else {
        return ApiError {
            message: text_or_json(error),
            ..ApiError::default()
        };
    };
    ApiError {
        code: fields.get("code").and_then(code),
        message: match fields.remove("message") {
            None | Some(Value::Null) => String::new(),
            Some(message) => text_or_json(message),
        },
        documentation_url: fields.remove("documentation_url").and_then(text),
        pointer: match fields.remove("source") {
            Some(Value::Object(mut source)) => source.remove("pointer").and_then(text),
            _ => None,
        },
        error_chain: match fields.remove("error_chain") {
            Some(chain) => read_errors(chain),
            None => Vec::new(),
        },
    }
}

/// Reads a code, which is a number or text.
pub(super) fn code(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Returns a text as it is, and any other value as JSON.
fn text_or_json(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
