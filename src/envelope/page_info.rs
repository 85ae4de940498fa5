//! Reads `result_info`.

use crate::json::{memory_of_field, value_at, walk_object, whole_number};
use crate::page::PageInfo;

/// The most memory of an unknown field. A larger one is left out, because each page has a copy.
const LARGEST_UNKNOWN: usize = 64 << 10;

/// The most memory of all unknown fields. Those after it are left out.
const MOST_UNKNOWN: usize = 4 * LARGEST_UNKNOWN;

/// Reads a `result_info`. Returns `None` if it is not an object.
///
/// Each field is read by itself, so that one that cannot be read, or is too large, hides no other.
pub(super) fn read_page_info(json: &[u8]) -> Option<PageInfo> {
    let mut info = PageInfo::default();
    let mut memory_left = MOST_UNKNOWN;
    let end = walk_object(json, 0, |name, at| {
        let value = value_at(json, at)?;
        let known = match &*name {
            b"page" => Some(&mut info.page),
            b"per_page" => Some(&mut info.per_page),
            b"count" => Some(&mut info.count),
            b"total_count" => Some(&mut info.total_count),
            b"total_pages" => Some(&mut info.total_pages),
            _ => None,
        };
        if let Some(known) = known {
            *known = count(value).or(*known);
        } else {
            let memory = memory_of_field(&name, value);
            if memory <= LARGEST_UNKNOWN.min(memory_left) {
                memory_left -= memory;
                insert_unknown(&mut info, &name, value);
            }
        }
        Ok(at + value.len())
    });
    end.ok().map(|_| info)
}

fn insert_unknown(info: &mut PageInfo, name: &[u8], json: &[u8]) {
    if let Ok(name) = str::from_utf8(name)
        && let Ok(value) = serde_json::from_slice(json)
    {
        info.extra.insert(name.to_owned(), value);
    }
}

fn count(json: &[u8]) -> Option<u64> {
    u64::try_from(whole_number(json)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_field_by_itself() {
        let json = b"{\"page\":2,\"per_page\":20.0,\"count\":\"7\",\"total_count\":7,
            \"total_pages\":NaN,\"cursor\":\"c\",\"note\":\"\\ud83d\",\"\xff\":1,\"bytes\":\"\xff\"}";
        let info = read_page_info(json).unwrap();
        assert_eq!((info.page, info.per_page), (Some(2), Some(20)));
        assert_eq!((info.count, info.total_count), (None, Some(7)));
        assert_eq!(info.total_pages, None);
        assert_eq!(
            info.extra.into_iter().collect::<Vec<_>>(),
            [("cursor".to_owned(), "c".into())]
        );
    }

    #[test]
    fn reads_whole_numbers_only() {
        for (json, expected) in [
            ("0", Some(0)),
            ("20.0", Some(20)),
            ("2e1", Some(20)),
            ("18446744073709551615", Some(u64::MAX)),
            ("1.5", None),
            ("-1", None),
            ("-0.0", Some(0)),
            ("1e16", None),
            ("1e999", None),
            ("null", None),
            ("true", None),
            ("[1]", None),
        ] {
            let json = format!(r#"{{"count":{json}}}"#);
            assert_eq!(
                read_page_info(json.as_bytes()).unwrap().count,
                expected,
                "{json}"
            );
        }
    }

    #[test]
    fn keeps_a_number_that_is_repeated_as_something_else() {
        let info = read_page_info(br#"{"count":5,"count":"x"}"#).unwrap();
        assert_eq!(info.count, Some(5));
    }

    fn names_of_unknown_fields(json: &str) -> Vec<String> {
        let info = read_page_info(json.as_bytes()).unwrap();
        assert_eq!(info.total_count, Some(7));
        info.extra.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_large_unknown_field_hides_no_other() {
        for large in [
            format!(r#""debug":[{}{{}}]"#, "{},".repeat(97)),
            format!(r#""debug":"{}""#, "a".repeat(LARGEST_UNKNOWN)),
            format!(r#""{}":0"#, "a".repeat(LARGEST_UNKNOWN)),
        ] {
            for json in [
                format!(r#"{{"total_count":7,"cursors":{{"after":"X"}},{large}}}"#),
                format!(r#"{{{large},"cursors":{{"after":"X"}},"total_count":7}}"#),
            ] {
                assert_eq!(names_of_unknown_fields(&json), ["cursors"]);
            }
        }
    }

    #[test]
    fn limits_the_memory_of_all_unknown_fields() {
        let text = "a".repeat(LARGEST_UNKNOWN - 1000);
        let large: String = (0..10).map(|n| format!(r#","{n}":"{text}""#)).collect();
        let json = format!(r#"{{"total_count":7{large},"cursor":"X"}}"#);
        let expected = ["0", "1", "2", "3", "cursor"];
        assert_eq!(names_of_unknown_fields(&json), expected);

        let small: String = (0..100_000).map(|n| format!(r#","{n}":0"#)).collect();
        let json = format!(r#"{{"total_count":7{small}}}"#);
        let count = names_of_unknown_fields(&json).len();
        assert!((1000..4000).contains(&count), "{count}");
    }

    #[test]
    fn reads_nothing_but_an_object() {
        for json in [
            "null",
            "[]",
            "5",
            r#""text""#,
            r#"{"count" 5}"#,
            r#"{"count":5,}"#,
        ] {
            assert_eq!(read_page_info(json.as_bytes()), None, "{json}");
        }
    }
}
