//! Makes texts of a server or a caller printable.

use std::fmt;

use super::ApiError;

/// Returns the text on one line, with control characters escaped, and truncated to `length` characters.
pub(super) fn one_line(text: &str, length: usize) -> String {
    let mut line = String::new();
    for letter in text.chars().take(length + 1) {
        match is_invisible(letter) {
            true => line.extend(letter.escape_default()),
            false => line.push(letter),
        }
    }
    if line.chars().nth(length).is_none() {
        return line;
    }
    line.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}

/// Whether a character moves the cursor of a terminal, or changes the direction of the text.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Prints errors on one line, each followed by its chain in brackets.
pub(super) struct List<'a>(pub(super) &'a [ApiError]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            if let Some(code) = error.code {
                write!(f, "{code} ")?;
            }
            f.write_str(&error.message)?;
            if let Some(pointer) = &error.pointer {
                write!(f, " (at {pointer})")?;
            }
            if !error.error_chain.is_empty() {
                write!(f, " ({})", Self(&error.error_chain))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncates_to_a_number_of_characters() {
        for (text, length, expected) in
            [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("é€ü", 3, "é€ü"), ("é€üx", 3, "é€…"), ("abc", 1, "…")]
        {
            assert_eq!(one_line(text, length), expected, "{text:?}");
        }
        assert_eq!(one_line("abc", 0), "…");
        assert_eq!(one_line("a\n", 3), "a\\n");
        assert_eq!(one_line("a\nb", 3), "a\\…");
        assert_eq!(one_line("\u{202e}x", 20), "\\u{202e}x");
    }
}
