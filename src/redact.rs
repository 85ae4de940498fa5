//! Redacts secrets from texts that are printed or logged.

use std::borrow::Cow;

const REDACTED: &str = "[redacted]";

/// The length of Cloudflare's shortest secrets. Its identifiers are shorter.
const SHORTEST_SECRET: usize = 40;

/// Replaces each occurrence of `secret` with `[redacted]`. Letter case is ignored, and characters
/// may be encoded as in a URL, JSON or HTML.
pub(crate) fn redact<'t>(text: &'t str, secret: &str) -> Cow<'t, str> {
    let find_end = |text: &str, start| {
        let next = |at: usize, byte| Some(at + match_byte(text.as_bytes().get(at..)?, byte)?);
        secret.bytes().try_fold(start, next)
    };
    let (mut clean, mut rest) = (String::new(), text);
    // A secret is ASCII, and so are all its encodings.
    while let Some((start, end)) =
        (0..rest.len()).find_map(|start| Some((start, find_end(rest, start)?)))
    {
        clean += &rest[..start];
        clean += REDACTED;
        rest = &rest[end..];
    }
    if clean.is_empty() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(clean + rest)
    }
}

/// Replaces each word that is as long as a secret with `[redacted]`.
pub(crate) fn redact_long_words(text: &str) -> Cow<'_, str> {
    let is_separator = |letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter);
    if text
        .split(is_separator)
        .all(|word| word.len() < SHORTEST_SECRET)
    {
        return Cow::Borrowed(text);
    }
    let words = text.split_inclusive(is_separator).map(|word| {
        let (word, separator) = word.split_at(word.trim_end_matches(is_separator).len());
        [
            if word.len() < SHORTEST_SECRET {
                word
            } else {
                REDACTED
            },
            separator,
        ]
    });
    Cow::Owned(words.flatten().collect())
}

/// Returns the length of the encoding of `byte` that `text` starts with.
fn match_byte(text: &[u8], byte: u8) -> Option<usize> {
    let is = |digits: &[u8], radix| {
        str::from_utf8(digits).is_ok_and(|text| u8::from_str_radix(text, radix) == Ok(byte))
    };
    match text {
        [first, ..] if first.eq_ignore_ascii_case(&byte) => Some(1),
        [b' ', ..] if byte == b'+' => Some(1),
        [b'%', a, b, ..] if is(&[*a, *b], 16) => Some(3),
        [b'\\', b'u', b'0', b'0', a, b, ..] if is(&[*a, *b], 16) => Some(6),
        [b'&', b'#', rest @ ..] => {
            let end = rest.iter().take(8).position(|byte| *byte == b';')?;
            let (digits, radix) = match &rest[..end] {
                [b'x' | b'X', digits @ ..] => (digits, 16),
                digits => (digits, 10),
            };
            is(digits, radix).then_some(end + 3)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacts_a_secret_in_every_encoding() {
        let found = r"o+1@e.com|O+1@E.Com|o%2B1%40e.com|o%2b1@e.com|o 1@e.com|o&#43;1&#x40;e.com|o\u002b1\u0040e.com";
        for text in found.split('|') {
            assert_eq!(
                redact(&format!("é {text}, {text}é"), "o+1@e.com"),
                "é [redacted], [redacted]é"
            );
        }
        for text in "|o+1@e.co|o1@e.com|o%2".split('|') {
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
        let short = "023e105f4ecef8ad9ca31a8372d0c353 d5b0f326-1232-4452-8858-1089bd7168ef";
        assert_eq!(redact_long_words(short), short);
    }
}
