use std::fmt;

use super::ErrorKind;
use super::text::{MAX_TEXT, one_line};

/// The longest name of a parameter in a text, in characters.
const MAX_PARAMETER: usize = 100;
/// The characters beside parameter and reason: two backticks and a space.
const PUNCTUATION: usize = 3;

/// A request, or a client, that was refused before anything was sent.
pub(super) struct Refused {
    pub(super) kind: ErrorKind,
    pub(super) parameter: Option<String>,
    reason: String,
}

impl Refused {
    pub(super) fn new(kind: ErrorKind, parameter: Option<&str>, reason: &str) -> Self {
        Self {
            kind,
            parameter: parameter.map(|name| one_line(name, MAX_PARAMETER)),
            reason: one_line(reason, MAX_TEXT - MAX_PARAMETER - PUNCTUATION),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parameter) = &self.parameter {
            write!(f, "`{parameter}` ")?;
        }
        f.write_str(&self.reason)
    }
}
