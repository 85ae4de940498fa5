//! Listing and exporting audit logs: the requests, the decoded responses and the filters that are
//! refused.

mod common;

use std::io;

use cloudflare_user::{ActorKind, Client, Direction, ListAuditLogs};
use common::{Api, builder, client_returning, fixture, fixture_result, ok, scripted, success};
use serde_json::json;
use time::macros::{date, datetime};

#[test]
fn sends_each_filter() {
    type Filter = fn(ListAuditLogs<&Client>) -> ListAuditLogs<&Client>;
    let action: Filter = |list| list.action_type("token create");
    let email: Filter = |list| list.actor_email("a+b@example.com");
    let ip: Filter = |list| list.actor_ip("198.41.0.0/16");
    let zone: Filter = |list| list.zone_name("example.com");
    let since_date: Filter = |list| list.since(date!(2026 - 11 - 01));
    let since_instant: Filter = |list| list.since(datetime!(2026-11-01 2:00 +2));
    let before_date: Filter = |list| list.before(date!(2026 - 11 - 20));
    let before_instant: Filter = |list| list.before(datetime!(2026-11-20 0:00:00.5 UTC));
    let filters: [(Filter, &str); 13] = [
        (|list| list.id("d5b0f326-1232"), "id=d5b0f326-1232"),
        (action, "action.type=token%20create"),
        (email, "actor.email=a%2Bb%40example.com"),
        (ip, "actor.ip=198.41.0.0%2F16"),
        (zone, "zone.name=example.com"),
        (since_date, "since=2026-11-01"),
        (since_instant, "since=2026-11-01T00%3A00%3A00Z"),
        (before_date, "before=2026-11-20"),
        (before_instant, "before=2026-11-20T00%3A00%3A00.5Z"),
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
    let client = api.client();
    let request = client.audit_logs().page(3).per_page(7);
    request.send().unwrap();
    let expected = "GET /user/audit_logs?page=3&per_page=7";
    assert_eq!(api.request().line(), expected);
}

#[test]
fn iterates_from_the_first_page_with_the_largest_page_size() {
    let api = Api::responding(fixture("audit_logs_list"));
    assert!(api.client().audit_logs().iter().next().unwrap().is_ok());
    assert_eq!(api.request().parameters(), ["page=1", "per_page=1000"]);
}

#[test]
fn sends_the_filters_of_an_export_and_streams_csv() {
    let csv = "when,action\n2026-11-01T00:00:00Z,login\n";
    let api = Api::responding_as(200, "text/csv", csv);
    let request = ListAuditLogs::new()
        .since(date!(2026 - 11 - 01))
        .zone_name("example.com");
    let export = api.client().export(&request).unwrap();
    assert_eq!(io::read_to_string(export).unwrap(), csv);
    let request = api.request();
    assert!(request.header("accept").unwrap().starts_with("text/csv"));
    for parameter in ["since=2026-11-01", "zone.name=example.com", "export=true"] {
        assert!(request.target.contains(parameter), "{}", request.target);
    }
}

#[test]
fn reports_a_failed_export_with_status_200() {
    let failed = r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#;
    let failures = [
        ("application/json", failed),
        ("text/html", "<html>please log in</html>"),
    ];
    for (content_type, body) in failures {
        let api = Api::responding_as(200, content_type, body);
        let error = api.client().audit_logs().export().unwrap_err();
        assert_eq!(error.status(), Some(200), "{error}");
    }
}

#[test]
fn does_not_limit_the_size_of_an_export() {
    let csv = "x".repeat(3 << 20);
    let api = Api::responding_as(200, "text/csv", &csv);
    let builder = builder().base_url(api.url()).max_response_size(1 << 10);
    let export = builder.build().unwrap().audit_logs().export().unwrap();
    assert_eq!(io::read_to_string(export).unwrap().len(), csv.len());
}

#[test]
fn keeps_every_field_of_the_documented_log() {
    let client = client_returning(fixture("audit_logs_list"));
    let page = client.audit_logs().send().unwrap();
    assert_eq!(page.info, None);
    assert_eq!(page.items[0].actor.kind, Some(ActorKind::User));
    assert_eq!(page.items[0].when, Some(datetime!(2017-04-26 17:31:07 UTC)));
    let written = serde_json::to_value(&page.items).unwrap();
    assert_eq!(written, fixture_result("audit_logs_list"));
}

#[test]
fn keeps_unknown_fields_and_values_of_any_type_of_a_log() {
    let result = json!([{
        "id": "1",
        "action": {"result": true, "type": "rotate_API_key", "info": "key digest: abc"},
        "actor": {"id": "1", "type": "system"},
        "newValue": {"a": 1},
        "oldValue": "",
        "newValueJson": {"b": [2]},
        "oldValueJson": {},
        "resource": {"id": "10715065315", "type": "account"},
        "when": "2021-10-10T10:13:46.214209Z",
        "accountID": "x",
    }]);
    let client = client_returning(success(&result.to_string()));
    let page = client.audit_logs().send().unwrap();
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
    let client = client_returning(success(result));
    let log = client.audit_logs().iter().next().unwrap().unwrap();
    assert_eq!(log.id, "5");
    assert_eq!(log.resource.id.as_deref(), Some("10715065315"));
    assert_eq!(log.actor.id.as_deref(), Some("-1"));
    assert_eq!(log.when, None);
}

#[test]
fn refuses_since_that_is_not_earlier_than_before() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let list = || client.audit_logs();
    let day = date!(2026 - 11 - 01);
    let next_day = date!(2026 - 11 - 02);
    let midnight = datetime!(2026-11-01 0:00 UTC);
    let an_hour_earlier = datetime!(2026-11-01 1:00 +2);
    let refused = [
        list().since(day).before(day),
        list().since(next_day).before(day),
        list().since(midnight).before(day),
        list().before(an_hour_earlier).since(day),
    ];
    for request in refused {
        let errors = [
            request.send().unwrap_err(),
            request.iter().next().unwrap().unwrap_err(),
            request.export().unwrap_err(),
        ];
        for error in errors {
            assert!(error.is_invalid_request(), "{error}");
            assert!(error.to_string().starts_with("`since` "), "{error}");
        }
    }
    assert_eq!(requests.count(), 0);
    let a_millisecond_later = datetime!(2026-11-01 0:00:00.001 UTC);
    let accepted = [
        list().since(day).before(next_day),
        list().since(midnight).before(a_millisecond_later),
    ];
    for request in accepted {
        request.send().unwrap();
    }
    assert_eq!(requests.count(), 2);
}

#[test]
fn refuses_an_instant_before_the_year_0() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let before_the_year_0 = datetime!(-0001-01-01 0:00 UTC);
    let error = client.audit_logs().since(before_the_year_0).send();
    let error = error.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(error.to_string().contains("since"), "{error}");
    assert_eq!(requests.count(), 0);
}
