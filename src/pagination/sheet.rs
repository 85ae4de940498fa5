use std::ops::Range;

use crate::page::PageInfo;

/// A page as it came: its text, where its items stand in them, and what it says of itself.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) text: String,
    pub(super) spans: Vec<Range<usize>>,
    pub(super) info: Option<PageInfo>,
}

impl Sheet {
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn item(&self, index: usize) -> &str {
        &self.text[self.spans[index].clone()]
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| &self.text[span.clone()])
    }

    /// How many items at the end of this page stand at the start of `next`, byte for byte; objects only.
    // Knuth, Morris and Pratt: pages may be made of equal items, and compared naively they would take forever.
    pub(super) fn overlap(&self, next: &Sheet) -> usize {
        let same = |old: &str, new: &str| old == new && new.starts_with('{');
        let new = |index| next.item(index);
        // Of the first n items of `next`, how many at their end are as those at their start.
        let mut borders = vec![0];
        let mut matched = 0;
        let from = self.len().saturating_sub(next.len());
        for old in self.items().skip(from) {
            while matched > 0 && (matched == next.len() || !same(old, new(matched))) {
                matched = borders[matched - 1];
            }
            if matched < next.len() && same(old, new(matched)) {
                matched += 1;
            }
            if matched > borders.len() {
                let last = new(matched - 1);
                let mut border = borders[matched - 2];
                while border > 0 && !same(new(border), last) {
                    border = borders[border - 1];
                }
                borders.push(border + usize::from(same(new(border), last)));
            }
        }
        matched
    }

    pub(super) fn is_repeated_by(&self, next: &Sheet) -> bool {
        self.len() > 0 && self.len() == next.len() && self.items().eq(next.items())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(items: &[&str]) -> Sheet {
        let mut window = Sheet::default();
        for item in items {
            let from = window.text.len();
            window.text.push_str(item);
            window.spans.push(from..window.text.len());
        }
        window
    }

    #[test]
    fn the_overlap_is_the_longest_one() {
        let alphabet = ["{}", "{1}", "7"];
        let lists: Vec<Vec<&str>> = (0..=5)
            .flat_map(|length| {
                (0..3_usize.pow(length)).map(move |number| {
                    (0..length)
                        .map(|digit| alphabet[number / 3_usize.pow(digit) % 3])
                        .collect()
                })
            })
            .collect();
        for old in &lists {
            for new in &lists {
                let naive = (0..=old.len().min(new.len())).rev().find(|length| {
                    let tail = &old[old.len() - length..];
                    tail == &new[..*length] && !tail.contains(&"7")
                });
                assert_eq!(
                    Some(sheet(old).overlap(&sheet(new))),
                    naive,
                    "{old:?} {new:?}"
                );
            }
        }
    }
}
