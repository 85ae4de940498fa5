//! Where a listing ends, rule by rule.

mod common;

use common::{Answer, ok, scripted, status};

/// A page of audit logs with these identifiers.
fn page(ids: &[u32]) -> Answer {
    page_with(ids, "null")
}

fn page_with(ids: &[u32], info: &str) -> Answer {
    let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    ok(format!(
        r#"{{"success":true,"result":[{}],"result_info":{info}}}"#,
        items.join(",")
    ))
}

/// The identifiers that come out of these answers with two entries asked for a page, `!` for an error, and the number
/// of requests. No listing of these may go on for longer than a hundred items.
fn read(answers: Vec<Answer>) -> (String, usize) {
    read_from(1, answers)
}

fn read_from(first: u64, answers: Vec<Answer>) -> (String, usize) {
    let (client, seen) = scripted(answers);
    let logs = client.audit_logs().page(first).per_page(2).iter();
    let ids: Vec<_> = logs
        .take(100)
        .map(|log| log.map_or("!".to_owned(), |log| log.id))
        .collect();
    (ids.join(" "), seen.lock().unwrap().len())
}

fn expect(answers: Vec<Answer>, ids: &str, requests: usize) {
    assert_eq!(read(answers), (ids.to_owned(), requests));
}

#[test]
fn an_empty_page_ends_it() {
    expect(vec![page(&[]), page(&[9])], "", 1);
    expect(vec![page(&[1, 2]), page(&[]), page(&[9])], "1 2", 2);
}

#[test]
fn an_empty_page_in_the_middle_does_not_if_more_pages_are_promised() {
    let info = r#"{"total_pages":3}"#;
    expect(
        vec![
            page_with(&[1, 2], info),
            page_with(&[], info),
            page_with(&[3], info),
            page(&[]),
        ],
        "1 2 3",
        3,
    );
}

#[test]
fn two_empty_pages_in_a_row_always_end_it() {
    let info = r#"{"total_pages":1000}"#;
    expect(
        vec![
            page_with(&[1, 2], info),
            page_with(&[], info),
            page_with(&[], info),
            page(&[9]),
        ],
        "1 2",
        3,
    );
}

#[test]
fn a_short_page_alone_is_no_end() {
    expect(
        vec![page(&[1]), page(&[2, 3]), page(&[4]), page(&[])],
        "1 2 3 4",
        4,
    );
}

#[test]
fn a_total_alone_is_no_end() {
    let info = r#"{"total_count":2,"total_pages":1}"#;
    expect(
        vec![
            page_with(&[1, 2], info),
            page_with(&[3, 4], info),
            page(&[]),
        ],
        "1 2 3 4",
        3,
    );
}

#[test]
fn a_short_page_that_a_total_calls_the_last_ends_it() {
    let pages = r#"{"total_pages":2}"#;
    expect(
        vec![
            page_with(&[1, 2], pages),
            page_with(&[3], pages),
            page(&[9]),
        ],
        "1 2 3",
        2,
    );
    let count = r#"{"total_count":3}"#;
    expect(
        vec![
            page_with(&[1, 2], count),
            page_with(&[3], count),
            page(&[9]),
        ],
        "1 2 3",
        2,
    );
}

#[test]
fn a_total_of_zero_is_unknown() {
    let info = r#"{"total_count":0,"total_pages":0,"per_page":0}"#;
    expect(
        vec![
            page_with(&[1], info),
            page_with(&[2], info),
            page_with(&[], info),
        ],
        "1 2",
        3,
    );
}

#[test]
fn the_size_that_the_server_says_counts_before_the_one_asked_for() {
    // Full pages of one, although two were asked for.
    let info = r#"{"per_page":1,"total_count":2}"#;
    expect(
        vec![
            page_with(&[1], info),
            page_with(&[2], info),
            page_with(&[], info),
        ],
        "1 2",
        3,
    );
}

#[test]
fn a_server_that_caps_its_pages_loses_nothing() {
    let info = r#"{"total_count":4}"#;
    let pages: Vec<_> = (1..=4)
        .map(|id| page_with(&[id], info))
        .chain([page(&[9])])
        .collect();
    expect(pages, "1 2 3 4", 4);
}

#[test]
fn a_page_that_repeats_the_one_before_ends_it() {
    expect(vec![page(&[1, 2]), page(&[3, 4])], "1 2 3 4", 3);
    expect(vec![page(&[1, 2])], "1 2", 2);
    let lie = r#"{"count":1,"page":1,"per_page":20,"total_count":2000}"#;
    expect(vec![page_with(&[1], lie)], "1", 2);
    let pages = r#"{"total_pages":50}"#;
    expect(vec![page_with(&[1, 2], pages)], "1 2", 2);
}

#[test]
fn entries_that_moved_to_the_next_page_are_handed_out_once() {
    expect(
        vec![page(&[1, 2]), page(&[2, 3]), page(&[3, 4]), page(&[])],
        "1 2 3 4",
        4,
    );
    // All of it was seen, and then it goes on.
    expect(
        vec![page(&[1, 2]), page(&[2]), page(&[3]), page(&[])],
        "1 2 3",
        4,
    );
    expect(
        vec![page(&[1, 2]), page(&[2]), page(&[1, 2]), page(&[2])],
        "1 2",
        3,
    );
}

#[test]
fn they_are_known_however_the_server_writes_its_json() {
    let page = |items: &str| ok(format!(r#"{{"success": true, "result": [ {items} ]}}"#));
    for [one, two, three] in [
        [r#"{"id": "1", "x": 1}"#, r#"{"id": "2"}"#, r#"{"id": "3"}"#],
        [
            "{\n \"id\": \"1\"\n}",
            "{\n \"id\": \"2\"\n}",
            "{\n \"id\": \"3\"\n}",
        ],
        [
            r#"{"x":1,"id":"1"}"#,
            r#"{"x":1,"id":"2"}"#,
            r#"{"x":2,"id":"3"}"#,
        ],
        [r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#],
    ] {
        let pages = [[one, two], [two, three]].map(|items| page(&items.join(" , ")));
        expect(pages.into_iter().chain([page("")]).collect(), "1 2 3", 3);
    }
}

#[test]
fn what_is_equal_elsewhere_is_handed_out() {
    expect(vec![page(&[1, 2]), page(&[3, 1]), page(&[])], "1 2 3 1", 3);
    expect(vec![page(&[1, 1]), page(&[2, 2]), page(&[])], "1 1 2 2", 3);
}

#[test]
fn only_objects_are_taken_for_the_same() {
    let numbers = |items: &str| ok(format!(r#"{{"success":true,"result":{items}}}"#));
    let (client, _) = scripted(vec![numbers("[1,2]"), numbers("[2,3]"), numbers("[]")]);
    let read: Vec<_> = client
        .iter(&common::ListOf::<u32>::new())
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(read, [1, 2, 2, 3]);
}

#[test]
fn a_page_past_the_end_may_be_a_400_or_null() {
    let past = r#"{"success":false,"errors":[{"code":1004,"message":"page out of range"}]}"#;
    expect(vec![page(&[1, 2]), status(400, past)], "1 2", 2);
    expect(vec![page(&[1, 2]), status(400, "")], "1 2", 2);
    expect(
        vec![page(&[1, 2]), ok(r#"{"success":true,"result":null}"#)],
        "1 2",
        2,
    );
    expect(vec![page(&[1, 2]), ok(r#"{"success":true}"#)], "1 2", 2);
    assert_eq!(read_from(7, vec![status(400, past)]), (String::new(), 1));
}

#[test]
fn a_web_page_is_no_end() {
    let page_of_a_proxy = "\n<html><title>400 Bad Request</title></html>";
    expect(
        vec![page(&[1, 2]), status(400, page_of_a_proxy)],
        "1 2 !",
        2,
    );
}

#[test]
fn the_first_page_is_never_past_the_end() {
    expect(vec![status(400, "{}")], "!", 1);
    expect(vec![ok(r#"{"success":true,"result":null}"#)], "!", 1);
}

#[test]
fn a_400_is_an_error_where_a_total_says_that_more_follow() {
    for info in [r#"{"total_pages":3}"#, r#"{"total_count":5}"#] {
        expect(
            vec![page_with(&[1, 2], info), status(400, "{}")],
            "1 2 !",
            2,
        );
        expect(
            vec![
                page_with(&[1, 2], info),
                ok(r#"{"success":true,"result":null}"#),
            ],
            "1 2 !",
            2,
        );
    }
    let info = r#"{"total_pages":1,"total_count":2}"#;
    expect(vec![page_with(&[1, 2], info), status(400, "{}")], "1 2", 2);
}

#[test]
fn a_400_about_credentials_is_an_error() {
    for code in [6003, 9103, 9106] {
        let body = format!(r#"{{"success":false,"errors":[{{"code":{code},"message":"no"}}]}}"#);
        expect(vec![page(&[1, 2]), status(400, body)], "1 2 !", 2);
    }
    for other in [401, 403, 404, 422, 500] {
        expect(vec![page(&[1, 2]), status(other, "{}")], "1 2 !", 2);
    }
}

#[test]
fn an_odd_result_info_is_as_none() {
    for info in [
        "null",
        "\"text\"",
        "7",
        "[]",
        r#"{"total_pages":-3,"total_count":-1,"per_page":-2,"page":-1}"#,
        r#"{"total_pages":1.5,"total_count":"2","per_page":null,"count":{}}"#,
        r#"{"total_pages":1e300,"total_count":99999999999999999999999}"#,
    ] {
        let pages = [&[1, 2][..], &[3, 4], &[]].map(|ids| page_with(ids, info));
        let (ids, requests) = read(pages.into());
        assert_eq!((ids.as_str(), requests), ("1 2 3 4", 3), "{info}");
    }
}

#[test]
fn the_page_that_the_server_names_does_not_matter() {
    let info = r#"{"page":1,"total_pages":3}"#;
    let (client, seen) = scripted(vec![
        page_with(&[1, 2], info),
        page_with(&[3, 4], info),
        page_with(&[5], info),
    ]);
    assert_eq!(client.audit_logs().per_page(2).iter().count(), 5);
    let last = seen.lock().unwrap().last().unwrap().target.clone();
    assert!(last.contains("page=3"), "{last}");
}

#[test]
fn a_listing_of_one_page_never_asks_for_a_second() {
    let info = r#"{"count":1,"page":1,"per_page":20,"total_count":2000,"total_pages":100}"#;
    let (client, seen) = scripted(vec![page_with(&[1, 2], info)]);
    assert_eq!(client.invites().iter().count(), 2);
    assert_eq!(client.subscriptions().pages().count(), 1);
    assert_eq!(client.permission_groups().iter().read_ahead(4).count(), 2);
    assert_eq!(seen.lock().unwrap().len(), 3);
}

#[test]
fn pages_in_a_circle_end_it_and_are_handed_out_once() {
    let circle = |pages: &[&[u32]], rounds: usize| {
        let all = pages.iter().cycle().take(rounds * pages.len());
        all.map(|ids| page(ids)).collect::<Vec<_>>()
    };
    expect(circle(&[&[1, 2], &[3, 4]], 9), "1 2 3 4", 4);
    expect(circle(&[&[1, 2], &[3, 4], &[5, 6]], 9), "1 2 3 4 5 6", 5);
    // A page that came before is passed over once: more may follow it.
    expect(
        [&[1, 2][..], &[3, 4], &[1, 2], &[5, 6], &[7, 8], &[]]
            .map(page)
            .into(),
        "1 2 3 4 5 6 7 8",
        6,
    );
}

#[test]
fn a_page_is_the_same_whatever_else_moves_in_it() {
    let answers = (0..50).map(|tick| {
        ok(format!(
            r#"{{"success":true,"result":[{{"id":"1","metadata":{tick}}},  {{"id":"2"}}]}}"#
        ))
    });
    expect(answers.collect(), "1 2", 3);
}

#[test]
fn items_that_share_an_identifier_are_not_told_apart_by_it() {
    let day = |a: u32, b: u32| {
        ok(format!(
            r#"{{"success":true,"result":[{{"id":"z","metadata":{a}}},{{"id":"z","metadata":{b}}}]}}"#
        ))
    };
    expect(
        vec![day(1, 2), day(3, 4), day(5, 6), page(&[])],
        "z z z z z z",
        4,
    );
}

#[test]
fn pages_of_items_without_identifiers_end_at_the_second_in_a_row_that_came_before() {
    let page = |a: u32, b: u32| {
        ok(format!(
            r#"{{"success":true,"result":[{{"metadata":{a}}},{{"metadata":{b}}}]}}"#
        ))
    };
    let pages = (0..40).map(|tick| page(tick % 2 * 2 + 1, tick % 2 * 2 + 2));
    let (client, seen) = scripted(pages.collect());
    assert_eq!(client.audit_logs().per_page(2).iter().take(100).count(), 6);
    assert_eq!(seen.lock().unwrap().len(), 4);
    // One alone may be another page that looks the same.
    let (client, _) = scripted(vec![
        page(0, 0),
        page(1, 2),
        page(0, 0),
        page(3, 4),
        ok(r#"{"success":true,"result":[]}"#),
    ]);
    assert_eq!(client.audit_logs().per_page(2).iter().take(100).count(), 8);
}

/// A page of audit logs with these identifiers and metadata.
fn moving(items: &[(u32, u32)]) -> String {
    let items: Vec<_> = items
        .iter()
        .map(|(id, metadata)| format!(r#"{{"id":"{id}","metadata":{metadata}}}"#))
        .collect();
    format!(r#""result":[{}]"#, items.join(","))
}

#[test]
fn a_last_page_of_one_item_that_changes_ends_it() {
    let page = |tick, info: &str| {
        let items = moving(&[(3, tick)]);
        ok(format!(
            r#"{{"success":true,{items},"result_info":{info}}}"#
        ))
    };
    let lie = r#"{"count":1,"page":1,"per_page":20,"total_count":2000}"#;
    for info in [lie, "null", r#"{"total_pages":40}"#] {
        let answers = (0..50).map(|tick| page(tick, info));
        expect(answers.collect(), "3", 3);
    }
}

#[test]
fn an_entry_that_changed_when_it_moved_to_the_next_page_is_handed_out_once() {
    let page = |items: &[(u32, u32)]| ok(format!(r#"{{"success":true,{}}}"#, moving(items)));
    expect(
        vec![page(&[(1, 0), (2, 0)]), page(&[(2, 1), (3, 1)]), page(&[])],
        "1 2 3",
        3,
    );
}

#[test]
fn a_server_that_ignores_the_page_while_entries_come_in_ends_it() {
    let answers = (0..50).map(|tick| page(&[12 + tick, 11 + tick, 10 + tick]));
    // The second answer may be an accident of the order, the third is not.
    expect(answers.collect(), "12 11 10 13 12 11", 3);
    let swapped = [&[1, 2], &[3, 4], &[4, 3], &[3, 4], &[4, 3]].map(|ids| page(ids));
    expect(swapped.into(), "1 2 3 4", 4);
}

#[test]
fn identifiers_that_are_not_said_to_be_unique_lose_no_item_where_pages_are_promised() {
    #[derive(serde::Deserialize)]
    struct Row {
        value: u32,
    }
    let page = |tick: u32, info: &str| {
        ok(format!(
            r#"{{"success":true,"result":[{{"id":"a","value":{tick}}},{{"id":"b","value":{tick}}}],"result_info":{info}}}"#
        ))
    };
    let read = |answers| {
        let (client, seen) = scripted(answers);
        let rows: Vec<_> = client
            .iter(&common::ListOf::<Row>::new())
            .take(100)
            .map(|row| row.unwrap().value)
            .collect();
        (rows, seen.lock().unwrap().len())
    };
    let info = r#"{"per_page":2,"total_pages":4}"#;
    let promised = (0..4).map(|tick| page(tick, info));
    let promised = promised.chain([ok(r#"{"success":true,"result":[]}"#)]);
    assert_eq!(read(promised.collect()), (vec![0, 0, 1, 1, 2, 2, 3, 3], 5));
    // Where nothing is promised, it may go on for ever.
    let endless = (0..50).map(|tick| page(tick, "null"));
    assert_eq!(read(endless.collect()), (vec![0, 0], 3));
}

#[test]
fn a_total_that_is_unknown_does_not_take_back_one_that_was_told() {
    let info = r#"{"total_pages":3}"#;
    let nothing = r#"{"count":0,"total_count":0,"total_pages":0}"#;
    expect(
        vec![
            page_with(&[1, 2], info),
            page_with(&[], nothing),
            page_with(&[3], info),
            page(&[9]),
        ],
        "1 2 3",
        3,
    );
}
