//! Reads the errors of a failed response, and describes a response that is not the API's JSON.

use std::ops::RangeInclusive;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use serde_json::Value;
use url::Url;

use super::{BYTE_ORDER_MARK, refuse_tiny_values};
use crate::call::{Call, ResponseHead};
use crate::error::{ApiError, Fault};
use crate::json::{Malformed, skip_space, skip_value, value_at, walk_array, walk_object};

/// Returns why a response with a status other than 2xx failed.
pub(crate) fn failure(call: &Call, base_url: &str, head: &ResponseHead, body: &[u8]) -> Fault {
    if head.status.is_redirection() {
        return Fault::Status(redirection(base_url, &head.headers));
    }
    match failure_reasons(body) {
        Some(errors) if !errors.is_empty() => Fault::Api(errors),
        Some(_) => Fault::Status("the response does not say why".to_owned()),
        None => Fault::Status(describe(call, &head.headers, body, "")),
    }
}

/// Describes a redirect by its scheme, host and port. The rest of its location may contain a
/// secret.
fn redirection(base_url: &str, headers: &HeaderMap) -> String {
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

/// Returns the new secret in the response to a write, if there is one.
pub(crate) fn created_secret(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let [result] = fields(&text, ["result"])?;
    let result = result?;
    let value = match fields(result, ["value"]) {
        Some([value]) => value?,
        None => result,
    };
    serde_json::from_str(value)
        .ok()
        .filter(|secret: &String| SECRETS.contains(&secret.len()))
}

/// The length of a secret. Shorter words are common, and Cloudflare's secrets are not longer.
const SECRETS: RangeInclusive<usize> = 16..=256;
/// More errors, or more text of them, are ignored, because decoding them takes many times their
/// size.
const MOST_ERRORS: usize = 1000;
const LARGEST_ERRORS: usize = 2 << 20;

/// Returns the raw values of these fields of a JSON object; `None` if the text does not start as an
/// object.
///
/// Ignores everything else, so that no malformed part of a response hides Cloudflare's errors.
fn fields<'t, const N: usize>(text: &'t str, names: [&str; N]) -> Option<[Option<&'t str>; N]> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let start = skip_space(text, 0);
    if text.as_bytes().get(start) != Some(&b'{') {
        return None;
    }
    let mut values = [None; N];
    let _ = walk_object(text, start, |name, at| {
        // A truncated value is the last one.
        let end = skip_value(text, at).unwrap_or(text.len());
        if let Some(index) = names.iter().position(|known| *known == name) {
            values[index] = Some(&text[at..end]);
        }
        Ok(end)
    });
    Some(values)
}

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
