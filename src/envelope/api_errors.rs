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

/// Reads why a response failed, from its messages if it has no errors; `None` if the body is not a
/// JSON object.
pub(super) fn failure_reasons(body: &[u8]) -> Option<Vec<ApiError>> {
    first_list(body, ["errors", "error", "messages"])
}

fn first_list<const N: usize>(body: &[u8], names: [&str; N]) -> Option<Vec<ApiError>> {
    let text = String::from_utf8_lossy(body);
    let mut lists = fields(&text, names)?.into_iter().flatten().map(read_list);
    Some(lists.find(|errors| !errors.is_empty()).unwrap_or_default())
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
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let Value::Object(mut fields) = error else {
        return ApiError {
            message: text(error),
            ..ApiError::default()
        };
    };
    let code = fields.remove("code");
    let code = code.and_then(|code| code.as_i64().or_else(|| code.as_str()?.trim().parse().ok()));
    let pointer = fields
        .get_mut("source")
        .and_then(|source| source.get_mut("pointer"))
        .map(Value::take);
    ApiError {
        code,
        message: fields
            .remove("message")
            .filter(|message| !message.is_null())
            .map(text)
            .unwrap_or_default(),
        documentation_url: fields
            .remove("documentation_url")
            .filter(Value::is_string)
            .map(text),
        pointer: pointer.filter(Value::is_string).map(text),
        error_chain: fields
            .remove("error_chain")
            .map(read_errors)
            .unwrap_or_default(),
    }
}
