//! What a failure says, and what an answer is that is not the API's JSON.

use std::ops::RangeInclusive;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use serde_json::Value;
use url::Url;

use super::{BYTE_ORDER_MARK, refuse_tiny_values};
use crate::call::{Call, ResponseHead};
use crate::error::{ApiError, Fault};
use crate::json::{Malformed, skip_space, value_at, walk_array, walk_object};

/// What an answer with a status other than success says.
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

/// Where a redirect points: the scheme, the host and the port alone, since the rest may repeat a secret.
fn redirection(base_url: &str, headers: &HeaderMap) -> String {
    let Some(location) = headers.get(LOCATION) else {
        return "a redirect without a location".to_owned();
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    let origin = |url: &Url| url.origin().ascii_serialization();
    let target = Url::parse(base_url).and_then(|base| Ok((origin(&base.join(&location)?), origin(&base))));
    let target = match target {
        Ok((target, own)) if target == own => "another path of the same host".to_owned(),
        Ok((target, _)) if target != "null" => format!("`{target}`"),
        _ => "nowhere".to_owned(),
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
    serde_json::from_str(value).ok().filter(|secret: &String| SECRETS.contains(&secret.len()))
}

/// How long a secret may be. Shorter words are in any text, and nothing of Cloudflare's is longer.
const SECRETS: RangeInclusive<usize> = 16..=256;
/// More errors, or more text of them, are not read: they would take many times their size in memory.
const MOST_ERRORS: usize = 1000;
const LARGEST_ERRORS: usize = 2 << 20;

/// Returns the raw values of these fields of a JSON object; `None` if the text does not start as an object.
///
/// Everything else about the text is ignored, so that nothing malformed hides Cloudflare's errors.
fn fields<'t, const N: usize>(text: &'t str, names: [&str; N]) -> Option<[Option<&'t str>; N]> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let start = skip_space(text, 0);
    if text.as_bytes().get(start) != Some(&b'{') {
        return None;
    }
    let mut values = [None; N];
    let _: Result<_, Malformed> = walk_object(text, start, |name, at| {
        let value = value_at(text, at)?;
        if let Some(index) = names.iter().position(|known| *known == name) {
            values[index] = Some(value);
        }
        Ok(at + value.len())
    });
    Some(values)
}

/// Reads the errors of a response; `None` if the body is not a JSON object.
pub(super) fn api_errors(body: &[u8]) -> Option<Vec<ApiError>> {
    // Some failures have `error` instead of `errors`.
    first_list(body, ["errors", "error"])
}

/// Reads why a response failed, from its messages if it has no errors; `None` if the body is not a JSON object.
pub(super) fn failure_reasons(body: &[u8]) -> Option<Vec<ApiError>> {
    first_list(body, ["errors", "error", "messages"])
}

fn first_list<const N: usize>(body: &[u8], names: [&str; N]) -> Option<Vec<ApiError>> {
    let text = String::from_utf8_lossy(body);
    let mut lists = fields(&text, names)?.into_iter().flatten().map(read_list);
    Some(lists.find(|errors| !errors.is_empty()).unwrap_or_default())
}

fn read_list(list: &str) -> Vec<ApiError> {
    if !list.starts_with('[') {
        return read_entry(list).unwrap_or_default();
    }
    let mut errors = Vec::new();
    let mut length = 0;
    let _: Result<_, Malformed> = walk_array(list, 0, |at| {
        let entry = value_at(list, at)?;
        length += entry.len();
        if errors.len() >= MOST_ERRORS || length > LARGEST_ERRORS {
            return Err(Malformed::Truncated);
        }
        errors.extend(read_entry(entry).unwrap_or_default());
        Ok(at + entry.len())
    });
    errors
}

fn read_entry(entry: &str) -> Option<Vec<ApiError>> {
    if entry.len() > LARGEST_ERRORS {
        return None;
    }
    refuse_tiny_values(entry).ok()?;
    serde_json::from_str(entry).ok().map(read_errors)
}

fn read_errors(errors: Value) -> Vec<ApiError> {
    match errors {
        Value::Null => Vec::new(),
        Value::Array(errors) => {
            let errors = errors.into_iter().take(MOST_ERRORS);
            errors.map(read_error).collect()
        }
        one => vec![read_error(one)],
    }
}

fn read_error(error: Value) -> ApiError {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let Value::Object(mut fields) = error else {
        return ApiError { message: text(error), ..ApiError::default() };
    };
    let code = fields.remove("code");
    let code = code.and_then(|code| code.as_i64().or_else(|| code.as_str()?.trim().parse().ok()));
    let pointer = fields.get_mut("source").and_then(|source| source.get_mut("pointer")).map(Value::take);
    ApiError {
        code,
        message: fields.remove("message").filter(|message| !message.is_null()).map(text).unwrap_or_default(),
        documentation_url: fields.remove("documentation_url").filter(Value::is_string).map(text),
        pointer: pointer.filter(Value::is_string).map(text),
        error_chain: fields.remove("error_chain").map(read_errors).unwrap_or_default(),
    }
}

/// What a body is that is not the API's JSON, so that a person understands it.
pub(super) fn describe(call: &Call, headers: &HeaderMap, body: &[u8], reason: &str) -> String {
    let header = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let content_type = header(CONTENT_TYPE).unwrap_or_default();
    let text = String::from_utf8_lossy(&body[..body.len().min(1024)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_json = text.starts_with(['{', '[', '"']);
    let mut told = if let (Some(encoding), false) = (header(CONTENT_ENCODING), is_json) {
        format!("the response has the content encoding `{encoding}`, which was not requested")
    } else if text.is_empty() {
        "the response has no body".to_owned()
    } else if content_type.contains("html") || text.starts_with('<') {
        "the response is a web page, not the API's JSON: is a proxy in between?".to_owned()
    } else if reason.is_empty() {
        let what = if is_json { "the API's envelope" } else { "JSON" };
        format!("the response is not {what}")
    } else {
        format!("the response is not JSON: {reason}")
    };
    if !content_type.is_empty() {
        told.push_str(&format!(" (content type {content_type})"));
    }
    // What a write answers may be a secret, and so may any JSON.
    if !text.is_empty() && !is_json && call.method.is_safe() && header(CONTENT_ENCODING).is_none() {
        let letters = |letter: char| if letter.is_control() { ' ' } else { letter };
        let start: String = text.chars().take(80).map(letters).collect();
        // Whole words: half a secret would be known by nobody as one.
        let whole = if start.len() == text.len() {
            Some(start.as_str())
        } else {
            start.rsplit_once(' ').map(|(words, _)| words)
        };
        if let Some(start) = whole {
            told.push_str(&format!(", it begins `{}`", start.trim_end()));
        }
    }
    told
}
