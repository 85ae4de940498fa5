//! Reads `result_info`.

use crate::json::{fits, value_at, walk_object, whole_number};
use crate::page::PageInfo;

/// Reads a `result_info`. Returns `None` if it is not an object.
///
/// Each field is read by itself, so that one that cannot be read hides no other.
pub(super) fn read_page_info(json: &[u8]) -> Option<PageInfo> {
    /// Larger unknown fields are left out, because each page has a copy.
    const MOST_MEMORY: usize = 64 << 10;
    let keeps_unknown_fields = fits(json, MOST_MEMORY);
    let mut info = PageInfo::default();
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
        } else if keeps_unknown_fields {
            insert_unknown(&mut info, &name, value);
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

    #[test]
    fn leaves_out_large_unknown_fields() {
        let json = format!(r#"{{"a":[{}],"total_count":7}}"#, "{},".repeat(1000) + "{}");
        let info = read_page_info(json.as_bytes()).unwrap();
        assert_eq!((info.total_count, info.extra.len()), (Some(7), 0));
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
