//! Reads a failure that is not the API's: a problem report of Cloudflare's edge, other JSON, or a
//! web page.

use http::header::HeaderMap;

use super::api_errors::{api_errors, read_code};
use super::describe::describe;
use crate::call::Call;
use crate::error::{ApiError, GatewayFailure};
use crate::json::{fields, text_lossy};

/// The fields that say what failed, in the order in which they are shown. The first two are those of
/// a problem report (RFC 9457).
const MESSAGES: [&str; 5] = ["title", "detail", "message", "error", "error_description"];

/// Reads what a response without the API's envelope says.
pub(super) fn gateway_failure(call: &Call, headers: &HeaderMap, body: &[u8]) -> GatewayFailure {
    let Some(messages) = fields(body, MESSAGES) else {
        return GatewayFailure {
            problem: describe(call, headers, body, ""),
            ..GatewayFailure::default()
        };
    };
    let [error_code, code, retryable] =
        fields(body, ["error_code", "code", "retryable"]).unwrap_or_default();
    let message = joined(messages.into_iter().flatten());
    let code = error_code.and_then(read_code).or(code.and_then(read_code));
    let errors = if message.is_empty() && code.is_none() {
        // An `error` that is an object.
        api_errors(body).unwrap_or_default()
    } else {
        vec![ApiError {
            code,
            message,
            ..ApiError::default()
        }]
    };
    GatewayFailure {
        errors,
        problem: "the response does not say why".to_owned().into(),
        refuses_retries: retryable == Some(b"false"),
    }
}

/// Joins the messages that are text, and leaves out repetitions.
fn joined<'j>(messages: impl Iterator<Item = &'j [u8]>) -> String {
    let mut joined: Vec<String> = Vec::new();
    for message in messages {
        let Some(text) = text_lossy(message) else {
            continue;
        };
        let text = text.trim().to_owned();
        if !text.is_empty() && !joined.contains(&text) {
            joined.push(text);
        }
    }
    joined.join(": ")
}
