//! Values and items that cannot be decoded: the field that the error names, and the JSON that it
//! keeps.

mod common;

use cloudflare_user::{GetUser, ListAuditLogs, ListTokens};
use common::{client_returning, ok, scripted, success};

fn error(body: &str) -> cloudflare_user::Error {
    client_returning(body).send(&GetUser::new()).unwrap_err()
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
            "result.created_on: expected a date or a time as in RFC 3339, found text",
        ),
        (
            r#"{"suspended":"s3cr3t"}"#,
            "result.suspended: expected a boolean, found text",
        ),
        (
            r#"{"betas":"s3cr3t"}"#,
            "result.betas: expected a sequence, found text",
        ),
        (r#""s3cr3t""#, "result: expected an object, found text"),
        ("null", "result: expected an object, found null"),
        ("[]", "result: expected an object, found a list"),
    ];
    for (result, expected) in invalid {
        let error = error(&success(result));
        assert!(
            error.is_decode() && error.to_string().contains(expected),
            "{result}: {error}"
        );
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
    }
    assert!(
        error(r#"{"success":true}"#)
            .to_string()
            .contains("result: is missing")
    );
    // If a nested model has the wrong type, the error names the model and not one of its fields.
    for (condition, found) in [("[{}]", "a list"), ("5", "a number"), ("true", "a boolean")] {
        let expected = format!("result.condition: expected an object, found {found}");
        let body = success(&format!(r#"{{"id":"1","condition":{condition}}}"#));
        let error = client_returning(body).token("1").send().unwrap_err();
        assert!(error.to_string().contains(&expected), "{error}");
    }
    let page = client_returning(success(r#"{"id":"1"}"#))
        .send(&ListTokens::new())
        .unwrap_err();
    assert!(
        page.to_string()
            .contains("result: expected a list, found an object"),
        "{page}"
    );
}

#[test]
fn send_names_the_first_item_that_cannot_be_decoded() {
    let logs = format!(
        "[{}{}]",
        r#"{"id":"1"},"#.repeat(37),
        r#"{"when":7},{"when":8}"#
    );
    let error = client_returning(success(&logs))
        .send(&ListAuditLogs::new())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("result[37].when: expected a date or a time as in RFC 3339, found a number"),
        "{error}"
    );
}

#[test]
fn refuses_a_page_of_too_many_items() {
    let page = |items: usize| {
        let items = vec!["{}"; items].join(",");
        ok(format!(r#"{{"success":true,"result":[{items}]}}"#))
    };
    let (client, _) = scripted(vec![page(200_000), page(200_000), page(1_100_000)]);
    let errors = [
        client.audit_logs().send().map(|_| ()).unwrap_err(),
        client.audit_logs().pages().next().unwrap().unwrap_err(),
        client.audit_logs().iter().next().unwrap().unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_decode() && !error.is_item(), "{error}");
        assert!(error.to_string().contains("too many"), "{error}");
    }
}

#[test]
fn keeps_a_page_with_too_many_items_as_the_next_page() {
    let page = |items: usize| {
        let items = vec![r#"{"a":1}"#; items].join(",");
        ok(format!(r#"{{"success":true,"result":[{items}]}}"#))
    };
    let (client, requests) = scripted(vec![page(2), page(200_000)]);
    let mut pages = client.audit_logs().page(7).pages();
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 2);
    assert!(pages.next().unwrap().is_err());
    assert_eq!(pages.next_page(), 8);
    assert!(pages.next().is_none());
    assert_eq!(requests.count(), 2);
}

#[test]
fn keeps_the_json_of_an_item_that_cannot_be_decoded() {
    let page = r#"[{"id":"1"},{"id":"2","when":7}]"#;
    let (client, _) = scripted(vec![ok(success(page))]);
    let from_iter = client
        .audit_logs()
        .page(3)
        .iter()
        .nth(1)
        .unwrap()
        .unwrap_err();
    let from_pages = client
        .audit_logs()
        .page(3)
        .pages()
        .nth(1)
        .unwrap()
        .unwrap_err();
    let from_send = client.audit_logs().page(3).send().unwrap_err();
    for error in [from_iter, from_pages, from_send] {
        assert!(error.is_item(), "{error}");
        assert!(
            error
                .to_string()
                .contains("page 3, result[1].when: expected"),
            "{error}"
        );
        assert_eq!(error.body(), Some(br#"{"id":"2","when":7}"#.as_slice()));
    }
}

#[test]
fn names_the_page_of_an_item_that_cannot_be_decoded() {
    let last = r#"[{"id":"3"},{"id":"4","when":7}]"#;
    let pages = || {
        vec![
            ok(success(r#"[{"id":"1"}]"#)),
            ok(success(r#"[{"id":"2"}]"#)),
            ok(success(last)),
            ok(success("[]")),
        ]
    };
    let mut errors = vec![
        scripted(pages())
            .0
            .audit_logs()
            .iter()
            .find_map(Result::err)
            .unwrap(),
    ];
    errors.push(
        scripted(pages())
            .0
            .audit_logs()
            .pages()
            .find_map(Result::err)
            .unwrap(),
    );
    errors.push(
        scripted(pages())
            .0
            .audit_logs()
            .page(1)
            .iter()
            .read_ahead(1)
            .find_map(Result::err)
            .unwrap(),
    );
    for error in errors {
        assert!(
            error.to_string().contains("page 3, result[1].when"),
            "{error}"
        );
    }
    let single = client_returning(success(r#"[{"id":"1"},5]"#))
        .invites()
        .iter()
        .nth(1)
        .unwrap()
        .unwrap_err();
    assert!(
        single.to_string().contains(": result[1]: expected"),
        "{single}"
    );
}

#[test]
fn accepts_text_full_of_commas() {
    let text = "1,".repeat(800_000);
    let body = success(&format!(r#"[{{"id":"1","oldValue":"{text}"}}]"#));
    assert_eq!(
        client_returning(body)
            .audit_logs()
            .iter()
            .next()
            .unwrap()
            .unwrap()
            .id,
        "1"
    );
}

#[test]
fn keeps_the_whole_json_of_an_item_that_cannot_be_decoded() {
    let item = format!(
        r#"{{"id":"1","interface":5,"padding":"{}"}}"#,
        "x".repeat(100_000)
    );
    let client = client_returning(success(&format!("[{item}]")));
    let error = client.audit_logs().iter().next().unwrap().unwrap_err();
    assert!(
        error.is_item() && error.body() == Some(item.as_bytes()),
        "{error}"
    );
    let error = client.send(&GetUser::new()).unwrap_err();
    assert_eq!(error.body().map(<[u8]>::len), Some(64 << 10));
}

#[test]
fn yields_other_items_if_an_item_is_not_json() {
    let page = r#"[{"id":"1"},{"id":NaN},{"id":"3","x":1e999},{"id":"4"}]"#;
    let (client, _) = scripted(vec![
        ok(success(page)),
        ok(success("[]")),
        ok(success(page)),
        ok(success("[]")),
        ok(success(page)),
    ]);
    let id = |log: cloudflare_user::Result<cloudflare_user::AuditLog>| match log {
        Ok(log) => log.id,
        Err(error) => {
            assert!(error.is_item(), "{error}");
            "!".to_owned()
        }
    };
    let read: Vec<_> = client.audit_logs().iter().map(id).collect();
    assert_eq!(read, ["1", "!", "!", "4"]);
    let pages: Vec<_> = client.audit_logs().pages().collect();
    assert_eq!(pages[0].as_ref().unwrap().items.len(), 2);
    assert_eq!(pages.iter().filter(|page| page.is_err()).count(), 2);
    let error = client.audit_logs().send().unwrap_err().to_string();
    assert!(error.contains("result[1].id: is not valid JSON"), "{error}");
    // If the list itself is malformed, no item of it is yielded.
    for malformed in [
        r#"[{"id":"1"} {"id":"2"}]"#,
        r#"[{"id":"1"},]"#,
        r#"[{"id":"1"},{"id":"2"}"#,
        r#"[{"id":"1"]}"#,
    ] {
        let (client, _) = scripted(vec![ok(success(malformed))]);
        let mut logs = client.audit_logs().iter();
        let error = logs.next().unwrap().unwrap_err();
        assert!(error.is_decode() && !error.is_item(), "{error}");
        assert!(logs.next().is_none() && logs.next_page() == 1);
    }
}
