//! Finds where values end by their brackets and quotes alone, without looking at what is in between.

/// The end of the value that starts at `from`; nothing if the text ends before.
///
/// It need not be JSON: whoever reads it will see. What is JSON ends where it should.
pub(super) fn end_of_value(bytes: &[u8], from: usize) -> Option<usize> {
    match bytes.get(from)? {
        b'"' => return end_of_string(bytes, from),
        b'{' | b'[' => {}
        _ => return Some(end_of_word(bytes, from)).filter(|end| *end > from),
    }
    let mut at = from + 1;
    let mut depth = 1_usize;
    loop {
        match *bytes.get(at)? {
            b'"' => {
                at = end_of_string(bytes, at)?;
                // A string mostly follows a string.
                while let Some([b':' | b',', b'"']) = bytes.get(at..)?.first_chunk() {
                    at = end_of_string(bytes, at + 1)?;
                }
            }
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

/// The end of the string that starts at `from`.
#[inline]
pub(super) fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        // Eight bytes at a time: most of what an API answers is in strings.
        while let Some(word) = bytes.get(at..)?.first_chunk() {
            let word = u64::from_le_bytes(*word);
            let found = (places_of(b'"', word) | places_of(b'\\', word)).trailing_zeros();
            at += (found / 8) as usize;
            if found < u64::BITS {
                break;
            }
        }
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The high bit of each byte of `word` that is `byte`, and perhaps of some that come after the first of them.
fn places_of(byte: u8, word: u64) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let zero_where_equal = word ^ (LOW * u64::from(byte));
    zero_where_equal.wrapping_sub(LOW) & !zero_where_equal & HIGH
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
    }
}
