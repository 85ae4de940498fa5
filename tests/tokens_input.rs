//! Input of creations and updates of tokens that is refused before sending, and what is not
//! validated.

mod common;

use cloudflare_user::{CreateToken, Endpoint, Policy, Token, TokenStatus, UpdateToken};
use common::tokens::{ID, policy};
use common::{client_returning, fixture, fixture_result, scripted, success};
use serde_json::{Value, json};
use time::macros::datetime;

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
    assert_eq!(requests.count(), 0);
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
    assert_eq!(requests.count(), 1);
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
    assert_eq!(requests.all()[0].json(), expected);

    // A token that was read without a name or policies can be disabled too.
    let token: Token = serde_json::from_value(json!({"id": ID})).unwrap();
    client
        .send(&UpdateToken::from(&token).status(TokenStatus::Disabled))
        .unwrap();
    assert_eq!(
        requests.all()[1].json(),
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
    assert_eq!(requests.all()[0].json()["status"], "active");
}
