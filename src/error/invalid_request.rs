use super::text::{MAX_TEXT, one_line};

/// The longest name of a parameter in a text, in characters.
const MAX_PARAMETER: usize = 100;
/// The characters beside parameter and reason: two backticks and a space.
const PUNCTUATION: usize = 3;

/// An invalid parameter and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}` {reason}")]
pub struct InvalidRequest {
    parameter: String,
    reason: String,
}

impl InvalidRequest {
    pub(super) fn new(parameter: &str, reason: &str) -> Self {
        Self {
            parameter: one_line(parameter, MAX_PARAMETER),
            reason: one_line(reason, MAX_TEXT - MAX_PARAMETER - PUNCTUATION),
        }
    }

    /// Returns the parameter, by the name of the method or the environment variable that sets it.
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}
