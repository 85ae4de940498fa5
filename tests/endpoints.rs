//! Endpoints of one's own.

mod common;

use cloudflare_user::http::Method;
use cloudflare_user::{Endpoint, Error, Page, Result};
use common::{ok, scripted, status, success};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
struct Zone {
    name: String,
}

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

#[derive(Serialize)]
struct PurgeCache {
    #[serde(skip)]
    zone_id: String,
    files: Vec<String>,
}

impl Endpoint for PurgeCache {
    type Output = Option<u32>;
    const METHOD: Method = Method::POST;
    fn path(&self) -> Vec<&str> {
        vec!["zones", &self.zone_id, "purge_cache"]
    }
    fn validate(&self) -> Result<()> {
        if self.files.is_empty() {
            Err(Error::invalid_request("files", "is empty"))
        } else {
            Ok(())
        }
    }
    fn is_idempotent(&self) -> bool {
        true
    }
}

#[test]
fn a_listing_is_paged_without_a_size_until_an_empty_page() {
    let page = |name| ok(success(&format!(r#"[{{"name":"{name}"}}]"#)));
    let (client, seen) = scripted(vec![page("a"), page("b"), ok(success("[]"))]);
    let zones: Vec<_> = client
        .iter(&ListZones::default())
        .map(|zone| zone.unwrap().name)
        .collect();
    assert_eq!(zones, ["a", "b"]);
    let lines: Vec<_> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|seen| seen.target.clone())
        .collect();
    assert_eq!(lines, ["/zones?page=1", "/zones?page=2", "/zones?page=3"]);
}

#[test]
fn nested_fields_of_a_query_have_dots() {
    let (client, seen) = scripted(vec![ok(success("[]"))]);
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
    let target = seen.lock().unwrap().pop().unwrap().target;
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
fn an_item_without_a_required_field_is_named() {
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
fn a_write_has_a_body_and_may_be_said_to_be_repeatable() {
    let (client, seen) = scripted(vec![status(503, ""), ok(success("null"))]);
    let purge = PurgeCache {
        zone_id: "a/b".to_owned(),
        files: vec!["x".to_owned()],
    };
    assert_eq!(client.with_max_retries(1).send(&purge).unwrap(), None);
    let lines: Vec<_> = seen
        .lock()
        .unwrap()
        .iter()
        .map(common::Seen::line)
        .collect();
    assert_eq!(
        lines,
        [r#"POST /zones/a%2Fb/purge_cache {"files":["x"]}"#; 2]
    );
}

#[test]
fn a_check_of_ones_own_refuses_before_sending() {
    let (client, seen) = scripted(vec![ok(success("null"))]);
    let refused = |zone_id: &str, files: Vec<String>| {
        client
            .send(&PurgeCache {
                zone_id: zone_id.to_owned(),
                files,
            })
            .unwrap_err()
            .to_string()
    };
    assert_eq!(refused("a", Vec::new()), "`files` is empty");
    assert!(refused("..", vec!["x".to_owned()]).starts_with("`path`"));
    assert!(seen.lock().unwrap().is_empty());
}

#[test]
fn items_can_be_kept_byte_for_byte() {
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
fn a_write_without_fields_sends_an_empty_object() {
    #[derive(serde::Serialize)]
    struct PurgeAll;
    impl Endpoint for PurgeAll {
        type Output = serde_json::Value;
        const METHOD: Method = Method::POST;
        fn path(&self) -> Vec<&str> {
            vec!["purge"]
        }
    }
    let (client, seen) = scripted(vec![ok(r#"{"success":true,"result":{}}"#)]);
    client.send(&PurgeAll).unwrap();
    assert_eq!(seen.lock().unwrap()[0].line(), "POST /purge {}");
}
