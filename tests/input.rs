//! Invalid identifiers and parameters are refused before sending. Valid ones are percent-encoded
//! exactly once.

mod common;

use cloudflare_user::{Client, Error, InviteResponse, Policy, TokenStatus, UpdateToken};
use common::{ok, scripted, success};

type Call = fn(&Client, &str) -> Result<(), Error>;

/// All requests with an identifier: the parameter, the path before and after it, and a function
/// that sends it.
const CALLS: [(&str, &str, &str, Call); 10] = [
    ("invite_id", "/user/invites/", "", |client, id| {
        client.invite(id).send().map(drop)
    }),
    ("invite_id", "/user/invites/", "", |client, id| {
        client
            .respond_to_invite(id, InviteResponse::Accepted)
            .send()
            .map(drop)
    }),
    (
        "organization_id",
        "/user/organizations/",
        "",
        |client, id| client.organization(id).send().map(drop),
    ),
    (
        "organization_id",
        "/user/organizations/",
        "",
        |client, id| client.leave_organization(id).send().map(drop),
    ),
    (
        "subscription_id",
        "/user/subscriptions/",
        "",
        |client, id| {
            let update = client.update_subscription(id).extra("app", "a");
            update.send().map(drop)
        },
    ),
    (
        "subscription_id",
        "/user/subscriptions/",
        "",
        |client, id| client.delete_subscription(id).send().map(drop),
    ),
    ("token_id", "/user/tokens/", "", |client, id| {
        client.token(id).send().map(drop)
    }),
    ("token_id", "/user/tokens/", "", |client, id| {
        let policy = Policy::allow().permission_group("g").all_zones();
        client
            .send(&UpdateToken::new(id, "ci", TokenStatus::Active, [policy]))
            .map(drop)
    }),
    ("token_id", "/user/tokens/", "", |client, id| {
        client.delete_token(id).send().map(drop)
    }),
    ("token_id", "/user/tokens/", "/value", |client, id| {
        client.roll_token(id).send().map(drop)
    }),
];

#[test]
fn refuses_identifiers_that_would_address_another_resource() {
    let (client, requests) = scripted(vec![ok(success("{}"))]);
    for (parameter, _, _, call) in CALLS {
        let reserved: &[&str] = if parameter == "token_id" {
            &["verify", "permission_groups"]
        } else {
            &[]
        };
        for id in ["", ".", ".."].iter().chain(reserved) {
            let error = call(&client, id).unwrap_err();
            assert!(error.is_invalid_request(), "{error}");
            assert!(
                error.to_string().starts_with(&format!("`{parameter}`")),
                "{error}"
            );
        }
    }
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn encodes_other_identifiers_as_one_path_segment() {
    let encodings = [
        ("abc-._~123", "abc-._~123"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("../x", "..%2Fx"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("a b+c", "a%20b%2Bc"),
        ("a\r\nb\0", "a%0D%0Ab%00"),
        ("\\", "%5C"),
        ("é", "%C3%A9"),
        ("Verify", "Verify"),
    ];
    let (client, requests) = scripted(vec![ok(success("null"))]);
    for (_, before, after, call) in CALLS {
        for (id, encoded) in encodings {
            let _ = call(&client, id);
            assert_eq!(
                requests.lock().unwrap().pop().unwrap().target,
                format!("{before}{encoded}{after}")
            );
        }
    }
}

#[test]
fn refuses_long_identifiers_only_if_the_url_is_too_long() {
    let (client, requests) = scripted(vec![ok(success("null"))]);
    for (_, before, after, call) in CALLS {
        let long = "x".repeat(10_000);
        let _ = call(&client, &long);
        assert_eq!(
            requests.lock().unwrap().pop().unwrap().target,
            format!("{before}{long}{after}")
        );
        let error = call(&client, &"\u{20ac}".repeat(10_000)).unwrap_err();
        assert!(
            error.is_invalid_request() && error.to_string().contains("URL"),
            "{error}"
        );
        assert!(requests.lock().unwrap().is_empty());
    }
}

#[test]
fn encodes_identifiers_in_the_same_way_over_a_connection() {
    let api = common::Api::responding(success("{}"));
    api.client().token("a/../b?c\r\n%").send().unwrap();
    assert_eq!(
        api.request().line(),
        "GET /user/tokens/a%2F..%2Fb%3Fc%0D%0A%25"
    );
}

#[test]
fn refuses_page_and_per_page_of_zero() {
    let (client, requests) = scripted(vec![ok(success("[]"))]);
    let refused = [
        (client.audit_logs().page(0).send().err(), "page"),
        (client.audit_logs().per_page(0).send().err(), "per_page"),
        (client.billing_history().page(0).send().err(), "page"),
        (client.organizations().per_page(0).send().err(), "per_page"),
        (client.tokens().page(0).iter().next().unwrap().err(), "page"),
        (client.audit_logs().page(0).export().err(), "page"),
    ];
    for (error, parameter) in refused {
        let error = error.unwrap();
        assert!(
            error.is_invalid_request() && error.to_string().starts_with(&format!("`{parameter}`")),
            "{error}"
        );
    }
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn refuses_an_empty_filter() {
    let (client, requests) = scripted(vec![ok(success("[]"))]);
    let refused = [
        (
            client.audit_logs().actor_email("").send().err(),
            "actor.email",
        ),
        (
            client.audit_logs().id("").iter().next().unwrap().err(),
            "id",
        ),
        (client.billing_history().kind("").send().err(), "type"),
        (client.organizations().name("").send().err(), "name"),
        (client.permission_groups().scope("").send().err(), "scope"),
    ];
    for (error, parameter) in refused {
        let error = error.unwrap();
        assert!(
            error.is_invalid_request() && error.to_string().starts_with(&format!("`{parameter}`")),
            "{error}"
        );
    }
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn encodes_text_in_a_query_once() {
    let (client, requests) = scripted(vec![ok(success("[]"))]);
    client
        .permission_groups()
        .name("a&b=c?d#e%20 \u{e9}\r\n\0+")
        .send()
        .unwrap();
    let target = requests.lock().unwrap().pop().unwrap().target;
    assert_eq!(
        target,
        "/user/tokens/permission_groups?name=a%26b%3Dc%3Fd%23e%2520%20%C3%A9%0D%0A%00%2B"
    );
}
