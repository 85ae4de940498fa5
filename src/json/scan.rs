//! Finds where values end by their brackets and quotes alone, without looking at what is in between; lists and objects by
//! many bytes at a time.

use super::block::{self, Block};

/// The end of the value that starts at `from`; nothing if the text ends before.
///
/// It need not be JSON: whoever reads it will see. What is JSON ends where it should.
pub(super) fn end_of_value(bytes: &[u8], from: usize) -> Option<usize> {
    match bytes.get(from)? {
        b'"' => end_of_string(bytes, from),
        b'{' | b'[' => end_of_nested(bytes, from),
        _ => Some(end_of_word(bytes, from)).filter(|end| *end > from),
    }
}

/// The end of the object or the list that starts at `from`.
fn end_of_nested(bytes: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut strings = Strings::default();
    for at in (from..bytes.len()).step_by(block::SIZE) {
        let mut padded = [0; block::SIZE];
        let block = Block::first_of(&bytes[at..], &mut padded);
        let mut brackets = block.places_of_brackets() & !strings.places(&block);
        while brackets != 0 {
            let place = at + brackets.trailing_zeros() as usize;
            brackets &= brackets - 1;
            match bytes[place] {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(place + 1);
            }
        }
    }
    None
}

/// What is known of strings before a block, by the blocks before it.
#[derive(Default)]
struct Strings {
    /// All bits are set within a string.
    inside: u64,
    /// The first byte of the next block is escaped.
    escaped: bool,
}

impl Strings {
    /// Which bytes of the next block are in strings.
    fn places(&mut self, block: &Block) -> u64 {
        let mut quotes = block.places_of(b'"');
        if self.escaped || block.has(b'\\') {
            quotes = self.without_escaped(quotes, block.places_of(b'\\'));
        }
        // Of each bit the parity of all quotes up to it.
        let mut parity = quotes;
        for distance in [1, 2, 4, 8, 16, 32] {
            parity ^= parity << distance;
        }
        let places = parity ^ self.inside;
        self.inside = if places >> 63 == 1 { u64::MAX } else { 0 };
        places
    }

    fn without_escaped(&mut self, quotes: u64, backslashes: u64) -> u64 {
        let mut unescaped = 0;
        let mut inside = self.inside != 0;
        let mut escaped = if self.escaped { 0 } else { u32::MAX };
        let mut left = quotes | backslashes;
        while left != 0 {
            let place = left.trailing_zeros();
            left &= left - 1;
            if place == escaped {
                continue;
            }
            if quotes >> place & 1 == 1 {
                unescaped |= 1 << place;
                inside = !inside;
            } else if inside {
                escaped = place + 1;
            }
        }
        self.escaped = escaped == u64::BITS;
        unescaped
    }
}

/// The end of the string that starts at `from`.
pub(super) fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of the number, or of `true`, `false`, `null`, that starts at `from`.
pub(super) fn end_of_word(bytes: &[u8], from: usize) -> usize {
    let is_over = |byte: &u8| b" \n\r\t,:]}[{\"".contains(byte);
    let length = bytes[from..].iter().position(is_over);
    length.map_or(bytes.len(), |length| from + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn what_is_not_json_ends_by_its_brackets_or_not_at_all() {
        let ends = [
            ("", None),
            ("]", None),
            (",", None),
            ("[", None),
            (r#"{"a":"}"#, None),
            (r#""a\"#, None),
            (r#""\\\"" x"#, Some(6)),
            (r#"{"a":NaN} "#, Some(9)),
            (r#"[[{]}] ]"#, Some(6)),
            ("nul,", Some(3)),
        ];
        for (text, end) in ends {
            assert_eq!(end_of_value(text.as_bytes(), 0), end, "{text}");
        }
    }

    /// Byte by byte.
    fn end_of_nested_naive(bytes: &[u8]) -> Option<usize> {
        let (mut depth, mut at) = (0, 0);
        loop {
            match *bytes.get(at)? {
                b'"' => at = end_of_string(bytes, at)?,
                b'{' | b'[' => (depth, at) = (depth + 1, at + 1),
                b'}' | b']' => (depth, at) = (depth - 1, at + 1),
                _ => at += 1,
            }
            if depth == 0 {
                return Some(at);
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_json_ends_where_it_should(texts in prop::collection::vec(r#"[ -~\n"\\{}\[\]é]{0,20}"#, 1..5), after in "[ ,\\]}][ -~]{0,9}") {
            let value = Value::from(texts.clone());
            let values = [value.clone(), serde_json::json!({"a": {"b": value, "c": -1.5e3}, "d": [true, null]})];
            for value in values {
                let text = value.to_string();
                let end = end_of_value(format!("{text}{after}").as_bytes(), 0);
                prop_assert_eq!(end, Some(text.len()));
            }
        }

        #[test]
        fn what_is_nested_ends_as_it_does_byte_by_byte(start in r"[{\[]", text in r#"([{}\[\]"\\,x]|["\\]{0,9}|[a{]{0,70}){0,60}"#) {
            let text = start + &text;
            prop_assert_eq!(end_of_nested(text.as_bytes(), 0), end_of_nested_naive(text.as_bytes()), "{}", text);
        }
    }
}
