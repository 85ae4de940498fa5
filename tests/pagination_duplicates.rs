//! Which items a paginated list yields if pages repeat, or if others are added in front of the
//! list. The sections follow the documented rules.

mod common;

use std::sync::{Arc, Mutex};

use cloudflare_user::{Body, Client, Result, http};
use common::lists::{expect, last_error, page, page_of, page_with, page_without_ids};
use common::{ListOf, ok, scripted};
use serde_json::json;

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
