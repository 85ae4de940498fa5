//! Compares the items of a page with those of other pages.

/// Identifies the items of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// A hash of all items in their order, by their identifiers where they have one.
    pub(super) items: u64,
    /// A hash of the items without an identifier.
    without_id: u64,
    pub(super) count_without_id: usize,
}

impl Fingerprint {
    pub(super) fn add(&mut self, hash: u64) {
        self.items = mix(self.items, hash);
    }

    pub(super) fn add_without_id(&mut self, hash: u64) {
        self.add(hash);
        self.without_id = mix(self.without_id, hash);
        self.count_without_id += 1;
    }

    /// Whether two pages have the same items without an identifier.
    pub(super) fn equals_without_id(&self, other: &Self) -> bool {
        self.without_id == other.without_id && self.count_without_id == other.count_without_id
    }
}

fn mix(hash: u64, next: u64) -> u64 {
    hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(next)
}
