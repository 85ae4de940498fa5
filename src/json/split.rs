//! Splits JSON text into raw values by its brackets and quotes.
//!
//! Only the punctuation between values is checked. What is inside a value is checked by whoever decodes it.

use std::borrow::Cow;
use std::slice;

/// Why a text could not be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it is truncated")]
    Truncated,
    #[error("expected {expected} at byte {at}")]
    Unexpected { expected: &'static str, at: usize },
}

/// Returns where the value that starts at `at` ends, or `None` if the text ends before it does.
///
/// Brackets are counted and not matched, so that `{]` is a value, which then cannot be decoded.
pub(crate) fn skip_value(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut rest = bytes.get(at..)?.iter();
    match rest.next()? {
        b'"' => skip_string(&mut rest)?,
        b'{' | b'[' => skip_nested(&mut rest)?,
        _ => return Some(skip_word(bytes, at)).filter(|end| *end > at),
    }
    Some(bytes.len() - rest.len())
}

/// Returns the value that starts at `at`.
pub(crate) fn value_at(text: &str, at: usize) -> Result<&str, Malformed> {
    match skip_value(text, at) {
        Some(end) => Ok(&text[at..end]),
        None if text[at..].starts_with(['"', '{', '[']) => Err(Malformed::Truncated),
        None => Err(unexpected(text, at, "a value")),
    }
}

/// Walks over the fields of the object that starts at `at` and returns where it ends.
///
/// `field` gets each name and where its value starts, and returns where the value ends.
pub(crate) fn walk_object<'t, E: From<Malformed>>(
    text: &'t str,
    at: usize,
    mut field: impl FnMut(Cow<'t, str>, usize) -> Result<usize, E>,
) -> Result<usize, E> {
    walk(text, at, b'{', b'}', |at| {
        let quoted = match text.as_bytes().get(at) {
            Some(b'"') => value_at(text, at)?,
            _ => return Err(unexpected(text, at, "the name of a field").into()),
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
pub(crate) fn walk_array<E: From<Malformed>>(
    text: &str,
    at: usize,
    item: impl FnMut(usize) -> Result<usize, E>,
) -> Result<usize, E> {
    walk(text, at, b'[', b']', item)
}

/// Returns where the first byte at or after `at` is that is not white space.
pub(crate) fn skip_space(text: &str, mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.as_bytes().get(at) {
        at += 1;
    }
    at
}

fn walk<E: From<Malformed>>(
    text: &str,
    at: usize,
    open: u8,
    close: u8,
    mut element: impl FnMut(usize) -> Result<usize, E>,
) -> Result<usize, E> {
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
    if at < text.len() { Malformed::Unexpected { expected, at } } else { Malformed::Truncated }
}

/// Skips the rest of a string, after its first quote.
// A plain byte loop is faster here than `memchr`, because most strings are short.
fn skip_string(rest: &mut slice::Iter<'_, u8>) -> Option<()> {
    loop {
        match rest.next()? {
            b'"' => return Some(()),
            b'\\' => drop(rest.next()),
            _ => {}
        }
    }
}

/// Skips the rest of an object or an array, after its first bracket.
fn skip_nested(rest: &mut slice::Iter<'_, u8>) -> Option<()> {
    let mut depth = 1_usize;
    while depth > 0 {
        match rest.next()? {
            b'"' => skip_string(rest)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    Some(())
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
    use serde_json::{Value, json};

    fn fields(text: &str) -> Result<Vec<(String, &str)>, Malformed> {
        let mut fields = Vec::new();
        let end = walk_object(text, skip_space(text, 0), |name, at| {
            let value = value_at(text, at)?;
            fields.push((name.into_owned(), value));
            Ok::<_, Malformed>(at + value.len())
        })?;
        assert_eq!(skip_space(text, end), text.len());
        Ok(fields)
    }

    fn items(text: &str) -> Result<Vec<&str>, Malformed> {
        let mut items = Vec::new();
        let end = walk_array(text, skip_space(text, 0), |at| {
            let value = value_at(text, at)?;
            items.push(value);
            Ok::<_, Malformed>(at + value.len())
        })?;
        assert_eq!(skip_space(text, end), text.len());
        Ok(items)
    }

    #[test]
    fn skips_values_by_brackets_and_quotes() {
        let ends = [
            ("", None),
            ("]", None),
            (",", None),
            ("[", None),
            (r#"{"a":"}"#, None),
            (r#""a\"#, None),
            (r#""a\""#, None),
            (r#""\\\"" x"#, Some(6)),
            (r#"{"a":NaN} "#, Some(9)),
            (r#"[[{]}] ]"#, Some(6)),
            ("nul,", Some(3)),
            ("1", Some(1)),
        ];
        for (text, end) in ends {
            assert_eq!(skip_value(text, 0), end, "{text}");
        }
        assert_eq!(skip_value("[1]", 9), None);
    }

    #[test]
    fn unescapes_names() {
        let text = r#" { "a" : 1,"b\u0063":[2], "\"" :"x" , "":{}} "#;
        let expected = [("a", "1"), ("bc", "[2]"), ("\"", r#""x""#), ("", "{}")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(fields(text).unwrap(), expected);
        assert_eq!(fields("{}").unwrap(), []);
    }

    #[test]
    fn splits_arrays() {
        assert_eq!(items("[]").unwrap(), Vec::<&str>::new());
        assert_eq!(items(" [ 1 ,[2,3]\n,{\"]\":4}] ").unwrap(), ["1", "[2,3]", "{\"]\":4}"]);
    }

    #[test]
    fn names_what_is_malformed_between_values() {
        let objects = [
            ("", "it is truncated"),
            ("[", "expected `{` at byte 0"),
            ("{", "it is truncated"),
            ("{\"a", "it is truncated"),
            ("{\"a\"", "it is truncated"),
            ("{\"a\":", "it is truncated"),
            ("{\"a\":\"b", "it is truncated"),
            ("{\"a\":[1", "it is truncated"),
            ("{\"a\":1", "it is truncated"),
            ("{\"a\":1,", "it is truncated"),
            ("{\"a\":1,}", "expected the name of a field at byte 7"),
            ("{a:1}", "expected the name of a field at byte 1"),
            ("{\"\\q\":1}", "expected the name of a field at byte 1"),
            ("{\"a\" 1}", "expected `:` at byte 5"),
            ("{\"a\":}", "expected a value at byte 5"),
            ("{\"a\":1 \"b\":2}", "expected `,` at byte 7"),
            ("{\"a\":1]", "expected `,` at byte 6"),
        ];
        for (text, expected) in objects {
            assert_eq!(fields(text).unwrap_err().to_string(), expected, "{text}");
        }
        let arrays = [
            ("{}", "expected `[` at byte 0"),
            ("[1", "it is truncated"),
            ("[1,", "it is truncated"),
            ("[1,]", "expected a value at byte 3"),
            ("[,1]", "expected a value at byte 1"),
            ("[1 2]", "expected `,` at byte 3"),
            ("[1}", "expected `,` at byte 2"),
        ];
        for (text, expected) in arrays {
            assert_eq!(items(text).unwrap_err().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn passes_on_the_errors_of_its_closures() {
        let refuse = |_| Err(Malformed::Truncated);
        assert_eq!(walk_array("[1]", 0, refuse), Err(Malformed::Truncated));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            r#"[ -~\n"\\{}\[\]é]{0,12}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((r#"[a-z"\\]{0,3}"#, inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn splits_json_as_serde_json_does(value in any_json(), pretty: bool, after in "[ ,\\]}][ -~]{0,9}") {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert_eq!(skip_value(&format!("{text}{after}"), 0), Some(text.len()));
            match &value {
                Value::Object(expected) => {
                    let fields = fields(&text).unwrap().into_iter();
                    let fields = fields.map(|(name, value)| (name, serde_json::from_str(value).unwrap()));
                    prop_assert_eq!(&fields.collect::<serde_json::Map<_, Value>>(), expected);
                }
                Value::Array(expected) => {
                    let items = items(&text).unwrap().into_iter();
                    let items: Vec<Value> = items.map(|item| serde_json::from_str(item).unwrap()).collect();
                    prop_assert_eq!(&items, expected);
                }
                _ => prop_assert!(fields(&text).is_err() && items(&text).is_err()),
            }
        }

        #[test]
        fn never_panics(text in r#"([{}\[\]"\\,:é ]|[a1]|\\u){0,40}"#) {
            let _ = (fields_or_error(&text), json!(null));
        }
    }

    fn fields_or_error(text: &str) -> Option<usize> {
        let skip = |at| value_at(text, at).map(|value| at + value.len());
        let object = walk_object(text, 0, |_, at| skip(at)).ok();
        object.or(walk_array(text, 0, skip).ok())
    }
}
