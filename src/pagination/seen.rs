//! Remembers which items a list has yielded lately.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// How many items are remembered: the items of 65 of the largest pages.
const CAPACITY: usize = 65_536;

/// The hashes of the items that were yielded last.
#[derive(Debug, Default)]
pub(super) struct Seen {
    // Random keys, so that no server can choose identifiers with the same hash.
    hasher: RandomState,
    hashes: HashSet<u64, BuildHasherDefault<Unhashed>>,
    oldest_first: VecDeque<u64>,
}

impl Seen {
    pub(super) fn hash(&self, value: impl Hash) -> u64 {
        self.hasher.hash_one(value)
    }

    /// Remembers a hash. Returns whether it is new.
    pub(super) fn insert(&mut self, hash: u64) -> bool {
        if !self.hashes.insert(hash) {
            return false;
        }
        if self.oldest_first.len() == CAPACITY
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        self.oldest_first.push_back(hash);
        true
    }
}

/// Passes on a number that is a hash already. To hash it again takes 4 % of a list.
#[derive(Debug, Default)]
struct Unhashed(u64);

impl Hasher for Unhashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only `u64` is hashed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_last_items() {
        assert_eq!(CAPACITY, 65_536);
        let mut seen = Seen::default();
        let hashes: Vec<u64> = (0..CAPACITY as u64).map(|id| seen.hash(id)).collect();
        assert!(hashes.iter().all(|hash| seen.insert(*hash)));
        assert!(hashes.iter().all(|hash| !seen.insert(*hash)));
        assert!(seen.insert(seen.hash("one more")));
        assert!(!seen.insert(hashes[1]) && !seen.insert(hashes[CAPACITY - 1]));
        assert!(seen.insert(hashes[0]), "the oldest is forgotten");
        assert!(seen.insert(hashes[1]), "and then the second");
        assert_eq!(
            (seen.hashes.len(), seen.oldest_first.len()),
            (CAPACITY, CAPACITY)
        );
    }

    #[test]
    fn hashes_by_value_and_by_list() {
        let (one, other) = (Seen::default(), Seen::default());
        assert_eq!(one.hash("a"), one.hash(String::from("a")));
        assert_ne!(one.hash("a"), one.hash("b"));
        assert_ne!(one.hash("a"), other.hash("a"));
    }
}
