//! Input of creations and updates of tokens that is refused before sending, and what is not
//! validated.

mod common;

use std::fmt::Debug;

use cloudflare_user::{
    CreateToken, Endpoint, Policy, Token, TokenPolicy, TokenStatus, UpdateToken,
};
use common::tokens::{ID, policy};
use common::{client_returning, fixture, fixture_result, ok, scripted, success};
use serde_json::{Value, json};
use time::macros::datetime;

/// Asserts that each request is refused before sending, with an error that names this parameter.
#[track_caller]
fn assert_refused<E, P>(refused: impl IntoIterator<Item = (E, P)>)
where
    E: Endpoint<Output: Debug>,
    P: AsRef<str>,
{
    let (client, requests) = scripted([ok(success("{}"))]);
    for (request, parameter) in refused {
        let parameter = parameter.as_ref();
        let error = client.send(&request).expect_err(parameter);
        assert!(error.is_invalid_request(), "{error}");
        let start = format!("`{parameter}` ");
        let is_named = error.to_string().starts_with(&start);
        assert!(is_named, "{parameter}: {error}");
    }
    assert_eq!(requests.count(), 0);
}

fn invalid_names() -> [String; 3] {
    let too_long = "\u{e9}".repeat(121);
    [String::new(), " ".to_owned(), too_long]
}

/// Lists of policies that are refused, and the parameter that the error names.
fn invalid_policies() -> Vec<(Vec<Policy>, String)> {
    let group = || Policy::allow().permission_group("g");
    let without_effect: TokenPolicy = serde_json::from_value(json!({
        "id": "p",
        "permission_groups": [{"id": "g"}],
    }))
    .unwrap();
    let without_effect = Policy::from(&without_effect).all_zones();
    let account = r#"resources["com.cloudflare.api.account.a"]"#;
    let zone = "com.cloudflare.api.account.zone.";
    let zone_resource = r#"resources["com.cloudflare.api.account.zone."]"#;
    let nested_twice = group()
        .nested_resource("a", [("b", "*")])
        .nested_resource("a", [("c", "*")]);
    let invalid = [
        (without_effect, "effect"),
        (Policy::allow().all_zones(), "permission_groups"),
        (
            group().permission_groups(["h", " "]).all_zones(),
            "permission_groups[2].id",
        ),
        (
            group().permission_groups([""; 0]).all_zones(),
            "permission_groups",
        ),
        (group(), "resources"),
        (group().resource(zone, "*"), zone_resource),
        (group().resource("a..b", "*"), r#"resources["a..b"]"#),
        (group().resource("", "*"), r#"resources[""]"#),
        (group().resource("a", ""), r#"resources["a"]"#),
        (
            group().nested_resource("a", [("", "*"); 0]),
            r#"resources["a"]"#,
        ),
        (
            group().nested_resource("a", [("b.", "*")]),
            r#"resources["a"]["b."]"#,
        ),
        (
            group().nested_resource("a", [("b", "*"), ("b", "c")]),
            r#"resources["b"]"#,
        ),
        (
            group().resource("a", "*").resource("a", "b"),
            r#"resources["a"]"#,
        ),
        (group().account("a").all_zones_in("a"), account),
        (group().all_zones_in("a").account("a").zone("z"), account),
        (nested_twice, r#"resources["a"]"#),
        (group().zone(""), "zone"),
        (group().zone("*"), "zone"),
        (group().account("a*"), "account"),
        (group().user("*"), "user"),
        (group().all_zones_in("*"), "all_zones_in"),
        (group().r2_bucket("a", "*", "b"), "r2_bucket.jurisdiction"),
        (group().all_zones_in(""), "all_zones_in"),
        (group().account(" "), "account"),
        (group().user(""), "user"),
        (group().r2_bucket("", "d", "b"), "r2_bucket.account_id"),
        (group().r2_bucket("a", "", "b"), "r2_bucket.jurisdiction"),
        (group().r2_bucket("a", "d", ""), "r2_bucket.bucket"),
    ];
    let mut lists: Vec<_> = invalid
        .into_iter()
        .map(|(policy, parameter)| (vec![policy], format!("policies[0].{parameter}")))
        .collect();
    let without_id = Policy::deny().permission_group("").all_zones();
    let second = "policies[1].permission_groups[0].id".to_owned();
    lists.push((vec![policy(), without_id], second));
    lists.push((Vec::new(), "policies".to_owned()));
    lists
}

/// Texts that are no IP range.
const INVALID_RANGES: [&str; 21] = [
    "",
    "my house",
    "203.0.113.0/99",
    "203.0.113.0/33",
    "203.0.113.0/",
    "203.0.113.0/+8",
    "203.0.113.0/-1",
    "203.0.113.0/8/8",
    "203.0.113",
    "203.0.113.256",
    " 203.0.113.7",
    "203.0.113.7\n",
    "203.0.113.0/255.255.255.0",
    "::/129",
    "::1%eth0",
    "example.com",
    "203.0.113.1-203.0.113.9",
    "/",
    "/8",
    "::1/",
    "::1/ 8",
];

/// Lists of IP ranges that are refused, and the index that the error names, if any.
fn invalid_ranges() -> Vec<(Vec<&'static str>, &'static str)> {
    let mut lists: Vec<_> = INVALID_RANGES.map(|range| (vec![range], "[0]")).into();
    lists.push((vec!["::1", " "], "[1]"));
    let two_in_one = "203.0.113.7,203.0.113.8";
    lists.push((vec!["203.0.113.7/24", two_in_one], "[1]"));
    lists.push((Vec::new(), ""));
    lists
}

#[test]
fn refuses_to_create_a_token_from_invalid_input() {
    let create = || CreateToken::new("ci", [policy()]);
    for name in invalid_names() {
        assert_refused([(CreateToken::new(name, [policy()]), "name")]);
    }
    for (policies, parameter) in invalid_policies() {
        assert_refused([(CreateToken::new("ci", policies), parameter)]);
    }
    for (ranges, index) in invalid_ranges() {
        let request_ip_in = create().request_ip_in(ranges.clone());
        let request_ip_not_in = create().request_ip_not_in(ranges);
        assert_refused([
            (request_ip_in, format!("request_ip_in{index}")),
            (request_ip_not_in, format!("request_ip_not_in{index}")),
        ]);
    }
    let noon = datetime!(2027-01-01 12:00 UTC);
    let in_the_same_second = datetime!(2027-01-01 12:00:00.9 UTC);
    let before_the_year_0 = datetime!(-0001-01-01 0:00 UTC);
    assert_refused([
        (create().expires_on(noon).not_before(noon), "expires_on"),
        (
            create().not_before(noon).expires_on(in_the_same_second),
            "expires_on",
        ),
        (create().expires_on(before_the_year_0), "expires_on"),
        (create().not_before(before_the_year_0), "not_before"),
    ]);
}

#[test]
fn refuses_invalid_input_that_is_set_on_an_update() {
    let token: Token = serde_json::from_value(fixture_result("tokens_get")).unwrap();
    let update = || UpdateToken::from(&token);
    for name in invalid_names() {
        assert_refused([(update().name(name), "name")]);
    }
    for (policies, parameter) in invalid_policies() {
        assert_refused([(update().policies(policies), parameter)]);
    }
    for (ranges, index) in invalid_ranges() {
        let request_ip_in = update().request_ip_in(ranges.clone());
        let request_ip_not_in = update().request_ip_not_in(ranges);
        assert_refused([
            (request_ip_in, format!("request_ip_in{index}")),
            (request_ip_not_in, format!("request_ip_not_in{index}")),
        ]);
    }
    let active = TokenStatus::Active;
    assert_refused([
        (update().expires_on(token.not_before.unwrap()), "expires_on"),
        (update().not_before(token.expires_on.unwrap()), "expires_on"),
        (update().status(TokenStatus::Expired), "status"),
        (update().status("revoked (exposed)".into()), "status"),
        (UpdateToken::new(ID, "", active.clone(), [policy()]), "name"),
        (UpdateToken::new(ID, "ci", active.clone(), []), "policies"),
        (UpdateToken::new("", "ci", active, [policy()]), "token_id"),
    ]);
}

#[test]
fn validates_only_the_last_value_of_a_field() {
    let (client, _) = scripted([ok(fixture("tokens_update"))]);
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
    let (client, requests) = scripted([ok(fixture("tokens_create"))]);
    let longest_name = "\u{e9}".repeat(120);
    let ranges = [
        "203.0.113.7",
        "203.0.113.7/24",
        "0.0.0.0/0",
        "10.0.0.1/32",
        "::1",
        "::/0",
        "2001:db8::1/128",
    ];
    let create = CreateToken::new(longest_name, [policy()])
        .request_ip_in(ranges)
        .not_before(datetime!(2027-01-01 12:00:00 UTC))
        .expires_on(datetime!(2027-01-01 12:00:01 UTC));
    client.send(&create).unwrap();
    assert_eq!(requests.count(), 1);
}

#[test]
fn does_not_validate_the_fields_that_an_update_copies() {
    let read = json!({
        "id": ID,
        "name": "x".repeat(200),
        "status": "active",
        "not_before": "2030-01-01T00:00:00Z",
        "expires_on": "2020-01-01T00:00:00Z",
        "condition": {"request_ip": {"in": ["my house", ""]}},
        "policies": [
            {
                "effect": "allow",
                "permission_groups": [{"id": ""}],
                "resources": {"a.": "", "b": {}},
            },
            {"effect": "deny", "permission_groups": [], "resources": {}},
        ],
    });
    let token: Token = serde_json::from_value(read.clone()).unwrap();
    let (client, requests) = scripted([ok(fixture("tokens_update"))]);
    let disable = UpdateToken::from(&token).status(TokenStatus::Disabled);
    client.send(&disable).unwrap();
    let mut expected = read;
    expected.as_object_mut().unwrap().remove("id");
    expected["status"] = json!("disabled");
    assert_eq!(requests.last().json(), expected);
}

#[test]
fn disables_a_token_that_was_read_without_a_name_and_policies() {
    let token: Token = serde_json::from_value(json!({"id": ID})).unwrap();
    let (client, requests) = scripted([ok(fixture("tokens_update"))]);
    let disable = UpdateToken::from(&token).status(TokenStatus::Disabled);
    client.send(&disable).unwrap();
    let expected = json!({"status": "disabled", "policies": []});
    assert_eq!(requests.last().json(), expected);
}

#[test]
fn refuses_to_update_a_token_that_cannot_be_sent_as_it_was_read() {
    let update = |field: &str, value: Value| {
        let mut token = json!({"id": ID, "name": "ci", "status": "active"});
        token[field] = value;
        UpdateToken::from(&serde_json::from_value::<Token>(token).unwrap())
    };
    let policies = json!([{"effect": "allow"}, {"id": "p"}]);
    assert_refused([
        (update("status", Value::Null), "status"),
        (update("status", json!("")), "status"),
        (update("status", json!("expired")), "status"),
        (update("status", json!("revoked (exposed)")), "status"),
        (update("id", json!("")), "token_id"),
        (update("policies", policies), "policies[1].effect"),
    ]);
    let expired = update("status", json!("expired"));
    let error = client_returning("").send(&expired).unwrap_err();
    let hint = ".status(TokenStatus::Active)";
    assert!(error.to_string().contains(hint), "{error}");

    let (client, requests) = scripted([ok(fixture("tokens_update"))]);
    let revoked = update("status", json!("revoked (exposed)"));
    client.send(&revoked.status(TokenStatus::Active)).unwrap();
    assert_eq!(requests.last().json()["status"], "active");
}
