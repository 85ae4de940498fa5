//! Makes texts of a server or a caller printable.

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
    if line.chars().count() <= length {
        return line;
    }
    let mut truncated: String = line.chars().take(length.saturating_sub(1)).collect();
    truncated.push('…');
    truncated
}

/// Whether a character moves the cursor of a terminal, or changes the direction of the text.
fn is_invisible(letter: char) -> bool {
    let changes_direction = matches!(
        letter,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
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
        assert_eq!(one_line("\u{202e}x", 20), "\\u{202e}x");
    }
}
