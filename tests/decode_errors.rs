//! Values and items that cannot be decoded: the field that the error names, and the JSON that it
//! keeps.

mod common;

use cloudflare_user::{Error, GetUser, ListAuditLogs, ListTokens};
use common::{client_returning, first_error, ok, scripted, scripted_client, success};

/// The error for a user that is this JSON.
#[track_caller]
fn error_for_user(result: &str) -> Error {
    let client = client_returning(success(result));
    client.send(&GetUser::new()).unwrap_err()
}

#[test]
fn names_the_field_and_the_found_type_if_a_type_is_wrong() {
    let invalid = [
        (
            r#"{"email":5}"#,
            "result.email: expected a string, found a number",
        ),
        (
            r#"{"organizations":[{"id":"1"},{"name":{}}]}"#,
            "result.organizations[1].name: expected a string, found an object",
        ),
        (
            r#"{"created_on":"s3cr3t"}"#,
            "result.created_on: expected a date or a time as in RFC 3339, found a string",
        ),
        (
            r#"{"suspended":"s3cr3t"}"#,
            "result.suspended: expected a boolean, found a string",
        ),
        (
            r#"{"betas":"s3cr3t"}"#,
            "result.betas: expected a list, found a string",
        ),
        (r#""s3cr3t""#, "result: expected an object, found a string"),
        ("null", "result: expected an object, found null"),
        ("[]", "result: expected an object, found a list"),
    ];
    for (result, expected) in invalid {
        let error = error_for_user(result);
        assert!(error.is_decode(), "{result}: {error}");
        assert!(error.to_string().contains(expected), "{result}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
    }
}

#[test]
fn names_a_nested_model_of_the_wrong_type_and_not_one_of_its_fields() {
    for (condition, found) in [("[{}]", "a list"), ("5", "a number"), ("true", "a boolean")] {
        let body = success(&format!(r#"{{"id":"1","condition":{condition}}}"#));
        let error = client_returning(body).token("1").send().unwrap_err();
        let expected = format!("result.condition: expected an object, found {found}");
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn names_a_result_that_is_missing_or_is_no_list() {
    let client = client_returning(r#"{"success":true}"#);
    let error = client.send(&GetUser::new()).unwrap_err();
    assert!(error.to_string().contains("result: is missing"), "{error}");

    let client = client_returning(success(r#"{"id":"1"}"#));
    let error = client.send(&ListTokens::new()).unwrap_err();
    let expected = "result: expected a list, found an object";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn send_names_the_first_item_that_cannot_be_decoded() {
    let decodable = r#"{"id":"1"},"#.repeat(37);
    let logs = format!(r#"[{decodable}{{"when":7}},{{"when":8}}]"#);
    let client = client_returning(success(&logs));
    let error = client.send(&ListAuditLogs::new()).unwrap_err();
    let expected = "result[37].when: expected a date or a time as in RFC 3339, found a number";
    assert!(error.to_string().contains(expected), "{error}");
}

/// A page of this many equal items.
fn page_of(items: usize, item: &str) -> String {
    format!("[{}]", vec![item; items].join(","))
}

#[test]
fn refuses_a_page_of_too_many_items() {
    let pages = [200_000, 200_000, 1_100_000].map(|items| ok(success(&page_of(items, "{}"))));
    let client = scripted_client(pages);
    let errors = [
        client.audit_logs().send().unwrap_err(),
        client.audit_logs().pages().next().unwrap().unwrap_err(),
        client.audit_logs().iter().next().unwrap().unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_decode(), "{error}");
        assert!(!error.is_item(), "{error}");
        assert!(error.to_string().contains("too many"), "{error}");
    }
}

#[test]
fn keeps_a_page_with_too_many_items_as_the_next_page() {
    let pages = [2, 200_000].map(|items| ok(success(&page_of(items, r#"{"a":1}"#))));
    let (client, requests) = scripted(pages);
    let mut pages = client.audit_logs().page(7).pages();
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 2);
    assert!(pages.next().unwrap().is_err());
    assert_eq!(pages.next_page(), 8);
    assert!(pages.next().is_none());
    assert_eq!(requests.count(), 2);
}

#[test]
fn keeps_the_json_of_an_item_that_cannot_be_decoded() {
    let client = client_returning(success(r#"[{"id":"1"},{"id":"2","when":7}]"#));
    let request = client.audit_logs().page(3);
    let errors = [
        request.iter().nth(1).unwrap().unwrap_err(),
        request.pages().nth(1).unwrap().unwrap_err(),
        request.send().unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_item(), "{error}");
        let expected = "page 3, result[1].when: expected";
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.body(), Some(br#"{"id":"2","when":7}"#.as_slice()));
    }
}

#[test]
fn names_the_page_of_an_item_that_cannot_be_decoded() {
    let client = || {
        let pages = [
            r#"[{"id":"1"}]"#,
            r#"[{"id":"2"}]"#,
            r#"[{"id":"3"},{"id":"4","when":7}]"#,
            "[]",
        ];
        scripted_client(pages.map(|items| ok(success(items))))
    };
    let errors = [
        first_error(client().audit_logs().iter()),
        first_error(client().audit_logs().pages()),
        first_error(client().audit_logs().page(1).iter().read_ahead(1)),
    ];
    for error in errors {
        let expected = "page 3, result[1].when";
        assert!(error.to_string().contains(expected), "{error}");
    }

    let single_page = client_returning(success(r#"[{"id":"1"},5]"#));
    let error = first_error(single_page.invites().iter());
    let expected = ": result[1]: expected";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn accepts_text_full_of_commas() {
    let text = "1,".repeat(800_000);
    let items = format!(r#"[{{"id":"1","oldValue":"{text}"}}]"#);
    let client = client_returning(success(&items));
    let log = client.audit_logs().iter().next().unwrap().unwrap();
    assert_eq!(log.id, "1");
}

#[test]
fn keeps_the_whole_json_of_an_item_that_cannot_be_decoded() {
    let padding = "x".repeat(100_000);
    let item = format!(r#"{{"id":"1","interface":5,"padding":"{padding}"}}"#);
    let client = client_returning(success(&format!("[{item}]")));
    let error = first_error(client.audit_logs().iter());
    assert!(error.is_item(), "{error}");
    assert!(error.body() == Some(item.as_bytes()), "{error}");
    // Of another response, the first 64 KiB are kept.
    let error = client.send(&GetUser::new()).unwrap_err();
    assert_eq!(error.body().map(<[u8]>::len), Some(64 << 10));
}

#[test]
fn yields_other_items_if_an_item_is_not_json() {
    let page = r#"[{"id":"1"},{"id":NaN},{"id":"3","x":01},{"id":"4"}]"#;
    let client = || scripted_client([page, "[]"].map(|items| ok(success(items))));

    let logs: Vec<_> = client().audit_logs().iter().collect();
    assert_eq!(logs.len(), 4);
    assert_eq!(logs[0].as_ref().unwrap().id, "1");
    assert!(logs[1].as_ref().unwrap_err().is_item());
    assert!(logs[2].as_ref().unwrap_err().is_item());
    assert_eq!(logs[3].as_ref().unwrap().id, "4");

    let pages: Vec<_> = client().audit_logs().pages().collect();
    assert_eq!(pages[0].as_ref().unwrap().items.len(), 2);
    assert_eq!(pages.iter().filter(|page| page.is_err()).count(), 2);

    let error = client().audit_logs().send().unwrap_err();
    let expected = "result[1].id: is not valid JSON";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn yields_no_item_of_a_malformed_list() {
    let malformed = [
        r#"[{"id":"1"} {"id":"2"}]"#,
        r#"[{"id":"1"},]"#,
        r#"[{"id":"1"},{"id":"2"}"#,
        r#"[{"id":"1"]}"#,
    ];
    for items in malformed {
        let client = client_returning(success(items));
        let mut logs = client.audit_logs().iter();
        let error = logs.next().unwrap().unwrap_err();
        assert!(error.is_decode(), "{error}");
        assert!(!error.is_item(), "{error}");
        assert!(logs.next().is_none());
        assert_eq!(logs.next_page(), 1);
    }
}
