//! Reading, verifying, deleting and rolling tokens, and finding permission groups: the requests and
//! the decoded responses.

mod common;

use cloudflare_user::{
    Client, DeleteToken, Direction, Effect, ExposeSecret, GetToken, ListPermissionGroups,
    ListTokens, PermissionScope, ResourceScope, RollToken, Token, TokenStatus,
};
use common::tokens::ID;
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::{Value, json};

/// The token that a client decodes from this result.
fn token_from(result: &Value) -> Token {
    let client = client_returning(success(&result.to_string()));
    client.send(&GetToken::new(ID)).unwrap()
}

#[test]
fn sends_each_filter() {
    type Filter = fn(ListTokens<&Client>) -> ListTokens<&Client>;
    let direction: Filter = |list| list.direction(Direction::Asc);
    let with_expired: Filter = |list| list.include_expired(true);
    let without_expired: Filter = |list| list.include_expired(false);
    let filters: [(Filter, &str); 6] = [
        (|list| list, "per_page=50"),
        (direction, "direction=asc&per_page=50"),
        (with_expired, "include_expired=true&per_page=50"),
        (without_expired, "include_expired=false&per_page=50"),
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
    let client = client_returning(fixture("tokens_list"));
    let page = client.send(&ListTokens::new()).unwrap();
    let written = serde_json::to_value(&page.items).unwrap();
    assert_eq!(written, fixture_result("tokens_list"));

    let api = Api::responding(fixture("tokens_get"));
    let token = api.client().token(ID).send().unwrap();
    assert_eq!(api.request().line(), format!("GET /user/tokens/{ID}"));
    let written = serde_json::to_value(&token).unwrap();
    assert_eq!(written, fixture_result("tokens_get"));
    let allowed = ["123.123.123.0/24", "2606:4700::/32"];
    assert_eq!(token.condition.request_ip.in_, allowed);
}

#[test]
fn keeps_unknown_values_of_a_token() {
    let result = json!({
        "id": ID,
        "status": "revoked (exposed)",
        "policies": [{
            "id": "p",
            "permission_groups": [{"id": "g", "meta": {"editable": "false"}}],
            "resources": {
                "com.cloudflare.api.user.*": "*",
                "com.cloudflare.api.account.*": {"zone": "*"},
                "malformed": 1,
            },
        }],
    });
    let token = token_from(&result);
    let exposed = TokenStatus::Other("revoked (exposed)".to_owned());
    assert_eq!(token.status, Some(exposed));
    let policy = &token.policies[0];
    assert_eq!(policy.effect, Effect::Other(String::new()));
    assert_eq!(
        policy.resources["com.cloudflare.api.user.*"],
        ResourceScope::Value("*".to_owned())
    );
    let account = &policy.resources["com.cloudflare.api.account.*"];
    assert!(matches!(account, ResourceScope::Nested(nested) if nested.len() == 1));
    let malformed = &policy.resources["malformed"];
    assert_eq!(*malformed, ResourceScope::Other(json!(1)));
    assert_eq!(serde_json::to_value(&token).unwrap(), result);
}

#[test]
fn reads_either_spelling_of_request_ip() {
    for name in ["request_ip", "request.ip"] {
        let token = token_from(&json!({
            "id": ID,
            "condition": {name: {"in": ["10.0.0.0/8"], "not_in": null}},
        }));
        assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"], "{name}");
    }
    let with_both = token_from(&json!({
        "condition": {
            "request_ip": {"in": ["10.0.0.0/8"]},
            "request.ip": {"in": ["10.0.0.0/8"]},
        },
    }));
    assert_eq!(with_both.condition.request_ip.in_, ["10.0.0.0/8"]);
}

#[test]
fn keeps_both_spellings_of_request_ip_if_they_differ() {
    let result = json!({
        "condition": {
            "request_ip": {"in": ["10.0.0.0/8"]},
            "request.ip": {"not_in": ["10.0.0.1"]},
        },
    });
    let token = token_from(&result);
    assert_eq!(token.condition.request_ip.in_, ["10.0.0.0/8"]);
    assert_eq!(serde_json::to_value(&token).unwrap(), result);
}

#[test]
fn reads_the_zero_time_of_go_as_none() {
    let zeros = [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.000Z",
        "0001-01-01",
    ];
    for zero in zeros {
        let token = token_from(&json!({
            "id": ID,
            "last_used_on": zero,
            "issued_on": "0001-01-01T00:00:01Z",
        }));
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
    let written = serde_json::to_value(&verification).unwrap();
    assert_eq!(written, fixture_result("tokens_verify"));
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
    assert!(error.is_invalid_request(), "{error}");
    assert!(error.to_string().contains("api_token"), "{error}");
    assert_eq!(api.requests().count(), 0);
}

#[test]
fn deletes_without_a_body_and_accepts_a_null_result() {
    let api = Api::responding(fixture("tokens_delete"));
    let deleted = api.client().delete_token(ID).send().unwrap();
    assert_eq!(api.request().line(), format!("DELETE /user/tokens/{ID}"));
    let written = serde_json::to_value(&deleted).unwrap();
    assert_eq!(written, fixture_result("tokens_delete"));

    let client = client_returning(success("null"));
    let deleted = client.send(&DeleteToken::new(ID)).unwrap();
    assert_eq!(deleted.id, "");
}

#[test]
fn reports_a_response_to_a_deletion_without_an_envelope() {
    for body in [r#"{"id":"1"}"#, r#"{"ok":1}"#, ""] {
        let client = client_returning(body);
        let error = client.send(&DeleteToken::new(ID)).unwrap_err();
        assert!(error.is_decode(), "{body}: {error}");
        assert!(error.may_have_been_applied(), "{body}: {error}");
    }
}

#[test]
fn sends_an_empty_object_to_roll_a_token_and_returns_the_secret() {
    let api = Api::responding(fixture("token_value_update"));
    let secret = api.client().roll_token(ID).send().unwrap();
    let request = api.request();
    assert_eq!(request.line(), format!("PUT /user/tokens/{ID}/value {{}}"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let documented = fixture_result("token_value_update");
    assert_eq!(secret.expose_secret(), documented.as_str().unwrap());

    let client = client_returning(success("null"));
    let error = client.send(&RollToken::new(ID)).unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
}

#[test]
fn lists_permission_groups_in_one_request_with_each_filter() {
    type Filter = fn(ListPermissionGroups<&Client>) -> ListPermissionGroups<&Client>;
    let zone: Filter = |list| list.scope("com.cloudflare.api.account.zone");
    let filters: [(Filter, &str); 3] = [
        (|list| list, ""),
        (|list| list.name("Zone Read"), "?name=Zone%20Read"),
        (zone, "?scope=com.cloudflare.api.account.zone"),
    ];
    for (filter, query) in filters {
        let api = Api::responding(fixture("token_permission_groups_list"));
        let groups = filter(api.client().permission_groups()).iter();
        let groups: Vec<_> = groups.map(Result::unwrap).collect();
        let expected = format!("GET /user/tokens/permission_groups{query}");
        assert_eq!(api.request().line(), expected);
        let written = serde_json::to_value(&groups).unwrap();
        assert_eq!(written, fixture_result("token_permission_groups_list"));
        assert_eq!(groups[0].scopes, [PermissionScope::Account]);
    }
}

/// The response with these permission groups.
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
    let other = PermissionScope::Other(zone.to_owned());
    for scope in [PermissionScope::Zone, other] {
        let found = api.client().find_permission_group("Zone Read", scope);
        assert_eq!(found.unwrap().unwrap().id, "3");
    }
    let request = "GET /user/tokens/permission_groups?name=Zone%20Read";
    assert_eq!(api.requests().lines(), [request; 2]);
}

#[test]
fn returns_none_if_no_permission_group_has_the_name_and_scope() {
    let others = groups(json!([
        {"id": "1", "name": "zone read", "scopes": ["com.cloudflare.api.account.zone"]},
        {"id": "2", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
    ]));
    for body in [others, groups(json!([]))] {
        let client = client_returning(body);
        let found = client.find_permission_group("Zone Read", PermissionScope::Zone);
        assert_eq!(found.unwrap(), None);
    }
}

#[test]
fn returns_an_error_if_an_undecodable_item_may_be_the_permission_group() {
    let client = client_returning(groups(json!([
        {"id": "1", "name": "Zone Read", "scopes": ["com.cloudflare.api.account"]},
        {"id": "2", "name": "Zone Read", "scopes": 5},
        {"id": "3", "name": "Zone Write", "scopes": ["com.cloudflare.api.account.zone"]},
    ])));
    let found = client.find_permission_group("Zone Read", PermissionScope::Zone);
    let error = found.unwrap_err();
    assert!(error.is_item(), "{error}");
    assert!(error.to_string().contains("result[1].scopes"), "{error}");
}

#[test]
fn returns_an_error_if_listing_the_permission_groups_fails() {
    for body in [r#"{"success":false,"errors":[{"code":9109}]}"#, "<html>"] {
        let client = client_returning(body);
        let found = client.find_permission_group("Zone Read", PermissionScope::Zone);
        assert!(found.is_err(), "{body}");
    }
}
