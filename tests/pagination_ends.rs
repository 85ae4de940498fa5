//! Which items a paginated list yields and where it ends. The sections follow the documented rules.

mod common;

use std::sync::{Arc, Mutex};

use cloudflare_user::{Body, Client, Result, http};
use common::{ListOf, ScriptedResponse, ok, scripted, status};
use serde_json::json;

/// A page of audit logs with these identifiers.
fn page(ids: &[u32]) -> ScriptedResponse {
    page_with(ids, "null")
}

fn page_with(ids: &[u32], info: &str) -> ScriptedResponse {
    let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    page_of(&items.join(","), info)
}

fn page_of(items: &str, info: &str) -> ScriptedResponse {
    ok(format!(
        r#"{{"success":true,"result":[{items}],"result_info":{info}}}"#
    ))
}

/// A page of audit logs without identifiers.
fn page_without_ids(numbers: &[u32]) -> ScriptedResponse {
    let items = numbers
        .iter()
        .map(|number| format!(r#"{{"metadata":{number}}}"#));
    page_of(&items.collect::<Vec<_>>().join(","), "null")
}

/// Reads audit logs with `per_page(2)`. Returns their identifiers (or the metadata of a log without
/// one), with `!` for an error, and the number of requests. Requests after the last response return
/// it again.
fn read_from(first: u64, responses: Vec<ScriptedResponse>) -> (String, usize) {
    let (client, requests) = scripted(responses);
    let logs = client.audit_logs().page(first).per_page(2).iter();
    let texts = logs.take(200).map(|log| match log {
        Ok(log) if log.id.is_empty() => log.metadata.to_string(),
        Ok(log) => log.id,
        Err(_) => "!".to_owned(),
    });
    (
        texts.collect::<Vec<_>>().join(" "),
        requests.lock().unwrap().len(),
    )
}

#[track_caller]
fn expect(responses: Vec<ScriptedResponse>, items: &str, requests: usize) {
    assert_eq!(read_from(1, responses), (items.to_owned(), requests));
}

fn last_error(responses: Vec<ScriptedResponse>) -> cloudflare_user::Error {
    let (client, _) = scripted(responses);
    let logs = client.audit_logs().per_page(2).iter();
    logs.take(200).last().unwrap().unwrap_err()
}

// Rule 1: empty pages.

const WITHOUT_ITEMS: [&str; 4] = [
    r#"{"success":true,"result":[]}"#,
    r#"{"success":true,"result":null}"#,
    r#"{"success":true}"#,
    r#"{"result":null,"result_info":null,"errors":[],"messages":[],"success":true}"#,
];

#[test]
fn ends_after_an_empty_page() {
    for empty in WITHOUT_ITEMS {
        expect(vec![page(&[1, 2]), ok(empty), page(&[9])], "1 2", 2);
    }
}

#[test]
fn yields_nothing_if_the_first_page_is_empty() {
    for empty in WITHOUT_ITEMS {
        expect(vec![ok(empty), page(&[9])], "", 1);
        let (client, requests) = scripted(vec![ok(empty)]);
        assert_eq!(client.audit_logs().pages().count(), 0, "{empty}");
        assert_eq!(client.invites().iter().count(), 0, "{empty}");
        assert_eq!(requests.lock().unwrap().len(), 2, "{empty}");
    }
}

#[test]
fn returns_an_empty_page_if_a_filter_matches_nothing() {
    for empty in WITHOUT_ITEMS {
        let (client, _) = scripted(vec![ok(empty)]);
        assert!(
            client.audit_logs().send().unwrap().items.is_empty(),
            "{empty}"
        );
        assert!(
            client.permission_groups().send().unwrap().items.is_empty(),
            "{empty}"
        );
    }
}

#[test]
fn yields_an_error_for_a_null_result_without_success() {
    for body in [
        r#"{"success":false,"result":null}"#,
        r#"{"result":null}"#,
        "null",
        "{}",
        "",
    ] {
        expect(vec![page(&[1, 2]), ok(body)], "1 2 !", 2);
    }
}

#[test]
fn skips_an_empty_page_if_total_pages_states_more_pages() {
    let info = r#"{"total_pages":3}"#;
    let last = || page_with(&[3], info);
    for empty in WITHOUT_ITEMS {
        expect(
            vec![page_with(&[1, 2], info), ok(empty), last()],
            "1 2 3",
            3,
        );
    }
    expect(
        vec![page_with(&[], info), page_with(&[1, 2], info), last()],
        "1 2 3",
        3,
    );
    let empty = page_with(&[], info);
    expect(
        vec![page_with(&[1, 2], info), page_with(&[3, 4], info), empty],
        "1 2 3 4",
        3,
    );
}

#[test]
fn ends_after_two_empty_pages_in_a_row() {
    let info = r#"{"total_pages":1000}"#;
    let empty = || page_with(&[], info);
    expect(
        vec![page_with(&[1, 2], info), empty(), empty(), page(&[9])],
        "1 2",
        3,
    );
    let pages = vec![
        empty(),
        page_with(&[1, 2], info),
        empty(),
        page_with(&[3], info),
        empty(),
        empty(),
    ];
    expect(pages, "1 2 3", 6);
}

#[test]
fn ends_after_an_empty_page_if_only_total_count_states_more_items() {
    let info = r#"{"total_count":2000}"#;
    expect(
        vec![page_with(&[1, 2], info), page_with(&[], info), page(&[9])],
        "1 2",
        2,
    );
}

#[test]
fn keeps_total_pages_if_a_later_page_states_zero() {
    let info = r#"{"total_pages":3}"#;
    let zero = r#"{"count":0,"total_count":0,"total_pages":0}"#;
    expect(
        vec![
            page_with(&[1, 2], info),
            page_with(&[], zero),
            page_with(&[3], info),
            page(&[9]),
        ],
        "1 2 3",
        3,
    );
}

// Rule 2: the last page according to the totals.

#[test]
fn ends_after_a_short_page_that_is_the_last_by_total_pages() {
    for info in [
        r#"{"total_pages":2}"#,
        r#"{"total_pages":2,"total_count":2000}"#,
        r#"{"total_pages":1}"#,
    ] {
        expect(
            vec![page_with(&[1, 2], info), page_with(&[3], info), page(&[9])],
            "1 2 3",
            2,
        );
    }
}

#[test]
fn ends_after_a_short_page_that_reaches_total_count() {
    let info = r#"{"total_count":3}"#;
    expect(
        vec![page_with(&[1, 2], info), page_with(&[3], info), page(&[9])],
        "1 2 3",
        2,
    );
}

#[test]
fn prefers_total_pages_to_total_count() {
    let info = r#"{"total_pages":3,"total_count":3}"#;
    expect(
        vec![
            page_with(&[1, 2], info),
            page_with(&[3], info),
            page_with(&[4], info),
            page(&[9]),
        ],
        "1 2 3 4",
        3,
    );
}

#[test]
fn ignores_total_count_in_a_list_that_starts_after_page_1() {
    let info = r#"{"total_count":1}"#;
    let pages = vec![page_with(&[3], info), page_with(&[4], info), page(&[])];
    assert_eq!(read_from(2, pages), ("3 4".to_owned(), 3));
    let info = r#"{"total_pages":2}"#;
    assert_eq!(
        read_from(2, vec![page_with(&[3], info), page(&[9])]),
        ("3".to_owned(), 1)
    );
}

#[test]
fn counts_duplicates_once_against_total_count() {
    let info = r#"{"total_count":3}"#;
    let pages = [1, 1, 2, 3].map(|id| page_with(&[id], info));
    expect(pages.into_iter().chain([page(&[9])]).collect(), "1 2 3", 4);
}

#[test]
fn requests_the_page_after_a_short_one_without_totals() {
    expect(
        vec![page(&[1]), page(&[2, 3]), page(&[4]), page(&[])],
        "1 2 3 4",
        4,
    );
}

#[test]
fn requests_the_page_after_a_full_one_whatever_the_totals() {
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
fn ignores_totals_of_zero() {
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
fn compares_a_page_with_the_stated_page_size() {
    // The server states `per_page` 1, so a page of one item is full.
    let info = r#"{"per_page":1,"total_count":2,"total_pages":1}"#;
    expect(
        vec![
            page_with(&[1], info),
            page_with(&[2], info),
            page_with(&[], info),
        ],
        "1 2",
        3,
    );
    // The server states `per_page` 3, so a page of two items is short.
    let info = r#"{"per_page":3,"total_pages":1}"#;
    expect(vec![page_with(&[1, 2], info), page(&[9])], "1 2", 1);
}

#[test]
fn reads_all_pages_of_a_server_that_caps_their_size() {
    let info = r#"{"total_count":4}"#;
    let pages = [1, 2, 3, 4].map(|id| page_with(&[id], info));
    expect(
        pages.into_iter().chain([page(&[9])]).collect(),
        "1 2 3 4",
        4,
    );
}

#[test]
fn ignores_a_result_info_without_usable_numbers() {
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
        assert_eq!(
            read_from(1, pages.into()),
            ("1 2 3 4".to_owned(), 3),
            "{info}"
        );
    }
}

#[test]
fn ignores_the_page_number_that_the_server_states() {
    let info = r#"{"page":1,"total_pages":3}"#;
    let (client, requests) = scripted(
        [&[1, 2][..], &[3, 4], &[5]]
            .map(|ids| page_with(ids, info))
            .into(),
    );
    assert_eq!(client.audit_logs().per_page(2).iter().count(), 5);
    let last = requests.lock().unwrap().last().unwrap().target.clone();
    assert!(last.contains("page=3"), "{last}");
}

#[test]
fn ends_a_single_page_list_after_one_request() {
    let info = r#"{"count":1,"page":1,"per_page":20,"total_count":2000,"total_pages":100}"#;
    let (client, requests) = scripted(vec![page_with(&[1, 2], info)]);
    assert_eq!(client.invites().iter().count(), 2);
    assert_eq!(client.subscriptions().pages().count(), 1);
    assert_eq!(client.permission_groups().iter().read_ahead(4).count(), 2);
    assert_eq!(requests.lock().unwrap().len(), 3);
}

// Rule 3: pages without a new item.

#[test]
fn requests_the_page_after_one_without_new_items() {
    expect(
        vec![page(&[1, 2]), page(&[1, 2]), page(&[3, 4]), page(&[])],
        "1 2 3 4",
        4,
    );
    expect(
        vec![page(&[1, 2]), page(&[2]), page(&[3]), page(&[])],
        "1 2 3",
        4,
    );
    // Two pages were added in front.
    let pages = [&[1, 2][..], &[3, 4], &[1, 2], &[3, 4], &[5, 6], &[]];
    expect(pages.map(page).into(), "1 2 3 4 5 6", 6);
    // One page was added, and later another one.
    let pages = [&[1, 2][..], &[1, 2], &[3, 4], &[3, 4], &[5, 6], &[]];
    expect(pages.map(page).into(), "1 2 3 4 5 6", 6);
}

#[test]
fn ends_after_two_consecutive_pages_that_equal_their_predecessor() {
    expect(vec![page(&[1, 2])], "1 2", 3);
    expect(vec![page(&[1])], "1", 3);
    expect(vec![page(&[1, 2]), page(&[3, 4])], "1 2 3 4", 4);
    // A larger `total_count` does not change that.
    let info = r#"{"count":1,"page":1,"per_page":20,"total_count":2000}"#;
    expect(vec![page_with(&[1], info)], "1", 3);
}

#[test]
fn compares_pages_by_identifiers_and_not_by_other_fields() {
    let responses = (0..50).map(|tick| {
        let items = format!(r#"{{"id":"1","metadata":{tick}}},  {{"id":"2"}}"#);
        page_of(&items, "null")
    });
    expect(responses.collect(), "1 2", 3);
}

#[test]
fn continues_if_only_one_of_two_pages_equals_its_predecessor() {
    let pages = [&[1, 2][..], &[1, 2], &[2, 1], &[2, 1], &[3], &[]];
    expect(pages.map(page).into(), "1 2 3", 6);
}

#[test]
fn ends_after_n_plus_3_pages_without_a_new_item() {
    let cycle = |pages: &[&[u32]]| pages.iter().cycle().take(60).map(|ids| page(ids)).collect();
    // The same items in another order do not equal their predecessor.
    expect(cycle(&[&[1, 2], &[2, 1]]), "1 2", 5);
    expect(cycle(&[&[1, 2], &[3, 4]]), "1 2 3 4", 7);
    expect(cycle(&[&[1, 2], &[3, 4], &[5, 6]]), "1 2 3 4 5 6", 9);
}

#[test]
fn continues_if_an_item_is_new_just_before_the_limit() {
    // One page yielded items, so a fourth consecutive page without a new item would end the list.
    let pages = [&[1, 2][..], &[2, 1], &[1, 2], &[2, 1], &[3, 4], &[]];
    expect(pages.map(page).into(), "1 2 3 4", 6);
}

#[test]
fn continues_after_equal_pages_if_total_pages_states_more_pages() {
    let info = r#"{"total_pages":5}"#;
    let pages = [&[1, 2][..], &[1, 2], &[1, 2], &[1, 2], &[3]].map(|ids| page_with(ids, info));
    expect(pages.into_iter().chain([page(&[9])]).collect(), "1 2 3", 5);
}

#[test]
fn ends_without_an_error_at_the_page_that_total_pages_states() {
    for (total, requests) in [(1, 3), (2, 3), (3, 3), (4, 4)] {
        let info = format!(r#"{{"total_pages":{total}}}"#);
        expect(vec![page_with(&[1, 2], &info)], "1 2", requests);
    }
}

#[test]
fn yields_an_error_if_pages_repeat_although_total_pages_states_more() {
    let info = r#"{"total_pages":20}"#;
    let pages = || vec![page_with(&[1, 2], info), page_with(&[3, 4], info)];
    expect(pages(), "1 2 3 4 !", 7);
    let error = last_error(pages());
    let text = error.to_string();
    assert!(
        text.contains("page 7 repeats earlier pages, although total_pages is 20"),
        "{text}"
    );
    assert!(!error.is_item());
    let (client, _) = scripted(pages());
    let mut read = client.audit_logs().per_page(2).pages();
    let outcomes: Vec<_> = read.by_ref().map(|page| page.is_ok()).collect();
    assert_eq!(outcomes, [true, true, false]);
    assert!(read.next().is_none());
}

#[test]
fn continues_while_a_server_that_ignores_the_page_sends_new_items() {
    let responses = (0..4).map(|tick| page(&[12 + tick, 11 + tick, 10 + tick]));
    expect(responses.collect(), "12 11 10 13 14 15", 6);
}

// Which items are yielded.

#[test]
fn yields_an_item_once_even_if_it_reappears_pages_later() {
    expect(vec![page(&[1, 2]), page(&[3, 1]), page(&[])], "1 2 3", 3);
    expect(vec![page(&[1, 1]), page(&[2, 2]), page(&[])], "1 2", 3);
    expect(
        vec![page(&[1, 2]), page(&[2, 3]), page(&[3, 4]), page(&[])],
        "1 2 3 4",
        4,
    );
    let pages = [&[1, 2][..], &[3, 4], &[5, 6], &[1, 7], &[4, 8], &[]];
    expect(pages.map(page).into(), "1 2 3 4 5 6 7 8", 6);
}

#[test]
fn recognizes_an_item_whose_other_fields_changed() {
    let first = page_of(r#"{"id":"1","metadata":0},{"id":"2","metadata":0}"#, "null");
    let second = page_of(r#"{"id":"2","metadata":1},{"id":"3","metadata":1}"#, "null");
    expect(vec![first, second, page(&[])], "1 2 3", 3);
}

#[test]
fn recognizes_an_identifier_in_any_notation_of_json() {
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
        [
            r#"{"x":{"id":"9"},"id":"1"}"#,
            r#"{"id":"\u0032"}"#,
            r#"{"id":"3"}"#,
        ],
        [r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#],
    ] {
        let pages = [[one, two], [two, three]].map(|items| page_of(&items.join(" , "), "null"));
        expect(pages.into_iter().chain([page(&[])]).collect(), "1 2 3", 3);
    }
    let pages = vec![
        page_of(r#"{"id":"2"}"#, "null"),
        page_of(r#"{"id":2},{"id":"\u0032"}"#, "null"),
        page(&[]),
    ];
    expect(pages, "2", 3);
}

#[test]
fn never_drops_a_single_item_without_an_identifier() {
    expect(
        vec![
            page_without_ids(&[1, 2]),
            page_without_ids(&[2, 3]),
            page_without_ids(&[]),
        ],
        "1 2 2 3",
        3,
    );
    let (client, _) = scripted(
        ["[1,2]", "[2,3]", "[]"]
            .map(|items| ok(common::success(items)))
            .into(),
    );
    let numbers: Vec<u32> = client
        .iter(&ListOf::<u32>::new())
        .collect::<Result<_>>()
        .unwrap();
    assert_eq!(numbers, [1, 2, 2, 3]);
}

#[test]
fn compares_items_without_an_identifier_with_the_page_requested_just_before() {
    let mixed = |id: u32, number: u32| {
        page_of(
            &format!(r#"{{"id":"{id}"}},{{"metadata":{number}}}"#),
            "null",
        )
    };
    // The second page has nothing new.
    expect(
        vec![mixed(1, 7), mixed(1, 7), mixed(2, 8), page(&[])],
        "1 7 2 8",
        4,
    );
    // The third page has an item without an identifier that is not on the second one.
    expect(
        vec![mixed(1, 7), mixed(2, 8), mixed(1, 7), page(&[])],
        "1 7 2 8 7",
        4,
    );
    expect(vec![mixed(1, 7)], "1 7", 3);
}

#[test]
fn compares_a_page_without_identifiers_with_all_pages() {
    let pages = [&[0, 0][..], &[1, 2], &[0, 0], &[3, 4], &[]];
    expect(pages.map(page_without_ids).into(), "0 0 1 2 3 4", 5);
    let alternating = [&[1, 2][..], &[3, 4]].into_iter().cycle().take(40);
    expect(alternating.map(page_without_ids).collect(), "1 2 3 4", 7);
    expect(vec![page_without_ids(&[1, 2])], "1 2", 3);
}

#[test]
fn treats_items_of_an_endpoint_without_item_id_as_unidentified() {
    #[derive(serde::Deserialize)]
    struct Row {
        value: usize,
    }
    let pages = (0..10).map(|value| {
        page_of(
            &format!(r#"{{"id":"a","value":{value}}},{{"id":"a","value":{value}}}"#),
            "null",
        )
    });
    let (client, requests) = scripted(pages.collect());
    let rows = client.iter(&ListOf::<Row>::new()).take(100);
    let values: Vec<usize> = rows.map(|row| row.unwrap().value).collect();
    assert_eq!(
        values,
        (0..10).flat_map(|value| [value; 2]).collect::<Vec<_>>()
    );
    assert_eq!(requests.lock().unwrap().len(), 12);
}

#[test]
fn never_drops_a_single_item_that_cannot_be_decoded() {
    let page_with_malformed_item = |id: u32| {
        page_of(
            &format!(r#"{{"id":"{id}"}},{{"id":"7","action":7}}"#),
            "null",
        )
    };
    expect(
        vec![
            page_with_malformed_item(1),
            page_with_malformed_item(2),
            page(&[]),
        ],
        "1 ! 2 !",
        3,
    );
    expect(vec![page_with_malformed_item(1)], "1 !", 3);
}

/// A client of 100 tokens, to which `new` tokens are added in front after this many requests.
fn growing_tokens(new: usize, after: usize) -> (Client, Arc<Mutex<usize>>) {
    let requests = Arc::new(Mutex::new(0));
    let count = requests.clone();
    let transport = move |request: http::Request<Vec<u8>>| {
        let mut requests = count.lock().unwrap();
        let new = if *requests < after { 0 } else { new };
        *requests += 1;
        let query = request.uri().query().unwrap();
        let number = query
            .split('&')
            .find_map(|parameter| parameter.strip_prefix("page="));
        let number: usize = number.unwrap().parse().unwrap();
        let ids = (100..100 + new)
            .rev()
            .chain(0..100)
            .skip((number - 1) * 5)
            .take(5);
        let tokens: Vec<_> = ids.map(|id| json!({"id": id.to_string()})).collect();
        let total = 100 + new;
        let info = json!({"page": number, "per_page": 5, "count": tokens.len(), "total_count": total, "total_pages": total.div_ceil(5)});
        let body = json!({"success": true, "result": tokens, "result_info": info});
        Ok(http::Response::new(Body::from(body.to_string())))
    };
    let builder = Client::builder()
        .api_token("a-token-of-the-tests")
        .transport(transport);
    (builder.build().unwrap(), requests)
}

#[test]
fn yields_each_token_once_while_others_are_added_in_front() {
    let expected: Vec<String> = (0..100).map(|id| id.to_string()).collect();
    for (new, requests) in [(0, 21), (3, 21), (5, 22), (6, 22), (7, 22), (12, 23)] {
        for after in [1, 2, 7, 19] {
            let existed = |id: &String| id.parse::<u32>().unwrap() < 100;
            let (client, sent) = growing_tokens(new, after);
            let tokens = client
                .tokens()
                .per_page(5)
                .iter()
                .map(|token| token.unwrap().id);
            let ids: Vec<_> = tokens.filter(existed).collect();
            assert_eq!(ids, expected, "{new} after {after}");
            assert_eq!(*sent.lock().unwrap(), requests, "{new} after {after}");
            let (client, sent) = growing_tokens(new, after);
            let pages = client.tokens().per_page(5).pages();
            let tokens = pages
                .flat_map(|page| page.unwrap().items)
                .map(|token| token.id);
            assert_eq!(
                tokens.filter(existed).collect::<Vec<_>>(),
                expected,
                "{new} after {after}"
            );
            assert_eq!(*sent.lock().unwrap(), requests, "{new} after {after}");
        }
    }
}

// Rule 4: errors.

/// The envelope of a failure with these errors.
fn errors(errors: &str) -> String {
    format!(r#"{{"success":false,"errors":[{errors}],"messages":[],"result":null}}"#)
}

/// Bodies of a 400 about the page number.
fn about_the_page() -> Vec<String> {
    [
        r#"{"code":1004,"message":"page out of range"}"#,
        r#"{"code":1004,"message":"Page 2 does not exist"}"#,
        r#"{"code":1004,"message":"invalid `page`: per_page is fine"}"#,
        r#"{"code":1,"message":"bad request"},{"code":2,"message":"the page is too large"}"#,
        r#"{"code":1004,"message":"invalid parameters","error_chain":[{"code":1,"message":"page out of range"}]}"#,
        r#"{"code":1004,"message":"invalid parameters","source":{"pointer":"/page"}}"#,
    ]
    .map(errors)
    .into()
}

#[test]
fn ends_after_a_400_about_the_page_number() {
    for body in about_the_page() {
        let outcome = read_from(1, vec![page(&[1, 2]), status(400, &body)]);
        assert_eq!(outcome, ("1 2".to_owned(), 2), "{body}");
        assert_eq!(
            read_from(7, vec![status(400, &body)]),
            (String::new(), 1),
            "{body}"
        );
    }
}

#[test]
fn yields_an_error_for_a_400_about_the_first_page() {
    for body in about_the_page() {
        assert_eq!(
            read_from(1, vec![status(400, &body)]),
            ("!".to_owned(), 1),
            "{body}"
        );
    }
}

#[test]
fn yields_an_error_for_a_400_about_a_page_that_exists_by_total_pages() {
    for body in about_the_page() {
        let info = r#"{"total_pages":2}"#;
        expect(
            vec![page_with(&[1, 2], info), status(400, &body)],
            "1 2 !",
            2,
        );
        for info in [
            r#"{"total_pages":1}"#,
            r#"{"total_count":5}"#,
            r#"{"total_pages":0}"#,
        ] {
            expect(vec![page_with(&[1, 2], info), status(400, &body)], "1 2", 2);
        }
    }
}

#[test]
fn yields_an_error_for_every_other_400() {
    let bodies = [
        errors(""),
        errors(r#"{"code":10001,"message":"Invalid filter"}"#),
        errors(r#"{"code":6008,"message":"per_page out of range"}"#),
        errors(r#"{"code":6008,"message":"invalid per page or per-page"}"#),
        errors(r#"{"code":1,"message":"invalid","source":{"pointer":"/per_page"}}"#),
        errors(r#"{"code":1,"message":"invalid homepage"}"#),
        errors(
            r#"{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}"#,
        ),
        errors(r#"{"code":9103,"message":"Unknown X-Auth-Key or X-Auth-Email"}"#),
        errors(r#"{"code":9106,"message":"Missing X-Auth-Key"}"#),
        r#"{"success":true,"result":[]}"#.to_owned(),
        r#"{"success":true,"result":null}"#.to_owned(),
        "error code: 1034".to_owned(),
        "page out of range".to_owned(),
        "\n<html><title>400: the page was not found</title></html>".to_owned(),
        "{}".to_owned(),
        String::new(),
    ];
    for body in bodies {
        let responses = || vec![page(&[1, 2]), status(400, &body)];
        assert_eq!(read_from(1, responses()), ("1 2 !".to_owned(), 2), "{body}");
        assert_eq!(last_error(responses()).status(), Some(400), "{body}");
        let resumed = read_from(2, vec![status(400, &body)]);
        assert_eq!(resumed, ("!".to_owned(), 1), "{body}");
    }
}

#[test]
fn yields_an_error_for_every_other_status_whatever_its_body() {
    for code in [
        301, 401, 402, 403, 404, 405, 409, 410, 416, 422, 429, 500, 501, 503, 520, 530,
    ] {
        for body in [
            "",
            "{}",
            r#"{"success":true,"result":[]}"#,
            &about_the_page()[0],
        ] {
            let responses = || vec![page(&[1, 2]), status(code, body)];
            assert_eq!(
                read_from(1, responses()),
                ("1 2 !".to_owned(), 2),
                "{code}: {body}"
            );
            let resumed = read_from(2, vec![status(code, body)]);
            assert_eq!(resumed, ("!".to_owned(), 1), "{code}: {body}");
        }
    }
}

#[test]
fn yields_an_error_for_a_200_without_success() {
    for body in about_the_page() {
        expect(vec![page(&[1, 2]), ok(&body)], "1 2 !", 2);
    }
}

#[test]
fn ends_the_iteration_after_an_error() {
    let pages = || vec![page(&[1, 2]), status(400, "{}"), page(&[3, 4])];
    let (client, requests) = scripted(pages());
    let mut logs = client.audit_logs().per_page(2).iter();
    assert_eq!(logs.by_ref().filter(Result::is_err).count(), 1);
    assert!(logs.next().is_none());
    assert_eq!((logs.next_page(), requests.lock().unwrap().len()), (2, 2));
    let (client, requests) = scripted(pages());
    let mut read = client.audit_logs().per_page(2).pages();
    assert_eq!(read.by_ref().filter(Result::is_err).count(), 1);
    assert!(read.next().is_none());
    assert_eq!((read.next_page(), requests.lock().unwrap().len()), (2, 2));
}
