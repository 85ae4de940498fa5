//! Splits JSON into raw values by its brackets and quotes.
//!
//! It works on bytes, because all punctuation of JSON is ASCII. Only the punctuation between values
//! is checked. What is inside a value, UTF-8 included, is checked by whoever decodes it.

use std::borrow::Cow;

pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Why JSON could not be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it is truncated")]
    Truncated,
    #[error("expected {expected} at byte {at}")]
    Unexpected { expected: &'static str, at: usize },
    /// It may be split, but the caller refuses a value for this reason.
    #[error("{0}")]
    Refused(String),
}

/// Removes a byte order mark from the start.
pub(crate) fn without_byte_order_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json)
}

/// Whether the start of a text is only white space, after a byte order mark or a part of one.
pub(crate) fn is_blank(start: &[u8]) -> bool {
    BYTE_ORDER_MARK.starts_with(start) || without_byte_order_mark(start).trim_ascii().is_empty()
}

/// Returns where the value that starts at `at` ends, or `None` if the JSON ends before it does.
///
/// Brackets are counted and not matched, so that `{]` is a value, which then cannot be decoded.
pub(crate) fn skip_value(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => skip_string(json, at + 1),
        b'{' | b'[' => skip_nested(json, at + 1),
        _ => Some(skip_word(json, at)).filter(|end| *end > at),
    }
}

/// Returns the value that starts at `at`.
pub(crate) fn value_at(json: &[u8], at: usize) -> Result<&[u8], Malformed> {
    match skip_value(json, at) {
        Some(end) => Ok(&json[at..end]),
        None if matches!(json.get(at), Some(b'"' | b'{' | b'[')) => Err(Malformed::Truncated),
        None => Err(unexpected(json, at, "a value")),
    }
}

/// Returns where the value that starts at `at` ends.
pub(crate) fn value_end(json: &[u8], at: usize) -> Result<usize, Malformed> {
    Ok(at + value_at(json, at)?.len())
}

/// Walks over the fields of the object that starts at `at` and returns where it ends.
///
/// `field` gets each name and where its value starts, and returns where the value ends. A name with
/// an invalid escape is passed on as it is: it equals no name without one.
pub(crate) fn walk_object<'j>(
    json: &'j [u8],
    at: usize,
    mut field: impl FnMut(Cow<'j, [u8]>, usize) -> Result<usize, Malformed>,
) -> Result<usize, Malformed> {
    walk(json, at, b'{', b'}', |at| {
        let quoted = match json.get(at) {
            Some(b'"') => value_at(json, at)?,
            _ => return Err(unexpected(json, at, "the name of a field")),
        };
        let colon = skip_space(json, at + quoted.len());
        expect(json, colon, b':')?;
        field(name(quoted), skip_space(json, colon + 1))
    })
}

/// Returns the name of a field without its quotes and escapes.
fn name(quoted: &[u8]) -> Cow<'_, [u8]> {
    let name = &quoted[1..quoted.len() - 1];
    if !name.contains(&b'\\') {
        return Cow::Borrowed(name);
    }
    match serde_json::from_slice::<String>(quoted) {
        Ok(unescaped) => Cow::Owned(unescaped.into_bytes()),
        Err(_) => Cow::Borrowed(name),
    }
}

/// Walks over the items of the array that starts at `at` and returns where it ends.
///
/// `item` gets where each item starts, and returns where it ends.
pub(crate) fn walk_array(
    json: &[u8],
    at: usize,
    item: impl FnMut(usize) -> Result<usize, Malformed>,
) -> Result<usize, Malformed> {
    walk(json, at, b'[', b']', item)
}

/// Returns where the first byte at or after `at` is that is not white space.
pub(crate) fn skip_space(json: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = json.get(at) {
        at += 1;
    }
    at
}

fn walk(
    json: &[u8],
    at: usize,
    open: u8,
    close: u8,
    mut element: impl FnMut(usize) -> Result<usize, Malformed>,
) -> Result<usize, Malformed> {
    expect(json, at, open)?;
    let mut at = skip_space(json, at + 1);
    if json.get(at) == Some(&close) {
        return Ok(at + 1);
    }
    loop {
        at = skip_space(json, element(at)?);
        if json.get(at) == Some(&close) {
            return Ok(at + 1);
        }
        expect(json, at, b',')?;
        at = skip_space(json, at + 1);
    }
}

fn expect(json: &[u8], at: usize, byte: u8) -> Result<(), Malformed> {
    if json.get(at) == Some(&byte) {
        return Ok(());
    }
    let expected = match byte {
        b'{' => "`{`",
        b'[' => "`[`",
        b':' => "`:`",
        _ => "`,`",
    };
    Err(unexpected(json, at, expected))
}

fn unexpected(json: &[u8], at: usize, expected: &'static str) -> Malformed {
    if at < json.len() {
        Malformed::Unexpected { expected, at }
    } else {
        Malformed::Truncated
    }
}

/// Skips the rest of a string, after its first quote.
// `memchr` makes a list no faster, because most strings are short.
fn skip_string(json: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match json.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Skips the rest of an object or an array, after its first bracket.
fn skip_nested(json: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1_usize;
    while depth > 0 {
        let byte = json.get(at)?;
        at += 1;
        match byte {
            b'"' => at = skip_string(json, at)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    Some(at)
}

/// Skips a number, `true`, `false`, `null`, or whatever else stands between two delimiters.
fn skip_word(json: &[u8], at: usize) -> usize {
    let is_delimiter = |byte: &u8| b" \n\r\t,:]}[{\"".contains(byte);
    let length = json[at..].iter().position(is_delimiter);
    length.map_or(json.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// The fields of an object or the items of an array, whose names are empty here.
    fn split(json: &str) -> Result<Vec<(String, &str)>, Malformed> {
        let json = json.as_bytes();
        let mut found = Vec::new();
        let mut element = |name: &[u8], at| {
            let value = value_at(json, at)?;
            let name = String::from_utf8(name.to_vec()).unwrap();
            found.push((name, str::from_utf8(value).unwrap()));
            Ok(at + value.len())
        };
        let start = skip_space(json, 0);
        let end = match json.get(start) {
            Some(b'[') => walk_array(json, start, |at| element(b"", at))?,
            _ => walk_object(json, start, |name, at| element(&name, at))?,
        };
        assert_eq!(skip_space(json, end), json.len());
        Ok(found)
    }

    #[test]
    fn skips_values_by_brackets_and_quotes() {
        for text in ["", "]", ",", "[", r#"{"a":"}"#, r#""a\"#, r#""a\""#] {
            assert_eq!(skip_value(text.as_bytes(), 0), None, "{text}");
        }
        for (value, after) in [
            (r#""\\\"""#, " x"),
            (r#"{"a":NaN}"#, " "),
            ("[[{]}]", " ]"),
            ("nul", ","),
            ("1", ""),
        ] {
            assert_eq!(
                skip_value(format!("{value}{after}").as_bytes(), 0),
                Some(value.len()),
                "{value}"
            );
        }
        assert_eq!(skip_value(b"[1]", 9), None);
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
    fn passes_on_a_name_that_cannot_be_unescaped() {
        for quoted in [&br#""\q""#[..], br#""\ud800""#, b"\"\\n\xff\"", b"\"\xff\""] {
            let json = [b"{", quoted, b":1}"].concat();
            let mut names = Vec::new();
            let end = walk_object(&json, 0, |name, at| {
                names.push(name.into_owned());
                value_end(&json, at)
            });
            assert_eq!(end, Ok(json.len()));
            assert_eq!(names, [&quoted[1..quoted.len() - 1]]);
        }
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
        let not_an_array = walk_array(b"{}", 0, Ok);
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
            prop_assert_eq!(skip_value(format!("{text}{after}").as_bytes(), 0), Some(text.len()));
            let found = split(&text).map(|found| found.into_iter().map(|(name, value)| (name, serde_json::from_str(value).unwrap())));
            match value {
                Value::Object(expected) => prop_assert_eq!(found.unwrap().collect::<serde_json::Map<_, Value>>(), expected),
                Value::Array(expected) => prop_assert_eq!(found.unwrap().map(|(_, item): (_, Value)| item).collect::<Vec<_>>(), expected),
                _ => prop_assert!(found.is_err()),
            }
        }

        #[test]
        fn never_panics(text in r#"([{}\[\]"\\,:é ]|[a1]|\\u){0,40}"#) {
                let json = text.as_bytes();
            let _ = walk_object(json, 0, |_, at| value_end(json, at));
            let _ = walk_array(json, 0, |at| value_end(json, at));
        }
    }
}
