//! Creating and updating tokens: the request bodies, the responses, and what errors say of them.

mod common;

use std::io::{self, Read};
use std::sync::Mutex;

use cloudflare_user::{
    Body, Client, CreateToken, ExposeSecret, GetToken, Policy, TokenPolicy, TokenStatus,
    UpdateToken, http,
};
use common::tokens::{ID, policy};
use common::{Api, builder, client_returning, fixture, fixture_result, success};
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
        let client = api.client();
        set(client.create_token("ci", [policy()])).send().unwrap();
        let request = api.request();
        assert_eq!(request.method, "POST");
        assert_eq!(request.target, "/user/tokens");
        let mut expected = minimal();
        for (name, value) in fields.as_object().unwrap() {
            expected[name] = value.clone();
        }
        assert_eq!(request.json(), expected);
    }
}

#[test]
fn separates_the_secret_from_the_created_token() {
    let client = client_returning(fixture("tokens_create"));
    let created = client.create_token("ci", [policy()]).send().unwrap();
    let mut documented = fixture_result("tokens_create");
    let secret = documented.as_object_mut().unwrap().remove("value").unwrap();
    let secret = secret.as_str().unwrap();
    assert_eq!(created.value.expose_secret(), secret);
    assert_eq!(serde_json::to_value(&created.token).unwrap(), documented);
    assert!(!format!("{created:?}").contains(secret));
}

#[test]
fn reports_a_creation_without_a_secret_and_keeps_the_body() {
    let results = [
        r#"{"id":"1"}"#,
        r#"{"id":"1","value":null}"#,
        r#"{"id":"1","value":5}"#,
        r#"{"value":""}"#,
    ];
    for result in results {
        let client = client_returning(success(result));
        let created = client.create_token("ci", [policy()]).send();
        let error = created.unwrap_err();
        let text = error.to_string();
        assert!(error.is_decode(), "{text}");
        assert!(error.may_have_been_applied(), "{text}");
        assert!(text.contains("was applied, and `Error::body`"), "{text}");
        // The token was just created, so the message must not advise to delete it.
        assert!(!text.contains("delete"), "{text}");
        assert_eq!(error.body(), Some(success(result).as_bytes()));
    }
}

/// The start of a response to a creation, with its secret.
const PART: &str = r#"{"success":true,"result":{"value":"s3cr3t"#;

/// What an error says if that start may hold the secret.
const HOLDS_SECRET: &str = "; `Error::body` holds what arrived, which may";

/// The text of the error of a creation that returns this status and body.
#[track_caller]
fn creation_error(status: u16, body: Body) -> String {
    let body = Mutex::new(Some(body));
    let respond = move |_: http::Request<Vec<u8>>| {
        let body = body.lock().unwrap().take().unwrap();
        Ok(http::Response::builder().status(status).body(body).unwrap())
    };
    let client = builder().transport(respond).build().unwrap();
    let error = client.create_token("ci", [policy()]).send().unwrap_err();
    let text = error.to_string();
    assert!(!text.contains("s3cr3t"), "{text}");
    text
}

/// A body that breaks off after this part.
fn broken(part: &'static str) -> Body {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    Body::from_reader(part.as_bytes().chain(Broken))
}

#[test]
fn says_that_the_part_of_a_creation_that_arrived_may_hold_the_secret() {
    let check = "look for a token named";
    for body in [Body::from(PART), broken(PART)] {
        let text = creation_error(200, body);
        assert!(text.contains(HOLDS_SECRET), "{text}");
        assert!(text.contains(check), "{text}");
    }
    let nothing_arrived = creation_error(200, broken(""));
    let failed = creation_error(502, Body::from(PART));
    for text in [nothing_arrived, failed] {
        assert!(!text.contains(HOLDS_SECRET), "{text}");
        assert!(text.contains(check), "{text}");
    }
    let refused = creation_error(400, Body::from(PART));
    assert!(!refused.contains(HOLDS_SECRET), "{refused}");
    assert!(!refused.contains(check), "{refused}");

    let client = client_returning(PART);
    let edited = client.edit_user().first_name("a").send();
    let text = edited.unwrap_err().to_string();
    assert!(text.contains("may have been applied"), "{text}");
    assert!(!text.contains("what arrived"), "{text}");
}

#[test]
fn updates_a_token_with_every_writable_field_that_was_read() {
    let read = json!({
        "id": ID,
        "name": "ci",
        "status": "disabled",
        "issued_on": "2018-07-01T05:20:00Z",
        "not_before": "2018-07-01T05:20:00Z",
        "expires_on": "2020-01-01T00:00:00.25Z",
        "condition": {
            "request_ip": {"in": ["123.123.123.0/24"], "not_in": ["123.123.123.100/24"]},
            "other": {"a": 1},
        },
        "policies": [
            {
                "id": "p1",
                "effect": "audit",
                "permission_groups": [{"id": "g", "name": "n", "meta": {"k": "v"}, "only": [1]}],
                "resources": {"a": "*", "b": {"c": "*"}, "d": 5},
                "conditions": {"time": "09-17"},
                "note": null,
            },
            {"id": "p2", "effect": "deny", "permission_groups": [], "resources": {}},
        ],
        "value": "must-not-be-sent",
    });
    let client = client_returning(success(&read.to_string()));
    let token = client.send(&GetToken::new(ID)).unwrap();
    let api = Api::responding(fixture("tokens_update"));
    let updated = api.client().update_token(&token).send().unwrap();
    let request = api.request();
    assert_eq!(request.method, "PUT");
    assert_eq!(request.target, format!("/user/tokens/{ID}"));
    assert_eq!(
        request.json(),
        json!({
            "name": "ci",
            "status": "disabled",
            "not_before": "2018-07-01T05:20:00Z",
            "expires_on": "2020-01-01T00:00:00Z",
            "condition": {
                "request_ip": {"in": ["123.123.123.0/24"], "not_in": ["123.123.123.100/24"]},
                "other": {"a": 1},
            },
            "policies": [
                {
                    "effect": "audit",
                    "permission_groups": [{"id": "g", "only": [1]}],
                    "resources": {"a": "*", "b": {"c": "*"}, "d": 5},
                    "conditions": {"time": "09-17"},
                    "note": null,
                },
                {"effect": "deny", "permission_groups": [], "resources": {}},
            ],
        })
    );
    let written = serde_json::to_value(&updated).unwrap();
    assert_eq!(written, fixture_result("tokens_update"));
}

/// A change of an update, and the field of the body that it sets.
struct Change {
    apply: fn(UpdateToken<&Client>) -> UpdateToken<&Client>,
    field: &'static str,
    /// The value that is sent; `None` if the field is left out.
    value: Option<Value>,
}

fn changes() -> [Change; 10] {
    [
        Change {
            apply: |update| update.name("new"),
            field: "name",
            value: Some(json!("new")),
        },
        Change {
            apply: |update| update.status(TokenStatus::Disabled),
            field: "status",
            value: Some(json!("disabled")),
        },
        Change {
            apply: |update| update.policies([policy()]),
            field: "policies",
            value: Some(minimal()["policies"].clone()),
        },
        Change {
            apply: |update| update.expires_on(datetime!(2030-01-01 0:00 UTC)),
            field: "expires_on",
            value: Some(json!("2030-01-01T00:00:00Z")),
        },
        Change {
            apply: |update| update.clear_expires_on(),
            field: "expires_on",
            value: None,
        },
        Change {
            apply: |update| update.not_before(datetime!(2019-01-01 0:00 UTC)),
            field: "not_before",
            value: Some(json!("2019-01-01T00:00:00Z")),
        },
        Change {
            apply: |update| update.clear_not_before(),
            field: "not_before",
            value: None,
        },
        Change {
            apply: |update| update.request_ip_in(["::/0"]).clear_request_ip_not_in(),
            field: "condition",
            value: Some(json!({"request_ip": {"in": ["::/0"]}})),
        },
        Change {
            apply: |update| update.request_ip_not_in(["::/0"]).clear_request_ip_in(),
            field: "condition",
            value: Some(json!({"request_ip": {"not_in": ["::/0"]}})),
        },
        Change {
            apply: |update| update.clear_request_ip_in().clear_request_ip_not_in(),
            field: "condition",
            value: None,
        },
    ]
}

#[test]
fn sends_each_change_of_an_update() {
    let client = client_returning(fixture("tokens_get"));
    let token = client.send(&GetToken::new(ID)).unwrap();
    let api = Api::responding(fixture("tokens_update"));
    api.client().update_token(&token).send().unwrap();
    let unchanged = api.request().json();
    for change in changes() {
        let api = Api::responding(fixture("tokens_update"));
        let client = api.client();
        let update = (change.apply)(client.update_token(&token));
        update.send().unwrap();
        let mut expected = unchanged.clone();
        match change.value {
            Some(value) => expected[change.field] = value,
            None => {
                expected.as_object_mut().unwrap().remove(change.field);
            }
        }
        assert_eq!(api.request().json(), expected);
    }
}

#[test]
fn sends_an_update_that_was_built_without_reading_the_token() {
    let api = Api::responding(fixture("tokens_update"));
    let update = UpdateToken::new(ID, "ci", TokenStatus::Active, [policy()]);
    api.client().send(&update).unwrap();
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
    let read: TokenPolicy = serde_json::from_value(json!({
        "effect": "allow",
        "conditions": "s3cr3t",
        "permission_groups": [{"id": "g", "key": "s3cr3t"}],
    }))
    .unwrap();
    let shown = format!("{:?}", Policy::from(&read));
    assert!(shown.contains("conditions"), "{shown}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
}
