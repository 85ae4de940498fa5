//! The helpers that add resources to a policy: what they suggest in place of `*`, and narrowing a
//! policy that was read.

use cloudflare_user::{CreateToken, Endpoint, Policy, TokenPolicy};
use serde_json::json;

fn allow() -> Policy {
    Policy::allow().permission_group("g")
}

/// The text of the error of a creation with this policy.
#[track_caller]
fn refused(policy: Policy) -> String {
    let error = CreateToken::new("ci", [policy]).validate().unwrap_err();
    error.to_string()
}

/// Asserts that a policy is refused with an error that says this of a parameter of its first
/// policy.
#[track_caller]
fn assert_refused(policy: Policy, expected: &str) {
    assert_eq!(refused(policy), format!("`policies[0].{expected}"));
}

#[test]
fn suggests_what_fits_in_place_of_an_asterisk() {
    let all_zones = "contains `*`: for all zones, use `.all_zones()`";
    assert_refused(allow().zone("*"), &format!("zone` {all_zones}"));
    assert_refused(allow().zone("a*"), &format!("zone` {all_zones}"));
    let all_zones_in = format!("all_zones_in` {all_zones}");
    assert_refused(allow().all_zones_in("*"), &all_zones_in);

    let all_accounts = "account` contains `*`: for all accounts, use `.all_accounts()`";
    assert_refused(allow().account("*"), all_accounts);

    let all_buckets = "contains `*`: for all buckets of an account, use \
                       `.nested_resource(\"com.cloudflare.api.account.<account>\", \
                       [(\"com.cloudflare.edge.r2.bucket.*\", \"*\")])`";
    let jurisdiction = format!("r2_bucket.jurisdiction` {all_buckets}");
    assert_refused(allow().r2_bucket("a", "*", "b"), &jurisdiction);
    let bucket = format!("r2_bucket.bucket` {all_buckets}");
    assert_refused(allow().r2_bucket("a", "default", "*"), &bucket);
}

#[test]
fn suggests_nothing_in_place_of_an_asterisk_if_nothing_fits() {
    assert_refused(allow().user("*"), "user` contains `*`");
    assert_refused(
        allow().r2_bucket("*", "default", "b"),
        "r2_bucket.account_id` contains `*`",
    );
}

#[test]
fn accepts_the_suggested_resources() {
    for policy in [
        allow().all_zones(),
        allow().all_accounts(),
        allow().nested_resource(
            "com.cloudflare.api.account.a",
            [("com.cloudflare.edge.r2.bucket.*", "*")],
        ),
    ] {
        CreateToken::new("ci", [policy]).validate().unwrap();
    }
}

#[test]
fn narrows_a_policy_that_was_read() {
    let read: TokenPolicy = serde_json::from_value(json!({
        "id": "p",
        "effect": "allow",
        "permission_groups": [{"id": "g"}],
        "resources": {"com.cloudflare.api.account.zone.*": "*", "b": {"c": "*"}},
        "conditions": {"time": "09-17"},
    }))
    .unwrap();
    let narrowed = Policy::from(&read).clear_resources().zone("z");
    assert_eq!(
        serde_json::to_value(narrowed).unwrap(),
        json!({
            "effect": "allow",
            "permission_groups": [{"id": "g"}],
            "resources": {"com.cloudflare.api.account.zone.z": "*"},
            "conditions": {"time": "09-17"},
        })
    );
}

#[test]
fn compares_unknown_fields_and_the_order_of_permission_groups() {
    let policy = |json: serde_json::Value| {
        let read: TokenPolicy = serde_json::from_value(json).unwrap();
        Policy::from(&read)
    };
    let groups = json!([{"id": "g"}, {"id": "h", "name": "H"}]);
    let swapped = json!([{"id": "h"}, {"id": "g"}]);
    let read = policy(json!({"id": "p", "effect": "allow", "permission_groups": groups}));
    assert_eq!(read, Policy::allow().permission_groups(["g", "h"]));
    let other_order = policy(json!({"effect": "allow", "permission_groups": swapped}));
    assert_ne!(read, other_order);
    let restricted = policy(json!({"effect": "allow", "permission_groups": groups, "x": 1}));
    assert_ne!(read, restricted);
}

#[test]
fn refuses_a_policy_whose_resources_were_cleared_or_invalid_before() {
    assert!(refused(allow().all_zones().clear_resources()).contains("policies[0].resources"));
    let invalid = allow().zone("").clear_resources().zone("z");
    assert_eq!(refused(invalid), "`policies[0].zone` is empty");
}
