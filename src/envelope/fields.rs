//! Finds fields of a response that may be malformed.

use crate::json::{BYTE_ORDER_MARK, skip_space, skip_value, walk_object};

/// Returns the raw values of these fields of a JSON object; `None` if the text does not start as an
/// object.
///
/// Ignores everything else, so that no malformed part of a response hides Cloudflare's errors.
pub(super) fn fields<'t, const N: usize>(
    text: &'t str,
    names: [&str; N],
) -> Option<[Option<&'t str>; N]> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let start = skip_space(text, 0);
    if text.as_bytes().get(start) != Some(&b'{') {
        return None;
    }
    let mut values = [None; N];
    let _ = walk_object(text, start, |name, at| {
        // A truncated value is the last one.
        let end = skip_value(text, at).unwrap_or(text.len());
        if let Some(index) = names.iter().position(|known| *known == name) {
            values[index] = Some(&text[at..end]);
        }
        Ok(end)
    });
    Some(values)
}
