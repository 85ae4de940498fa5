//! Tokens that are read, verified, deleted and rolled, on the wire and decoded.

mod common;

use cloudflare_user::{
    Client, DeleteToken, Direction, Effect, ExposeSecret, GetToken, ListPermissionGroups, ListTokens, PermissionScope,
    ResourceScope, RollToken, TokenStatus,
};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::{Value, json};

const ID: &str = "ed17574386854bf78a67040be0a770b0";

#[test]
fn each_filter_alone_is_on_the_wire() {
    type Filter = fn(ListTokens<&Client>) -> ListTokens<&Client>;
    let filters: [(Filter, &str); 6] = [
        (|list| list, "per_page=50"),
        (|list| list.direction(Direction::Asc), "direction=asc&per_page=50"),
        (|list| list.include_expired(true), "include_expired=true&per_page=50"),
        (|list| list.include_expired(false), "include_expired=false&per_page=50"),
        (|list| list.page(2), "page=2&per_page=50"),
        (|list| list.per_page(5), "per_page=5"),
    ];
    for (filter, query) in filters {
        let api = Api::responding(fixture("tokens_list"));
        filter(api.client().tokens()).send().unwrap();
        assert_eq!(api.request().line(), format!("GET /user/tokens?{query}"));
    }
}

#[test]
fn documented_tokens_lose_nothing() {
    let page = client_returning(fixture("tokens_list")).send(&ListTokens::new()).unwrap();
    assert_eq!(serde_json::to_value(&page.items).unwrap(), fixture_result("tokens_list"));
    let api = Api::responding(fixture("tokens_get"));
    let token = api.client().token(ID).send().unwrap();
    assert_eq!(api.request().line(), format!("GET /user/tokens/{ID}"));
    assert_eq!(serde_json::to_value(&token).unwrap(), fixture_result("tokens_get"));
    assert_eq!(token.condition.request_ip.in_, ["123.123.123.0/24", "2606:4700::/32"]);
}

#[test]
fn tokens_are_read_as_they_have_been_seen() {
    let result = json!({
        "id": ID, "status": "revoked (exposed)",
        "policies": [{
            "id": "p",
            "permission_groups": [{"id": "g", "meta": {"editable": "false"}}],
            "resources": {"com.cloudflare.api.user.*": "*", "com.cloudflare.api.account.*": {"zone": "*"}, "odd": 1},
        }],
    });
    let token = client_returning(success(&result.to_string())).send(&GetToken::new(ID)).unwrap();
    assert_eq!(token.status, Some(TokenStatus::Other("revoked (exposed)".to_owned())));
    assert_eq!(token.policies[0].effect, Effect::Other(String::new()));
    let resources = &token.policies[0].resources;
    assert_eq!(resources["com.cloudflare.api.user.*"], ResourceScope::Value("*".to_owned()));
    assert!(matches!(&resources["com.cloudflare.api.account.*"], ResourceScope::Nested(nested) if nested.len() == 1));
    assert_eq!(resources["odd"], ResourceScope::Other(json!(1)));
    assert_eq!(serde_json::to_value(&token).unwrap(), result);
}

#[test]
fn either_spelling_of_the_condition_is_read() {
    for name in ["request_ip", "request.ip"] {
        let result = json!({"id": ID, "condition": {name: {"in": ["10.0.0.0/8"], "not_in": null}}});
        let token = client_returning(success(&result.to_string())).send(&GetToken::new(ID)).unwrap();
        assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"], "{name}");
    }
    let both = json!({"condition": {"request_ip": {"in": ["10.0.0.0/8"]}, "request.ip": {"in": ["10.0.0.0/8"]}}});
    let token = client_returning(success(&both.to_string())).send(&GetToken::new(ID)).unwrap();
    assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"]);
}

#[test]
fn contradicting_spellings_of_the_condition_are_both_kept() {
    let result = json!({"condition": {"request_ip": {"in": ["10.0.0.0/8"]}, "request.ip": {"not_in": ["10.0.0.1"]}}});
    let token = client_returning(success(&result.to_string())).send(&GetToken::new(ID)).unwrap();
    assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"]);
    assert_eq!(serde_json::to_value(&token).unwrap(), result);
}

#[test]
fn the_zero_time_of_go_is_no_time() {
    for zero in ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "0001-01-01"] {
        let result = json!({"id": ID, "last_used_on": zero, "issued_on": "0001-01-01T00:00:01Z"});
        let token = client_returning(success(&result.to_string())).send(&GetToken::new(ID)).unwrap();
        assert_eq!(token.last_used_on, None, "{zero}");
        assert!(token.issued_on.is_some());
        let written = serde_json::to_value(&token).unwrap();
        assert_eq!(written.get("last_used_on"), None);
    }
}

#[test]
fn verifying_asks_about_the_clients_own_token() {
    let api = Api::responding(fixture("tokens_verify"));
    let verification = api.client().verify_token().send().unwrap();
    assert_eq!(api.request().line(), "GET /user/tokens/verify");
    assert_eq!(verification.status, Some(TokenStatus::Active));
    assert_eq!(serde_json::to_value(&verification).unwrap(), fixture_result("tokens_verify"));
}

#[test]
fn verifying_without_a_token_is_refused() {
    let api = Api::responding(fixture("tokens_verify"));
    let client = Client::builder().api_key("a@example.com", "some-key").base_url(api.url()).build().unwrap();
    let error = client.verify_token().send().unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("api_token"), "{error}");
    assert!(api.requests().is_empty());
}

#[test]
fn deleting_has_no_body_and_may_be_answered_with_null() {
    let api = Api::responding(fixture("tokens_delete"));
    let deleted = api.client().delete_token(ID).send().unwrap();
    assert_eq!(api.request().line(), format!("DELETE /user/tokens/{ID}"));
    assert_eq!(serde_json::to_value(&deleted).unwrap(), fixture_result("tokens_delete"));
    assert_eq!(client_returning(success("null")).send(&DeleteToken::new(ID)).unwrap().id, "");
}

#[test]
fn deleting_is_not_answered_bare() {
    for body in [r#"{"id":"1"}"#, r#"{"ok":1}"#, ""] {
        let error = client_returning(body).send(&DeleteToken::new(ID)).unwrap_err();
        assert!(error.is_decode() && error.may_have_been_applied(), "{body}: {error}");
    }
}

#[test]
fn rolling_sends_an_empty_object_and_answers_the_secret() {
    let api = Api::responding(fixture("token_value_update"));
    let secret = api.client().roll_token(ID).send().unwrap();
    let request = api.request();
    assert_eq!(request.line(), format!("PUT /user/tokens/{ID}/value {{}}"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(secret.expose_secret(), fixture_result("token_value_update").as_str().unwrap());
    assert!(client_returning(success("null")).send(&RollToken::new(ID)).unwrap_err().may_have_been_applied());
}

#[test]
fn permission_groups_have_one_page_and_two_filters() {
    type Filter = fn(ListPermissionGroups<&Client>) -> ListPermissionGroups<&Client>;
    let filters: [(Filter, &str); 3] = [
        (|list| list, ""),
        (|list| list.name("Zone Read"), "?name=Zone%20Read"),
        (|list| list.scope("com.cloudflare.api.account.zone"), "?scope=com.cloudflare.api.account.zone"),
    ];
    for (filter, query) in filters {
        let api = Api::responding(fixture("token_permission_groups_list"));
        let groups: Vec<_> = filter(api.client().permission_groups()).iter().collect::<Result<_, _>>().unwrap();
        assert_eq!(api.request().line(), format!("GET /user/tokens/permission_groups{query}"));
        assert_eq!(serde_json::to_value(&groups).unwrap(), fixture_result("token_permission_groups_list"));
        assert_eq!(groups[0].scopes, [PermissionScope::Account]);
    }
}

fn groups(items: Value) -> String {
    success(&items.to_string())
}

#[test]
fn a_permission_group_is_found_by_its_name_and_scope_in_one_request() {
    let zone = "com.cloudflare.api.account.zone";
    let api = Api::responding(groups(json!([
        {"id": "1", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
        {"id": "2", "name": "Zone Read Only", "scopes": [zone]},
        {"id": 5.5},
        {"id": "3", "name": "Zone Read", "scopes": ["new", zone]},
    ])));
    for scope in [PermissionScope::Zone, PermissionScope::Other(zone.to_owned())] {
        let group = api.client().find_permission_group("Zone Read", scope).unwrap();
        assert_eq!(group.unwrap().id, "3");
    }
    let lines: Vec<_> = api.requests().iter().map(common::RecordedRequest::line).collect();
    assert_eq!(lines, ["GET /user/tokens/permission_groups?name=Zone%20Read"; 2]);
}

#[test]
fn a_permission_group_with_another_name_or_scope_is_none() {
    let client = client_returning(groups(json!([
        {"id": "1", "name": "zone read", "scopes": ["com.cloudflare.api.account.zone"]},
        {"id": "2", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
    ])));
    let found = client.find_permission_group("Zone Read", PermissionScope::Zone);
    assert_eq!(found.unwrap(), None);
    let none = client_returning(groups(json!([]))).find_permission_group("Zone Read", PermissionScope::Zone);
    assert_eq!(none.unwrap(), None);
}

#[test]
fn a_permission_group_that_may_be_an_undecodable_item_is_an_error() {
    let client = client_returning(groups(json!([
        {"id": "1", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
        {"id": "2", "name": "Zone Read", "scopes": 5},
        {"id": "3", "name": "Zone Write", "scopes": ["com.cloudflare.api.account.zone"]},
    ])));
    let error = client.find_permission_group("Zone Read", PermissionScope::Zone).unwrap_err();
    assert!(error.is_item(), "{error}");
    assert!(error.to_string().contains("result[1].scopes"), "{error}");
}

#[test]
fn a_list_of_permission_groups_that_fails_is_an_error() {
    for body in [r#"{"success":false,"errors":[{"code":9109}]}"#, "<html>"] {
        let found = client_returning(body).find_permission_group("Zone Read", PermissionScope::Zone);
        assert!(found.is_err(), "{body}");
    }
}
