//! Finds fields of an object that may be malformed.

use super::split::{skip_space, skip_value, walk_object, without_byte_order_mark};

/// Returns the raw values of these fields of a JSON object; `None` if the JSON does not start as an
/// object.
///
/// Ignores everything else, so that no malformed part of the object hides them.
pub(crate) fn fields<'j, const N: usize>(
    json: &'j [u8],
    names: [&str; N],
) -> Option<[Option<&'j [u8]>; N]> {
    let json = without_byte_order_mark(json);
    let start = skip_space(json, 0);
    if json.get(start) != Some(&b'{') {
        return None;
    }
    let mut values = [None; N];
    let _ = walk_object(json, start, |name, at| {
        // A truncated value is the last one.
        let end = skip_value(json, at).unwrap_or(json.len());
        if let Some(index) = names.iter().position(|known| known.as_bytes() == &*name) {
            values[index] = Some(&json[at..end]);
        }
        Ok(end)
    });
    Some(values)
}
