//! Text 64 bytes at a time: where the quotes and brackets of a block are, as bits of one number, without a branch for
//! each byte.

/// 64 bytes, as eight words of eight. Of each number about it the lowest bit is for the first byte.
pub(super) struct Block([u64; 8]);

pub(super) const SIZE: usize = 64;

/// One byte in all eight places of a word.
const fn everywhere(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const LOW_BITS: u64 = everywhere(0x01);
const HIGH_BITS: u64 = everywhere(0x80);

impl Block {
    /// The first bytes of `text`; behind its end there are zeros.
    pub(super) fn first_of(text: &[u8]) -> Self {
        let mut padded = [0; SIZE];
        let bytes = text.first_chunk().unwrap_or_else(|| {
            padded[..text.len()].copy_from_slice(text);
            &padded
        });
        let (words, _) = bytes.as_chunks();
        Self(std::array::from_fn(|index| {
            u64::from_le_bytes(words[index])
        }))
    }

    /// Where `byte` is.
    pub(super) fn places_of(&self, byte: u8) -> u64 {
        self.places(|word| {
            let zero_where_equal = word ^ everywhere(byte);
            // The high bit is set by an addition that carries into it, or was set before.
            !(((zero_where_equal & !HIGH_BITS) + !HIGH_BITS) | zero_where_equal)
        })
    }

    /// Where a bracket is, or what has the bits 3, 4 and 6 as all brackets have them; nothing else that JSON has outside of
    /// strings does.
    pub(super) fn places_of_brackets(&self) -> u64 {
        // These three bits, each shifted to where the high bit is.
        self.places(|word| word << 1 & word << 3 & word << 4)
    }

    /// Whether `byte` is anywhere.
    pub(super) fn has(&self, byte: u8) -> bool {
        let found = self.0.iter().fold(0, |found, word| {
            let zero_where_equal = word ^ everywhere(byte);
            // Nothing but zero borrows from its high bit, or lets another do so.
            found | (zero_where_equal.wrapping_sub(LOW_BITS) & !zero_where_equal)
        });
        found & HIGH_BITS != 0
    }

    /// The bytes whose high bit is set by `mark`.
    fn places(&self, mark: impl Fn(u64) -> u64) -> u64 {
        let words = self.0.iter().enumerate();
        transpose(words.fold(0, |rows, (index, word)| {
            rows | (mark(*word) & HIGH_BITS) >> (7 - index)
        }))
    }
}

/// Takes eight bytes for eight rows of bits, and makes its columns rows.
// Warren, Hacker's Delight, 7-3: swaps single bits, then pairs, then fours.
fn transpose(rows: u64) -> u64 {
    let swap = |rows: u64, distance: u32, which: u64| {
        let differ = (rows ^ rows >> distance) & which;
        rows ^ differ ^ differ << distance
    };
    let rows = swap(rows, 7, 0x00aa_00aa_00aa_00aa);
    let rows = swap(rows, 14, 0x0000_cccc_0000_cccc);
    swap(rows, 28, 0x0000_0000_f0f0_f0f0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_places_are_those_of_a_look_at_each_byte(text in prop::collection::vec(any::<u8>(), 0..90), byte: u8) {
            let block = Block::first_of(&text);
            let places = |is: &dyn Fn(u8) -> bool| {
                let found = text.iter().take(SIZE).enumerate().filter(|(_, found)| is(**found));
                found.fold(0, |places, (index, _)| places | 1_u64 << index)
            };
            let behind = u64::MAX.checked_shl(text.len() as u32).unwrap_or(0);
            let expected = places(&|found| found == byte) | if byte == 0 { behind } else { 0 };
            prop_assert_eq!(block.places_of(byte), expected);
            prop_assert_eq!(block.has(byte), expected != 0);
            prop_assert_eq!(block.places_of_brackets(), places(&|found| found & 0x58 == 0x58));
        }
    }
}
