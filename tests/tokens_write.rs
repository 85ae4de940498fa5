//! Tokens that are made and changed, on the wire.

mod common;

use cloudflare_user::{
    Client, CreateToken, ExposeSecret, GetToken, Policy, Token, TokenStatus, UpdateToken,
};
use common::{Api, answered, fixture, fixture_result, scripted, success};
use serde_json::{Value, json};
use time::macros::datetime;

const ID: &str = "ed17574386854bf78a67040be0a770b0";

fn policy() -> Policy {
    Policy::allow()
        .permission_group("g")
        .resource("com.cloudflare.api.user.*", "*")
}

fn minimal() -> Value {
    json!({
        "name": "ci",
        "policies": [{
            "effect": "allow",
            "permission_groups": [{"id": "g"}],
            "resources": {"com.cloudflare.api.user.*": "*"},
        }],
    })
}

#[test]
fn each_field_of_a_creation_alone_is_in_the_body() {
    type Set = fn(CreateToken<&Client>) -> CreateToken<&Client>;
    let sets: [(Set, Value); 7] = [
        (|create| create, json!({})),
        (
            |create| create.expires_on(datetime!(2027-01-01 1:00:00.75 +1)),
            json!({"expires_on": "2027-01-01T00:00:00Z"}),
        ),
        (
            |create| create.not_before(datetime!(2026-12-01 0:00 UTC)),
            json!({"not_before": "2026-12-01T00:00:00Z"}),
        ),
        (
            |create| create.request_ip_in(["10.0.0.0/8", "::1"]),
            json!({"condition": {"request_ip": {"in": ["10.0.0.0/8", "::1"]}}}),
        ),
        (
            |create| create.request_ip_not_in(["10.0.0.0/8"]),
            json!({"condition": {"request_ip": {"not_in": ["10.0.0.0/8"]}}}),
        ),
        (|create| create.request_ip_in([""; 0]), json!({})),
        (
            |create| create.request_ip_in([""; 0]).request_ip_not_in([""; 0]),
            json!({}),
        ),
    ];
    for (set, fields) in sets {
        let api = Api::answering(fixture("tokens_create"));
        set(api.client().create_token("ci", [policy()]))
            .send()
            .unwrap();
        let request = api.request();
        assert_eq!(
            (request.method.as_str(), request.target.as_str()),
            ("POST", "/user/tokens")
        );
        let mut expected = minimal();
        expected
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        assert_eq!(request.json(), expected);
    }
}

#[test]
fn a_created_token_holds_its_secret_apart() {
    let created = answered(fixture("tokens_create"))
        .send(&CreateToken::new("ci", [policy()]))
        .unwrap();
    let mut documented = fixture_result("tokens_create");
    let secret = documented.as_object_mut().unwrap().remove("value").unwrap();
    assert_eq!(created.value.expose_secret(), secret.as_str().unwrap());
    assert_eq!(serde_json::to_value(&created.token).unwrap(), documented);
    assert!(!format!("{created:?}").contains(secret.as_str().unwrap()));
}

#[test]
fn a_creation_without_a_secret_is_an_error_that_keeps_the_body() {
    for result in [
        r#"{"id":"1"}"#,
        r#"{"id":"1","value":null}"#,
        r#"{"id":"1","value":5}"#,
        r#"{"value":""}"#,
    ] {
        let error = answered(success(result))
            .send(&CreateToken::new("ci", [policy()]))
            .unwrap_err();
        assert!(
            error.is_decode() && error.may_have_been_applied(),
            "{error}"
        );
        assert!(
            error.to_string().contains(r#"look for a token named "ci""#),
            "{error}"
        );
        assert_eq!(error.body(), Some(success(result).as_bytes()));
    }
}

#[test]
fn an_update_carries_over_all_that_was_read() {
    let read = json!({
        "id": ID, "name": "ci", "status": "disabled", "issued_on": "2018-07-01T05:20:00Z",
        "not_before": "2018-07-01T05:20:00Z", "expires_on": "2020-01-01T00:00:00.25Z",
        "condition": {"request_ip": {"in": ["123.123.123.0/24"], "not_in": ["123.123.123.100/24"]}, "other": {"a": 1}},
        "policies": [
            {"id": "p1", "effect": "audit", "permission_groups": [{"id": "g", "name": "n", "meta": {"k": "v"}}],
             "resources": {"a": "*", "b": {"c": "*"}, "d": 5}},
            {"id": "p2", "effect": "deny", "permission_groups": [], "resources": {}},
        ],
        "value": "must-not-go-back",
    });
    let token: Token = answered(success(&read.to_string()))
        .send(&GetToken::new(ID))
        .unwrap();
    let api = Api::answering(fixture("tokens_update"));
    let updated = api.client().update_token(&token).send().unwrap();
    let request = api.request();
    assert_eq!(
        (request.method.as_str(), request.target.clone()),
        ("PUT", format!("/user/tokens/{ID}"))
    );
    assert_eq!(
        request.json(),
        json!({
            "name": "ci", "status": "disabled",
            "not_before": "2018-07-01T05:20:00Z", "expires_on": "2020-01-01T00:00:00Z",
            "condition": {
                "request_ip": {"in": ["123.123.123.0/24"], "not_in": ["123.123.123.100/24"]},
                "other": {"a": 1},
            },
            "policies": [
                {"effect": "audit", "permission_groups": [{"id": "g"}], "resources": {"a": "*", "b": {"c": "*"}, "d": 5}},
                {"effect": "deny", "permission_groups": [], "resources": {}},
            ],
        })
    );
    assert_eq!(
        serde_json::to_value(&updated).unwrap(),
        fixture_result("tokens_update")
    );
}

#[test]
fn each_change_of_an_update_alone_is_in_the_body() {
    type Change = fn(UpdateToken<&Client>) -> UpdateToken<&Client>;
    let changes: [(Change, &str, Value); 11] = [
        (|update| update.name("new"), "name", json!("new")),
        (
            |update| update.status(TokenStatus::Disabled),
            "status",
            json!("disabled"),
        ),
        (|update| update.policies([]), "policies", json!([])),
        (
            |update| update.expires_on(datetime!(2030-01-01 0:00 UTC)),
            "expires_on",
            json!("2030-01-01T00:00:00Z"),
        ),
        (
            |update| update.clear_expires_on(),
            "expires_on",
            Value::Null,
        ),
        (
            |update| update.not_before(datetime!(2030-01-01 0:00 UTC)),
            "not_before",
            json!("2030-01-01T00:00:00Z"),
        ),
        (
            |update| update.clear_not_before(),
            "not_before",
            Value::Null,
        ),
        (
            |update| update.request_ip_in(["::/0"]).clear_request_ip_not_in(),
            "condition",
            json!({"request_ip": {"in": ["::/0"]}}),
        ),
        (
            |update| update.request_ip_not_in(["::/0"]).clear_request_ip_in(),
            "condition",
            json!({"request_ip": {"not_in": ["::/0"]}}),
        ),
        (
            |update| update.clear_request_ip_in().clear_request_ip_not_in(),
            "condition",
            Value::Null,
        ),
        (
            |update| update.request_ip_in([""; 0]).request_ip_not_in([""; 0]),
            "condition",
            Value::Null,
        ),
    ];
    let token = answered(fixture("tokens_get"))
        .send(&GetToken::new(ID))
        .unwrap();
    let api = Api::answering(fixture("tokens_update"));
    api.client().update_token(&token).send().unwrap();
    let unchanged = api.request().json();
    for (change, field, value) in changes {
        let api = Api::answering(fixture("tokens_update"));
        change(api.client().update_token(&token)).send().unwrap();
        let mut expected = unchanged.clone();
        // What is cleared is left out: null is never sent.
        match value {
            Value::Null => drop(expected.as_object_mut().unwrap().remove(field)),
            value => expected[field] = value,
        }
        assert_eq!(api.request().json(), expected);
    }
}

#[test]
fn an_update_made_by_hand_sends_what_it_was_given() {
    let api = Api::answering(fixture("tokens_update"));
    api.client()
        .send(&UpdateToken::new(ID, "ci", TokenStatus::Active, [policy()]))
        .unwrap();
    let mut expected = minimal();
    expected["status"] = json!("active");
    assert_eq!(api.request().json(), expected);
}

#[test]
fn what_cannot_be_right_is_refused_and_named() {
    let (client, seen) = scripted(vec![common::ok(success("{}"))]);
    let token = |fields: Value| {
        let token: Token = serde_json::from_value(fields).unwrap();
        UpdateToken::from(&token)
    };
    let refused = [
        (client.send(&CreateToken::new("", [policy()])).err(), "name"),
        (
            client
                .send(&CreateToken::new("ci", [policy()]).request_ip_in([""]))
                .err(),
            "request_ip_in[0]",
        ),
        (
            client
                .send(&CreateToken::new("ci", [policy()]).request_ip_not_in(["::1", " "]))
                .err(),
            "request_ip_not_in[1]",
        ),
        (
            client
                .send(&CreateToken::new(
                    "ci",
                    [policy(), Policy::deny().permission_group("")],
                ))
                .err(),
            "policies[1].permission_groups[0].id",
        ),
        (
            client.send(&token(json!({"id": ID, "name": "ci"}))).err(),
            "status",
        ),
        (
            client
                .send(&token(json!({"id": ID, "name": "ci", "status": ""})))
                .err(),
            "status",
        ),
        (
            client
                .send(&token(json!({"name": "ci", "status": "active"})))
                .err(),
            "token_id",
        ),
        (
            client
                .send(&token(json!({"id": ID, "status": "active"})))
                .err(),
            "name",
        ),
        (
            client
                .send(&token(
                    json!({"id": ID, "name": "ci", "status": "active", "policies": [{"id": "p"}]}),
                ))
                .err(),
            "policies[0].effect",
        ),
    ];
    for (error, parameter) in refused {
        let error = error.unwrap();
        assert!(error.is_invalid_request(), "{error}");
        assert!(
            error.to_string().starts_with(&format!("`{parameter}`")),
            "{error}"
        );
    }
    assert!(seen.lock().unwrap().is_empty());
}
