//! Copying a token: what a creation takes over from a token that was read, and how it is changed.

mod common;

use cloudflare_user::{Client, CreateToken, ErrorKind, GetToken, Policy, Token};
use common::{Api, client_returning, fixture, ok, scripted, success};
use serde_json::{Value, json};
use time::macros::datetime;

/// A disabled, expired token with unknown fields everywhere.
fn token() -> Token {
    let read = json!({
        "id": "ed17574386854bf78a67040be0a770b0",
        "name": "ci",
        "status": "disabled",
        "issued_on": "2018-07-01T05:20:00Z",
        "not_before": "2018-07-01T05:20:00Z",
        "expires_on": "2020-01-01T00:00:00Z",
        "condition": {
            "request_ip": {"in": ["123.123.123.0/24"], "not_in": ["123.123.123.100/24"]},
            "other": {"a": 1},
        },
        "policies": [{
            "id": "p",
            "effect": "allow",
            "permission_groups": [{"id": "g", "name": "n", "meta": {"k": "v"}, "only": [1]}],
            "resources": {"a": "*", "b": {"c": "*"}},
            "conditions": {"time": "09-17"},
        }],
        "owner": "must-not-be-sent",
    });
    client_returning(success(&read.to_string()))
        .send(&GetToken::new("ed17574386854bf78a67040be0a770b0"))
        .unwrap()
}

fn copied() -> Value {
    json!({
        "name": "copy",
        "not_before": "2018-07-01T05:20:00Z",
        "expires_on": "2020-01-01T00:00:00Z",
        "condition": {
            "request_ip": {"in": ["123.123.123.0/24"], "not_in": ["123.123.123.100/24"]},
            "other": {"a": 1},
        },
        "policies": [{
            "effect": "allow",
            "permission_groups": [{"id": "g", "only": [1]}],
            "resources": {"a": "*", "b": {"c": "*"}},
            "conditions": {"time": "09-17"},
        }],
    })
}

#[test]
fn copies_each_restriction_of_a_token_under_another_name() {
    let api = Api::responding(fixture("tokens_create"));
    api.client().copy_token(&token(), "copy").send().unwrap();
    let request = api.request();
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/user/tokens");
    assert_eq!(request.json(), copied());

    let detached = CreateToken::copy_of(&token(), "copy");
    assert_eq!(serde_json::to_value(&detached).unwrap(), copied());
}

#[test]
fn does_not_validate_what_was_read() {
    let read = json!({
        "name": "x".repeat(121),
        "not_before": "2020-01-01T00:00:00Z",
        "expires_on": "2019-01-01T00:00:00Z",
        "condition": {"request_ip": {"in": ["somewhere"]}},
        "policies": [{"effect": "allow", "permission_groups": [], "resources": {}}],
    });
    let token: Token = serde_json::from_value(read.clone()).unwrap();
    let api = Api::responding(fixture("tokens_create"));
    api.client().copy_token(&token, "copy").send().unwrap();
    let mut expected = read;
    expected["name"] = json!("copy");
    assert_eq!(api.request().json(), expected);
}

#[test]
fn copies_a_token_into_an_account() {
    let api = Api::responding(fixture("tokens_create"));
    let client = api.client();
    let copy = client.copy_token(&token(), "copy").in_account("a");
    copy.send().unwrap();
    assert_eq!(api.request().target, "/accounts/a/tokens");
}

#[test]
fn changes_a_copy() {
    type Change = fn(CreateToken<&Client>) -> CreateToken<&Client>;
    let changes: [(Change, &str, Value); 8] = [
        (
            |copy| copy.policies([Policy::deny().permission_group("h").all_zones()]),
            "/policies",
            json!([{
                "effect": "deny",
                "permission_groups": [{"id": "h"}],
                "resources": {"com.cloudflare.api.account.zone.*": "*"},
            }]),
        ),
        (
            |copy| copy.expires_on(datetime!(2030-01-01 0:00 UTC)),
            "/expires_on",
            json!("2030-01-01T00:00:00Z"),
        ),
        (|copy| copy.clear_expires_on(), "/expires_on", Value::Null),
        (
            |copy| copy.not_before(datetime!(2019-01-01 0:00 UTC)),
            "/not_before",
            json!("2019-01-01T00:00:00Z"),
        ),
        (|copy| copy.clear_not_before(), "/not_before", Value::Null),
        (
            |copy| copy.request_ip_in(["::/0"]),
            "/condition/request_ip/in",
            json!(["::/0"]),
        ),
        (
            |copy| copy.clear_request_ip_in(),
            "/condition/request_ip/in",
            Value::Null,
        ),
        (
            |copy| copy.clear_request_ip_not_in(),
            "/condition/request_ip/not_in",
            Value::Null,
        ),
    ];
    for (change, field, value) in changes {
        let api = Api::responding(fixture("tokens_create"));
        change(api.client().copy_token(&token(), "copy"))
            .send()
            .unwrap();
        let mut expected = copied();
        // A cleared field is left out of the body. It is not sent as null.
        if value.is_null() {
            let (parent, name) = field.rsplit_once('/').unwrap();
            let fields = expected.pointer_mut(parent).unwrap();
            fields.as_object_mut().unwrap().remove(name);
        } else {
            *expected.pointer_mut(field).unwrap() = value;
        }
        assert_eq!(api.request().json(), expected, "{field}");
    }
}

#[test]
fn refuses_a_copy_with_an_invalid_change_and_one_of_a_policy_without_an_effect() {
    let without_effect: Token = serde_json::from_value(json!({
        "policies": [{"id": "p", "permission_groups": [{"id": "g"}], "resources": {"a": "*"}}],
    }))
    .unwrap();
    let (client, requests) = scripted([ok(success("{}"))]);
    let copy = |name: &str| client.copy_token(&token(), name);
    for (request, parameter) in [
        (copy(" "), "name"),
        (copy(&"x".repeat(121)), "name"),
        (copy("copy").policies([]), "policies"),
        (
            client.copy_token(&without_effect, "copy"),
            "policies[0].effect",
        ),
        // The start of the token that was read is later.
        (
            copy("copy").expires_on(datetime!(2017-01-01 0:00 UTC)),
            "expires_on",
        ),
        (copy("copy").request_ip_in([""]), "request_ip_in[0]"),
        (copy("copy").request_ip_not_in([""; 0]), "request_ip_not_in"),
    ] {
        let error = request.send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert_eq!(error.parameter(), Some(parameter), "{error}");
    }
    assert_eq!(requests.count(), 0);
}
