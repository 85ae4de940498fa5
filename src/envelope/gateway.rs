//! Reads a failure that is not the API's: a problem report of Cloudflare's edge, other JSON, or a
//! web page.

use http::header::HeaderMap;

use super::api_errors::failure_reasons;
use super::describe::describe;
use crate::call::Call;
use crate::error::GatewayFailure;
use crate::json::fields;

/// Reads what a response without the API's envelope says.
pub(super) fn gateway_failure(call: &Call, headers: &HeaderMap, body: &[u8]) -> GatewayFailure {
    let Some([retryable]) = fields(body, ["retryable"]) else {
        return GatewayFailure {
            problem: describe(call, headers, body, ""),
            ..GatewayFailure::default()
        };
    };
    GatewayFailure {
        errors: failure_reasons(body),
        problem: "the response does not say why".to_owned().into(),
        refuses_retries: retryable == Some(b"false"),
    }
}
