//! Redacts secrets from texts that are printed or logged.

mod letters;

use std::borrow::Cow;

use self::letters::Letters;

pub(crate) const REDACTED: &str = "[redacted]";

/// The length of Cloudflare's shortest secrets. Its identifiers are shorter.
const SHORTEST_SECRET: usize = 40;

/// Replaces each occurrence of `secret` with `[redacted]`. Letter case is ignored, and characters
/// may be escaped in every way that [`Letters`] decodes.
pub(crate) fn redact<'t>(text: &'t str, secret: &str) -> Cow<'t, str> {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((start, after)) = find(rest, secret) {
        clean += &rest[..start];
        clean += REDACTED;
        rest = after;
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(clean + rest)
}

/// Returns where the first occurrence of `secret` starts, and the text after it.
fn find<'t>(text: &'t str, secret: &str) -> Option<(usize, &'t str)> {
    let mut starts = text.char_indices().map(|(start, _)| start);
    starts.find_map(|start| Some((start, after_secret(&text[start..], secret)?)))
}

/// Returns the text after `secret` if `text` starts with it.
fn after_secret<'t>(text: &'t str, secret: &str) -> Option<&'t str> {
    let mut letters = Letters::of(text);
    // A part of the secret may look like an escape, too.
    let mut expected = Letters::of(secret);
    loop {
        // The end of a secret may look like the start of an escape, so that it is compared as it
        // is.
        if let Some((start, after)) = letters.rest().split_at_checked(expected.rest().len())
            && start.eq_ignore_ascii_case(expected.rest())
        {
            return Some(after);
        }
        if !is_same(letters.next()?, expected.next()?) {
            return None;
        }
    }
}

/// Whether a letter of a text may stand for a letter of a secret.
fn is_same(letter: char, expected: char) -> bool {
    // In the query of a URL, a plus sign is a space.
    letter.eq_ignore_ascii_case(&expected) || (letter == ' ' && expected == '+')
}

/// Replaces each word that is as long as a secret with `[redacted]`. Each character of an escape
/// counts.
pub(crate) fn redact_long_words(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = after_word(rest);
        let word = &rest[..rest.len() - after.len()];
        if word.is_empty() {
            // An escape of another character is not skipped as a whole, because a word may follow
            // what only looks like one.
            clean.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let is_secret = word.len() >= SHORTEST_SECRET;
            clean += if is_secret { REDACTED } else { word };
            rest = after;
        }
    }
    clean
}

/// Returns the text after the word that it starts with.
fn after_word(text: &str) -> &str {
    let mut letters = Letters::of(text);
    loop {
        let rest = letters.rest();
        if !letters.next().is_some_and(is_in_word) {
            return rest;
        }
    }
}

/// Whether a secret may contain a character.
fn is_in_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            "o%252B1%2540e.com",
            r"o\x2b1\x40e.com",
            "o&plus;1&commat;e&period;com",
            "o&#43;1&#64e.com",
            "o=2B1=40e.com",
            "%6f+1@e.com",
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
    fn redacts_a_secret_with_parts_like_escapes() {
        for (secret, text) in [
            ("a&b@e.com", "a&amp;b@e.com"),
            ("o'b@e.com", "o&apos;b@e.com"),
            ("a%40b@e.com", "a%2540b@e.com"),
            ("a&amp;b@e.com", "a&amp;b@e.com"),
            ("a&amp;b@e.com", "a&amp;amp;b@e.com"),
            ("AbCd/Ef==", r"AbCd\/Ef=="),
            ("x-é", r"x\-é"),
            ("x-é", r"x-\u00e9"),
        ] {
            for (before, after) in [("", ""), ("=", "2F"), ("\\", "%"), ("%", "&"), ("&#", ";")] {
                assert_eq!(
                    redact(&format!("{before}{text}{after}"), secret),
                    format!("{before}[redacted]{after}")
                );
            }
        }
        assert_eq!(redact("AbCd%2FEf%3D", "AbCd/Ef="), REDACTED);
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

    #[test]
    fn redacts_a_long_word_in_every_encoding() {
        for secret in [
            r"8M7wS6hCpXVc\u002dDoRnPPY\u005fUCWPgy8aea4Wy6kCe5T",
            "8M7wS6hCpXVc%2DDoRnPPY%255FUCWPgy8aea4Wy6kCe5T",
            "8M7wS6hCpXVc&#45;DoRnPPY&lowbar;UCWPgy8aea4Wy6kCe5T",
            r"8M7wS6hCpXVc\-DoRnPPY\_UCWPgy8aea4Wy6kCe5T",
            "8M7wS6hCpXVc=2DDoRnPPY=5FUCWPgy8aea4Wy6kCe5T",
            "&#56;M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T",
        ] {
            assert_eq!(
                redact_long_words(&format!("é\n({secret})")),
                "é\n([redacted])"
            );
        }
        let short =
            r#"{\"id\":\"d5b0f326-1232-4452-8858-1089bd7168ef\",\"a_b_c_d_e\":"caf\u00e9"} "#
                .to_owned()
                + "a%2Fb%2Fc%2Fd%2Fe%2Ff resource_id=4123e105f4ecef8ad9ca31a8372d0c35";
        assert_eq!(redact_long_words(&short), short);
    }

    proptest! {
        #[test]
        fn redacts_a_secret_in_any_context(
            before in r"[\\%&=#;xu{}0-9a-f ]{0,12}",
            after in r"[\\%&=#;xu{}0-9a-f ]{0,12}",
        ) {
            let secret = "2f41-DoRnPPY_UCWPgy8aea4Wy6kCe5T01234567=";
            let text = format!("{before}{secret}{after}");
            prop_assert!(!redact(&text, secret).contains("DoRnPPY"));
            prop_assert!(!redact_long_words(&text).contains("DoRnPPY"));
        }
    }
}
