use crate::error::Error;

/// The maximum number of characters of a text that an error quotes.
const MAX_QUOTED: usize = 60;

/// Returns the error about a text that cannot be parsed.
///
/// It quotes only the start of a long text. The message of an error is truncated, so a longer
/// quotation would cut off the reason, which follows it.
pub(crate) fn invalid_text(text: &str, reason: &str) -> Error {
    let end_of_quotation = text.char_indices().nth(MAX_QUOTED);
    match end_of_quotation {
        Some((end, _)) => Error::invalid_value(format!("`{}…` {reason}", &text[..end])),
        None => Error::invalid_value(format!("`{text}` {reason}")),
    }
}
