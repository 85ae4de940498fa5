//! Finds the field that did not decode, and says what was expected and found there.
//!
//! Nothing of the text is quoted but the names of fields, because the rest may be secret.

use serde_json::error::Category;

use super::split::{Malformed, skip_space, skip_value, walk_array, walk_object};

const LARGEST_LOCATED: usize = 256 << 10;
const LONGEST_PATH: usize = 200;

/// Says where in `text`, the value called `name`, `error` arose, what was expected there, and what was found:
/// "result[37].when: expected a date, found a number".
pub(crate) fn explain(error: &serde_json::Error, name: &str, text: &str) -> String {
    let mut path = name.to_owned();
    // To locate an error takes a walk for each level around it.
    let at = if text.len() <= LARGEST_LOCATED { locate(text, offset(text, error), &mut path) } else { 0 };
    let found = kind(&text[at..]);
    if let Some((end, _)) = path.char_indices().nth(LONGEST_PATH) {
        path.truncate(end);
        path.push('…');
    }
    let reason = reason(error);
    if error.classify() != Category::Data {
        format!("{path}: is not JSON: {reason}")
    } else if reason.starts_with("expected") {
        format!("{path}: {reason}, found {found}")
    } else {
        format!("{path}: {reason}")
    }
}

/// What kind of value a text is.
pub(crate) fn kind(text: &str) -> &'static str {
    match text.trim_start().as_bytes() {
        [] => "nothing",
        [b'{', ..] => "an object",
        [b'[', ..] => "a list",
        [b'"', b'"', ..] => "empty text",
        [b'"', ..] => "text",
        [b'n', ..] => "null",
        [b't', ..] => "true",
        [b'f', ..] => "false",
        _ => "a number",
    }
}

/// Where an error arose, in bytes. serde_json counts lines and columns from 1, and columns in bytes read.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut offset = (lines + error.column()).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// serde's reason, without the text that it quotes.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    if error.classify() != Category::Data {
        return text.to_owned();
    }
    let quotes = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant ", "unknown field "];
    let names = ["missing field ", "duplicate field "];
    match text.rfind(", expected ") {
        Some(expected) if quotes.iter().any(|start| text.starts_with(start)) => text[expected + 2..].to_owned(),
        _ if names.iter().any(|start| text.starts_with(start)) => text.to_owned(),
        _ => "cannot be decoded".to_owned(),
    }
}

/// Appends the path to the innermost value around `offset` to `path`, and returns where that value starts.
fn locate(text: &str, offset: usize, path: &mut String) -> usize {
    // Without what follows the error, the values around it are those that have no end, or end with the text.
    let text = &text[..offset];
    let mut innermost = skip_space(text, 0);
    while let Some((step, at)) = element_around_end(text, innermost) {
        path.push_str(&step);
        innermost = at;
    }
    innermost
}

/// Returns the field or the item of the value at `at` that the text ends in, as a step of a path, and where it starts.
fn element_around_end(text: &str, at: usize) -> Option<(String, usize)> {
    let mut found = None;
    let mut visit = |step: String, at: usize| match skip_value(text, at) {
        Some(end) if end < text.len() => Ok(end),
        _ => {
            found = Some((step, at));
            Err(Malformed::Truncated)
        }
    };
    let mut index = 0;
    // Both walks end in an error, at the element that is looked for or at the place where the text stops being JSON.
    let _ = match text.as_bytes().get(at)? {
        b'{' => walk_object(text, at, |name, at| visit(format!(".{name}"), at)),
        b'[' => walk_array(text, at, |at| {
            index += 1;
            visit(format!("[{}]", index - 1), at)
        }),
        _ => return None,
    };
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Thing {
        name: String,
        #[serde(default)]
        parts: Vec<Thing>,
    }

    fn explained(text: &str) -> String {
        explain(&serde_json::from_str::<Thing>(text).unwrap_err(), "result", text)
    }

    #[test]
    fn an_error_is_located_at_the_innermost_value() {
        let found = [
            (r#"{"name": 5}"#, "result.name: expected a string, found a number"),
            (r#"{"name": {"a": 1}}"#, "result.name: expected a string, found an object"),
            (
                "{\"name\": \"a\",\n \"parts\": [{\"name\": \"b\"}, {\"name\": null}]}",
                "result.parts[1].name: expected a string, found null",
            ),
            (r#"{"name": "a", "parts": [{"parts": []}]}"#, "result.parts[0]: missing field `name`"),
            (r#"{"name": "a", "name": "b"}"#, "result: duplicate field `name`"),
            (r#"{"name": "a", "parts": true}"#, "result.parts: expected a sequence, found true"),
        ];
        for (text, expected) in found {
            assert_eq!(explained(text), expected);
        }
    }

    #[test]
    fn what_was_found_is_never_quoted() {
        for text in [r#"{"name":"a","parts":"s3cr3t"}"#, r#"{"name":"a","parts":", expected s3cr3t"}"#, r#""s3cr3t""#] {
            assert!(!explained(text).contains("s3cr3t"), "{}", explained(text));
        }
    }
}
