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

/// A change of a copy, and the field of the body that it sets.
struct Change {
    apply: fn(CreateToken<&Client>) -> CreateToken<&Client>,
    /// The field, as a JSON pointer.
    field: &'static str,
    /// The value that is sent; `None` if the field is left out.
    value: Option<Value>,
}

fn changes() -> [Change; 8] {
    [
        Change {
            apply: |copy| copy.policies([Policy::deny().permission_group("h").all_zones()]),
            field: "/policies",
            value: Some(json!([{
                "effect": "deny",
                "permission_groups": [{"id": "h"}],
                "resources": {"com.cloudflare.api.account.zone.*": "*"},
            }])),
        },
        Change {
            apply: |copy| copy.expires_on(datetime!(2030-01-01 0:00 UTC)),
            field: "/expires_on",
            value: Some(json!("2030-01-01T00:00:00Z")),
        },
        Change {
            apply: |copy| copy.clear_expires_on(),
            field: "/expires_on",
            value: None,
        },
        Change {
            apply: |copy| copy.not_before(datetime!(2019-01-01 0:00 UTC)),
            field: "/not_before",
            value: Some(json!("2019-01-01T00:00:00Z")),
        },
        Change {
            apply: |copy| copy.clear_not_before(),
            field: "/not_before",
            value: None,
        },
        Change {
            apply: |copy| copy.request_ip_in(["::/0"]),
            field: "/condition/request_ip/in",
            value: Some(json!(["::/0"])),
        },
        Change {
            apply: |copy| copy.clear_request_ip_in(),
            field: "/condition/request_ip/in",
            value: None,
        },
        Change {
            apply: |copy| copy.clear_request_ip_not_in(),
            field: "/condition/request_ip/not_in",
            value: None,
        },
    ]
}

#[test]
fn changes_a_copy() {
    for change in changes() {
        let api = Api::responding(fixture("tokens_create"));
        let client = api.client();
        let copy = (change.apply)(client.copy_token(&token(), "copy"));
        copy.send().unwrap();
        let mut expected = copied();
        match change.value {
            Some(value) => *expected.pointer_mut(change.field).unwrap() = value,
            None => {
                let (parent, name) = change.field.rsplit_once('/').unwrap();
                let fields = expected.pointer_mut(parent).unwrap();
                fields.as_object_mut().unwrap().remove(name);
            }
        }
        assert_eq!(api.request().json(), expected, "{}", change.field);
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
    let without_effect = client.copy_token(&without_effect, "copy");
    // The start of the token that was read is later.
    let before_its_start = datetime!(2017-01-01 0:00 UTC);
    let refused = [
        (copy(" "), "name"),
        (copy(&"x".repeat(121)), "name"),
        (copy("copy").policies([]), "policies"),
        (without_effect, "policies[0].effect"),
        (copy("copy").expires_on(before_its_start), "expires_on"),
        (copy("copy").request_ip_in([""]), "request_ip_in[0]"),
        (copy("copy").request_ip_not_in([""; 0]), "request_ip_not_in"),
    ];
    for (request, parameter) in refused {
        let error = request.send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert_eq!(error.parameter(), Some(parameter), "{error}");
    }
    assert_eq!(requests.count(), 0);
}
