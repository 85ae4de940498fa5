//! Describes a response that is not the API's JSON.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use url::Url;

use super::LARGEST_FAILURE;
use crate::call::Call;
use crate::error::Problem;
use crate::json::without_byte_order_mark;

/// Describes a redirect by its scheme, host and port. The rest of its location may contain a
/// secret.
pub(super) fn redirection(base_url: &str, headers: &HeaderMap) -> String {
    let Some(location) = header(headers, LOCATION) else {
        return "a redirect without a location".to_owned();
    };
    let target = match origins(base_url, &location) {
        Ok(origins) if origins.target == origins.own => "another path of the same host".to_owned(),
        Ok(origins) if origins.target != OPAQUE_ORIGIN => format!("`{}`", origins.target),
        _ => "an invalid location".to_owned(),
    };
    format!("redirects are not followed; this one points to {target}: check the base URL")
}

/// How `url` writes the origin of a URL without a host, such as `data:,x`.
const OPAQUE_ORIGIN: &str = "null";

/// The scheme, host and port of the base URL, and those of the URL that a redirect points to.
struct Origins {
    own: String,
    target: String,
}

fn origins(base_url: &str, location: &str) -> Result<Origins, url::ParseError> {
    let base = Url::parse(base_url)?;
    let target = base.join(location)?;
    Ok(Origins {
        own: base.origin().ascii_serialization(),
        target: target.origin().ascii_serialization(),
    })
}

/// Describes a body that is not the API's JSON.
pub(super) fn describe(call: &Call, headers: &HeaderMap, body: &[u8], reason: &str) -> Problem {
    /// Much more than is shown, so that no secret is cut before it is redacted.
    const LARGEST_START: usize = 64 << 10;
    let content_type = header(headers, CONTENT_TYPE).unwrap_or_default();
    let encoding = header(headers, CONTENT_ENCODING);
    // The client read no further, so that the last word may be a part of a secret.
    let is_cut = body.len() > LARGEST_FAILURE;
    let body = without_byte_order_mark(body).trim_ascii_start();
    let text = String::from_utf8_lossy(&body[..body.len().min(LARGEST_START)]);
    let text = if is_cut {
        without_last_word(&text)
    } else {
        &text
    };
    let is_json = text.starts_with(['{', '[', '"']);
    let mut description = if body.is_empty() {
        "the response has no body".to_owned()
    } else if let Some(encoding) = &encoding
        && !is_json
    {
        format!("the response has the content encoding `{encoding}`, which was not requested")
    } else if content_type.contains("html") || text.starts_with('<') {
        "the response is a web page, not the API's JSON: is a proxy in between?".to_owned()
    } else if !reason.is_empty() {
        format!("the response is not JSON: {reason}")
    } else if is_json {
        "the response is not the API's envelope".to_owned()
    } else {
        "the response is not JSON".to_owned()
    };
    if !content_type.is_empty() {
        description += &format!(" (content type {content_type})");
    }
    // The response to a write may contain a secret, and so may any JSON.
    let may_be_quoted = call.method.is_safe() && !is_json && encoding.is_none();
    Problem {
        reason: description,
        quoted_body: if may_be_quoted {
            text.to_owned()
        } else {
            String::new()
        },
        ..Problem::default()
    }
}

fn without_last_word(text: &str) -> &str {
    let end = text.rfind(char::is_whitespace).unwrap_or(0);
    &text[..end]
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
