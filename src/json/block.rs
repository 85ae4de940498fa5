//! Text 64 bytes at a time: where the quotes and brackets of a block are, as bits of one number, without a branch for
//! each byte.

pub(super) const SIZE: usize = 64;

/// So many bytes. Of each number about them the lowest bit is for the first one.
pub(super) struct Block<'a>(&'a [u8; SIZE]);

impl<'a> Block<'a> {
    /// The first bytes of `text`; behind its end there are zeros, which are kept in `padded`.
    pub(super) fn first_of(text: &'a [u8], padded: &'a mut [u8; SIZE]) -> Self {
        Self(text.first_chunk().unwrap_or_else(|| {
            padded[..text.len()].copy_from_slice(text);
            padded
        }))
    }

    /// Where `byte` is.
    pub(super) fn places_of(&self, byte: u8) -> u64 {
        self.places(|found| found == byte)
    }

    /// Where a bracket is, or what has the bits 3, 4 and 6 as all brackets have them; nothing else that JSON has outside of
    /// strings does.
    pub(super) fn places_of_brackets(&self) -> u64 {
        self.places(|found| found & 0b0101_1000 == 0b0101_1000)
    }

    /// Whether `byte` is anywhere.
    pub(super) fn has(&self, byte: u8) -> bool {
        let marks = self.marks(|found| found == byte);
        let any = marks
            .iter()
            .fold(0, |any, word| any | u64::from_le_bytes(*word));
        any != 0
    }

    fn places(&self, is: impl Fn(u8) -> bool) -> u64 {
        let marks = self.marks(is);
        let bits = marks.iter().map(|word| lowest_bits(*word));
        bits.enumerate()
            .fold(0, |places, (index, bits)| places | bits << (8 * index))
    }

    /// A one in the place of each byte that is it, and a zero in that of each other.
    // A loop as plain as this the compiler makes vectors of.
    fn marks(&self, is: impl Fn(u8) -> bool) -> [[u8; 8]; SIZE / 8] {
        let mut marks = [[0; 8]; SIZE / 8];
        for (mark, byte) in marks.as_flattened_mut().iter_mut().zip(self.0) {
            *mark = u8::from(is(*byte));
        }
        marks
    }
}

/// The lowest bit of each of eight bytes, all others of which are zero.
fn lowest_bits(bytes: [u8; 8]) -> u64 {
    // A sum of shifts, each of which takes one of these bits to its place in the highest byte.
    u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_places_are_those_of_a_look_at_each_byte(text in prop::collection::vec(any::<u8>(), 0..90), byte: u8) {
            let mut padded = [0; SIZE];
            let block = Block::first_of(&text, &mut padded);
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
