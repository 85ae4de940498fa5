//! What a failure says, and what an answer is that is not the API's JSON.

use std::ops::RangeInclusive;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::require_substance;
use crate::call::{Call, Head};
use crate::error::{ApiError, Fault};
use crate::json::Cursor;

/// What an answer with a status other than success says.
pub(crate) fn failure(call: &Call, base_url: &str, head: &Head, body: &[u8]) -> Fault {
    if head.status.is_redirection() {
        return Fault::Status(redirection(base_url, &head.headers));
    }
    match api_errors(body) {
        Some(errors) if !errors.is_empty() => Fault::Api(errors),
        Some(_) => Fault::Status("the answer does not say why".to_owned()),
        None => Fault::Status(describe(call, &head.headers, body, "")),
    }
}

/// Where a redirect points: the scheme, the host and the port alone, since the rest may repeat a secret.
fn redirection(base_url: &str, headers: &HeaderMap) -> String {
    let Some(location) = headers.get(LOCATION) else {
        return "an answer that was not asked for".to_owned();
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    let origin = |url: &Url| url.origin().ascii_serialization();
    let target =
        Url::parse(base_url).and_then(|base| Ok((origin(&base.join(&location)?), origin(&base))));
    let target = match target {
        Ok((target, own)) if target == own => "another path of the same host".to_owned(),
        Ok((target, _)) if target != "null" => format!("`{target}`"),
        _ => "nowhere".to_owned(),
    };
    format!("redirects are not followed; this one points to {target}: check the base URL")
}

/// The new secret that an answer to a write may hold.
pub(crate) fn created_secret(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Created<'a> {
        #[serde(borrow)]
        value: &'a RawValue,
    }
    let result = Failure::read(&String::from_utf8_lossy(body))?
        .result?
        .get()
        .to_owned();
    let value = match serde_json::from_str::<Created<'_>>(&result) {
        Ok(created) => created.value.get(),
        Err(_) => &result,
    };
    serde_json::from_str(value)
        .ok()
        .filter(|secret: &String| SECRETS.contains(&secret.len()))
}

/// How long a secret may be. Shorter words are in any text, and nothing of Cloudflare's is longer.
const SECRETS: RangeInclusive<usize> = 16..=256;
/// More errors side by side, or more text of them, is not looked at: it takes a multiple of its size, and nobody reads
/// it.
const MOST_ERRORS: usize = 1000;
const LARGEST_ERRORS: usize = 2 << 20;

/// A failure, as leniently as it comes. Whatever else is odd in it must not hide its errors.
#[derive(Deserialize)]
struct Failure<'a> {
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

impl<'a> Failure<'a> {
    /// Nothing if the text is no JSON object.
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        serde_json::from_str(text)
            .ok()
            .filter(|_| text.starts_with('{'))
    }
}

/// The errors of an envelope; nothing if the body is no JSON object.
pub(super) fn api_errors(body: &[u8]) -> Option<Vec<ApiError>> {
    let text = String::from_utf8_lossy(body);
    let errors = Failure::read(&text)?.errors.map_or("", RawValue::get);
    let mut left = LARGEST_ERRORS;
    let mut read = |text: &str| {
        left = left.checked_sub(text.len())?;
        require_substance(text).ok()?;
        serde_json::from_str(text).ok().map(read_errors)
    };
    let entries = entries(errors).take(MOST_ERRORS);
    Some(match errors.starts_with('[') {
        true => entries.map_while(&mut read).flatten().collect(),
        false => read(errors).unwrap_or_default(),
    })
}

/// The entries of a list, one by one; none if it is no list.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    let mut cursor = Cursor::new(list);
    let mut more = cursor.eat(b'[');
    std::iter::from_fn(move || {
        let entry = more.then(|| cursor.step_over().ok()).flatten()?;
        more = cursor.eat(b',');
        Some(entry)
    })
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

/// What a body is that is not the API's JSON, so that a person understands it.
pub(super) fn describe(call: &Call, headers: &HeaderMap, body: &[u8], reason: &str) -> String {
    let header = |name| {
        headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let content_type = header(CONTENT_TYPE).unwrap_or_default();
    let text = String::from_utf8_lossy(&body[..body.len().min(1024)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_json = text.starts_with(['{', '[', '"']);
    let mut told = if let (Some(encoding), false) = (header(CONTENT_ENCODING), is_json) {
        format!("the answer is in the encoding `{encoding}`, which was not asked for")
    } else if text.is_empty() {
        "the answer has no body".to_owned()
    } else if content_type.contains("html") || text.starts_with('<') {
        "answered with a web page, not with the API's JSON: is a proxy in between?".to_owned()
    } else if reason.is_empty() {
        let what = if is_json {
            "the API's envelope"
        } else {
            "JSON"
        };
        format!("the answer is not {what}")
    } else {
        format!("the answer is not JSON: {reason}")
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
