//! Reads text that may be malformed.

use super::split::skip_value;

/// Decodes a string, with U+FFFD in place of what is not UTF-8, not an escape, or half a surrogate
/// pair. `None` if the value is not a string, or is truncated.
pub(crate) fn text_lossy(json: &[u8]) -> Option<String> {
    if let Ok(text) = serde_json::from_slice(json) {
        return Some(text);
    }
    let is_string = json.starts_with(b"\"") && skip_value(json, 0) == Some(json.len());
    if !is_string {
        return None;
    }
    let mut rest = &json[1..json.len() - 1];
    let mut text = Vec::with_capacity(rest.len());
    while let Some((byte, after)) = rest.split_first() {
        if *byte != b'\\' {
            text.push(*byte);
            rest = after;
            continue;
        }
        let units = unicode_escapes(&mut rest);
        if units.is_empty() {
            let letter = simple_escape(&mut rest);
            text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            text.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
        }
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Reads the escapes such as `\u00e9` at the start, and removes them from it.
fn unicode_escapes(rest: &mut &[u8]) -> Vec<u16> {
    let mut units = Vec::new();
    while let Some((b"\\u", after)) = rest.split_at_checked(2)
        && let Some((digits, after)) = after.split_at_checked(4)
        && let Some(unit) = hexadecimal(digits)
    {
        units.push(unit);
        *rest = after;
    }
    units
}

fn hexadecimal(digits: &[u8]) -> Option<u16> {
    // `from_str_radix` accepts a sign.
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// Reads the escape such as `\n` at the start, and removes it from it. Of an invalid one, only the
/// backslash is removed.
fn simple_escape(rest: &mut &[u8]) -> char {
    let letter = match rest.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        _ => {
            *rest = &rest[1..];
            return char::REPLACEMENT_CHARACTER;
        }
    };
    *rest = &rest[2..];
    letter
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replaces_what_is_malformed() {
        for (json, expected) in [
            (&br#""plain""#[..], "plain"),
            (br#""\ud83d""#, "\u{fffd}"),
            (br#""a\ud83dz\"\n""#, "a\u{fffd}z\"\n"),
            (br#""\ud83d\ud83d\ude00\ude00""#, "\u{fffd}😀\u{fffd}"),
            (
                br#""\q\u12\u+123\u""#,
                "\u{fffd}q\u{fffd}u12\u{fffd}u+123\u{fffd}u",
            ),
            (b"\"caf\xe9 \xf0\x9f\x98\x80\\u00e9\"", "caf\u{fffd} 😀é"),
            (b"\"\xc3\\u00e9\"", "\u{fffd}é"),
            (b"\"a\nb\x01\"", "a\nb\u{1}"),
            (br#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        ] {
            assert_eq!(text_lossy(json).as_deref(), Some(expected));
        }
    }

    #[test]
    fn reads_nothing_but_a_complete_string() {
        for json in [
            "", "\"", "\"a", r#""a\""#, "5", "null", "{}", r#"["a"]"#, r#""a"b"#,
        ] {
            assert_eq!(text_lossy(json.as_bytes()), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn reads_valid_text_as_it_is(text: String, bad in prop::option::of(0..=1_usize)) {
            let mut json = serde_json::to_vec(&text).unwrap();
            let mut expected = text;
            if let Some(bad) = bad {
                json.pop();
                json.extend_from_slice([&b"\xff\""[..], br#"\udead""#][bad]);
                expected.push('\u{fffd}');
            }
            prop_assert_eq!(text_lossy(&json), Some(expected));
        }

        #[test]
        fn never_panics(json in prop::collection::vec(prop::sample::select(br#""\u0dDn/+x"#.to_vec()), 0..20)) {
            let _ = text_lossy(&json);
            let _ = text_lossy(&[b"\"", &json[..], b"\""].concat());
        }
    }
}
