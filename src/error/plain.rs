//! Text of a server's as a terminal may show it.

use std::fmt::{self, Write};

/// Writes on, without characters that would move the cursor or turn the text around, and not for ever.
pub(super) struct Plain<'a, W> {
    to: &'a mut W,
    left: usize,
}

/// How many characters of a server's are enough.
const ENOUGH: usize = 4_000;

impl<'a, W: Write> Plain<'a, W> {
    pub(super) fn to(to: &'a mut W) -> Self {
        Self { to, left: ENOUGH }
    }
}

impl<W: Write> Write for Plain<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match self.left {
                0 => return Ok(()),
                1 => self.to.write_char('…')?,
                _ if is_unseen(letter) => self.to.write_char(' ')?,
                _ => self.to.write_char(letter)?,
            }
            self.left -= 1;
        }
        Ok(())
    }
}

fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
