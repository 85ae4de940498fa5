//! Reading, verifying, deleting and rolling tokens, and finding permission groups: the requests and
//! the decoded responses.

mod common;

use cloudflare_user::{
    Client, DeleteToken, Direction, Effect, ExposeSecret, GetToken, ListPermissionGroups,
    ListTokens, PermissionScope, ResourceScope, RollToken, TokenStatus,
};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::{Value, json};

const ID: &str = "ed17574386854bf78a67040be0a770b0";

#[test]
fn sends_each_filter() {
    type Filter = fn(ListTokens<&Client>) -> ListTokens<&Client>;
    let filters: [(Filter, &str); 6] = [
        (|list| list, "per_page=50"),
        (
            |list| list.direction(Direction::Asc),
            "direction=asc&per_page=50",
        ),
        (
            |list| list.include_expired(true),
            "include_expired=true&per_page=50",
        ),
        (
            |list| list.include_expired(false),
            "include_expired=false&per_page=50",
        ),
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
fn keeps_every_field_of_the_documented_tokens() {
    let page = client_returning(fixture("tokens_list"))
        .send(&ListTokens::new())
        .unwrap();
    assert_eq!(
        serde_json::to_value(&page.items).unwrap(),
        fixture_result("tokens_list")
    );
    let api = Api::responding(fixture("tokens_get"));
    let token = api.client().token(ID).send().unwrap();
    assert_eq!(api.request().line(), format!("GET /user/tokens/{ID}"));
    assert_eq!(
        serde_json::to_value(&token).unwrap(),
        fixture_result("tokens_get")
    );
    assert_eq!(
        token.condition.request_ip.in_,
        ["123.123.123.0/24", "2606:4700::/32"]
    );
}

#[test]
fn keeps_unknown_values_of_a_token() {
    let result = json!({
        "id": ID, "status": "revoked (exposed)",
        "policies": [{
            "id": "p",
            "permission_groups": [{"id": "g", "meta": {"editable": "false"}}],
            "resources": {"com.cloudflare.api.user.*": "*", "com.cloudflare.api.account.*": {"zone": "*"}, "malformed": 1},
        }],
    });
    let token = client_returning(success(&result.to_string()))
        .send(&GetToken::new(ID))
        .unwrap();
    assert_eq!(
        token.status,
        Some(TokenStatus::Other("revoked (exposed)".to_owned()))
    );
    assert_eq!(token.policies[0].effect, Effect::Other(String::new()));
    let resources = &token.policies[0].resources;
    assert_eq!(
        resources["com.cloudflare.api.user.*"],
        ResourceScope::Value("*".to_owned())
    );
    assert!(
        matches!(&resources["com.cloudflare.api.account.*"], ResourceScope::Nested(nested) if nested.len() == 1)
    );
    assert_eq!(resources["malformed"], ResourceScope::Other(json!(1)));
    assert_eq!(serde_json::to_value(&token).unwrap(), result);
}

#[test]
fn reads_either_spelling_of_request_ip() {
    for name in ["request_ip", "request.ip"] {
        let result = json!({"id": ID, "condition": {name: {"in": ["10.0.0.0/8"], "not_in": null}}});
        let token = client_returning(success(&result.to_string()))
            .send(&GetToken::new(ID))
            .unwrap();
        assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"], "{name}");
    }
    let both = json!({"condition": {"request_ip": {"in": ["10.0.0.0/8"]}, "request.ip": {"in": ["10.0.0.0/8"]}}});
    let token = client_returning(success(&both.to_string()))
        .send(&GetToken::new(ID))
        .unwrap();
    assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"]);
}

#[test]
fn keeps_both_spellings_of_request_ip_if_they_differ() {
    let result = json!({"condition": {"request_ip": {"in": ["10.0.0.0/8"]}, "request.ip": {"not_in": ["10.0.0.1"]}}});
    let token = client_returning(success(&result.to_string()))
        .send(&GetToken::new(ID))
        .unwrap();
    assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"]);
    assert_eq!(serde_json::to_value(&token).unwrap(), result);
}

#[test]
fn reads_the_zero_time_of_go_as_none() {
    for zero in [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.000Z",
        "0001-01-01",
    ] {
        let result = json!({"id": ID, "last_used_on": zero, "issued_on": "0001-01-01T00:00:01Z"});
        let token = client_returning(success(&result.to_string()))
            .send(&GetToken::new(ID))
            .unwrap();
        assert_eq!(token.last_used_on, None, "{zero}");
        assert!(token.issued_on.is_some());
        let written = serde_json::to_value(&token).unwrap();
        assert_eq!(written.get("last_used_on"), None);
    }
}

#[test]
fn verifies_the_token_of_the_client() {
    let api = Api::responding(fixture("tokens_verify"));
    let verification = api.client().verify_token().send().unwrap();
    assert_eq!(api.request().line(), "GET /user/tokens/verify");
    assert_eq!(verification.status, Some(TokenStatus::Active));
    assert_eq!(
        serde_json::to_value(&verification).unwrap(),
        fixture_result("tokens_verify")
    );
}

#[test]
fn refuses_to_verify_a_client_without_a_token() {
    let api = Api::responding(fixture("tokens_verify"));
    let client = Client::builder()
        .api_key("a@example.com", "some-key")
        .base_url(api.url())
        .build()
        .unwrap();
    let error = client.verify_token().send().unwrap_err();
    assert!(
        error.is_invalid_request() && error.to_string().contains("api_token"),
        "{error}"
    );
    assert!(api.requests().is_empty());
}

#[test]
fn deletes_without_a_body_and_accepts_a_null_result() {
    let api = Api::responding(fixture("tokens_delete"));
    let deleted = api.client().delete_token(ID).send().unwrap();
    assert_eq!(api.request().line(), format!("DELETE /user/tokens/{ID}"));
    assert_eq!(
        serde_json::to_value(&deleted).unwrap(),
        fixture_result("tokens_delete")
    );
    assert_eq!(
        client_returning(success("null"))
            .send(&DeleteToken::new(ID))
            .unwrap()
            .id,
        ""
    );
}

#[test]
fn reports_a_response_to_a_deletion_without_an_envelope() {
    for body in [r#"{"id":"1"}"#, r#"{"ok":1}"#, ""] {
        let error = client_returning(body)
            .send(&DeleteToken::new(ID))
            .unwrap_err();
        assert!(
            error.is_decode() && error.may_have_been_applied(),
            "{body}: {error}"
        );
    }
}

#[test]
fn sends_an_empty_object_to_roll_a_token_and_returns_the_secret() {
    let api = Api::responding(fixture("token_value_update"));
    let secret = api.client().roll_token(ID).send().unwrap();
    let request = api.request();
    assert_eq!(request.line(), format!("PUT /user/tokens/{ID}/value {{}}"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(
        secret.expose_secret(),
        fixture_result("token_value_update").as_str().unwrap()
    );
    assert!(
        client_returning(success("null"))
            .send(&RollToken::new(ID))
            .unwrap_err()
            .may_have_been_applied()
    );
}

#[test]
fn lists_permission_groups_in_one_request_with_each_filter() {
    type Filter = fn(ListPermissionGroups<&Client>) -> ListPermissionGroups<&Client>;
    let filters: [(Filter, &str); 3] = [
        (|list| list, ""),
        (|list| list.name("Zone Read"), "?name=Zone%20Read"),
        (
            |list| list.scope("com.cloudflare.api.account.zone"),
            "?scope=com.cloudflare.api.account.zone",
        ),
    ];
    for (filter, query) in filters {
        let api = Api::responding(fixture("token_permission_groups_list"));
        let groups: Vec<_> = filter(api.client().permission_groups())
            .iter()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(
            api.request().line(),
            format!("GET /user/tokens/permission_groups{query}")
        );
        assert_eq!(
            serde_json::to_value(&groups).unwrap(),
            fixture_result("token_permission_groups_list")
        );
        assert_eq!(groups[0].scopes, [PermissionScope::Account]);
    }
}

fn groups(items: Value) -> String {
    success(&items.to_string())
}

#[test]
fn finds_a_permission_group_by_name_and_scope_in_one_request() {
    let zone = "com.cloudflare.api.account.zone";
    let api = Api::responding(groups(json!([
        {"id": "1", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
        {"id": "2", "name": "Zone Read Only", "scopes": [zone]},
        {"id": 5.5},
        {"id": "3", "name": "Zone Read", "scopes": ["new", zone]},
    ])));
    for scope in [
        PermissionScope::Zone,
        PermissionScope::Other(zone.to_owned()),
    ] {
        let group = api
            .client()
            .find_permission_group("Zone Read", scope)
            .unwrap();
        assert_eq!(group.unwrap().id, "3");
    }
    let lines: Vec<_> = api
        .requests()
        .iter()
        .map(common::RecordedRequest::line)
        .collect();
    assert_eq!(
        lines,
        ["GET /user/tokens/permission_groups?name=Zone%20Read"; 2]
    );
}

#[test]
fn returns_none_if_no_permission_group_has_the_name_and_scope() {
    let client = client_returning(groups(json!([
        {"id": "1", "name": "zone read", "scopes": ["com.cloudflare.api.account.zone"]},
        {"id": "2", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
    ])));
    let found = client.find_permission_group("Zone Read", PermissionScope::Zone);
    assert_eq!(found.unwrap(), None);
    let none = client_returning(groups(json!([])))
        .find_permission_group("Zone Read", PermissionScope::Zone);
    assert_eq!(none.unwrap(), None);
}

#[test]
fn returns_an_error_if_an_undecodable_item_may_be_the_permission_group() {
    let client = client_returning(groups(json!([
        {"id": "1", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
        {"id": "2", "name": "Zone Read", "scopes": 5},
        {"id": "3", "name": "Zone Write", "scopes": ["com.cloudflare.api.account.zone"]},
    ])));
    let error = client
        .find_permission_group("Zone Read", PermissionScope::Zone)
        .unwrap_err();
    assert!(error.is_item(), "{error}");
    assert!(error.to_string().contains("result[1].scopes"), "{error}");
}

#[test]
fn returns_an_error_if_listing_the_permission_groups_fails() {
    for body in [r#"{"success":false,"errors":[{"code":9109}]}"#, "<html>"] {
        let found =
            client_returning(body).find_permission_group("Zone Read", PermissionScope::Zone);
        assert!(found.is_err(), "{body}");
    }
}
