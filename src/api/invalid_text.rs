use crate::error::Error;

/// The longest part of a text that an error quotes, in characters.
const MAX_QUOTED: usize = 60;

/// Returns the error about a text that cannot be parsed. It quotes the start of the text, so that
/// the reason is not truncated.
pub(crate) fn invalid_text(text: &str, reason: &str) -> Error {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => Error::invalid_value(format!("`{}…` {reason}", &text[..end])),
        None => Error::invalid_value(format!("`{text}` {reason}")),
    }
}
