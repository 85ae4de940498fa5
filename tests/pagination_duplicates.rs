//! Which items a paginated list yields if pages repeat, or if others are added in front of the
//! list. The sections follow the documented rules.

mod common;

use std::sync::{Arc, Mutex};

use cloudflare_user::{Body, Client, Result, http};
use common::lists::{page, page_of, page_with, page_without_ids, read};
use common::{ListOf, builder, ok, page_number, scripted, success};
use serde_json::{Value, json};

// Rule 3: pages without a new item.

#[test]
fn requests_the_page_after_one_without_new_items() {
    read([page(&[1, 2]), page(&[1, 2]), page(&[3, 4]), page(&[])])
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(4);
    read([page(&[1, 2]), page(&[2]), page(&[3]), page(&[])])
        .assert_items(&[1, 2, 3])
        .assert_requests(4);
    let two_pages_are_added = [&[1, 2][..], &[3, 4], &[1, 2], &[3, 4], &[5, 6], &[]];
    read(two_pages_are_added.map(page))
        .assert_items(&[1, 2, 3, 4, 5, 6])
        .assert_requests(6);
    let one_page_is_added_twice = [&[1, 2][..], &[1, 2], &[3, 4], &[3, 4], &[5, 6], &[]];
    read(one_page_is_added_twice.map(page))
        .assert_items(&[1, 2, 3, 4, 5, 6])
        .assert_requests(6);
}

#[test]
fn ends_after_two_consecutive_pages_that_equal_their_predecessor() {
    read([page(&[1, 2])])
        .assert_items(&[1, 2])
        .assert_requests(3);
    read([page(&[1])]).assert_items(&[1]).assert_requests(3);
    read([page(&[1, 2]), page(&[3, 4])])
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(4);
    // A larger `total_count` does not change that.
    let info = r#"{"count":1,"page":1,"per_page":20,"total_count":2000}"#;
    read([page_with(&[1], info)])
        .assert_items(&[1])
        .assert_requests(3);
}

#[test]
fn compares_pages_by_identifiers_and_not_by_other_fields() {
    let responses = (0..50).map(|tick| {
        let items = format!(r#"{{"id":"1","metadata":{tick}}},  {{"id":"2"}}"#);
        page_of(&items)
    });
    read(responses).assert_items(&[1, 2]).assert_requests(3);
}

#[test]
fn continues_if_only_one_of_two_pages_equals_its_predecessor() {
    let pages = [&[1, 2][..], &[1, 2], &[2, 1], &[2, 1], &[3], &[]];
    read(pages.map(page))
        .assert_items(&[1, 2, 3])
        .assert_requests(6);
}

#[test]
fn ends_after_n_plus_3_pages_without_a_new_item() {
    let cycle = |pages: &[&[u32]]| read(pages.iter().cycle().take(60).map(|ids| page(ids)));
    // The same items in another order do not equal their predecessor.
    cycle(&[&[1, 2], &[2, 1]])
        .assert_items(&[1, 2])
        .assert_requests(5);
    cycle(&[&[1, 2], &[3, 4]])
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(7);
    cycle(&[&[1, 2], &[3, 4], &[5, 6]])
        .assert_items(&[1, 2, 3, 4, 5, 6])
        .assert_requests(9);
}

#[test]
fn continues_if_an_item_is_new_just_before_the_limit() {
    // One page yielded items, so a fourth consecutive page without a new item would end the list.
    let pages = [&[1, 2][..], &[2, 1], &[1, 2], &[2, 1], &[3, 4], &[]];
    read(pages.map(page))
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(6);
}

#[test]
fn continues_after_equal_pages_if_total_pages_states_more_pages() {
    let info = r#"{"total_pages":5}"#;
    let pages = [&[1, 2][..], &[1, 2], &[1, 2], &[1, 2], &[3]];
    let pages = pages.map(|ids| page_with(ids, info));
    read(pages.into_iter().chain([page(&[9])]))
        .assert_items(&[1, 2, 3])
        .assert_requests(5);
}

#[test]
fn ends_without_an_error_at_the_page_that_total_pages_states() {
    for (total_pages, requests) in [(1, 3), (2, 3), (3, 3), (4, 4)] {
        let info = format!(r#"{{"total_pages":{total_pages}}}"#);
        read([page_with(&[1, 2], &info)])
            .assert_items(&[1, 2])
            .assert_requests(requests);
    }
}

#[test]
fn yields_an_error_if_pages_repeat_although_total_pages_states_more() {
    let info = r#"{"total_pages":20}"#;
    let pages = || [page_with(&[1, 2], info), page_with(&[3, 4], info)];
    let error = read(pages())
        .assert_items_then_error(&[1, 2, 3, 4])
        .assert_requests(7)
        .last_error();
    assert!(
        error
            .to_string()
            .contains("page 7 repeats earlier pages, although total_pages is 20"),
        "{error}"
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
    read(responses)
        .assert_items(&[12, 11, 10, 13, 14, 15])
        .assert_requests(6);
}

// Which items are yielded.

#[test]
fn yields_an_item_once_even_if_it_reappears_pages_later() {
    read([page(&[1, 2]), page(&[3, 1]), page(&[])])
        .assert_items(&[1, 2, 3])
        .assert_requests(3);
    read([page(&[1, 1]), page(&[2, 2]), page(&[])])
        .assert_items(&[1, 2])
        .assert_requests(3);
    read([page(&[1, 2]), page(&[2, 3]), page(&[3, 4]), page(&[])])
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(4);
    let pages = [&[1, 2][..], &[3, 4], &[5, 6], &[1, 7], &[4, 8], &[]];
    read(pages.map(page))
        .assert_items(&[1, 2, 3, 4, 5, 6, 7, 8])
        .assert_requests(6);
}

#[test]
fn recognizes_an_item_whose_other_fields_changed() {
    let first = page_of(r#"{"id":"1","metadata":0},{"id":"2","metadata":0}"#);
    let second = page_of(r#"{"id":"2","metadata":1},{"id":"3","metadata":1}"#);
    read([first, second, page(&[])])
        .assert_items(&[1, 2, 3])
        .assert_requests(3);
}

#[test]
fn recognizes_an_identifier_in_any_notation_of_json() {
    let notations = [
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
    ];
    for [one, two, three] in notations {
        let first = page_of(&format!("{one} , {two}"));
        let second = page_of(&format!("{two} , {three}"));
        read([first, second, page(&[])])
            .assert_items(&[1, 2, 3])
            .assert_requests(3);
    }
    let first = page_of(r#"{"id":"2"}"#);
    let second = page_of(r#"{"id":2},{"id":"\u0032"}"#);
    read([first, second, page(&[])])
        .assert_items(&[2])
        .assert_requests(3);
}

#[test]
fn never_drops_a_single_item_without_an_identifier() {
    let pages = [&[1, 2][..], &[2, 3], &[]];
    read(pages.map(page_without_ids))
        .assert_items(&[1, 2, 2, 3])
        .assert_requests(3);
    let pages = ["[1,2]", "[2,3]", "[]"];
    let (client, _) = scripted(pages.map(|items| ok(success(items))));
    let numbers = client.iter(&ListOf::<u32>::new());
    let numbers: Vec<u32> = numbers.collect::<Result<_>>().unwrap();
    assert_eq!(numbers, [1, 2, 2, 3]);
}

#[test]
fn compares_items_without_an_identifier_with_the_page_requested_just_before() {
    let mixed = |id: u32, number: u32| {
        let items = format!(r#"{{"id":"{id}"}},{{"metadata":{number}}}"#);
        page_of(&items)
    };
    // The second page has nothing new.
    read([mixed(1, 7), mixed(1, 7), mixed(2, 8), page(&[])])
        .assert_items(&[1, 7, 2, 8])
        .assert_requests(4);
    // The third page has an item without an identifier that is not on the second one.
    read([mixed(1, 7), mixed(2, 8), mixed(1, 7), page(&[])])
        .assert_items(&[1, 7, 2, 8, 7])
        .assert_requests(4);
    read([mixed(1, 7)]).assert_items(&[1, 7]).assert_requests(3);
}

#[test]
fn compares_a_page_without_identifiers_with_all_pages() {
    let pages = [&[0, 0][..], &[1, 2], &[0, 0], &[3, 4], &[]];
    read(pages.map(page_without_ids))
        .assert_items(&[0, 0, 1, 2, 3, 4])
        .assert_requests(5);
    let alternating = [&[1, 2][..], &[3, 4]].into_iter().cycle().take(40);
    read(alternating.map(page_without_ids))
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(7);
    read([page_without_ids(&[1, 2])])
        .assert_items(&[1, 2])
        .assert_requests(3);
}

#[test]
fn treats_items_of_an_endpoint_without_item_id_as_unidentified() {
    #[derive(serde::Deserialize)]
    struct Row {
        value: usize,
    }
    let page_of_equal_ids = |value: usize| {
        let row = format!(r#"{{"id":"a","value":{value}}}"#);
        page_of(&format!("{row},{row}"))
    };
    let (client, requests) = scripted((0..10).map(page_of_equal_ids));
    let rows = client.iter(&ListOf::<Row>::new()).take(100);
    let values: Vec<usize> = rows.map(|row| row.unwrap().value).collect();
    let each_twice = (0..10).flat_map(|value| [value; 2]);
    assert_eq!(values, each_twice.collect::<Vec<_>>());
    assert_eq!(requests.count(), 12);
}

#[test]
fn never_drops_a_single_item_that_cannot_be_decoded() {
    let page_with_malformed_item = |id: u32| {
        let items = format!(r#"{{"id":"{id}"}},{{"id":"7","action":7}}"#);
        page_of(&items)
    };
    let pages = [
        page_with_malformed_item(1),
        page_with_malformed_item(2),
        page(&[]),
    ];
    read(pages)
        .assert_items_and_errors(&[Some(1), None, Some(2), None])
        .assert_requests(3);
    read([page_with_malformed_item(1)])
        .assert_items_and_errors(&[Some(1), None])
        .assert_requests(3);
}

/// How many tokens exist before the first request.
const INITIAL: usize = 100;
const PER_PAGE: usize = 5;

/// A client of 100 tokens, to which `new` tokens are added in front after this many requests.
fn growing_tokens(new: usize, after_requests: usize) -> (Client, Arc<Mutex<usize>>) {
    let requests = Arc::new(Mutex::new(0));
    let counted = requests.clone();
    let transport = move |request: http::Request<Vec<u8>>| {
        let mut requests = counted.lock().unwrap();
        let added = if *requests < after_requests { 0 } else { new };
        *requests += 1;
        let body = page_of_tokens(added, page_number(&request));
        Ok(http::Response::new(Body::from(body.to_string())))
    };
    let client = builder().transport(transport).build().unwrap();
    (client, requests)
}

/// A page of the tokens 0 to 99, in front of which the newest ones were added.
fn page_of_tokens(added: usize, page: usize) -> Value {
    let newest_first = (INITIAL..INITIAL + added).rev();
    let ids = newest_first
        .chain(0..INITIAL)
        .skip((page - 1) * PER_PAGE)
        .take(PER_PAGE);
    let tokens: Vec<_> = ids.map(|id| json!({"id": id.to_string()})).collect();
    let total = INITIAL + added;
    json!({
        "success": true,
        "result_info": {
            "page": page,
            "per_page": PER_PAGE,
            "count": tokens.len(),
            "total_count": total,
            "total_pages": total.div_ceil(PER_PAGE),
        },
        "result": tokens,
    })
}

#[test]
fn yields_each_token_once_while_others_are_added_in_front() {
    let expected: Vec<String> = (0..INITIAL).map(|id| id.to_string()).collect();
    let existed = |id: &String| id.parse::<usize>().unwrap() < INITIAL;
    for (new, requests) in [(0, 21), (3, 21), (5, 22), (6, 22), (7, 22), (12, 23)] {
        for after in [1, 2, 7, 19] {
            let case = format!("{new} after {after}");

            let (client, sent) = growing_tokens(new, after);
            let tokens = client.tokens().per_page(PER_PAGE as u64).iter();
            let ids = tokens.map(|token| token.unwrap().id).filter(existed);
            assert_eq!(ids.collect::<Vec<_>>(), expected, "{case}");
            assert_eq!(*sent.lock().unwrap(), requests, "{case}");

            let (client, sent) = growing_tokens(new, after);
            let pages = client.tokens().per_page(PER_PAGE as u64).pages();
            let tokens = pages.flat_map(|page| page.unwrap().items);
            let ids = tokens.map(|token| token.id).filter(existed);
            assert_eq!(ids.collect::<Vec<_>>(), expected, "{case}");
            assert_eq!(*sent.lock().unwrap(), requests, "{case}");
        }
    }
}
