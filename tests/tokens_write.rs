//! Creating and updating tokens: the request bodies, and the input that is refused before sending.

mod common;

use std::io::{self, Read};
use std::sync::Mutex;

use cloudflare_user::{
    Body, Client, CreateToken, Endpoint, ExposeSecret, GetToken, Policy, Token, TokenPolicy,
    TokenStatus, UpdateToken, http,
};
use common::{Api, client_returning, fixture, fixture_result, scripted, success};
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

/// Asserts that each request is refused before sending, with an error that names this parameter.
#[track_caller]
fn assert_refused<E: Endpoint>(refused: impl IntoIterator<Item = (E, &'static str)>) {
    let (client, requests) = scripted(vec![common::ok(success("{}"))]);
    for (request, parameter) in refused {
        let error = client.send(&request).err().expect(parameter);
        assert!(error.is_invalid_request(), "{error}");
        let start = format!("`{parameter}` ");
        assert!(
            error.to_string().starts_with(&start),
            "{parameter}: {error}"
        );
    }
    assert!(requests.lock().unwrap().is_empty());
}

/// Invalid names, and the parameter that the error names.
fn invalid_names() -> Vec<(String, &'static str)> {
    vec![
        (String::new(), "name"),
        (" ".to_owned(), "name"),
        ("\u{e9}".repeat(121), "name"),
    ]
}

/// Invalid policies, and the parameter that the error names.
fn invalid_policies() -> Vec<(Vec<Policy>, &'static str)> {
    let group = || Policy::allow().permission_group("g");
    let zone = r#"policies[0].resources["com.cloudflare.api.account.zone."]"#;
    let account = r#"policies[0].resources["com.cloudflare.api.account.a"]"#;
    let read: Token = serde_json::from_value(
        json!({"policies": [{"id": "p", "permission_groups": [{"id": "g"}]}]}),
    )
    .unwrap();
    vec![
        (vec![], "policies"),
        (
            vec![Policy::from(&read.policies[0]).all_zones()],
            "policies[0].effect",
        ),
        (
            vec![Policy::allow().all_zones()],
            "policies[0].permission_groups",
        ),
        (
            vec![policy(), Policy::deny().permission_group("").all_zones()],
            "policies[1].permission_groups[0].id",
        ),
        (
            vec![group().permission_groups(["h", " "]).all_zones()],
            "policies[0].permission_groups[2].id",
        ),
        (
            vec![group().permission_groups([""; 0]).all_zones()],
            "policies[0].permission_groups",
        ),
        (vec![group()], "policies[0].resources"),
        (
            vec![group().resource("com.cloudflare.api.account.zone.", "*")],
            zone,
        ),
        (
            vec![group().resource("a..b", "*")],
            r#"policies[0].resources["a..b"]"#,
        ),
        (
            vec![group().resource("", "*")],
            r#"policies[0].resources[""]"#,
        ),
        (
            vec![group().resource("a", "")],
            r#"policies[0].resources["a"]"#,
        ),
        (
            vec![group().nested_resource("a", [("", "*"); 0])],
            r#"policies[0].resources["a"]"#,
        ),
        (
            vec![group().nested_resource("a", [("b.", "*")])],
            r#"policies[0].resources["a"]["b."]"#,
        ),
        (
            vec![group().nested_resource("a", [("b", "*"), ("b", "c")])],
            r#"policies[0].resources["b"]"#,
        ),
        (
            vec![group().resource("a", "*").resource("a", "b")],
            r#"policies[0].resources["a"]"#,
        ),
        (vec![group().account("a").all_zones_in("a")], account),
        (
            vec![group().all_zones_in("a").account("a").zone("z")],
            account,
        ),
        (
            vec![
                group()
                    .nested_resource("a", [("b", "*")])
                    .nested_resource("a", [("c", "*")]),
            ],
            r#"policies[0].resources["a"]"#,
        ),
        (vec![group().zone("")], "policies[0].zone"),
        (vec![group().zone("*")], "policies[0].zone"),
        (vec![group().account("a*")], "policies[0].account"),
        (vec![group().user("*")], "policies[0].user"),
        (vec![group().all_zones_in("*")], "policies[0].all_zones_in"),
        (
            vec![group().r2_bucket("a", "*", "b")],
            "policies[0].r2_bucket.jurisdiction",
        ),
        (vec![group().all_zones_in("")], "policies[0].all_zones_in"),
        (vec![group().account(" ")], "policies[0].account"),
        (vec![group().user("")], "policies[0].user"),
        (
            vec![group().r2_bucket("", "default", "b")],
            "policies[0].r2_bucket.account_id",
        ),
        (
            vec![group().r2_bucket("a", "", "b")],
            "policies[0].r2_bucket.jurisdiction",
        ),
        (
            vec![group().r2_bucket("a", "default", "")],
            "policies[0].r2_bucket.bucket",
        ),
    ]
}

/// Invalid lists of IP ranges, and the index that the error names.
const INVALID_RANGES: [(&[&str], &str); 24] = [
    (&[], ""),
    (&["::1", " "], "[1]"),
    (&["203.0.113.7/24", "203.0.113.7,203.0.113.8"], "[1]"),
    (&[""], "[0]"),
    (&["my house"], "[0]"),
    (&["203.0.113.0/99"], "[0]"),
    (&["203.0.113.0/33"], "[0]"),
    (&["203.0.113.0/"], "[0]"),
    (&["203.0.113.0/+8"], "[0]"),
    (&["203.0.113.0/-1"], "[0]"),
    (&["203.0.113.0/8/8"], "[0]"),
    (&["203.0.113"], "[0]"),
    (&["203.0.113.256"], "[0]"),
    (&[" 203.0.113.7"], "[0]"),
    (&["203.0.113.7\n"], "[0]"),
    (&["203.0.113.0/255.255.255.0"], "[0]"),
    (&["::/129"], "[0]"),
    (&["::1%eth0"], "[0]"),
    (&["example.com"], "[0]"),
    (&["203.0.113.1-203.0.113.9"], "[0]"),
    (&["/"], "[0]"),
    (&["/8"], "[0]"),
    (&["::1/"], "[0]"),
    (&["::1/ 8"], "[0]"),
];

/// The name of a parameter with an index, as an error names it.
fn indexed(parameter: &str, index: &str) -> &'static str {
    format!("{parameter}{index}").leak()
}

#[test]
fn refuses_to_create_a_token_from_invalid_input() {
    let create = || CreateToken::new("ci", [policy()]);
    assert_refused(
        invalid_names()
            .into_iter()
            .map(|(name, parameter)| (CreateToken::new(name, [policy()]), parameter)),
    );
    assert_refused(
        invalid_policies()
            .into_iter()
            .map(|(policies, parameter)| (CreateToken::new("ci", policies), parameter)),
    );
    for (ranges, index) in INVALID_RANGES {
        let ranges = || ranges.iter().copied();
        assert_refused([
            (
                create().request_ip_in(ranges()),
                indexed("request_ip_in", index),
            ),
            (
                create().request_ip_not_in(ranges()),
                indexed("request_ip_not_in", index),
            ),
        ]);
    }
    let (noon, later) = (
        datetime!(2027-01-01 12:00 UTC),
        datetime!(2027-01-01 12:00:00.9 UTC),
    );
    assert_refused([
        (create().expires_on(noon).not_before(noon), "expires_on"),
        (create().not_before(noon).expires_on(later), "expires_on"),
        (
            create().expires_on(datetime!(-0001-01-01 0:00 UTC)),
            "expires_on",
        ),
        (
            create().not_before(datetime!(-0001-01-01 0:00 UTC)),
            "not_before",
        ),
    ]);
}

#[test]
fn refuses_invalid_input_that_is_set_on_an_update() {
    let token: Token = serde_json::from_value(fixture_result("tokens_get")).unwrap();
    let update = || UpdateToken::from(&token);
    assert_refused(
        invalid_names()
            .into_iter()
            .map(|(name, parameter)| (update().name(name), parameter)),
    );
    assert_refused(
        invalid_policies()
            .into_iter()
            .map(|(policies, parameter)| (update().policies(policies), parameter)),
    );
    for (ranges, index) in INVALID_RANGES {
        let ranges = || ranges.iter().copied();
        assert_refused([
            (
                update().request_ip_in(ranges()),
                indexed("request_ip_in", index),
            ),
            (
                update().request_ip_not_in(ranges()),
                indexed("request_ip_not_in", index),
            ),
        ]);
    }
    assert_refused([
        (update().expires_on(token.not_before.unwrap()), "expires_on"),
        (update().not_before(token.expires_on.unwrap()), "expires_on"),
        (update().status(TokenStatus::Expired), "status"),
        (update().status("revoked (exposed)".into()), "status"),
        (
            UpdateToken::new(ID, "", TokenStatus::Active, [policy()]),
            "name",
        ),
        (
            UpdateToken::new(ID, "ci", TokenStatus::Active, []),
            "policies",
        ),
        (
            UpdateToken::new("", "ci", TokenStatus::Active, [policy()]),
            "token_id",
        ),
    ]);
}

#[test]
fn validates_only_the_last_value_of_a_field() {
    let (client, _) = scripted(vec![common::ok(fixture("tokens_update"))]);
    let token: Token = serde_json::from_value(fixture_result("tokens_get")).unwrap();
    let update = UpdateToken::from(&token)
        .name("")
        .name("ci")
        .policies([])
        .policies([policy()])
        .request_ip_in([""; 0])
        .clear_request_ip_in()
        .request_ip_not_in(["my house"])
        .request_ip_not_in(["::1"])
        .expires_on(datetime!(1970-01-01 0:00 UTC))
        .clear_expires_on();
    client.send(&update).unwrap();
}

#[test]
fn sends_names_and_ranges_at_the_limits() {
    let (client, requests) = scripted(vec![common::ok(fixture("tokens_create"))]);
    let create = CreateToken::new("\u{e9}".repeat(120), [policy()])
        .request_ip_in([
            "203.0.113.7",
            "203.0.113.7/24",
            "0.0.0.0/0",
            "10.0.0.1/32",
            "::1",
            "::/0",
            "2001:db8::1/128",
        ])
        .not_before(datetime!(2027-01-01 12:00:00 UTC))
        .expires_on(datetime!(2027-01-01 12:00:01 UTC));
    client.send(&create).unwrap();
    assert_eq!(requests.lock().unwrap().len(), 1);
}

#[test]
fn does_not_validate_the_fields_that_an_update_copies() {
    let read = json!({
        "id": ID, "name": "x".repeat(200), "status": "active",
        "not_before": "2030-01-01T00:00:00Z", "expires_on": "2020-01-01T00:00:00Z",
        "condition": {"request_ip": {"in": ["my house", ""]}},
        "policies": [
            {"effect": "allow", "permission_groups": [{"id": ""}], "resources": {"a.": "", "b": {}}},
            {"effect": "deny", "permission_groups": [], "resources": {}},
        ],
    });
    let token: Token = serde_json::from_value(read.clone()).unwrap();
    let (client, requests) = scripted(vec![common::ok(fixture("tokens_update"))]);
    client
        .send(&UpdateToken::from(&token).status(TokenStatus::Disabled))
        .unwrap();
    let mut expected = read;
    expected.as_object_mut().unwrap().remove("id");
    expected["status"] = json!("disabled");
    assert_eq!(requests.lock().unwrap()[0].json(), expected);

    // A token that was read without a name or policies can be disabled too.
    let token: Token = serde_json::from_value(json!({"id": ID})).unwrap();
    client
        .send(&UpdateToken::from(&token).status(TokenStatus::Disabled))
        .unwrap();
    assert_eq!(
        requests.lock().unwrap()[1].json(),
        json!({"status": "disabled", "policies": []})
    );
}

#[test]
fn refuses_to_update_a_token_that_cannot_be_sent_as_it_was_read() {
    let read = |fields: Value| {
        let mut token = json!({"id": ID, "name": "ci", "status": "active"});
        token
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        UpdateToken::from(&serde_json::from_value::<Token>(token).unwrap())
    };
    assert_refused([
        (read(json!({"status": null})), "status"),
        (read(json!({"status": ""})), "status"),
        (read(json!({"status": "expired"})), "status"),
        (read(json!({"status": "revoked (exposed)"})), "status"),
        (read(json!({"id": ""})), "token_id"),
        (
            read(json!({"policies": [{"effect": "allow"}, {"id": "p"}]})),
            "policies[1].effect",
        ),
    ]);
    let error = client_returning("")
        .send(&read(json!({"status": "expired"})))
        .unwrap_err();
    assert!(
        error.to_string().contains(".status(TokenStatus::Active)"),
        "{error}"
    );
    let (client, requests) = scripted(vec![common::ok(fixture("tokens_update"))]);
    client
        .send(&read(json!({"status": "revoked (exposed)"})).status(TokenStatus::Active))
        .unwrap();
    assert_eq!(requests.lock().unwrap()[0].json()["status"], "active");
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
