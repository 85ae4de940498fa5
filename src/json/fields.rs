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
    let mut values = [None; N];
    for_each_field(json, |name, value| {
        if let Some(index) = names.iter().position(|known| known.as_bytes() == name) {
            values[index] = Some(value);
        }
    })?;
    Some(values)
}

/// Returns the raw value of this field of a JSON object; `None` if the object does not have it, or
/// has it more than once. Ignores everything else, as [`fields`] does.
pub(crate) fn only_field<'j>(json: &'j [u8], name: &str) -> Option<&'j [u8]> {
    let mut last = None;
    let mut count = 0;
    for_each_field(json, |found, value| {
        if found == name.as_bytes() {
            last = Some(value);
            count += 1;
        }
    })?;
    last.filter(|_| count == 1)
}

/// Passes on the name and the raw value of each field of a JSON object up to the first malformed
/// one. Returns `None` if the JSON does not start as an object.
fn for_each_field<'j>(json: &'j [u8], mut read: impl FnMut(&[u8], &'j [u8])) -> Option<()> {
    let json = without_byte_order_mark(json);
    let start = skip_space(json, 0);
    if json.get(start) != Some(&b'{') {
        return None;
    }
    let _ = walk_object(json, start, |name, at| {
        // A truncated value is the last one.
        let end = skip_value(json, at).unwrap_or(json.len());
        read(&name, &json[at..end]);
        Ok(end)
    });
    Some(())
}
