//! Listing and exporting audit logs: the requests, the decoded responses and the filters that are
//! refused.

mod common;

use std::io::Read;

use cloudflare_user::{ActorKind, Client, Direction, ListAuditLogs};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::json;
use time::macros::{date, datetime};

#[test]
fn sends_each_filter() {
    type Filter = fn(ListAuditLogs<&Client>) -> ListAuditLogs<&Client>;
    let filters: [(Filter, &str); 13] = [
        (|list| list.id("d5b0f326-1232"), "id=d5b0f326-1232"),
        (
            |list| list.action_type("token create"),
            "action.type=token%20create",
        ),
        (
            |list| list.actor_email("a+b@example.com"),
            "actor.email=a%2Bb%40example.com",
        ),
        (
            |list| list.actor_ip("198.41.0.0/16"),
            "actor.ip=198.41.0.0%2F16",
        ),
        (
            |list| list.zone_name("example.com"),
            "zone.name=example.com",
        ),
        (|list| list.since(date!(2026 - 11 - 01)), "since=2026-11-01"),
        (
            |list| list.since(datetime!(2026-11-01 2:00 +2)),
            "since=2026-11-01T00%3A00%3A00Z",
        ),
        (
            |list| list.before(date!(2026 - 11 - 20)),
            "before=2026-11-20",
        ),
        (
            |list| list.before(datetime!(2026-11-20 0:00:00.5 UTC)),
            "before=2026-11-20T00%3A00%3A00.5Z",
        ),
        (|list| list.direction(Direction::Asc), "direction=asc"),
        (|list| list.direction(Direction::Desc), "direction=desc"),
        (|list| list.hide_user_logs(true), "hide_user_logs=true"),
        (|list| list.hide_user_logs(false), "hide_user_logs=false"),
    ];
    for (filter, query) in filters {
        let api = Api::responding(fixture("audit_logs_list"));
        filter(api.client().audit_logs()).send().unwrap();
        assert_eq!(
            api.request().line(),
            format!("GET /user/audit_logs?{query}&per_page=1000")
        );
    }
}

#[test]
fn sends_page_and_per_page() {
    let api = Api::responding(fixture("audit_logs_list"));
    api.client()
        .audit_logs()
        .page(3)
        .per_page(7)
        .send()
        .unwrap();
    assert_eq!(
        api.request().line(),
        "GET /user/audit_logs?page=3&per_page=7"
    );
}

#[test]
fn iterates_from_the_first_page_with_the_largest_page_size() {
    let api = Api::responding(fixture("audit_logs_list"));
    assert!(api.client().audit_logs().iter().next().unwrap().is_ok());
    let target = api.request().target;
    let mut parameters: Vec<_> = target.split_once('?').unwrap().1.split('&').collect();
    parameters.sort_unstable();
    assert_eq!(parameters, ["page=1", "per_page=1000"]);
}

#[test]
fn sends_the_filters_of_an_export_and_streams_csv() {
    let api = Api::responding_as(200, "text/csv", "when,action\n2026-11-01T00:00:00Z,login\n");
    let request = ListAuditLogs::new()
        .since(date!(2026 - 11 - 01))
        .zone_name("example.com");
    let mut csv = String::new();
    api.client()
        .export(&request)
        .unwrap()
        .read_to_string(&mut csv)
        .unwrap();
    assert_eq!(csv, "when,action\n2026-11-01T00:00:00Z,login\n");
    let request = api.request();
    assert!(request.header("accept").unwrap().starts_with("text/csv"));
    for parameter in ["since=2026-11-01", "zone.name=example.com", "export=true"] {
        assert!(request.target.contains(parameter), "{}", request.target);
    }
}

#[test]
fn reports_a_failed_export_with_status_200() {
    let failed = r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#;
    for (content_type, body) in [
        ("application/json", failed),
        ("text/html", "<html>please log in</html>"),
    ] {
        let api = Api::responding_as(200, content_type, body);
        let error = api.client().audit_logs().export().unwrap_err();
        assert_eq!(error.status(), Some(200), "{error}");
    }
}

#[test]
fn does_not_limit_the_size_of_an_export() {
    let csv = "x".repeat(3 << 20);
    let api = Api::responding_as(200, "text/csv", &csv);
    let client = Client::builder()
        .api_token("token")
        .base_url(api.url())
        .max_response_size(1 << 10)
        .build()
        .unwrap();
    let mut read = String::new();
    client
        .audit_logs()
        .export()
        .unwrap()
        .read_to_string(&mut read)
        .unwrap();
    assert_eq!(read.len(), csv.len());
}

#[test]
fn keeps_every_field_of_the_documented_log() {
    let page = client_returning(fixture("audit_logs_list"))
        .send(&ListAuditLogs::new())
        .unwrap();
    assert_eq!(page.info, None);
    assert_eq!(page.items[0].actor.kind, Some(ActorKind::User));
    assert_eq!(page.items[0].when, Some(datetime!(2017-04-26 17:31:07 UTC)));
    assert_eq!(
        serde_json::to_value(&page.items).unwrap(),
        fixture_result("audit_logs_list")
    );
}

#[test]
fn keeps_unknown_fields_and_values_of_any_type_of_a_log() {
    let result = json!([{
        "id": "1",
        "action": {"result": true, "type": "rotate_API_key", "info": "key digest: abc"},
        "actor": {"id": "1", "type": "system"},
        "newValue": {"a": 1}, "oldValue": "", "newValueJson": {"b": [2]}, "oldValueJson": {},
        "resource": {"id": "10715065315", "type": "account"},
        "when": "2021-10-10T10:13:46.214209Z",
        "accountID": "x",
    }]);
    let page = client_returning(success(&result.to_string()))
        .send(&ListAuditLogs::new())
        .unwrap();
    let log = &page.items[0];
    assert_eq!(log.actor.kind, Some(ActorKind::System));
    assert_eq!(log.action.info.as_deref(), Some("key digest: abc"));
    assert_eq!(log.new_value, Some(json!({"a": 1})));
    assert_eq!(log.old_value, Some(json!("")));
    assert_eq!(log.extra["accountID"], "x");
    assert_eq!(serde_json::to_value(&page.items).unwrap(), result);
}

#[test]
fn reads_numeric_identifiers_as_text() {
    let result = r#"[{"id":5,"resource":{"id":10715065315},"actor":{"id":-1},"when":""}]"#;
    let page = client_returning(success(result))
        .send(&ListAuditLogs::new())
        .unwrap();
    assert_eq!(page.items[0].id, "5");
    assert_eq!(page.items[0].resource.id.as_deref(), Some("10715065315"));
    assert_eq!(page.items[0].actor.id.as_deref(), Some("-1"));
    assert_eq!(page.items[0].when, None);
}

#[test]
fn refuses_since_that_is_not_earlier_than_before() {
    let (client, requests) = common::scripted(vec![common::ok(success("[]"))]);
    let list = || client.audit_logs();
    let day = date!(2026 - 11 - 01);
    let midnight = datetime!(2026-11-01 0:00 UTC);
    for request in [
        list().since(day).before(day),
        list().since(date!(2026 - 11 - 02)).before(day),
        list().since(midnight).before(day),
        list().before(datetime!(2026-11-01 1:00 +2)).since(day),
    ] {
        for error in [
            request.send().err(),
            request.iter().next().unwrap().err(),
            request.export().err(),
        ] {
            let error = error.unwrap();
            assert!(error.is_invalid_request(), "{error}");
            assert!(error.to_string().starts_with("`since` "), "{error}");
        }
    }
    assert_eq!(requests.count(), 0);
    list()
        .since(day)
        .before(date!(2026 - 11 - 02))
        .send()
        .unwrap();
    list()
        .since(midnight)
        .before(datetime!(2026-11-01 0:00:00.001 UTC))
        .send()
        .unwrap();
    assert_eq!(requests.count(), 2);
}

#[test]
fn refuses_an_instant_before_the_year_0() {
    let (client, requests) = common::scripted(vec![common::ok(success("[]"))]);
    let error = client
        .audit_logs()
        .since(datetime!(-0001-01-01 0:00 UTC))
        .send()
        .unwrap_err();
    assert!(
        error.is_invalid_request() && error.to_string().contains("since"),
        "{error}"
    );
    assert_eq!(requests.count(), 0);
}
