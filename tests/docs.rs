//! Links to headings of the guide and of README, which rustdoc does not check.

mod common;

use std::fs;
use std::path::Path;

use common::sources;

/// The anchors that rustdoc and Markdown make of the headings of a text, whose lines start with
/// `prefix`.
fn anchors(text: &str, prefix: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
    let headings = lines
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim());
    let letters = |heading: &str| {
        heading
            .to_lowercase()
            .replace(' ', "-")
            .replace(['\'', ',', '.'], "")
    };
    headings.map(letters).collect()
}

/// The anchors of the links of a text that start with `start`.
fn links<'t>(text: &'t str, start: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(start)
        .skip(1)
        .map(|rest| rest.split([')', '`', ']']).next().unwrap())
}

#[test]
fn links_point_to_headings_of_the_guide_and_of_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(root.join("src/guide.md")).unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (guide_anchors, readme_anchors) = (anchors(&guide, ""), anchors(&readme, ""));
    let mut count = 0;
    let mut check = |text: &str, start: &str, anchors: &[String]| {
        for link in links(text, start) {
            assert!(anchors.iter().any(|anchor| anchor == link), "{link}");
            count += 1;
        }
    };
    check(&readme, "](#", &readme_anchors);
    check(&guide, "](#", &guide_anchors);
    for text in sources("src") {
        check(&text, "(crate#", &guide_anchors);
        // The links within the documentation of one type.
        if text != guide {
            check(&text, "](#", &anchors(&text, "/// "));
        }
    }
    assert!(count > 20, "{count} links");
}
