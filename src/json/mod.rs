//! Walks through JSON text value by value, and says in words what did not decode, without quoting it: what a server
//! sends may be a secret.

mod block;
mod locate;
mod scan;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;
use serde_json::error::Category;

use self::locate::locate;
use self::scan::end_of_value;

/// A place in JSON text, moved along by reading.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let byte_order_mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            text,
            at: byte_order_mark,
        }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Steps over `byte`, if it comes next.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Steps over `text`, if it comes next, and at once.
    pub(crate) fn eat_text(&mut self, text: &str) -> bool {
        let found = self.text[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(self.broken(&format!("expected `{}`", char::from(byte))))
        }
    }

    /// Reads the next value. After an error the cursor stands where it stood.
    pub(crate) fn value<T: Deserialize<'a>>(&mut self) -> serde_json::Result<T> {
        self.peek();
        let mut reader = Deserializer::from_str(&self.text[self.at..]);
        let value = T::deserialize(&mut reader)?;
        self.at += reader.into_iter::<IgnoredAny>().byte_offset();
        Ok(value)
    }

    /// Steps over the next value, whatever it is, and answers its text.
    pub(crate) fn skip(&mut self) -> Result<&'a str, String> {
        self.peek();
        let from = self.at;
        // Most lists of messages are empty.
        if self.eat_text("[]") {
            return Ok(&self.text[from..self.at]);
        }
        match self.value::<IgnoredAny>() {
            Ok(_) => Ok(&self.text[from..self.at]),
            Err(error) if error.is_eof() => Err("it is cut short".to_owned()),
            Err(error) => {
                self.at += offset(&self.text[self.at..], &error);
                Err(self.broken(&reason(&error)))
            }
        }
    }

    /// Steps over the next value by its brackets and quotes alone, in a fraction of the time: what is wrong inside it is
    /// left for its reader to find.
    pub(crate) fn step_over(&mut self) -> Result<&'a str, String> {
        self.peek();
        let from = self.at;
        let bytes = self.text.as_bytes();
        match end_of_value(bytes, from) {
            Some(end) => {
                self.at = end;
                Ok(&self.text[from..end])
            }
            None if matches!(bytes.get(from), Some(b']' | b'}' | b',' | b':')) => {
                Err(self.broken("expected a value"))
            }
            None => Err("it is cut short".to_owned()),
        }
    }

    pub(crate) fn broken(&self, what: &str) -> String {
        if self.at >= self.text.len() {
            "it is cut short".to_owned()
        } else {
            format!("{what} at byte {}", self.at)
        }
    }
}

/// Says where in `text`, the value called `name`, `error` arose, what was expected there, and what was found:
/// "result[37].when: expected a date, found a number".
pub(crate) fn explain(error: &serde_json::Error, name: &str, text: &str) -> String {
    let mut path = name.to_owned();
    let found = kind(&text[locate(text, offset(text, error), &mut path)..]);
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
    let lines: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let mut offset = (lines + error.column()).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// serde's reason, without the text that it quotes.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rfind(" at line ")
        .map_or(text.as_str(), |end| &text[..end]);
    if error.classify() != Category::Data {
        return text.to_owned();
    }
    let quotes = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant ",
        "unknown field ",
    ];
    let names = ["missing field ", "duplicate field "];
    match text.rfind(", expected ") {
        Some(expected) if quotes.iter().any(|start| text.starts_with(start)) => {
            text[expected + 2..].to_owned()
        }
        _ if names.iter().any(|start| text.starts_with(start)) => text.to_owned(),
        _ => "cannot be decoded".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Thing {
        name: String,
        #[serde(default)]
        parts: Vec<Thing>,
    }

    fn explained(text: &str) -> String {
        explain(
            &serde_json::from_str::<Thing>(text).unwrap_err(),
            "result",
            text,
        )
    }

    #[test]
    fn an_error_is_located_at_the_innermost_value() {
        let found = [
            (
                r#"{"name": 5}"#,
                "result.name: expected a string, found a number",
            ),
            (
                r#"{"name": {"a": 1}}"#,
                "result.name: expected a string, found an object",
            ),
            (
                "{\"name\": \"a\",\n \"parts\": [{\"name\": \"b\"}, {\"name\": null}]}",
                "result.parts[1].name: expected a string, found null",
            ),
            (
                r#"{"name": "a", "parts": [{"parts": []}]}"#,
                "result.parts[0]: missing field `name`",
            ),
            (
                r#"{"name": "a", "name": "b"}"#,
                "result: duplicate field `name`",
            ),
            (
                r#"{"name": "a", "parts": true}"#,
                "result.parts: expected a sequence, found true",
            ),
        ];
        for (text, expected) in found {
            assert_eq!(explained(text), expected);
        }
    }

    #[test]
    fn what_was_found_is_never_quoted() {
        for text in [
            r#"{"name":"a","parts":"s3cr3t"}"#,
            r#"{"name":"a","parts":", expected s3cr3t"}"#,
            r#""s3cr3t""#,
        ] {
            assert!(!explained(text).contains("s3cr3t"), "{}", explained(text));
        }
    }

    #[test]
    fn a_failed_read_leaves_the_cursor_for_the_skip() {
        let mut cursor = Cursor::new(r#" [1, "a", {"b": [2]}] "#);
        assert!(cursor.eat(b'['));
        assert!(cursor.value::<String>().is_err());
        assert_eq!(cursor.skip().unwrap(), "1");
        assert!(cursor.eat(b','));
        assert_eq!(cursor.value::<String>().unwrap(), "a");
        cursor.expect(b',').unwrap();
        assert_eq!(cursor.value::<Value>().unwrap()["b"][0], 2);
        assert!(cursor.eat(b']'));
        assert_eq!(cursor.peek(), None);
        assert_eq!(cursor.skip().unwrap_err(), "it is cut short");
    }
}
