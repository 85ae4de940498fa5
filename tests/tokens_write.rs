//! Creating and updating tokens: the request bodies, the responses, and what errors say of them.

mod common;

use std::io::{self, Read};
use std::sync::Mutex;

use cloudflare_user::{
    Body, Client, CreateToken, ExposeSecret, GetToken, Policy, Token, TokenPolicy, TokenStatus,
    UpdateToken, http,
};
use common::tokens::{ID, policy};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::{Value, json};
use time::macros::datetime;

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
fn sends_each_field_of_a_creation() {
    type Set = fn(CreateToken<&Client>) -> CreateToken<&Client>;
    let sets: [(Set, Value); 5] = [
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
    ];
    for (set, fields) in sets {
        let api = Api::responding(fixture("tokens_create"));
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
fn separates_the_secret_from_the_created_token() {
    let created = client_returning(fixture("tokens_create"))
        .send(&CreateToken::new("ci", [policy()]))
        .unwrap();
    let mut documented = fixture_result("tokens_create");
    let secret = documented.as_object_mut().unwrap().remove("value").unwrap();
    assert_eq!(created.value.expose_secret(), secret.as_str().unwrap());
    assert_eq!(serde_json::to_value(&created.token).unwrap(), documented);
    assert!(!format!("{created:?}").contains(secret.as_str().unwrap()));
}

#[test]
fn reports_a_creation_without_a_secret_and_keeps_the_body() {
    for result in [
        r#"{"id":"1"}"#,
        r#"{"id":"1","value":null}"#,
        r#"{"id":"1","value":5}"#,
        r#"{"value":""}"#,
    ] {
        let error = client_returning(success(result))
            .send(&CreateToken::new("ci", [policy()]))
            .unwrap_err();
        assert!(
            error.is_decode() && error.may_have_been_applied(),
            "{error}"
        );
        assert!(
            // The token was just created, so the message must not advise to delete it.
            error.to_string().contains("was applied, and `Error::body`")
                && !error.to_string().contains("delete"),
            "{error}"
        );
        assert_eq!(error.body(), Some(success(result).as_bytes()));
    }
}

#[test]
fn says_that_the_part_of_a_creation_that_arrived_may_hold_the_secret() {
    let (part, secret) = (
        r#"{"success":true,"result":{"value":"s3cr3t"#,
        "; `Error::body` holds what arrived, which may",
    );
    let broken: fn(&'static str) -> Body =
        |part| Body::from_reader(part.as_bytes().chain(Body::from_reader(Broken)));
    for (status, body, is_part) in [
        (200, Body::from(part), true),
        (200, broken(part), true),
        (200, broken(""), false),
        (502, Body::from(part), false),
        (400, Body::from(part), false),
    ] {
        let body = Mutex::new(Some(body));
        let respond = move |_: http::Request<Vec<u8>>| {
            let body = body.lock().unwrap().take().unwrap();
            Ok(http::Response::builder().status(status).body(body).unwrap())
        };
        let client = Client::builder()
            .api_token("t")
            .transport(respond)
            .build()
            .unwrap();
        let error = client.create_token("ci", [policy()]).send().unwrap_err();
        let text = error.to_string();
        assert_eq!(text.contains(secret), is_part, "{text}");
        assert_eq!(
            text.contains("look for a token named"),
            status != 400,
            "{text}"
        );
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    let edited = client_returning(part)
        .edit_user()
        .first_name("a")
        .send()
        .unwrap_err()
        .to_string();
    assert!(
        edited.contains("may have been applied") && !edited.contains("what arrived"),
        "{edited}"
    );
}

/// A body that fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn updates_a_token_with_every_writable_field_that_was_read() {
    let read = json!({
        "id": ID, "name": "ci", "status": "disabled", "issued_on": "2018-07-01T05:20:00Z",
        "not_before": "2018-07-01T05:20:00Z", "expires_on": "2020-01-01T00:00:00.25Z",
        "condition": {"request_ip": {"in": ["123.123.123.0/24"], "not_in": ["123.123.123.100/24"]}, "other": {"a": 1}},
        "policies": [
            {"id": "p1", "effect": "audit", "permission_groups": [{"id": "g", "name": "n", "meta": {"k": "v"}, "only": [1]}],
             "resources": {"a": "*", "b": {"c": "*"}, "d": 5}, "conditions": {"time": "09-17"}, "note": null},
            {"id": "p2", "effect": "deny", "permission_groups": [], "resources": {}},
        ],
        "value": "must-not-be-sent",
    });
    let token: Token = client_returning(success(&read.to_string()))
        .send(&GetToken::new(ID))
        .unwrap();
    let api = Api::responding(fixture("tokens_update"));
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
                {"effect": "audit", "permission_groups": [{"id": "g", "only": [1]}],
                 "resources": {"a": "*", "b": {"c": "*"}, "d": 5}, "conditions": {"time": "09-17"}, "note": null},
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
fn sends_each_change_of_an_update() {
    type Change = fn(UpdateToken<&Client>) -> UpdateToken<&Client>;
    let changes: [(Change, &str, Value); 10] = [
        (|update| update.name("new"), "name", json!("new")),
        (
            |update| update.status(TokenStatus::Disabled),
            "status",
            json!("disabled"),
        ),
        (
            |update| update.policies([policy()]),
            "policies",
            minimal()["policies"].clone(),
        ),
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
            |update| update.not_before(datetime!(2019-01-01 0:00 UTC)),
            "not_before",
            json!("2019-01-01T00:00:00Z"),
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
    ];
    let token = client_returning(fixture("tokens_get"))
        .send(&GetToken::new(ID))
        .unwrap();
    let api = Api::responding(fixture("tokens_update"));
    api.client().update_token(&token).send().unwrap();
    let unchanged = api.request().json();
    for (change, field, value) in changes {
        let api = Api::responding(fixture("tokens_update"));
        change(api.client().update_token(&token)).send().unwrap();
        let mut expected = unchanged.clone();
        // A cleared field is left out of the body. It is not sent as null.
        match value {
            Value::Null => drop(expected.as_object_mut().unwrap().remove(field)),
            value => expected[field] = value,
        }
        assert_eq!(api.request().json(), expected);
    }
}

#[test]
fn sends_an_update_that_was_built_without_reading_the_token() {
    let api = Api::responding(fixture("tokens_update"));
    api.client()
        .send(&UpdateToken::new(ID, "ci", TokenStatus::Active, [policy()]))
        .unwrap();
    let mut expected = minimal();
    expected["status"] = json!("active");
    assert_eq!(api.request().json(), expected);
}

#[test]
fn writes_the_documented_resource_names() {
    let api = Api::responding(fixture("tokens_create"));
    let policies = [
        Policy::allow()
            .permission_groups(["g", "h"])
            .zone("z")
            .zone("z")
            .all_zones()
            .account("a")
            .all_accounts(),
        Policy::deny()
            .permission_group("g")
            .all_zones_in("a")
            .all_zones_in("a")
            .user("u")
            .r2_bucket("a", "default", "b"),
    ];
    api.client().create_token("ci", policies).send().unwrap();
    assert_eq!(
        api.request().json()["policies"],
        json!([
            {
                "effect": "allow",
                "permission_groups": [{"id": "g"}, {"id": "h"}],
                "resources": {
                    "com.cloudflare.api.account.zone.z": "*",
                    "com.cloudflare.api.account.zone.*": "*",
                    "com.cloudflare.api.account.a": "*",
                    "com.cloudflare.api.account.*": "*",
                },
            },
            {
                "effect": "deny",
                "permission_groups": [{"id": "g"}],
                "resources": {
                    "com.cloudflare.api.account.a": {"com.cloudflare.api.account.zone.*": "*"},
                    "com.cloudflare.api.user.u": "*",
                    "com.cloudflare.edge.r2.bucket.a_default_b": "*",
                },
            },
        ])
    );
}

#[test]
fn debug_of_a_policy_shows_unknown_fields_by_name_only() {
    let read = json!({"effect": "allow", "conditions": "s3cr3t", "permission_groups": [{"id": "g", "key": "s3cr3t"}]});
    let policy = Policy::from(&serde_json::from_value::<TokenPolicy>(read).unwrap());
    let shown = format!("{policy:?}");
    assert!(
        shown.contains("conditions") && !shown.contains("s3cr3t"),
        "{shown}"
    );
}
