//! Estimates how much memory JSON takes once it is decoded.
//!
//! A few bytes of JSON can take hundreds of bytes of memory, so a limit on the size of a response
//! alone does not limit memory. The same is true of the error if a value cannot be decoded.

use super::split::{skip_space, skip_value};

// In bytes, measured with `serde_json::Value`. An empty object may be a struct.
const VALUE: usize = 32;
const TEXT: usize = 32;
const LIST: usize = 144;
const OBJECT: usize = 640;
const FIELD: usize = 100;

/// The most memory that a byte of JSON takes: half an empty object.
const MOST_PER_BYTE: usize = (VALUE + OBJECT).div_ceil(2);

/// The most memory that a byte of JSON takes besides objects and lists: a fifth of `"":0,`.
const MOST_PER_OTHER_BYTE: usize = (FIELD + VALUE).div_ceil(5);

/// Whether a value takes at most `limit` bytes once it is decoded.
pub(crate) fn fits(json: &[u8], limit: usize) -> bool {
    json.len() <= limit / MOST_PER_BYTE || memory(json) <= limit
}

/// Returns an estimate of the memory that a field takes once its value is decoded. `name` is without
/// its quotation marks.
pub(crate) fn memory_of_field(name: &[u8], value: &[u8]) -> usize {
    FIELD + name.len() + memory(value)
}

/// How much memory may be used to decode the items of a page.
#[derive(Debug)]
pub(crate) enum Budget {
    /// Each item by itself may take this much, because the items before it are dropped.
    Each(usize),
    /// This is left for the items that are kept.
    Left { bytes: usize, size_of_item: usize },
    /// All items together take no more than the limit.
    Enough,
}

impl Budget {
    /// The budget for keeping all items of a page.
    pub(crate) fn for_page<T>(page: &[u8], items: usize, limit: usize) -> Self {
        let size_of_item = size_of::<T>();
        let most = most_memory(page).saturating_add(items.saturating_mul(size_of_item));
        if most <= limit {
            Self::Enough
        } else {
            Self::Left {
                bytes: limit,
                size_of_item,
            }
        }
    }

    /// Whether an item may be decoded.
    pub(crate) fn admits(&mut self, item: &[u8]) -> bool {
        match self {
            Self::Enough => true,
            Self::Each(limit) => fits(item, *limit),
            Self::Left {
                bytes,
                size_of_item,
            } => match bytes.checked_sub(memory(item).max(*size_of_item)) {
                Some(left) => {
                    *bytes = left;
                    true
                }
                None => false,
            },
        }
    }

    /// Gives back what an item took that was dropped again.
    pub(crate) fn release(&mut self, item: &[u8]) {
        if let Self::Left {
            bytes,
            size_of_item,
        } = self
        {
            *bytes += memory(item).max(*size_of_item);
        }
    }
}

/// Returns an estimate of the memory that a value takes once it is decoded.
fn memory(json: &[u8]) -> usize {
    let mut memory = 0_usize;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        let mut end = at + 1;
        let size = match byte {
            b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b'}' | b']' => 0,
            b'{' => VALUE + OBJECT,
            b'[' if json.get(skip_space(json, at + 1)) == Some(&b']') => VALUE,
            b'[' => VALUE + LIST,
            _ => {
                // A name or a scalar. The part of one that breaks off is not decoded.
                let Some(end_of_token) = skip_value(json, at) else {
                    return memory;
                };
                end = end_of_token;
                memory_of_token(json, at, end)
            }
        };
        memory = memory.saturating_add(size);
        at = end;
    }
    memory
}

fn memory_of_token(json: &[u8], start: usize, end: usize) -> usize {
    if json[start] != b'"' {
        return VALUE;
    }
    let text = &json[start + 1..end - 1];
    let is_name = json.get(skip_space(json, end)) == Some(&b':');
    if is_name {
        FIELD + length_of_text(text)
    } else if text.is_empty() {
        VALUE
    } else {
        VALUE + TEXT + length_of_text(text)
    }
}

/// Returns the memory for the characters of a text. `text` is its JSON without the quotation marks.
fn length_of_text(text: &[u8]) -> usize {
    // An error quotes one text, so only a long one takes much memory. To count the characters of
    // short ones as well would make the estimate two to ten times slower.
    const LARGEST_SHORT_TEXT: usize = 4 << 10;
    if text.len() <= LARGEST_SHORT_TEXT {
        return text.len();
    }
    match str::from_utf8(text) {
        Ok(text) => quoted_length(text),
        // It is not decoded.
        Err(_) => text.len(),
    }
}

/// Returns an upper bound of the length of a text as `{:?}` writes it. An error of serde quotes a
/// text in place of another type so, in full.
fn quoted_length(text: &str) -> usize {
    let mut length = 0;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        length += match character {
            '\\' => match characters.next() {
                // `\u{8}` or `\u{c}`
                Some('b' | 'f') => 5,
                // At most `\u{feff}`. Its four digits are counted as the characters that follow.
                Some('u') => 4,
                _ => 2,
            },
            ' '..='~' => 1,
            other => other.len_utf8().max(other.escape_debug().len()),
        };
    }
    length
}

/// Returns an upper bound of [`memory`], which takes a small part of the time.
fn most_memory(json: &[u8]) -> usize {
    let brackets = opening_brackets(json).saturating_mul(VALUE + OBJECT);
    let rest = json.len().saturating_mul(MOST_PER_OTHER_BYTE);
    brackets.saturating_add(rest)
}

/// Counts the opening brackets of objects and lists, those in strings included.
fn opening_brackets(json: &[u8]) -> usize {
    // `[` and `{` differ in one bit. A chunk has as many bytes as `u8` can count, so that the
    // compiler compares 16 at a time.
    let is_bracket = |byte: &u8| u8::from(byte | (b'[' ^ b'{') == b'{');
    let chunks = json.chunks(usize::from(u8::MAX));
    let counts = chunks.map(|chunk| chunk.iter().map(is_bracket).sum::<u8>());
    counts.map(usize::from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_each_value_by_its_kind() {
        for (json, expected) in [
            ("null", 32),
            ("-1.5e3", 32),
            (r#""""#, 32),
            (r#""abc""#, 32 + 32 + 3),
            (r#""\"]}""#, 32 + 32 + 4),
            ("[]", 32),
            ("[ \n]", 32),
            ("[1]", 32 + 144 + 32),
            ("[[],true]", 32 + 144 + 32 + 32),
            ("{}", 32 + 640),
            (r#"{"ab" : 1}"#, 32 + 640 + 100 + 2 + 32),
            (
                r#"{"a":{"":"b"}}"#,
                2 * (32 + 640) + 100 + 1 + 100 + 32 + 32 + 1,
            ),
            (
                r#"[{"a":0},{"a":0}]"#,
                32 + 144 + 2 * (32 + 640 + 100 + 1 + 32),
            ),
            (r#"[1,"a"#, 32 + 144 + 32),
        ] {
            assert_eq!(memory(json.as_bytes()), expected, "{json}");
        }
    }

    #[test]
    fn counts_a_short_text_by_its_length() {
        let text = "\u{7f}".repeat(4 << 10);
        assert_eq!(memory(format!("\"{text}\"").as_bytes()), 32 + 32 + 4096);
    }

    #[test]
    fn counts_a_field_with_its_name() {
        assert_eq!(memory_of_field(b"name", b"1"), 100 + 4 + 32);
    }

    #[test]
    fn counts_both_brackets() {
        assert_eq!(opening_brackets(b"[{]}x;K"), 2);
        let many = "[{".repeat(1000);
        assert_eq!(opening_brackets(many.as_bytes()), 2000);
    }

    #[test]
    fn admits_what_fits() {
        let item = b"[1]";
        let memory = memory(item);
        assert!(fits(item, memory) && !fits(item, memory - 1));
        let mut each = Budget::Each(memory);
        assert!(each.admits(item) && each.admits(item) && !each.admits(b"[1,2]"));

        let mut page = Budget::for_page::<u8>(b"[[1],[1],[1]]", 3, 2 * memory + 1);
        assert!(page.admits(item) && !page.admits(b"[1,2]") && page.admits(item));
        assert!(!page.admits(b"0"), "one byte is left");
        page.release(item);
        assert!(page.admits(item) && !page.admits(item));

        let mut small_page = Budget::for_page::<u8>(b"[[1]]", 1, 2000);
        assert!((0..100).all(|_| small_page.admits(item)));
    }

    #[test]
    fn an_item_takes_at_least_the_size_of_its_type() {
        let mut page = Budget::for_page::<[u8; 400]>(b"[0,0,0]", 3, 1000);
        assert!(page.admits(b"0") && page.admits(b"0") && !page.admits(b"0"));
        page.release(b"0");
        assert!(page.admits(b"0") && !page.admits(b"0"));
    }

    #[test]
    fn counts_a_long_text_as_an_error_quotes_it() {
        for (unit, quoted) in [
            ("a", "a"),
            (r#"\""#, r#"\""#),
            ("'", "'"),
            ("é", "é"),
            ("\u{7f}", r"\u{7f}"),
            ("\u{301}", r"\u{301}"),
            (r"\f", r"\u{c}"),
            (r"\u200b", r"\u{200b}"),
        ] {
            let text = format!("\"{}\"", unit.repeat(5000));
            let expected = 5000 * quoted.len();
            assert_eq!(memory(text.as_bytes()), 32 + 32 + expected, "{unit}");
            let object = format!("{{{text}:0}}");
            let name = 32 + 640 + 100 + expected + 32;
            assert_eq!(memory(object.as_bytes()), name, "{unit}");
        }
    }

    /// Writes each character as an escape.
    fn escaped(text: &str) -> String {
        let escapes = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        format!("\"{}\"", escapes.collect::<String>())
    }

    fn any_text() -> impl Strategy<Value = String> {
        let special =
            r#"["'\\\x00-\x1f\x7f-\x9f\u00ad\u0300-\u036f\u200b\ufeff\ue000\u{e0001}]{0,50}"#;
        prop_oneof![special, any::<String>()]
    }

    proptest! {
        #[test]
        fn counts_the_text_that_an_error_quotes(text in any_text()) {
            for json in [serde_json::to_string(&text).unwrap(), escaped(&text)] {
                let error = serde_json::from_str::<bool>(&json).unwrap_err();
                let error = error.to_string();
                let (quoted, _) = error.rsplit_once(", expected").unwrap();
                let quoted = quoted.strip_prefix("invalid type: string ").unwrap();
                let counted = quoted_length(&json[1..json.len() - 1]);
                prop_assert!(quoted.len() - 2 <= counted, "{json}: {quoted}");
                prop_assert!(text.len() <= counted, "{json}");
            }
        }

        #[test]
        fn bounds_the_estimate(json in r#"([{}\[\],:1 ]|"a?"|"",?|"":0,|\{\},|0,){0,60}"#) {
            let json = json.as_bytes();
            prop_assert!(memory(json) <= most_memory(json) + MOST_PER_BYTE);
            prop_assert!(memory(json) <= MOST_PER_BYTE * (json.len() + 1));
        }
    }
}
