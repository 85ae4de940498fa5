//! Redacts secrets from texts that are printed or logged.

use std::borrow::Cow;

const REDACTED: &str = "[redacted]";

/// The length of Cloudflare's shortest secrets. Its identifiers are shorter.
const SHORTEST_SECRET: usize = 40;

/// Replaces each occurrence of `secret` with `[redacted]`. Letter case is ignored, and characters
/// may be encoded as in a URL, JSON or HTML.
pub(crate) fn redact<'t>(text: &'t str, secret: &str) -> Cow<'t, str> {
    let mut clean = String::new();
    let mut rest = text;
    // A secret is ASCII, and so are all its encodings.
    while let Some((start, end)) = find(rest, secret) {
        clean += &rest[..start];
        clean += REDACTED;
        rest = &rest[end..];
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(clean + rest)
}

/// Returns where the first occurrence of `secret` starts and ends.
fn find(text: &str, secret: &str) -> Option<(usize, usize)> {
    (0..text.len()).find_map(|start| Some((start, end_of_match(text, start, secret)?)))
}

/// Returns where `secret` ends if `text` has it at `start`.
fn end_of_match(text: &str, start: usize, secret: &str) -> Option<usize> {
    let mut end = start;
    for byte in secret.bytes() {
        end += match_byte(text.as_bytes().get(end..)?, byte)?;
    }
    Some(end)
}

/// Replaces each word that is as long as a secret with `[redacted]`.
pub(crate) fn redact_long_words(text: &str) -> String {
    let mut clean = String::new();
    for word_and_separator in text.split_inclusive(is_separator) {
        let word = word_and_separator.trim_end_matches(is_separator);
        let separator = &word_and_separator[word.len()..];
        let is_secret = word.len() >= SHORTEST_SECRET;
        clean += if is_secret { REDACTED } else { word };
        clean += separator;
    }
    clean
}

/// Whether a character stands between words, and not in a secret.
fn is_separator(letter: char) -> bool {
    !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_'
}

/// Returns the length of the encoding of `byte` that `text` starts with.
fn match_byte(text: &[u8], byte: u8) -> Option<usize> {
    match text {
        [first, ..] if first.eq_ignore_ascii_case(&byte) => Some(1),
        [b' ', ..] if byte == b'+' => Some(1),
        [b'%', a, b, ..] if is_number(&[*a, *b], 16, byte) => Some(3),
        [b'\\', b'u', b'0', b'0', a, b, ..] if is_number(&[*a, *b], 16, byte) => Some(6),
        [b'&', b'#', rest @ ..] => {
            let length = match_html_number(rest, byte)?;
            Some(length + 2)
        }
        _ => None,
    }
}

/// Returns the length of `64;` or `x40;`, the number of `byte` in HTML, if `text` starts with it.
fn match_html_number(text: &[u8], byte: u8) -> Option<usize> {
    const LONGEST: usize = 8;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let is_byte = match &text[..end] {
        [b'x' | b'X', digits @ ..] => is_number(digits, 16, byte),
        digits => is_number(digits, 10, byte),
    };
    is_byte.then_some(end + 1)
}

fn is_number(digits: &[u8], radix: u32, expected: u8) -> bool {
    str::from_utf8(digits).is_ok_and(|text| u8::from_str_radix(text, radix) == Ok(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacts_a_secret_in_every_encoding() {
        for text in [
            "o+1@e.com",
            "O+1@E.Com",
            "o%2B1%40e.com",
            "o%2b1@e.com",
            "o 1@e.com",
            "o&#43;1&#x40;e.com",
            r"o\u002b1\u0040e.com",
        ] {
            assert_eq!(
                redact(&format!("é {text}, {text}é"), "o+1@e.com"),
                "é [redacted], [redacted]é"
            );
        }
        for text in [
            "",
            "o+1@e.co",
            "o1@e.com",
            "o%2",
            "o+ @e.com",
            "o%2C1@e.com",
            r"o\u002c1@e.com",
            "o&#44;1@e.com",
            "o&#x2c;1@e.com",
        ] {
            assert_eq!(redact(text, "o+1@e.com"), text);
        }
    }

    #[test]
    fn redacts_words_as_long_as_a_secret() {
        let secret = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
        assert_eq!(
            redact_long_words(&format!("(a={secret};{secret}) é")),
            "(a=[redacted];[redacted]) é"
        );
        assert_eq!(redact_long_words(secret), REDACTED);
        assert_eq!(redact_long_words(&secret[1..]), secret[1..]);
        let short = "023e105f4ecef8ad9ca31a8372d0c353 d5b0f326-1232-4452-8858-1089bd7168ef";
        assert_eq!(redact_long_words(short), short);
    }
}
