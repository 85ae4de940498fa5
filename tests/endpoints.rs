//! Custom endpoints: how their fields are sent, and what they return. `endpoint_items.rs` tests the
//! provided items of `Endpoint`.

mod common;

use cloudflare_user::http::Method;
use cloudflare_user::{Endpoint, Page};
use common::endpoints::{PurgeCache, Zone};
use common::{client_returning, ok, scripted, scripted_client, success};
use serde::{Deserialize, Deserializer, Serialize};
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
    let pages = [r#"[{"name":"a"}]"#, r#"[{"name":"b"}]"#, "[]"];
    let (client, requests) = scripted(pages.map(|items| ok(success(items))));
    let zones = client.iter(&ListZones::default());
    let names: Vec<_> = zones.map(|zone| zone.unwrap().name).collect();
    assert_eq!(names, ["a", "b"]);
    let expected = [
        "GET /zones?page=1",
        "GET /zones?page=2",
        "GET /zones?page=3",
    ];
    assert_eq!(requests.lines(), expected);
}

#[test]
fn joins_nested_fields_of_a_query_with_dots() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let request = ListZones {
        name: Some("a b".to_owned()),
        account: Account {
            id: Some(5),
            paused: Some(true),
        },
        page: Some(2),
    };
    client.send(&request).unwrap();
    let sent = requests.last();
    assert_eq!(sent.path(), "/zones");
    let expected = [
        "account.id=5",
        "account.paused=true",
        "name=a%20b",
        "page=2",
    ];
    assert_eq!(sent.parameters(), expected);
}

#[test]
fn names_the_item_and_its_missing_field_in_an_error() {
    let pages = [r#"[{"name":"a"},{}]"#, "[]"];
    let client = scripted_client(pages.map(|items| ok(success(items))));
    let mut zones = client.iter(&ListZones::default());
    zones.next().unwrap().unwrap();
    let error = zones.next().unwrap().unwrap_err();
    let expected = "result[1]: missing field `name`";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn sends_the_fields_of_a_write_as_its_body_without_path_parameters() {
    let (client, requests) = scripted([ok(success("null"))]);
    let purged = client.send(&PurgeCache::new("a/b", &["x"]));
    assert_eq!(purged.unwrap(), None);
    let expected = [r#"POST /zones/a%2Fb/purge_cache {"files":["x"]}"#];
    assert_eq!(requests.lines(), expected);
}

#[test]
fn sends_the_fields_of_a_deletion_as_its_query() {
    #[derive(serde::Serialize)]
    struct DeleteRecords {
        older_than: u32,
    }
    impl Endpoint for DeleteRecords {
        type Output = serde_json::Value;
        const METHOD: Method = Method::DELETE;
        fn path(&self) -> Vec<&str> {
            vec!["records"]
        }
    }
    let (client, requests) = scripted([ok(success("{}"))]);
    client.send(&DeleteRecords { older_than: 30 }).unwrap();
    assert_eq!(requests.lines(), ["DELETE /records?older_than=30"]);
}

#[test]
fn sends_none_in_a_body_as_null_unless_the_field_is_skipped() {
    #[derive(serde::Serialize)]
    struct EditZone {
        paused: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        plan: Option<String>,
    }
    impl Endpoint for EditZone {
        type Output = serde_json::Value;
        const METHOD: Method = Method::PATCH;
        fn path(&self) -> Vec<&str> {
            vec!["zone"]
        }
    }
    let (client, requests) = scripted([ok(success("{}"))]);
    let (paused, plan) = (None, None);
    client.send(&EditZone { paused, plan }).unwrap();
    assert_eq!(requests.lines(), [r#"PATCH /zone {"paused":null}"#]);
}

#[test]
fn refuses_path_segments_that_name_another_resource() {
    let (client, requests) = scripted([ok(success("null"))]);
    for segment in ["", ".", ".."] {
        let purged = client.send(&PurgeCache::new(segment, &["x"]));
        let error = purged.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.to_string().starts_with("`path`"), "{error}");
    }
    assert_eq!(requests.count(), 0);
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
    let (client, requests) = scripted([ok(success("null"))]);
    for metrics in [vec![], vec!["a"], vec!["a", "b"]] {
        let error = client.send(&Report { metrics }).unwrap_err();
        let text = error.to_string();
        assert!(error.is_invalid_request(), "{text}");
        assert!(text.starts_with("`metrics`"), "{text}");
        assert!(text.contains("join the values"), "{text}");
    }
    assert_eq!(requests.count(), 0);
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
    let pages = [r#"[ {"a" : 1.0,"a":2}  , {"b":"\u0041"} ]"#, "[]"];
    let client = scripted_client(pages.map(|items| ok(success(items))));
    let items = client.iter(&RawLogs);
    let items: Vec<_> = items.map(|item| item.unwrap().get().to_owned()).collect();
    assert_eq!(items, [r#"{"a" : 1.0,"a":2}"#, r#"{"b":"\u0041"}"#]);
}

#[test]
fn sends_an_empty_object_for_a_write_without_fields() {
    #[derive(Serialize)]
    struct PurgeAll;
    impl Endpoint for PurgeAll {
        type Output = serde_json::Value;
        const METHOD: Method = Method::POST;
        fn path(&self) -> Vec<&str> {
            vec!["purge"]
        }
    }
    let (client, requests) = scripted([ok(r#"{"success":true,"result":{}}"#)]);
    client.send(&PurgeAll).unwrap();
    assert_eq!(requests.lines(), ["POST /purge {}"]);
}

#[test]
fn reports_an_applied_write_whose_output_reads_nothing_of_the_result() {
    #[derive(Debug)]
    struct Nothing;
    impl<'de> Deserialize<'de> for Nothing {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
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
    let purged = client_returning(success("{}")).send(&Purge);
    let error = purged.unwrap_err();
    assert!(
        error.to_string().contains("the write was applied"),
        "{error}"
    );
}
