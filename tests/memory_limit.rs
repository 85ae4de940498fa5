//! Which values are refused because of the memory that they would take once they are decoded.

mod common;

use cloudflare_user::{AuditLog, Client, ListAuditLogs, Result, http};
use common::{builder, query_parameter, success};

/// A client of a server with these pages, and empty ones after them. What is decoded may take at
/// most 1 MiB.
fn client(pages: Vec<String>) -> Client {
    let respond = move |request: http::Request<Vec<u8>>| {
        let number: usize =
            query_parameter(&request, "page").map_or(1, |page| page.parse().unwrap());
        let page = pages.get(number - 1);
        let body = page.cloned().unwrap_or_else(|| success("[]"));
        Ok(http::Response::new(body.into()))
    };
    let client = builder().max_response_size(1 << 20).transport(respond);
    client.build().unwrap()
}

/// A log that takes about this many KiB once it is decoded. Without a name, it has no identifier.
fn log(name: &str, kib: usize) -> String {
    let zeros = vec!["0"; kib * 1024 / 32].join(",");
    format!(r#"{{"id":"{name}","interface":"{name}","metadata":[{zeros}]}}"#)
}

fn page(logs: &[&str]) -> String {
    success(&format!("[{}]", logs.join(",")))
}

/// Its interface, or the start of its error.
fn describe(log: Result<AuditLog>) -> String {
    match log {
        Ok(log) => log.interface.unwrap(),
        Err(error) => {
            assert!(error.is_item(), "{error}");
            let text = error.to_string();
            let reason = "takes more memory than `max_response_size` once it is decoded";
            assert!(text.contains(reason), "{text}");
            let path = text.split(": ").nth(2).unwrap();
            path.rsplit(' ').next().unwrap().to_owned()
        }
    }
}

#[test]
fn decodes_an_item_of_very_many_small_values() {
    let zeros = log("zeros", 300_000 * 32 / 1024);
    let mut logs: Vec<_> = (0..999)
        .map(|number| format!(r#"{{"id":"{number}"}}"#))
        .collect();
    logs.insert(500, zeros);
    let page = success(&format!("[{}]", logs.join(",")));
    let client = common::client_returning(page);
    let items = || client.audit_logs().iter().map(Result::unwrap);
    assert_eq!(items().count(), 1000);
    assert_eq!(client.audit_logs().send().unwrap().items.len(), 1000);
    let values = items().map(|log| log.metadata.as_array().map_or(0, Vec::len));
    assert_eq!(values.max(), Some(300_000));
}

#[test]
fn an_item_above_the_limit_is_an_error_with_its_bytes() {
    let (small, large) = (log("small", 1), log("large", 1200));
    let client = client(vec![page(&[&small, &large, &log("next", 1)])]);
    let found: Vec<_> = client.audit_logs().iter().map(describe).collect();
    assert_eq!(found, ["small", "result[1]", "next"]);
    let error = client.audit_logs().iter().find_map(Result::err).unwrap();
    assert_eq!(error.body(), Some(large.as_bytes()));
    let pages: Vec<_> = client.audit_logs().pages().collect();
    assert_eq!(pages[0].as_ref().unwrap().items.len(), 2);
    assert_eq!(
        pages[1].as_ref().unwrap_err().body(),
        Some(large.as_bytes())
    );
    let error = client.audit_logs().send().unwrap_err();
    assert!(
        error.is_item() && error.body() == Some(large.as_bytes()),
        "{error}"
    );
    assert!(client.send_raw(&ListAuditLogs::new()).is_ok());
}

#[test]
fn a_page_that_is_held_has_the_limit_as_a_whole() {
    let logs = ["a", "b", "c", "d"].map(|name| log(name, if name == "d" { 100 } else { 600 }));
    let [a, b, c, d] = &logs;
    let client = client(vec![page(&[a, b, c, d])]);
    let found: Vec<_> = client.audit_logs().iter().map(describe).collect();
    assert_eq!(found, ["a", "b", "c", "d"], "each is dropped");

    let mut pages = client.audit_logs().pages();
    let page = pages.next().unwrap().unwrap();
    let found: Vec<_> = page.items.into_iter().map(Ok).map(describe).collect();
    assert_eq!(found, ["a", "d"]);
    let bodies: Vec<_> = pages
        .map(|page| page.unwrap_err().body().unwrap().to_vec())
        .collect();
    assert_eq!(bodies, [b.as_bytes(), c.as_bytes()]);

    let error = client.audit_logs().send().unwrap_err();
    assert!(
        error.to_string().contains("result[1]: takes more memory"),
        "{error}"
    );
    assert_eq!(error.body(), Some(b.as_bytes()));
}

#[test]
fn duplicates_do_not_count() {
    let (a, b) = (log("a", 600), log("b", 600));
    let client = client(vec![page(&[&a]), page(&[&a, &b])]);
    let pages: Vec<_> = client.audit_logs().pages().map(Result::unwrap).collect();
    let found: Vec<_> = pages.into_iter().flatten().map(Ok).map(describe).collect();
    assert_eq!(found, ["a", "b"]);
}

#[test]
fn items_without_an_identifier_are_yielded_once_even_if_they_are_many() {
    let without_id = |name: &str| log(name, 400).replace(&format!(r#""id":"{name}","#), "");
    let logs = ["a", "b", "c", "d", "e"].map(without_id);
    let logs = logs.each_ref().map(String::as_str);
    let bad = format!("{{{}", &log("bad", 1200)[1..]);
    let [a, b, c, d, e] = logs;
    let with_bad = page(&[a, b, &bad, c, d, e]);
    let with_new = page(&[a, b, c, d, e, &log("new", 400)]);
    let repeated = page(&logs);
    for (pages, expected) in [
        (
            vec![repeated.clone(), repeated.clone()],
            vec!["a", "b", "c", "d", "e"],
        ),
        (
            vec![with_bad.clone(), with_bad],
            vec!["a", "b", "result[2]", "c", "d", "e"],
        ),
        (
            vec![repeated.clone(), with_new],
            vec!["a", "b", "c", "d", "e", "a", "b", "c", "d", "e", "new"],
        ),
    ] {
        let client = client(pages);
        let found: Vec<_> = client.audit_logs().iter().map(describe).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_single_value_above_the_limit_is_a_decode_error() {
    let user = |kib: usize| {
        let zeros = vec!["0"; kib * 1024 / 32].join(",");
        success(&format!(r#"{{"id":"1","unknown":[{zeros}]}}"#))
    };
    assert_eq!(client(vec![user(900)]).user().send().unwrap().id, "1");
    let error = client(vec![user(1200)]).user().send().unwrap_err();
    assert!(error.is_decode() && !error.is_item(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("result: takes more memory than `max_response_size`"),
        "{text}"
    );
}
