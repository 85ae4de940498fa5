//! Splits JSON text into raw values by its brackets and quotes.
//!
//! Only the punctuation between values is checked. What is inside a value is checked by whoever
//! decodes it.

use std::borrow::Cow;

/// May stand before the first byte of a text.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why a text could not be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it is truncated")]
    Truncated,
    #[error("expected {expected} at byte {at}")]
    Unexpected { expected: &'static str, at: usize },
    /// The text may be split, but the caller refuses a value for this reason.
    #[error("{0}")]
    Refused(String),
}

/// Returns where the value that starts at `at` ends, or `None` if the text ends before it does.
///
/// Brackets are counted and not matched, so that `{]` is a value, which then cannot be decoded.
pub(crate) fn skip_value(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.get(at)? {
        b'"' => skip_string(bytes, at + 1),
        b'{' | b'[' => skip_nested(bytes, at + 1),
        _ => Some(skip_word(bytes, at)).filter(|end| *end > at),
    }
}

/// Returns the value that starts at `at`.
pub(crate) fn value_at(text: &str, at: usize) -> Result<&str, Malformed> {
    match skip_value(text, at) {
        Some(end) => Ok(&text[at..end]),
        None if text[at..].starts_with(['"', '{', '[']) => Err(Malformed::Truncated),
        None => Err(unexpected(text, at, "a value")),
    }
}

/// Returns where the value that starts at `at` ends.
pub(crate) fn value_end(text: &str, at: usize) -> Result<usize, Malformed> {
    Ok(at + value_at(text, at)?.len())
}

/// Walks over the fields of the object that starts at `at` and returns where it ends.
///
/// `field` gets each name and where its value starts, and returns where the value ends.
pub(crate) fn walk_object<'t>(
    text: &'t str,
    at: usize,
    mut field: impl FnMut(Cow<'t, str>, usize) -> Result<usize, Malformed>,
) -> Result<usize, Malformed> {
    walk(text, at, b'{', b'}', |at| {
        let quoted = match text.as_bytes().get(at) {
            Some(b'"') => value_at(text, at)?,
            _ => return Err(unexpected(text, at, "the name of a field")),
        };
        let colon = skip_space(text, at + quoted.len());
        expect(text, colon, b':')?;
        let name = &quoted[1..quoted.len() - 1];
        let name = if name.contains('\\') {
            let unescaped = serde_json::from_str(quoted);
            Cow::Owned(unescaped.map_err(|_| unexpected(text, at, "the name of a field"))?)
        } else {
            Cow::Borrowed(name)
        };
        field(name, skip_space(text, colon + 1))
    })
}

/// Walks over the items of the array that starts at `at` and returns where it ends.
///
/// `item` gets where each item starts, and returns where it ends.
pub(crate) fn walk_array(
    text: &str,
    at: usize,
    item: impl FnMut(usize) -> Result<usize, Malformed>,
) -> Result<usize, Malformed> {
    walk(text, at, b'[', b']', item)
}

/// Returns where the first byte at or after `at` is that is not white space.
pub(crate) fn skip_space(text: &str, mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.as_bytes().get(at) {
        at += 1;
    }
    at
}

fn walk(
    text: &str,
    at: usize,
    open: u8,
    close: u8,
    mut element: impl FnMut(usize) -> Result<usize, Malformed>,
) -> Result<usize, Malformed> {
    expect(text, at, open)?;
    let mut at = skip_space(text, at + 1);
    if text.as_bytes().get(at) == Some(&close) {
        return Ok(at + 1);
    }
    loop {
        at = skip_space(text, element(at)?);
        if text.as_bytes().get(at) == Some(&close) {
            return Ok(at + 1);
        }
        expect(text, at, b',')?;
        at = skip_space(text, at + 1);
    }
}

fn expect(text: &str, at: usize, byte: u8) -> Result<(), Malformed> {
    if text.as_bytes().get(at) == Some(&byte) {
        return Ok(());
    }
    let expected = match byte {
        b'{' => "`{`",
        b'[' => "`[`",
        b':' => "`:`",
        _ => "`,`",
    };
    Err(unexpected(text, at, expected))
}

fn unexpected(text: &str, at: usize, expected: &'static str) -> Malformed {
    if at < text.len() {
        Malformed::Unexpected { expected, at }
    } else {
        Malformed::Truncated
    }
}

/// Skips the rest of a string, after its first quote.
// `memchr` makes a list no faster, because most strings are short.
fn skip_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Skips the rest of an object or an array, after its first bracket.
fn skip_nested(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1_usize;
    while depth > 0 {
        let byte = bytes.get(at)?;
        at += 1;
        match byte {
            b'"' => at = skip_string(bytes, at)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    Some(at)
}

/// Skips a number, `true`, `false`, `null`, or whatever else stands between two delimiters.
fn skip_word(bytes: &[u8], at: usize) -> usize {
    let is_delimiter = |byte: &u8| b" \n\r\t,:]}[{\"".contains(byte);
    let length = bytes[at..].iter().position(is_delimiter);
    length.map_or(bytes.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// The fields of an object or the items of an array, whose names are empty here.
    fn split(text: &str) -> Result<Vec<(String, &str)>, Malformed> {
        let mut found = Vec::new();
        let mut element = |name: &str, at| {
            let value = value_at(text, at)?;
            found.push((name.to_owned(), value));
            Ok(at + value.len())
        };
        let start = skip_space(text, 0);
        let end = match text.as_bytes().get(start) {
            Some(b'[') => walk_array(text, start, |at| element("", at))?,
            _ => walk_object(text, start, |name, at| element(&name, at))?,
        };
        assert_eq!(skip_space(text, end), text.len());
        Ok(found)
    }

    #[test]
    fn skips_values_by_brackets_and_quotes() {
        for text in ["", "]", ",", "[", r#"{"a":"}"#, r#""a\"#, r#""a\""#] {
            assert_eq!(skip_value(text, 0), None, "{text}");
        }
        for (value, after) in [
            (r#""\\\"""#, " x"),
            (r#"{"a":NaN}"#, " "),
            ("[[{]}]", " ]"),
            ("nul", ","),
            ("1", ""),
        ] {
            assert_eq!(
                skip_value(&format!("{value}{after}"), 0),
                Some(value.len()),
                "{value}"
            );
        }
        assert_eq!(skip_value("[1]", 9), None);
    }

    #[test]
    fn unescapes_names() {
        let expected = [("a", "1"), ("bc", "[2]"), ("\"", r#""x""#), ("", "{}")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(
            split(r#" { "a" : 1,"b\u0063":[2], "\"" :"x" , "":{}} "#).unwrap(),
            expected
        );
    }

    #[test]
    fn names_what_is_malformed_between_values() {
        for text in [
            "",
            "{",
            r#"{"a"#,
            r#"{"a""#,
            r#"{"a":"#,
            r#"{"a":"b"#,
            r#"{"a":[1"#,
            r#"{"a":1"#,
            r#"{"a":1,"#,
            "[1",
            "[1,",
        ] {
            assert_eq!(split(text), Err(Malformed::Truncated), "{text}");
        }
        for (text, expected, at) in [
            ("1", "`{`", 0),
            (r#"{"a":1,}"#, "the name of a field", 7),
            ("{a:1}", "the name of a field", 1),
            (r#"{"\q":1}"#, "the name of a field", 1),
            (r#"{"a" 1}"#, "`:`", 5),
            (r#"{"a":}"#, "a value", 5),
            (r#"{"a":1 "b":2}"#, "`,`", 7),
            (r#"{"a":1]"#, "`,`", 6),
            ("[1,]", "a value", 3),
            ("[,1]", "a value", 1),
            ("[1 2]", "`,`", 3),
            ("[1}", "`,`", 2),
        ] {
            assert_eq!(
                split(text),
                Err(Malformed::Unexpected { expected, at }),
                "{text}"
            );
        }
        let not_an_array = walk_array("{}", 0, Ok);
        assert_eq!(
            not_an_array,
            Err(Malformed::Unexpected {
                expected: "`[`",
                at: 0
            })
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let text = r#"[ -~\n"\\{}\[\]é]{0,12}"#;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            text.prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let fields = prop::collection::vec((r#"[a-z"\\]{0,3}"#, inner.clone()), 0..5);
            let object = fields.prop_map(|fields| Value::Object(fields.into_iter().collect()));
            prop_oneof![
                prop::collection::vec(inner, 0..5).prop_map(Value::from),
                object
            ]
        })
    }

    proptest! {
        #[test]
        fn splits_json_as_serde_json_does(value in any_json(), pretty: bool, after in "[ ,\\]}][ -~]{0,9}") {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert_eq!(skip_value(&format!("{text}{after}"), 0), Some(text.len()));
            let found = split(&text).map(|found| found.into_iter().map(|(name, value)| (name, serde_json::from_str(value).unwrap())));
            match value {
                Value::Object(expected) => prop_assert_eq!(found.unwrap().collect::<serde_json::Map<_, Value>>(), expected),
                Value::Array(expected) => prop_assert_eq!(found.unwrap().map(|(_, item): (_, Value)| item).collect::<Vec<_>>(), expected),
                _ => prop_assert!(found.is_err()),
            }
        }

        #[test]
        fn never_panics(text in r#"([{}\[\]"\\,:é ]|[a1]|\\u){0,40}"#) {
                let skip = |at| value_end(&text, at);
            let _ = (walk_object(&text, 0, |_, at| skip(at)), walk_array(&text, 0, skip));
        }
    }
}
