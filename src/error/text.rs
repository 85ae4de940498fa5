//! Makes texts of a server or a caller printable.

use std::time::Duration;

/// The longest text of an error besides method and path, in characters.
pub(super) const MAX_TEXT: usize = 500;

/// Returns the text on one line, with control characters escaped, and truncated to `length`
/// characters.
pub(super) fn one_line(text: &str, length: usize) -> String {
    let mut line = String::new();
    // Escapes only add characters, so one more than fits shows that the text is too long.
    for letter in text.chars().take(length + 1) {
        if is_invisible(letter) {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    truncated(&line, length)
}

/// Returns the text, truncated to `length` characters.
pub(super) fn truncated(text: &str, length: usize) -> String {
    if text.chars().nth(length).is_none() {
        return text.to_owned();
    }
    let mut truncated: String = text.chars().take(length.saturating_sub(1)).collect();
    truncated.push('…');
    truncated
}

/// Returns the first words of a text, in at most 80 characters; `None` if there is none.
pub(super) fn first_words(text: &str) -> Option<String> {
    const LONGEST: usize = 80;
    let is_whole = text.chars().nth(LONGEST).is_none();
    let start: String = text.chars().take(LONGEST).collect();
    let start = start.replace(char::is_control, " ");
    let words = if is_whole {
        start.trim_end()
    } else {
        let (words, _) = start.rsplit_once(' ')?;
        words.trim_end()
    };
    (!words.is_empty()).then(|| words.to_owned())
}

/// Returns a duration in seconds, without rounding if it has a fraction: `60`, `0.25`.
pub(super) fn seconds(duration: Duration) -> String {
    match duration.subsec_nanos() {
        // A large number of seconds is not exact as a floating point number.
        0 => duration.as_secs().to_string(),
        _ => duration.as_secs_f64().to_string(),
    }
}

/// Returns a duration in seconds, rounded up.
pub(super) fn whole_seconds(duration: Duration) -> u64 {
    let rest = u64::from(duration.subsec_nanos() > 0);
    duration.as_secs().saturating_add(rest)
}

/// Whether a character moves the cursor of a terminal, or changes the direction of the text.
fn is_invisible(letter: char) -> bool {
    let changes_direction = matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let breaks_line = matches!(letter, '\u{2028}' | '\u{2029}');
    letter.is_control() || changes_direction || breaks_line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncates_to_a_number_of_characters() {
        for (text, length, expected) in [
            ("", 3, ""),
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("é€ü", 3, "é€ü"),
            ("é€üx", 3, "é€…"),
            ("abc", 1, "…"),
        ] {
            assert_eq!(one_line(text, length), expected, "{text:?}");
        }
        assert_eq!(one_line("abc", 0), "…");
        assert_eq!(one_line("a\n", 3), "a\\n");
        assert_eq!(one_line("a\nb", 3), "a\\…");
        for letter in ["\u{61c}", "\u{200f}", "\u{202e}", "\u{2028}", "\u{2069}"] {
            let escaped: String = letter.escape_default().collect();
            assert_eq!(one_line(letter, 20), escaped);
        }
    }

    #[test]
    fn writes_seconds_exactly() {
        for (duration, exact, rounded_up) in [
            (Duration::from_secs(60), "60", 60),
            (Duration::from_millis(250), "0.25", 1),
            (Duration::from_millis(1500), "1.5", 2),
            (
                Duration::from_secs(u64::MAX),
                "18446744073709551615",
                u64::MAX,
            ),
            (Duration::MAX, "18446744073709552000", u64::MAX),
        ] {
            assert_eq!(seconds(duration), exact);
            assert_eq!(whole_seconds(duration), rounded_up);
        }
    }
}
