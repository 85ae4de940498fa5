//! Reads numbers that may be written in another form than usual.

use serde_json::Number;

/// Reads a whole number, which may be written as `20.0` or `2e1`.
pub(crate) fn whole_number(json: &[u8]) -> Option<i128> {
    const LARGEST_EXACT: f64 = 9e15;
    // An error of serde would quote a text in full.
    if json.starts_with(b"\"") {
        return None;
    }
    let number: Number = serde_json::from_slice(json).ok()?;
    if let Some(number) = number.as_i128() {
        return Some(number);
    }
    let number = number.as_f64()?;
    let is_exact = number.fract() == 0.0 && number.abs() < LARGEST_EXACT;
    is_exact.then_some(number as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers_only() {
        for (json, expected) in [
            ("0", Some(0)),
            ("20.0", Some(20)),
            ("2e1", Some(20)),
            ("-1", Some(-1)),
            ("-1e3", Some(-1000)),
            ("-0.0", Some(0)),
            ("18446744073709551615", Some(i128::from(u64::MAX))),
            ("1.5", None),
            ("1e16", None),
            ("-1e16", None),
            ("1e999", None),
            ("null", None),
            ("\"1\"", None),
        ] {
            assert_eq!(whole_number(json.as_bytes()), expected, "{json}");
        }
    }
}
