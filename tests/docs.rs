//! Links to headings of the guide and of README, which rustdoc does not check, and the files that
//! README and CONTRIBUTING name.

mod common;

use std::path::Path;

use common::{read_file, sources};

/// The anchors that rustdoc and Markdown make of the headings of a text, whose lines start with
/// `prefix`.
fn anchors(text: &str, prefix: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
    let headings = lines.filter(|line| line.starts_with('#'));
    headings.map(anchor).collect()
}

fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.replace(' ', "-").replace(['\'', ',', '.'], "")
}

/// The anchors of the links of a text that start with `start`.
fn links<'t>(text: &'t str, start: &'t str) -> Vec<&'t str> {
    let after_start = text.split(start).skip(1);
    after_start
        .map(|rest| rest.split([')', '`', ']']).next().unwrap())
        .collect()
}

/// Asserts that each of these links points to one of the anchors. Returns the number of links.
#[track_caller]
fn check_links(links: &[&str], anchors: &[String]) -> usize {
    for link in links {
        assert!(anchors.iter().any(|anchor| anchor == link), "{link}");
    }
    links.len()
}

#[test]
fn links_point_to_headings_of_the_guide_and_of_readme() {
    let guide = read_file("src/guide.md");
    let readme = read_file("README.md");
    let guide_anchors = anchors(&guide, "");
    let mut count = check_links(&links(&readme, "](#"), &anchors(&readme, ""));
    count += check_links(&links(&guide, "](#"), &guide_anchors);
    for text in sources("src") {
        count += check_links(&links(&text, "(crate#"), &guide_anchors);
        // The links within the documentation of one type.
        if text != guide {
            count += check_links(&links(&text, "](#"), &anchors(&text, "/// "));
        }
    }
    assert!(count > 20, "{count} links");
}

/// The words in backticks that are paths of files or folders of this crate.
fn paths(text: &str) -> Vec<&str> {
    let folders = ["src/", "tests/", "examples/", "benches/"];
    let is_path = |word: &&str| {
        let is_in_folder = folders.iter().any(|folder| word.starts_with(folder));
        let is_document = word.ends_with(".md") || *word == "Cargo.toml";
        (is_in_folder || is_document) && !word.contains(' ')
    };
    let in_backticks = text.split('`').skip(1).step_by(2);
    in_backticks.filter(is_path).collect()
}

#[test]
fn files_that_readme_and_contributing_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["README.md", "CONTRIBUTING.md"] {
        let text = read_file(document);
        let paths = paths(&text);
        assert!(paths.len() > 10, "{document} names {paths:?}");
        for path in paths {
            assert!(root.join(path).exists(), "{document} names {path}");
        }
    }
}
