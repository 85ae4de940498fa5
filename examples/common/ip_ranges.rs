//! Whether ranges of IP addresses limit anything.

use std::net::IpAddr;

/// Whether these ranges, in CIDR notation, together have every IPv4 address or every IPv6 address.
pub(crate) fn cover_everything(ranges: &[String]) -> bool {
    let ranges: Vec<Range> = ranges.iter().filter_map(|range| parse(range)).collect();
    [32, 128].into_iter().any(|bits| {
        let of_family = ranges.iter().filter(|range| range.bits == bits);
        covers_all(of_family.copied().collect(), bits)
    })
}

#[derive(Clone, Copy)]
struct Range {
    /// 32 for IPv4, 128 for IPv6.
    bits: u32,
    first: u128,
    last: u128,
}

/// Parses an address with or without a prefix length. The address may have bits after the prefix.
fn parse(range: &str) -> Option<Range> {
    let (address, length) = match range.trim().split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (range.trim(), None),
    };
    let (address, bits) = match address.parse().ok()? {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let length = match length {
        Some(length) => length
            .parse::<u32>()
            .ok()
            .filter(|length| *length <= bits)?,
        None => bits,
    };
    let free_bits = last_address(bits - length);
    Some(Range {
        bits,
        first: address & !free_bits,
        last: address | free_bits,
    })
}

/// The number with this many bits set.
fn last_address(bits: u32) -> u128 {
    match bits {
        0 => 0,
        _ => u128::MAX >> (128 - bits),
    }
}

fn covers_all(mut ranges: Vec<Range>, bits: u32) -> bool {
    ranges.sort_by_key(|range| range.first);
    // The first address that no range so far has.
    let mut uncovered = 0;
    for range in ranges {
        if range.first > uncovered {
            return false;
        }
        if range.last == last_address(bits) {
            return true;
        }
        uncovered = uncovered.max(range.last + 1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_ranges_that_together_cover_everything() {
        for (ranges, expected) in [
            ("", false),
            ("0.0.0.0/0", true),
            ("::/0", true),
            ("1.2.3.4/0", true),
            ("0.0.0.0/1", false),
            ("0.0.0.0/1 128.0.0.0/1", true),
            ("128.0.0.0/1 64.0.0.0/2 0.0.0.0/2", true),
            ("128.0.0.0/1 64.0.0.0/2 0.0.0.0/3", false),
            ("::/1 8000::/1", true),
            ("0.0.0.0/1 8000::/1", false),
            ("198.51.100.0/24 203.0.113.7", false),
            ("0.0.0.0/33 nonsense", false),
        ] {
            let ranges: Vec<String> = ranges.split_whitespace().map(String::from).collect();
            assert_eq!(cover_everything(&ranges), expected, "{ranges:?}");
        }
    }
}
