//! Reads why a request failed in the body of its response.
//!
//! Each field is read by itself, so that a malformed one hides no other.

use crate::error::ApiError;
use crate::json::{Malformed, fields, skip_value, text_lossy, value_at, walk_array, whole_number};

/// The fields whose text says what failed, in the order in which they are shown: a title or a name
/// before its explanation. The API has only `message`. A problem report (RFC 9457) has `title` and
/// `detail`.
const TEXTS: [&str; 5] = ["title", "error", "message", "detail", "error_description"];

/// Whether a body, or the part of it that arrived, is Cloudflare's envelope.
pub(super) fn is_envelope(body: &[u8]) -> bool {
    let found = fields(body, ["success", "errors", "messages"]);
    found.is_some_and(|found| found.iter().any(Option::is_some))
}

/// Whether a response that does not say whether it is a success has errors.
pub(super) fn has_errors(body: &[u8]) -> bool {
    let lists = fields(body, ["errors", "error"]).unwrap_or_default();
    let mut lists = lists.into_iter().flatten();
    lists.any(|list| !Reader::default().errors(list).is_empty())
}

/// Reads why a response failed: from its errors, else from the texts and the code beside them, else
/// from its messages. Returns an empty list if it does not say why.
pub(super) fn failure_reasons(body: &[u8]) -> Vec<ApiError> {
    let mut reader = Reader::default();
    let Some(whole_body) = reader.object(body) else {
        return Vec::new();
    };
    let [errors, error, messages] =
        fields(body, ["errors", "error", "messages"]).unwrap_or_default();
    // An `error` that is text is one of the texts of the body.
    let error = error.filter(|error| error.starts_with(b"{") || error.starts_with(b"["));
    let mut list = |json: Option<_>| json.map_or(Vec::new(), |json| reader.errors(json));
    let sources = [list(errors), list(error), vec![whole_body], list(messages)];
    let mut reasons = Vec::new();
    for source in sources {
        reasons.extend(source);
        if reasons.iter().any(has_message) {
            break;
        }
    }
    reasons.retain(|reason| *reason != ApiError::default());
    reasons
}

/// Whether an error, or one of its chain, has a message. A code or a pointer alone needs one.
fn has_message(error: &ApiError) -> bool {
    !error.message.is_empty() || error.error_chain.iter().any(has_message)
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
        if self.depth >= DEEPEST_ERRORS {
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
        let is_nothing = matches!(json, b"null" | b"false" | br#""""#);
        if is_nothing || self.errors == MOST_ERRORS {
            return;
        }
        if json.starts_with(b"[") {
            errors.append(&mut self.errors(json));
            return;
        }
        self.errors += 1;
        errors.push(self.error(json));
    }

    /// Reads an error, which is an object, a text, or only its code.
    fn error(&mut self, json: &[u8]) -> ApiError {
        if let Some(error) = self.object(json) {
            return with_message_as_json(error, json);
        }
        match text(json) {
            Some(message) => ApiError {
                message,
                ..ApiError::default()
            },
            None => ApiError {
                code: read_code(json),
                ..ApiError::default()
            },
        }
    }

    /// Reads an object that says what failed: an error, or a whole body.
    fn object(&mut self, json: &[u8]) -> Option<ApiError> {
        let texts = fields(json, TEXTS)?;
        let codes = fields(json, ["error_code", "code"])?.into_iter().flatten();
        // Without a `}` after it, a number is truncated, and may be a part of another one.
        let mut codes = codes.filter(|code| !json.ends_with(code));
        let [documentation_url, source, error_chain] =
            fields(json, ["documentation_url", "source", "error_chain"])?;
        Some(ApiError {
            code: codes.find_map(read_code),
            message: joined(texts.into_iter().flatten().filter_map(text)),
            documentation_url: documentation_url.and_then(text),
            pointer: source.and_then(read_pointer),
            error_chain: match error_chain {
                Some(chain) => self.errors(chain),
                None => Vec::new(),
            },
        })
    }
}

/// Joins texts, and leaves out repetitions.
fn joined(texts: impl Iterator<Item = String>) -> String {
    let mut joined: Vec<String> = Vec::new();
    for text in texts {
        if !joined.contains(&text) {
            joined.push(text);
        }
    }
    joined.join(": ")
}

/// Reads a text without the white space around it; `None` if it is empty or too long.
fn text(json: &[u8]) -> Option<String> {
    if json.len() > LARGEST_ERRORS {
        return None;
    }
    let text = text_lossy(json)?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Reads a code, which is a number, or text with one.
fn read_code(json: &[u8]) -> Option<i64> {
    let code = match text(json) {
        Some(text) => text.parse().ok().or_else(|| whole_number(text.as_bytes())),
        None => whole_number(json),
    };
    code?.try_into().ok()
}

fn read_pointer(source: &[u8]) -> Option<String> {
    let [pointer] = fields(source, ["pointer"])?;
    text(pointer?)
}

/// Sets the message of an error that has only one that is not text.
fn with_message_as_json(mut error: ApiError, json: &[u8]) -> ApiError {
    if error.message.is_empty()
        && let Some([Some(message)]) = fields(json, ["message"])
        && message != b"null"
    {
        error.message = text_or_json(message).trim().to_owned();
    }
    error
}

/// Returns a text as it is, and any other value as JSON.
fn text_or_json(json: &[u8]) -> String {
    match text_lossy(json) {
        Some(text) => text,
        None => String::from_utf8_lossy(json).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many errors the list has that are read.
    fn count(list: &str) -> usize {
        Reader::default().errors(list.as_bytes()).len()
    }

    #[test]
    fn reads_errors_up_to_a_size() {
        let largest = |size| format!("\"{}\"", "a".repeat(size - 2));
        // The second error of a list ends at this byte.
        let list = |end: usize| format!("[1,{}]", largest(end - "[1,".len()));
        assert_eq!(count(&list(LARGEST_ERRORS)), 2);
        assert_eq!(count(&list(LARGEST_ERRORS + 1)), 1);
        assert_eq!(count(&largest(LARGEST_ERRORS)), 1);
        assert_eq!(count(&largest(LARGEST_ERRORS + 1)), 0);
    }

    #[test]
    fn reads_no_error_of_which_only_a_part_arrived() {
        assert_eq!(count(r#"{"message":"x"}"#), 1);
        assert_eq!(count(r#"{"message":"x""#), 0);
        assert_eq!(count(r#"[{"message":"x"},{"message":"y""#), 1);
    }

    #[test]
    fn reads_chains_up_to_a_depth_however_many_errors_have_one() {
        let with_chain = r#"{"code":1,"error_chain":[{"code":2}]}"#;
        let many = vec![with_chain; 2 * DEEPEST_ERRORS].join(",");
        let errors = Reader::default().errors(format!("[{many}]").as_bytes());
        assert_eq!(errors.len(), 2 * DEEPEST_ERRORS);
        assert!(errors.iter().all(|error| error.error_chain.len() == 1));

        let mut deep = "[]".to_owned();
        for _ in 0..2 * DEEPEST_ERRORS {
            deep = format!(r#"[{{"error_chain":{deep}}}]"#);
        }
        let mut depth = 0;
        let mut errors = Reader::default().errors(deep.as_bytes());
        while let Some(error) = errors.pop() {
            depth += 1;
            errors = error.error_chain;
        }
        assert_eq!(depth, DEEPEST_ERRORS);
    }

    #[test]
    fn reads_a_thousand_errors() {
        let list = |errors: usize| format!("[{}]", vec!["1"; errors].join(","));
        assert_eq!(count(&list(MOST_ERRORS)), MOST_ERRORS);
        assert_eq!(count(&list(MOST_ERRORS + 1)), MOST_ERRORS);
    }

    #[test]
    fn reads_a_code_however_the_number_is_written() {
        for (json, expected) in [
            ("1000", Some(1000)),
            ("1000.0", Some(1000)),
            ("1e3", Some(1000)),
            ("-1", Some(-1)),
            (r#"" 1000 ""#, Some(1000)),
            (r#""01000""#, Some(1000)),
            (r#""1000.0""#, Some(1000)),
            ("1000.5", None),
            ("9223372036854775808", None),
            (r#""E1000""#, None),
            (r#""""#, None),
            ("null", None),
            ("true", None),
        ] {
            assert_eq!(read_code(json.as_bytes()), expected, "{json}");
        }
    }
}
