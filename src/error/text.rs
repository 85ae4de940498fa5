//! Makes texts of a server or a caller printable.

use super::ApiError;

/// Returns the text on one line, with control characters escaped, and truncated to `length`
/// characters.
pub(super) fn one_line(text: &str, length: usize) -> String {
    let escape = |letter: char| match is_invisible(letter) {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    let line: String = text.chars().take(length + 1).map(escape).collect();
    match line.chars().nth(length) {
        Some(_) => line
            .chars()
            .take(length.saturating_sub(1))
            .chain(['…'])
            .collect(),
        None => line,
    }
}

/// Whether a character moves the cursor of a terminal, or changes the direction of the text.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the texts of errors, each followed by its chain in brackets.
pub(super) fn list(errors: &[ApiError]) -> String {
    let texts = errors.iter().map(
        |ApiError {
             code,
             message,
             pointer,
             error_chain,
             ..
         }| {
            let code = code.map_or(String::new(), |code| format!("{code} "));
            let pointer = pointer
                .as_ref()
                .map_or(String::new(), |pointer| format!(" (at {pointer})"));
            let chain = if error_chain.is_empty() {
                String::new()
            } else {
                format!(" ({})", list(error_chain))
            };
            format!("{code}{message}{pointer}{chain}")
        },
    );
    texts.collect::<Vec<_>>().join("; ")
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
