//! Describes a response that is not the API's JSON.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use url::Url;

use crate::call::Call;
use crate::json::BYTE_ORDER_MARK;

/// Describes a redirect by its scheme, host and port. The rest of its location may contain a
/// secret.
pub(super) fn redirection(base_url: &str, headers: &HeaderMap) -> String {
    let Some(location) = headers.get(LOCATION) else {
        return "a redirect without a location".to_owned();
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    let origin = |url: &Url| url.origin().ascii_serialization();
    let target = match Url::parse(base_url)
        .and_then(|base| Ok((origin(&base.join(&location)?), origin(&base))))
    {
        Ok((target, own)) if target == own => "another path of the same host".to_owned(),
        Ok((target, _)) if target != "null" => format!("`{target}`"),
        _ => "an invalid location".to_owned(),
    };
    format!("redirects are not followed; this one points to {target}: check the base URL")
}

/// Describes a body that is not the API's JSON.
pub(super) fn describe(call: &Call, headers: &HeaderMap, body: &[u8], reason: &str) -> String {
    let header = |name| {
        headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let (content_type, encoding) = (
        header(CONTENT_TYPE).unwrap_or_default(),
        header(CONTENT_ENCODING),
    );
    let text = String::from_utf8_lossy(&body[..body.len().min(1024)]);
    let text = text.trim_start_matches(BYTE_ORDER_MARK).trim_start();
    let is_json = text.starts_with(['{', '[', '"']);
    let mut description = match &encoding {
        Some(encoding) if !is_json => {
            format!("the response has the content encoding `{encoding}`, which was not requested")
        }
        _ if text.is_empty() => "the response has no body".to_owned(),
        _ if content_type.contains("html") || text.starts_with('<') => {
            "the response is a web page, not the API's JSON: is a proxy in between?".to_owned()
        }
        _ if !reason.is_empty() => format!("the response is not JSON: {reason}"),
        _ if is_json => "the response is not the API's envelope".to_owned(),
        _ => "the response is not JSON".to_owned(),
    };
    if !content_type.is_empty() {
        description += &format!(" (content type {content_type})");
    }
    // The response to a write may contain a secret, and so may any JSON.
    if !text.is_empty() && !is_json && call.method.is_safe() && encoding.is_none() {
        let start: String = text
            .chars()
            .take(80)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        // Only whole words are quoted, because half a secret would not be redacted.
        let words = if start.len() == text.len() {
            Some(&*start)
        } else {
            start.rsplit_once(' ').map(|(words, _)| words)
        };
        if let Some(words) = words {
            description += &format!(", it begins `{}`", words.trim_end());
        }
    }
    description
}
