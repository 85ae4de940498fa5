//! An error of serde_json, of limited size.

use std::fmt::{self, Write};

use serde_json::error::Category;

/// Why and where serde_json could not decode a text.
#[derive(Debug)]
pub(super) struct DecodeError {
    pub(super) category: Category,
    /// From 1; 0 without a position.
    pub(super) line: usize,
    /// In bytes.
    pub(super) column: usize,
    /// The message without the position. The middle of a long one is left out.
    pub(super) message: String,
}

// serde_json quotes the value that it found, in full. To decode a part of the text once more makes
// another such error, so only one is kept.
impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        let mut ends = Ends::default();
        // Writing to memory does not fail.
        let _ = write!(ends, "{error}");
        let mut message = ends.start + &ends.end;
        if let Some(position) = message.rfind(" at line ") {
            message.truncate(position);
        }
        Self {
            category: error.classify(),
            line: error.line(),
            column: error.column(),
            message,
        }
    }
}

/// The start and the end of a text.
#[derive(Default)]
struct Ends {
    start: String,
    end: String,
}

/// The most bytes that are kept of either end.
const LARGEST_END: usize = 16 << 10;

impl Write for Ends {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        if self.end.is_empty() {
            let room = LARGEST_END - self.start.len();
            let (start, after) = text.split_at(boundary_before(text, room));
            self.start.push_str(start);
            rest = after;
        }
        let kept = boundary_after(rest, rest.len().saturating_sub(LARGEST_END));
        self.end.push_str(&rest[kept..]);
        let dropped = boundary_after(&self.end, self.end.len().saturating_sub(LARGEST_END));
        self.end.drain(..dropped);
        Ok(())
    }
}

/// The end of the longest start of a text with at most this many bytes.
pub(super) fn boundary_before(text: &str, bytes: usize) -> usize {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

fn boundary_after(text: &str, bytes: usize) -> usize {
    let mut start = bytes;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_start_and_the_end_of_a_long_message() {
        for length in [
            0,
            1,
            LARGEST_END - 30,
            LARGEST_END,
            3 * LARGEST_END,
            1 << 20,
        ] {
            let json = format!("\n\"{}\"", "é".repeat(length));
            let error = DecodeError::from(serde_json::from_str::<u8>(&json).unwrap_err());
            assert!(
                error.message.starts_with("invalid type: string \""),
                "{length}"
            );
            assert!(error.message.ends_with("\", expected u8"), "{length}");
            assert!(error.message.len() <= 2 * LARGEST_END, "{length}");
            assert_eq!((error.line, error.column), (2, 2 * length + 2));
        }
    }
}
