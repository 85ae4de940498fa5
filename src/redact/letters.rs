//! Reads the characters of a text, escaped or not.

use std::ops::RangeInclusive;

/// How often a text may be encoded: `%252540` is `@`, encoded three times.
const ROUNDS: u32 = 3;

const STARTS_OF_ESCAPES: [char; 4] = ['\\', '%', '&', '='];

/// The characters of a text, with escapes decoded: those of JSON and of programming languages, of
/// URLs, of HTML, and of quoted-printable.
#[derive(Clone)]
pub(super) struct Letters<'t> {
    rest: &'t str,
    rounds: u32,
}

impl<'t> Letters<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            rest: text,
            rounds: ROUNDS,
        }
    }

    /// Returns the text after the characters that were read.
    pub(super) fn rest(&self) -> &'t str {
        self.rest
    }

    /// Reads the next character if it is `expected`.
    fn skip(&mut self, expected: char) -> bool {
        let mut after = self.clone();
        let is_next = after.next() == Some(expected);
        if is_next {
            *self = after;
        }
        is_next
    }

    /// Reads the number of a character, as many digits of it as there are.
    fn number(&mut self, radix: u32, digits: RangeInclusive<usize>) -> Option<char> {
        let mut number = 0;
        let mut count = 0;
        while count < *digits.end() {
            let mut after = self.clone();
            let Some(digit) = after.next().and_then(|letter| letter.to_digit(radix)) else {
                break;
            };
            // No caller reads so many digits that this overflows.
            number = number * radix + digit;
            count += 1;
            *self = after;
        }
        if !digits.contains(&count) {
            return None;
        }
        char::from_u32(number)
    }
}

impl Iterator for Letters<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let letter = chars.next()?;
        if self.rounds == 0 || !STARTS_OF_ESCAPES.contains(&letter) {
            self.rest = chars.as_str();
            return Some(letter);
        }
        // The characters of an escape may be escaped themselves.
        let mut inner = Letters {
            rest: self.rest,
            rounds: self.rounds - 1,
        };
        let letter = inner.next()?;
        let mut after_escape = inner.clone();
        let decoded = match letter {
            '\\' => after_backslash(&mut after_escape),
            '%' => after_percent(&mut after_escape),
            '&' => after_ampersand(&mut after_escape),
            '=' => after_equals(&mut after_escape),
            _ => None,
        };
        match decoded {
            Some(_) => self.rest = after_escape.rest,
            None => self.rest = inner.rest,
        }
        decoded.or(Some(letter))
    }
}

/// Decodes `\u002f`, `\u{2f}`, `\x2f`, `\U0000002f`, the octal `\057`, and `\/`.
fn after_backslash(letters: &mut Letters<'_>) -> Option<char> {
    let digits = match letters.clone().next()? {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '0'..='7' => return letters.number(8, 1..=3),
        letter => {
            letters.next();
            return letter.is_ascii_punctuation().then_some(letter);
        }
    };
    letters.next();
    if letters.skip('{') {
        let letter = letters.number(16, 1..=8)?;
        return letters.skip('}').then_some(letter);
    }
    letters.number(16, digits..=digits)
}

/// Decodes `%2f`, and `%u002f` of JavaScript's `escape`.
fn after_percent(letters: &mut Letters<'_>) -> Option<char> {
    if letters.skip('u') {
        return letters.number(16, 4..=4);
    }
    // Other bytes are parts of a character.
    letters.number(16, 2..=2).filter(char::is_ascii)
}

/// Decodes `&#47;`, `&#x2f;` and `&sol;`.
fn after_ampersand(letters: &mut Letters<'_>) -> Option<char> {
    if !letters.skip('#') {
        return after_name(letters);
    }
    let radix = if letters.skip('x') || letters.skip('X') {
        16
    } else {
        10
    };
    while letters.skip('0') {}
    let letter = letters.number(radix, 1..=8)?;
    // Browsers accept a number without it.
    letters.skip(';');
    Some(letter)
}

/// Decodes the rest of `&sol;`.
fn after_name(letters: &mut Letters<'_>) -> Option<char> {
    const LONGEST: usize = "percnt".len();
    let mut name = String::new();
    for letter in letters.take(LONGEST + 1) {
        match letter {
            ';' => return letter_named(&name),
            'a'..='z' | 'A'..='Z' => name.push(letter.to_ascii_lowercase()),
            _ => return None,
        }
    }
    None
}

/// Returns the character with this name in HTML, if a credential may contain it.
fn letter_named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "apos" => '\'',
        "ast" | "midast" => '*',
        "colon" => ':',
        "comma" => ',',
        "commat" => '@',
        "equals" => '=',
        "excl" => '!',
        "grave" => '`',
        "hat" => '^',
        "lowbar" => '_',
        "num" => '#',
        "percnt" => '%',
        "period" => '.',
        "plus" => '+',
        "quest" => '?',
        "semi" => ';',
        "sol" => '/',
        "verbar" | "vert" => '|',
        _ => return None,
    })
}

/// Decodes `=2F`. Quoted-printable escapes no letter and no digit, and `=` often stands before a
/// value that starts with digits.
fn after_equals(letters: &mut Letters<'_>) -> Option<char> {
    let letter = letters.number(16, 2..=2)?;
    letter.is_ascii_punctuation().then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(text: &str) -> String {
        Letters::of(text).collect()
    }

    #[test]
    fn decodes_each_kind_of_escape() {
        for text in [
            "/",
            r"\/",
            r"\u002F",
            r"\u{2f}",
            r"\x2f",
            r"\x{2F}",
            r"\U0000002f",
            r"\57",
            r"\057",
            "%2F",
            "%2f",
            "%u002f",
            "&#47;",
            "&#47",
            "&#x2F;",
            "&#X002f",
            "&#0000000047;",
            "&#x00000000002f;",
            "&sol;",
            "&SOL;",
            "=2F",
        ] {
            assert_eq!(decoded(&format!("é{text}é")), "é/é", "{text}");
        }
        for name in [
            "amp", "apos", "ast", "colon", "comma", "commat", "equals", "excl", "grave", "Hat",
            "lowbar", "midast", "num", "percnt", "period", "plus", "quest", "semi", "verbar",
            "vert",
        ] {
            let decoded = decoded(&format!("&{name};"));
            assert_eq!(decoded.len(), 1, "{name}");
        }
        assert_eq!(decoded(r"caf\u00e9"), "café");
    }

    #[test]
    fn decodes_what_was_encoded_three_times() {
        for text in [
            "%252540",
            "&amp;#64;",
            "&amp;amp;commat;",
            "%26%2364%3B",
            "&%2364;",
            r"\u0026#64;",
            r"\\u0040",
            r"\\\\u0040",
            r"\\\@",
            "=2540",
        ] {
            assert_eq!(decoded(text), "@", "{text}");
        }
        assert_eq!(decoded("%25252540"), "%40");
    }

    #[test]
    fn keeps_what_is_no_escape() {
        for text in [
            "",
            "%",
            "%4",
            "%4g",
            "%c3%a9",
            "%u004",
            "&",
            "&#",
            "&#;",
            "&#x;",
            "&#x110000;",
            "&sol",
            "&solar;",
            "&percents;",
            "&;",
            "=",
            "=4",
            "=41",
            "=zz",
            r"\",
            r"\u004",
            r"\x4",
            r"\u{}",
            r"\u{40",
            r"\n",
            r"\d800",
            "\u{fffd}é😀",
        ] {
            assert_eq!(decoded(text), text);
        }
    }

    proptest! {
        #[test]
        fn reads_to_the_end_of_any_text(text in r"[\\%&=#;xuU{}0-9a-fé]{0,40}") {
            let mut letters = Letters::of(&text);
            let count = letters.by_ref().count();
            prop_assert_eq!(letters.rest(), "");
            prop_assert!(count <= text.chars().count());
        }
    }
}
