//! Takes secrets out of texts that people and logs will see.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

const REDACTED: &str = "[redacted]";

/// Cloudflare's secrets are as long, or longer; its identifiers are shorter.
const LONG: usize = 40;

/// The text with `[redacted]` for every place where `secret` stands, in whatever case and spelling: as it is, or with
/// characters of it written as in a URL, in JSON or in HTML.
pub(crate) fn redact<'t>(text: &'t str, secret: &str) -> Cow<'t, str> {
    let bytes = text.as_bytes();
    let mut clean = String::new();
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        match match_secret(bytes, at, secret.as_bytes()) {
            // A secret is ASCII, and so are all its spellings.
            Some(end) => {
                clean += &text[done..at];
                clean += REDACTED;
                (done, at) = (end, end);
            }
            None => at += 1,
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(clean + &text[done..]) }
}

/// The text with `[redacted]` for every word that is as long as a secret.
pub(crate) fn redact_long_words(text: &str) -> Cow<'_, str> {
    let is_of_a_word = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let is_long = |word: &&str| word.len() >= LONG;
    if !text.split(|letter| !is_of_a_word(letter)).any(|word| is_long(&word)) {
        return Cow::Borrowed(text);
    }
    let words = text.split_inclusive(|letter| !is_of_a_word(letter));
    let clean = words.map(|word| {
        let end = word.trim_end_matches(|letter| !is_of_a_word(letter)).len();
        let (word, rest) = word.split_at(end);
        [if is_long(&word) { REDACTED } else { word }, rest]
    });
    Cow::Owned(clean.flatten().collect())
}

/// Where `secret` ends, if it stands at `at`.
fn match_secret(text: &[u8], mut at: usize, secret: &[u8]) -> Option<usize> {
    for byte in secret {
        at += match_byte(text.get(at..)?, *byte)?;
    }
    Some(at)
}

/// The length of the spelling of `byte` that `text` begins with.
fn match_byte(text: &[u8], byte: u8) -> Option<usize> {
    let number = |digits: &[u8], radix| u32::from_str_radix(str::from_utf8(digits).ok()?, radix).ok();
    let is = |digits: &[u8], radix| number(digits, radix) == Some(u32::from(byte));
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

/// The names of fields, for `Debug`, without their values.
pub(crate) struct Names<'m>(pub(crate) &'m Map<String, Value>);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        for text in [
            "owner+1@example.com",
            "OWNER+1@Example.com",
            "owner%2B1%40example.com",
            "owner%2b1@example.com",
            "owner+1%40example.com",
            "owner 1@example.com",
            "owner&#43;1&#x40;example.com",
            r"owner\u002b1\u0040example.com",
        ] {
            let around = format!("é {text}, {text}é");
            assert_eq!(redact(&around, "owner+1@example.com"), "é [redacted], [redacted]é");
        }
        for text in ["", "owner+1@example.co", "owner1@example.com", "owner%2"] {
            assert_eq!(redact(text, "owner+1@example.com"), text);
        }
    }

    #[test]
    fn words_as_long_as_a_secret_are_taken_out() {
        let secret = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
        assert_eq!(redact_long_words(&format!("(a={secret};{secret}) é")), "(a=[redacted];[redacted]) é");
        let short = "023e105f4ecef8ad9ca31a8372d0c353 d5b0f326-1232-4452-8858-1089bd7168ef";
        assert_eq!(redact_long_words(short), short);
    }
}
