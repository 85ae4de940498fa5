//! Where a paginated list ends. The sections follow the documented rules; the third one is in
//! `pagination_duplicates.rs`.

mod common;

use common::lists::{page, page_with, read, read_from};
use common::{failure, ok, scripted, status, success};

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
        read([page(&[1, 2]), ok(empty), page(&[9])])
            .assert_items(&[1, 2])
            .assert_requests(2);
    }
}

#[test]
fn yields_nothing_if_the_first_page_is_empty() {
    for empty in WITHOUT_ITEMS {
        read([ok(empty), page(&[9])])
            .assert_items(&[])
            .assert_requests(1);
        let (client, requests) = scripted([ok(empty)]);
        assert_eq!(client.audit_logs().pages().count(), 0, "{empty}");
        assert_eq!(client.invites().iter().count(), 0, "{empty}");
        assert_eq!(requests.count(), 2, "{empty}");
    }
}

#[test]
fn returns_an_empty_page_if_a_filter_matches_nothing() {
    for empty in WITHOUT_ITEMS {
        let (client, _) = scripted([ok(empty)]);
        let logs = client.audit_logs().send().unwrap();
        assert!(logs.items.is_empty(), "{empty}");
        let groups = client.permission_groups().send().unwrap();
        assert!(groups.items.is_empty(), "{empty}");
    }
}

#[test]
fn yields_an_error_for_a_null_result_without_success() {
    let bodies = [
        r#"{"success":false,"result":null}"#,
        r#"{"result":null}"#,
        "null",
        "{}",
        "",
    ];
    for body in bodies {
        read([page(&[1, 2]), ok(body)])
            .assert_items_then_error(&[1, 2])
            .assert_requests(2);
    }
}

#[test]
fn skips_an_empty_page_if_total_pages_states_more_pages() {
    let info = r#"{"total_pages":3}"#;
    for empty in WITHOUT_ITEMS {
        read([page_with(&[1, 2], info), ok(empty), page_with(&[3], info)])
            .assert_items(&[1, 2, 3])
            .assert_requests(3);
    }
    let empty_first = [&[][..], &[1, 2], &[3]];
    read(empty_first.map(|ids| page_with(ids, info)))
        .assert_items(&[1, 2, 3])
        .assert_requests(3);
    let empty_last = [&[1, 2][..], &[3, 4], &[]];
    read(empty_last.map(|ids| page_with(ids, info)))
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(3);
}

#[test]
fn ends_after_two_empty_pages_in_a_row() {
    let info = r#"{"total_pages":1000}"#;
    let pages = [&[1, 2][..], &[], &[], &[9]];
    read(pages.map(|ids| page_with(ids, info)))
        .assert_items(&[1, 2])
        .assert_requests(3);
    let single_empty_pages_before = [&[][..], &[1, 2], &[], &[3], &[], &[]];
    read(single_empty_pages_before.map(|ids| page_with(ids, info)))
        .assert_items(&[1, 2, 3])
        .assert_requests(6);
}

#[test]
fn ends_after_an_empty_page_if_only_total_count_states_more_items() {
    let info = r#"{"total_count":2000}"#;
    read([page_with(&[1, 2], info), page_with(&[], info), page(&[9])])
        .assert_items(&[1, 2])
        .assert_requests(2);
}

#[test]
fn keeps_total_pages_if_a_later_page_states_zero() {
    let info = r#"{"total_pages":3}"#;
    let zero = r#"{"count":0,"total_count":0,"total_pages":0}"#;
    let pages = [
        page_with(&[1, 2], info),
        page_with(&[], zero),
        page_with(&[3], info),
        page(&[9]),
    ];
    read(pages).assert_items(&[1, 2, 3]).assert_requests(3);
}

#[test]
fn ends_a_list_at_the_largest_page_number() {
    for ahead in [0, 2] {
        let (client, requests) = scripted([ok(success(r#"[{"id":"1"}]"#))]);
        let logs = client.audit_logs().page(u64::MAX).iter().read_ahead(ahead);
        let ids: Vec<_> = logs.take(10).map(|log| log.unwrap().id).collect();
        assert_eq!(ids, ["1"], "{ahead} ahead");
        assert!(requests.count() <= 1 + ahead);
    }
}

// Rule 2: the last page according to the totals.

#[test]
fn ends_after_a_short_page_that_is_the_last_by_total_pages() {
    let infos = [
        r#"{"total_pages":2}"#,
        r#"{"total_pages":2,"total_count":2000}"#,
        r#"{"total_pages":1}"#,
    ];
    for info in infos {
        read([page_with(&[1, 2], info), page_with(&[3], info), page(&[9])])
            .assert_items(&[1, 2, 3])
            .assert_requests(2);
    }
}

#[test]
fn ends_after_a_short_page_that_reaches_total_count() {
    let info = r#"{"total_count":3}"#;
    read([page_with(&[1, 2], info), page_with(&[3], info), page(&[9])])
        .assert_items(&[1, 2, 3])
        .assert_requests(2);
}

#[test]
fn prefers_total_pages_to_total_count() {
    let info = r#"{"total_pages":3,"total_count":3}"#;
    let pages = [
        page_with(&[1, 2], info),
        page_with(&[3], info),
        page_with(&[4], info),
        page(&[9]),
    ];
    read(pages).assert_items(&[1, 2, 3, 4]).assert_requests(3);
}

#[test]
fn ignores_total_count_in_a_list_that_starts_after_page_1() {
    let info = r#"{"total_count":1}"#;
    let pages = [page_with(&[3], info), page_with(&[4], info), page(&[])];
    read_from(2, pages).assert_items(&[3, 4]).assert_requests(3);
    let info = r#"{"total_pages":2}"#;
    read_from(2, [page_with(&[3], info), page(&[9])])
        .assert_items(&[3])
        .assert_requests(1);
}

#[test]
fn counts_duplicates_once_against_total_count() {
    let info = r#"{"total_count":3}"#;
    let pages = [
        page_with(&[1], info),
        page_with(&[1], info),
        page_with(&[2], info),
        page_with(&[3], info),
        page(&[9]),
    ];
    read(pages).assert_items(&[1, 2, 3]).assert_requests(4);
}

#[test]
fn requests_the_page_after_a_short_one_without_totals() {
    read([page(&[1]), page(&[2, 3]), page(&[4]), page(&[])])
        .assert_items(&[1, 2, 3, 4])
        .assert_requests(4);
}

#[test]
fn requests_the_page_after_a_full_one_whatever_the_totals() {
    let info = r#"{"total_count":2,"total_pages":1}"#;
    let pages = [
        page_with(&[1, 2], info),
        page_with(&[3, 4], info),
        page(&[]),
    ];
    read(pages).assert_items(&[1, 2, 3, 4]).assert_requests(3);
}

#[test]
fn ignores_totals_of_zero() {
    let info = r#"{"total_count":0,"total_pages":0,"per_page":0}"#;
    let pages = [&[1][..], &[2], &[]].map(|ids| page_with(ids, info));
    read(pages).assert_items(&[1, 2]).assert_requests(3);
}

#[test]
fn compares_a_page_with_the_stated_page_size() {
    // The server states `per_page` 1, so a page of one item is full.
    let info = r#"{"per_page":1,"total_count":2,"total_pages":1}"#;
    let pages = [&[1][..], &[2], &[]].map(|ids| page_with(ids, info));
    read(pages).assert_items(&[1, 2]).assert_requests(3);
    // The server states `per_page` 3, so a page of two items is short.
    let info = r#"{"per_page":3,"total_pages":1}"#;
    read([page_with(&[1, 2], info), page(&[9])])
        .assert_items(&[1, 2])
        .assert_requests(1);
}

#[test]
fn reads_all_pages_of_a_server_that_caps_their_size() {
    let info = r#"{"total_count":4}"#;
    let pages = [
        page_with(&[1], info),
        page_with(&[2], info),
        page_with(&[3], info),
        page_with(&[4], info),
        page(&[9]),
    ];
    read(pages).assert_items(&[1, 2, 3, 4]).assert_requests(4);
}

#[test]
fn ignores_a_result_info_without_usable_numbers() {
    let infos = [
        "null",
        "\"text\"",
        "7",
        "[]",
        r#"{"total_pages":-3,"total_count":-1,"per_page":-2,"page":-1}"#,
        r#"{"total_pages":1.5,"total_count":"2","per_page":null,"count":{}}"#,
        r#"{"total_pages":1e300,"total_count":99999999999999999999999}"#,
    ];
    for info in infos {
        let pages = [&[1, 2][..], &[3, 4], &[]];
        read(pages.map(|ids| page_with(ids, info)))
            .assert_items(&[1, 2, 3, 4])
            .assert_requests(3);
    }
}

#[test]
fn ignores_the_page_number_that_the_server_states() {
    let info = r#"{"page":1,"total_pages":3}"#;
    let pages = [&[1, 2][..], &[3, 4], &[5]].map(|ids| page_with(ids, info));
    let (client, requests) = scripted(pages);
    assert_eq!(client.audit_logs().per_page(2).iter().count(), 5);
    let last = requests.last().target;
    assert!(last.contains("page=3"), "{last}");
}

#[test]
fn ends_a_single_page_list_after_one_request() {
    let info = r#"{"count":1,"page":1,"per_page":20,"total_count":2000,"total_pages":100}"#;
    let (client, requests) = scripted([page_with(&[1, 2], info)]);
    assert_eq!(client.invites().iter().count(), 2);
    assert_eq!(client.subscriptions().pages().count(), 1);
    assert_eq!(client.permission_groups().iter().read_ahead(4).count(), 2);
    assert_eq!(requests.count(), 3);
}

// Rule 4: errors.

/// Bodies of a 400 about the page number.
fn about_the_page() -> [String; 6] {
    [
        r#"{"code":1004,"message":"page out of range"}"#,
        r#"{"code":1004,"message":"Page 2 does not exist"}"#,
        r#"{"code":1004,"message":"invalid `page`: per_page is fine"}"#,
        r#"{"code":1,"message":"bad request"},{"code":2,"message":"the page is too large"}"#,
        r#"{
            "code": 1004,
            "message": "invalid parameters",
            "error_chain": [{"code": 1, "message": "page out of range"}]
        }"#,
        r#"{"code":1004,"message":"invalid parameters","source":{"pointer":"/page"}}"#,
    ]
    .map(failure)
}

#[test]
fn ends_after_a_400_about_the_page_number() {
    for body in about_the_page() {
        read([page(&[1, 2]), status(400, &body)])
            .assert_items(&[1, 2])
            .assert_requests(2);
        read_from(7, [status(400, &body)])
            .assert_items(&[])
            .assert_requests(1);
    }
}

#[test]
fn yields_an_error_for_a_400_about_the_first_page() {
    for body in about_the_page() {
        read([status(400, &body)])
            .assert_items_then_error(&[])
            .assert_requests(1);
    }
}

#[test]
fn yields_an_error_for_a_400_about_a_page_that_exists_by_total_pages() {
    for body in about_the_page() {
        let exists = r#"{"total_pages":2}"#;
        read([page_with(&[1, 2], exists), status(400, &body)])
            .assert_items_then_error(&[1, 2])
            .assert_requests(2);
        let may_not_exist = [
            r#"{"total_pages":1}"#,
            r#"{"total_count":2}"#,
            r#"{"total_pages":0}"#,
        ];
        for info in may_not_exist {
            read([page_with(&[1, 2], info), status(400, &body)])
                .assert_items(&[1, 2])
                .assert_requests(2);
        }
    }
}

#[test]
fn yields_an_error_for_a_400_if_items_are_missing_by_total_count() {
    for body in about_the_page() {
        let total = r#"{"total_count":3}"#;
        read([page_with(&[1, 2], total), status(400, &body)])
            .assert_items_then_error(&[1, 2])
            .assert_requests(2);
        // Duplicates do not count.
        read([
            page_with(&[1, 2], total),
            page_with(&[2, 1], total),
            status(400, &body),
        ])
        .assert_items_then_error(&[1, 2])
        .assert_requests(3);
        read([page_with(&[1, 2], total), page(&[3, 4]), status(400, &body)])
            .assert_items(&[1, 2, 3, 4])
            .assert_requests(3);
        // A list from a later page has not all items.
        read_from(2, [page_with(&[1, 2], total), status(400, &body)])
            .assert_items(&[1, 2])
            .assert_requests(2);
    }
}

#[test]
fn yields_an_error_for_every_other_400() {
    let errors = [
        "",
        r#"{"code":10001,"message":"Invalid filter"}"#,
        r#"{"code":6008,"message":"per_page out of range"}"#,
        r#"{"code":6008,"message":"invalid per page or per-page"}"#,
        r#"{"code":1,"message":"invalid","source":{"pointer":"/per_page"}}"#,
        r#"{"code":1,"message":"invalid","source":{"pointer":"/policies/0/page"}}"#,
        r#"{"code":1,"message":"invalid homepage"}"#,
        r#"{"code":1,"message":"Page Rules quota lookup failed"}"#,
        r#"{"code":1,"message":"could not read page_shield connections"}"#,
        r#"{"code":1,"message":"cannot page beyond 10000 results"}"#,
        r#"{"code":1,"message":"invalid"},{"code":2,"message":"page"}"#,
        r#"{
            "code": 6003,
            "message": "Invalid request headers",
            "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}]
        }"#,
        r#"{"code":9103,"message":"Unknown X-Auth-Key or X-Auth-Email"}"#,
        r#"{"code":9106,"message":"Missing X-Auth-Key"}"#,
    ];
    let other_bodies = [
        r#"{"success":true,"result":[]}"#,
        r#"{"success":true,"result":null}"#,
        "error code: 1034",
        "page out of range",
        r#"{"message":"page out of range"}"#,
        r#"{"title":"Bad request","detail":"invalid page","error_code":400}"#,
        "\n<html><title>400: the page was not found</title></html>",
        "{}",
        "",
    ];
    let bodies = errors.map(failure).into_iter();
    for body in bodies.chain(other_bodies.map(str::to_owned)) {
        let error = read([page(&[1, 2]), status(400, &body)])
            .assert_items_then_error(&[1, 2])
            .assert_requests(2)
            .last_error();
        assert_eq!(error.status(), Some(400), "{body}");
        read_from(2, [status(400, &body)])
            .assert_items_then_error(&[])
            .assert_requests(1);
    }
}

#[test]
fn yields_an_error_for_every_other_status_whatever_its_body() {
    let codes = [
        301, 401, 402, 403, 404, 405, 409, 410, 416, 422, 429, 500, 501, 503, 520, 530,
    ];
    let [about_the_page, ..] = about_the_page();
    let bodies = ["", "{}", r#"{"success":true,"result":[]}"#, &about_the_page];
    for code in codes {
        for body in bodies {
            read([page(&[1, 2]), status(code, body)])
                .assert_items_then_error(&[1, 2])
                .assert_requests(2);
            read_from(2, [status(code, body)])
                .assert_items_then_error(&[])
                .assert_requests(1);
        }
    }
}

#[test]
fn yields_an_error_for_a_200_without_success() {
    for body in about_the_page() {
        read([page(&[1, 2]), ok(&body)])
            .assert_items_then_error(&[1, 2])
            .assert_requests(2);
    }
}

#[test]
fn ends_the_iteration_after_an_error() {
    let responses = || [page(&[1, 2]), status(400, "{}"), page(&[3, 4])];

    let (client, requests) = scripted(responses());
    let mut logs = client.audit_logs().per_page(2).iter();
    assert_eq!(logs.by_ref().filter(Result::is_err).count(), 1);
    assert!(logs.next().is_none());
    assert_eq!(logs.next_page(), 2);
    assert_eq!(requests.count(), 2);

    let (client, requests) = scripted(responses());
    let mut pages = client.audit_logs().per_page(2).pages();
    assert_eq!(pages.by_ref().filter(Result::is_err).count(), 1);
    assert!(pages.next().is_none());
    assert_eq!(pages.next_page(), 2);
    assert_eq!(requests.count(), 2);
}
