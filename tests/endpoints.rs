//! Custom endpoints: how their fields are sent, and what they return. `endpoint_items.rs` tests the
//! provided items of `Endpoint`.

mod common;

use cloudflare_user::http::Method;
use cloudflare_user::{Endpoint, Page};
use common::endpoints::{Zone, lines, purge};
use common::{ok, scripted, success};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Serialize, Default)]
struct ListZones {
    name: Option<String>,
    account: Account,
    page: Option<u64>,
}

#[derive(Serialize, Default)]
struct Account {
    id: Option<u32>,
    paused: Option<bool>,
}

impl Endpoint for ListZones {
    type Output = Page<Zone>;
    const METHOD: Method = Method::GET;
    fn path(&self) -> Vec<&str> {
        vec!["zones"]
    }
}

#[test]
fn ends_a_list_without_provided_items_at_an_empty_page() {
    let page = |name| ok(success(&format!(r#"[{{"name":"{name}"}}]"#)));
    let (client, requests) = scripted(vec![page("a"), page("b"), ok(success("[]"))]);
    let zones: Vec<_> = client
        .iter(&ListZones::default())
        .map(|zone| zone.unwrap().name)
        .collect();
    assert_eq!(zones, ["a", "b"]);
    assert_eq!(
        lines(&requests),
        [
            "GET /zones?page=1",
            "GET /zones?page=2",
            "GET /zones?page=3"
        ]
    );
}

#[test]
fn joins_nested_fields_of_a_query_with_dots() {
    let (client, requests) = scripted(vec![ok(success("[]"))]);
    let account = Account {
        id: Some(5),
        paused: Some(true),
    };
    client
        .send(&ListZones {
            name: Some("a b".to_owned()),
            account,
            page: Some(2),
        })
        .unwrap();
    let target = requests.lock().unwrap().pop().unwrap().target;
    let (path, query) = target.split_once('?').unwrap();
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    assert_eq!(
        (path, parameters),
        (
            "/zones",
            vec![
                "account.id=5",
                "account.paused=true",
                "name=a%20b",
                "page=2"
            ]
        )
    );
}

#[test]
fn names_the_item_and_its_missing_field_in_an_error() {
    let (client, _) = scripted(vec![ok(success(r#"[{"name":"a"},{}]"#)), ok(success("[]"))]);
    let zones: Vec<_> = client.iter(&ListZones::default()).collect();
    assert!(
        zones[1]
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("result[1]: missing field `name`"),
        "{zones:?}"
    );
}

#[test]
fn sends_the_fields_of_a_write_as_its_body_without_path_parameters() {
    let (client, requests) = scripted(vec![ok(success("null"))]);
    assert_eq!(client.send(&purge("a/b", &["x"])).unwrap(), None);
    assert_eq!(
        lines(&requests),
        [r#"POST /zones/a%2Fb/purge_cache {"files":["x"]}"#]
    );
}

#[test]
fn refuses_path_segments_that_name_another_resource() {
    let (client, requests) = scripted(vec![ok(success("null"))]);
    for segment in ["", ".", ".."] {
        let error = client.send(&purge(segment, &["x"])).unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.to_string().starts_with("`path`"), "{error}");
    }
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn refuses_an_array_in_a_query_with_a_hint() {
    #[derive(Serialize)]
    struct Report {
        metrics: Vec<&'static str>,
    }
    impl Endpoint for Report {
        type Output = serde_json::Value;
        const METHOD: Method = Method::GET;
        fn path(&self) -> Vec<&str> {
            vec!["report"]
        }
    }
    let (client, requests) = scripted(vec![ok(success("null"))]);
    for metrics in [vec![], vec!["a"], vec!["a", "b"]] {
        let error = client.send(&Report { metrics }).unwrap_err();
        let text = error.to_string();
        assert!(error.is_invalid_request(), "{text}");
        assert!(
            text.starts_with("`metrics`") && text.contains("join the values"),
            "{text}"
        );
    }
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn yields_items_as_raw_json() {
    #[derive(Serialize)]
    struct RawLogs;
    impl Endpoint for RawLogs {
        type Output = Page<Box<RawValue>>;
        const METHOD: Method = Method::GET;
        fn path(&self) -> Vec<&str> {
            vec!["user", "audit_logs"]
        }
    }
    let (client, _) = scripted(vec![
        ok(success(r#"[ {"a" : 1.0,"a":2}  , {"b":"\u0041"} ]"#)),
        ok(success("[]")),
    ]);
    let items: Vec<_> = client
        .iter(&RawLogs)
        .map(|item| item.unwrap().get().to_owned())
        .collect();
    assert_eq!(items, [r#"{"a" : 1.0,"a":2}"#, r#"{"b":"\u0041"}"#]);
}

#[test]
fn sends_an_empty_object_for_a_write_without_fields() {
    #[derive(serde::Serialize)]
    struct PurgeAll;
    impl Endpoint for PurgeAll {
        type Output = serde_json::Value;
        const METHOD: Method = Method::POST;
        fn path(&self) -> Vec<&str> {
            vec!["purge"]
        }
    }
    let (client, requests) = scripted(vec![ok(r#"{"success":true,"result":{}}"#)]);
    client.send(&PurgeAll).unwrap();
    assert_eq!(requests.lock().unwrap()[0].line(), "POST /purge {}");
}

#[test]
fn reports_an_applied_write_whose_output_reads_nothing_of_the_result() {
    struct Nothing;
    impl<'de> Deserialize<'de> for Nothing {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> std::result::Result<Self, D::Error> {
            Ok(Self)
        }
    }
    #[derive(Serialize)]
    struct Purge;
    impl Endpoint for Purge {
        type Output = Nothing;
        const METHOD: Method = Method::POST;
        fn path(&self) -> Vec<&str> {
            vec!["purge"]
        }
    }
    let (client, _) = scripted(vec![ok(success("{}"))]);
    let Err(error) = client.send(&Purge) else {
        panic!("the result was not read")
    };
    assert!(
        error.to_string().contains("the write was applied"),
        "{error}"
    );
}
