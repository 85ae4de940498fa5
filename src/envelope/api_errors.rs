//! Reads the API's errors in the body of a response.
//!
//! Each field is read by itself, so that a malformed one hides no other.

use crate::error::ApiError;
use crate::json::{Malformed, fields, skip_value, text_lossy, value_at, walk_array};

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
    let found = fields(body, ["success", "errors", "messages"]);
    found.is_some_and(|found| found.iter().any(Option::is_some))
}

/// Reads the first of these fields that holds an error.
fn first_list<const N: usize>(body: &[u8], names: [&str; N]) -> Option<Vec<ApiError>> {
    for list in fields(body, names)?.into_iter().flatten() {
        let errors = Reader::default().errors(list);
        if !errors.is_empty() {
            return Some(errors);
        }
    }
    Some(Vec::new())
}

/// Reads errors with their chains, up to a limit.
#[derive(Default)]
struct Reader {
    /// How many errors were read, those of chains included.
    errors: usize,
    /// In how many lists and chains the next error is.
    depth: usize,
}

// More errors, or more text of them, are ignored, because an error can take many times its size.
const MOST_ERRORS: usize = 1000;
const LARGEST_ERRORS: usize = 2 << 20;
const DEEPEST_ERRORS: usize = 32;

impl Reader {
    /// Reads one error, or a list of them. A truncated error is ignored.
    fn errors(&mut self, json: &[u8]) -> Vec<ApiError> {
        if self.depth == DEEPEST_ERRORS {
            return Vec::new();
        }
        self.depth += 1;
        let mut errors = Vec::new();
        if json.starts_with(b"[") {
            let _ = walk_array(json, 0, |at| {
                let entry = value_at(json, at)?;
                let end = at + entry.len();
                if end > LARGEST_ERRORS {
                    return Err(Malformed::Truncated);
                }
                self.read_entry(entry, &mut errors);
                Ok(end)
            });
        } else if json.len() <= LARGEST_ERRORS && skip_value(json, 0) == Some(json.len()) {
            self.read_entry(json, &mut errors);
        }
        self.depth -= 1;
        errors
    }

    fn read_entry(&mut self, json: &[u8], errors: &mut Vec<ApiError>) {
        if json == b"null" || self.errors == MOST_ERRORS {
            return;
        }
        if json.starts_with(b"[") {
            errors.append(&mut self.errors(json));
            return;
        }
        self.errors += 1;
        errors.push(self.error(json));
    }

    fn error(&mut self, json: &[u8]) -> ApiError {
        let names = [
            "code",
            "message",
            "documentation_url",
            "source",
            "error_chain",
        ];
        let Some([code, message, documentation_url, source, error_chain]) = fields(json, names)
        else {
            return ApiError {
                message: text_or_json(json),
                ..ApiError::default()
            };
        };
        ApiError {
            code: code.and_then(read_code),
            message: match message {
                None | Some(b"null") => String::new(),
                Some(message) => text_or_json(message),
            },
            documentation_url: documentation_url.and_then(text_lossy),
            pointer: source.and_then(read_pointer),
            error_chain: match error_chain {
                Some(chain) => self.errors(chain),
                None => Vec::new(),
            },
        }
    }
}

/// Reads a code, which is a number or text.
pub(super) fn read_code(json: &[u8]) -> Option<i64> {
    match text_lossy(json) {
        Some(text) => text.trim().parse().ok(),
        None => serde_json::from_slice(json).ok(),
    }
}

fn read_pointer(source: &[u8]) -> Option<String> {
    let [pointer] = fields(source, ["pointer"])?;
    text_lossy(pointer?)
}

/// Returns a text as it is, and any other value as JSON.
fn text_or_json(json: &[u8]) -> String {
    match text_lossy(json) {
        Some(text) => text,
        None => String::from_utf8_lossy(json).into_owned(),
    }
}
