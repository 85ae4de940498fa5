//! Which logs `follow` takes for the same: those with the same `id`, or, without one that is usable,
//! with the same bytes.

mod common;

use cloudflare_user::{AuditLogCursor, ListAuditLogs};
use common::{ok, scripted, scripted_client, success};
use serde_json::Value;
use time::macros::datetime;

/// Follows a server that returns this page and then an empty one. Returns how many logs and errors
/// were yielded, and the next cursor.
fn follow(items: &str, cursor: &AuditLogCursor) -> (usize, AuditLogCursor) {
    let client = scripted_client([items, "[]"].map(|items| ok(success(items))));
    let mut logs = client.follow(&ListAuditLogs::new(), cursor);
    let yielded = logs.by_ref().count();
    (yielded, logs.cursor())
}

fn start() -> AuditLogCursor {
    AuditLogCursor::starting_at(datetime!(2026-11-01 0:00 UTC))
}

#[track_caller]
fn check(first: &str, second: &str, is_same: bool) {
    let (yielded, cursor) = follow(&format!("[{first}]"), &start());
    assert_eq!(yielded, 1, "{first}");
    let (yielded, _) = follow(&format!("[{second}]"), &cursor);
    let expected = if is_same { 0 } else { 1 };
    assert_eq!(yielded, expected, "{first} and {second}");
}

#[test]
fn the_same_id_is_the_same_log() {
    let same = |first, second| check(first, second, true);
    same(r#"{"id":"1"}"#, r#"{"id":"1","interface":"UI"}"#);
    same(r#"{"id":"1"}"#, r#"{ "interface": 5, "id": "1" }"#);
    same(r#"{"id":"1"}"#, r#"{"\u0069d":"\u0031"}"#);
    same(r#"{"id":7}"#, r#"{"id":"7"}"#);
    same(r#"{"id":7}"#, r#"{"id":7,"interface":5}"#);
    // A number of more than 64 bits, which needs a feature of serde_json.
    same(
        r#"{"id":123456789012345678901234567890}"#,
        r#"{"id":"123456789012345678901234567890"}"#,
    );
    let different = |first, second| check(first, second, false);
    different(r#"{"id":"1"}"#, r#"{"id":"2"}"#);
    different(r#"{"id":"1","interface":5}"#, r#"{"id":"2","interface":5}"#);
}

#[test]
fn without_an_id_the_same_bytes_are_the_same_log() {
    for item in [
        r#"{"interface":"UI","unknown":{"b":1,"a":1.50}}"#,
        r#"{"id":"","interface":"UI"}"#,
        r#"{"id":null,"interface":"UI"}"#,
        r#"{"interface":5}"#,
        r#"{"id":[1],"interface":"UI"}"#,
        r#"{"id":"\ud83d"}"#,
        r#"{"id":1.5}"#,
        r#"{"interface":NaN}"#,
        r#"{"id":"1","id":"2"}"#,
        "[]",
        "5",
    ] {
        check(item, item, true);
        check(item, &format!("{item} "), true);
    }
    let different = |first, second| check(first, second, false);
    different(r#"{"interface":"UI"}"#, r#"{"interface":"API"}"#);
    different(r#"{"interface":"UI"}"#, r#"{"interface": "UI"}"#);
    different(r#"{"x":1,"y":2}"#, r#"{"y":2,"x":1}"#);
    different(r#"{"x":1}"#, r#"{"x":1.0}"#);
    different(r#"{"id":""}"#, r#"{"id":null}"#);
}

#[test]
fn an_id_that_cannot_be_trusted_hides_no_other_log() {
    for bad in [
        r#"{"id":"a","id":"b"}"#,
        r#"{"id":"b","id":"a"}"#,
        r#"{"id":"b","id":"b"}"#,
        r#"{"id":"b","\u0069d":"b"}"#,
        r#"{"id":null,"id":"b"}"#,
        r#"{"id":"","id":"b"}"#,
        r#"{"id":["b"]}"#,
        r#"{"id":{"id":"b"}}"#,
        r#"{"actor":{"id":"b"},"interface":5}"#,
        r#"[{"id":"b"}]"#,
        r#""b""#,
    ] {
        check(bad, r#"{"id":"b"}"#, false);
        check(bad, bad, true);
        let (yielded, _) = follow(&format!(r#"[{bad},{{"id":"b"}},{{"id":"c"}}]"#), &start());
        assert_eq!(yielded, 3, "{bad}");
    }
}

#[test]
fn a_long_id_is_saved_as_its_hash() {
    for (id, saved) in [
        ("a".repeat(256), "a".repeat(256)),
        ("a".repeat(257), fnv1a("a".repeat(257).as_bytes())),
        ("é".repeat(129), fnv1a("é".repeat(129).as_bytes())),
        ("7".repeat(257), fnv1a("7".repeat(257).as_bytes())),
    ] {
        let (yielded, cursor) = follow(&format!(r#"[{{"id":"{id}"}}]"#), &start());
        assert_eq!(yielded, 1);
        let mut cursor = serde_json::to_value(cursor).unwrap();
        assert_eq!(cursor["yielded"][0]["id"], saved);

        // Earlier versions saved the `id`.
        cursor["yielded"][0]["id"] = id.clone().into();
        let cursor: AuditLogCursor = serde_json::from_value(cursor).unwrap();
        let same = format!(r#"[{{"interface":"UI","id":"{id}"}}]"#);
        assert_eq!(follow(&same, &cursor).0, 0, "{id}");
        let longer = format!(r#"[{{"id":"{id}7"}}]"#);
        assert_eq!(follow(&longer, &cursor).0, 1, "{id}");
    }
}

#[test]
fn the_same_long_id_is_the_same_log() {
    let id = "7".repeat(300);
    let first = format!(r#"{{"id":"{id}"}}"#);
    for second in [
        format!(r#"{{"id":"{}"}}"#, r"\u0037".repeat(300)),
        format!(r#"{{"id":{id}}}"#),
        format!(r#"{{"id":"{id}","interface":5}}"#),
    ] {
        check(&first, &second, true);
    }
    check(&first, &format!(r#"{{"id":"{id}","id":"{id}"}}"#), false);
}

/// FNV-1a with 128 bits, which saved cursors have.
fn fnv1a(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(
        0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128,
        |hash, byte| {
            let prime = 0x0000_0000_0100_0000_0000_0000_0000_013b;
            (hash ^ u128::from(*byte)).wrapping_mul(prime)
        },
    );
    format!("hash:{hash:032x}")
}

#[test]
fn saves_a_hash_of_the_bytes_that_were_sent() {
    for item in [
        r#"{"unknown":{"b":1,"a":1.50},"interface":"UI"}"#,
        r#"{"unknown":{"b":1,"a":1.50},"interface":5}"#,
    ] {
        let (_, cursor) = follow(&format!("[ {item} ,{{\"id\":\"1\"}}]"), &start());
        let saved: Value = serde_json::to_value(&cursor).unwrap();
        let mut ids: Vec<_> = saved["yielded"]
            .as_array()
            .unwrap()
            .iter()
            .map(|log| &log["id"])
            .collect();
        ids.sort_by_key(|id| id.as_str().map(str::len));
        assert_eq!(ids, ["1", &fnv1a(item.as_bytes())]);
    }
}

#[test]
fn requests_whole_seconds() {
    let cursor = AuditLogCursor::starting_at(datetime!(2026-11-01 0:00:00.9 UTC));
    let future = AuditLogCursor::starting_at(datetime!(2900-01-01 0:00:00.9 UTC));
    for cursor in [cursor, future] {
        let (client, requests) = scripted([ok(success("[]"))]);
        assert_eq!(client.follow(&ListAuditLogs::new(), &cursor).count(), 0);
        let target = requests.last().target;
        assert!(!target.contains('.'), "{target}");
    }
}
