//! An audit log as one line of JSON, whatever the server sent.

use serde_json::{Value, json, value::RawValue};

use super::print;

#[derive(Debug)]
pub(crate) struct LogLine {
    line: Vec<u8>,
    /// The same as values.
    pub(crate) json: Value,
}

impl LogLine {
    /// JSON stays as it was received. What is not JSON becomes the text of `malformed`.
    pub(crate) fn new(received: &[u8]) -> Self {
        match serde_json::from_slice::<&RawValue>(received) {
            Ok(json) => Self {
                // In JSON, line breaks are between values only.
                line: json.get().replace(['\r', '\n'], " ").into_bytes(),
                json: serde_json::from_str(json.get()).unwrap_or_default(),
            },
            Err(_) => {
                let json = json!({"malformed": String::from_utf8_lossy(received)});
                Self {
                    line: json.to_string().into_bytes(),
                    json,
                }
            }
        }
    }

    /// The line for a file.
    pub(crate) fn for_file(&self) -> Vec<u8> {
        [&self.line, b"\n" as &[u8]].concat()
    }

    /// The line for standard output, with the same values.
    pub(crate) fn for_stdout(&self) -> Vec<u8> {
        let line = String::from_utf8_lossy(&self.line);
        (print::clean_json(&line) + "\n").into_bytes()
    }

    /// The `id`; without one, the line.
    pub(crate) fn identity(&self) -> String {
        match self.text("/id") {
            Some(id) => id.to_owned(),
            None => String::from_utf8_lossy(&self.line).into_owned(),
        }
    }

    /// A field that is text, such as `/actor/email`.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.json.pointer(field).and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_json_byte_for_byte_on_one_line() {
        let log = LogLine::new(b"{\"b\":1.00,\n\"a\":\"x\xc2\x9b\", \"a\":2}");
        assert_eq!(
            log.for_file(),
            b"{\"b\":1.00, \"a\":\"x\xc2\x9b\", \"a\":2}\n"
        );
        assert_eq!(
            log.for_stdout(),
            b"{\"b\":1.00, \"a\":\"x\\u009b\", \"a\":2}\n"
        );
    }

    #[test]
    fn wraps_what_is_not_json() {
        for received in [
            b"{\"id\":nope}" as &[u8],
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"x\ny\"}",
            b"",
        ] {
            let log = LogLine::new(received);
            let line = String::from_utf8(log.for_file()).unwrap();
            let json: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(json["malformed"], *String::from_utf8_lossy(received));
            assert_eq!(line.lines().count(), 1);
        }
    }
}
