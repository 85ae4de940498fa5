//! Invalid identifiers and parameters are refused before sending. Valid ones are percent-encoded
//! exactly once.

mod common;

use cloudflare_user::{Client, Error, InviteResponse, Policy, TokenStatus, UpdateToken};
use common::{ok, scripted, success};

/// A request with an identifier.
struct Operation {
    /// The name of the identifier in errors.
    parameter: &'static str,
    /// The path, with `{id}` in place of the identifier.
    path: &'static str,
    send: SendWithId,
}

type SendWithId = fn(&Client, &str) -> Result<(), Error>;

impl Operation {
    fn path_with(&self, encoded_id: &str) -> String {
        self.path.replace("{id}", encoded_id)
    }
}

fn operation(parameter: &'static str, path: &'static str, send: SendWithId) -> Operation {
    Operation {
        parameter,
        path,
        send,
    }
}

/// All requests with an identifier.
fn operations() -> [Operation; 10] {
    [
        operation("invite_id", "/user/invites/{id}", |client, id| {
            client.invite(id).send().map(drop)
        }),
        operation("invite_id", "/user/invites/{id}", |client, id| {
            let response = InviteResponse::Accepted;
            client.respond_to_invite(id, response).send().map(drop)
        }),
        operation(
            "organization_id",
            "/user/organizations/{id}",
            |client, id| client.organization(id).send().map(drop),
        ),
        operation(
            "organization_id",
            "/user/organizations/{id}",
            |client, id| client.leave_organization(id).send().map(drop),
        ),
        operation(
            "subscription_id",
            "/user/subscriptions/{id}",
            |client, id| {
                let update = client.update_subscription(id).extra("app", "a");
                update.send().map(drop)
            },
        ),
        operation(
            "subscription_id",
            "/user/subscriptions/{id}",
            |client, id| client.delete_subscription(id).send().map(drop),
        ),
        operation("token_id", "/user/tokens/{id}", |client, id| {
            client.token(id).send().map(drop)
        }),
        operation("token_id", "/user/tokens/{id}", |client, id| {
            let policy = Policy::allow().permission_group("g").all_zones();
            let update = UpdateToken::new(id, "ci", TokenStatus::Active, [policy]);
            client.send(&update).map(drop)
        }),
        operation("token_id", "/user/tokens/{id}", |client, id| {
            client.delete_token(id).send().map(drop)
        }),
        operation("token_id", "/user/tokens/{id}/value", |client, id| {
            client.roll_token(id).send().map(drop)
        }),
    ]
}

#[track_caller]
fn assert_names(error: &Error, parameter: &str) {
    assert!(error.is_invalid_request(), "{error}");
    let start = format!("`{parameter}`");
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[test]
fn refuses_identifiers_that_would_address_another_resource() {
    let (client, requests) = scripted([ok(success("{}"))]);
    for operation in operations() {
        let mut refused = vec!["", ".", ".."];
        if operation.parameter == "token_id" {
            refused.extend(["verify", "permission_groups"]);
        }
        for id in refused {
            let error = (operation.send)(&client, id).unwrap_err();
            assert_names(&error, operation.parameter);
        }
    }
    assert_eq!(requests.count(), 0);
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
    let (client, requests) = scripted([ok(success("null"))]);
    for operation in operations() {
        for (id, encoded) in encodings {
            // Some of the requests expect another response.
            let _ = (operation.send)(&client, id);
            assert_eq!(requests.last().target, operation.path_with(encoded));
        }
    }
    assert_eq!(requests.count(), operations().len() * encodings.len());
}

#[test]
fn refuses_long_identifiers_only_if_the_url_is_too_long() {
    let (client, requests) = scripted([ok(success("null"))]);
    let long = "x".repeat(10_000);
    for operation in operations() {
        let _ = (operation.send)(&client, &long);
        assert_eq!(requests.last().target, operation.path_with(&long));
        let count = requests.count();
        let too_long = "\u{20ac}".repeat(10_000);
        let error = (operation.send)(&client, &too_long).unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.to_string().contains("URL"), "{error}");
        assert_eq!(requests.count(), count);
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
    let (client, requests) = scripted([ok(success("[]"))]);
    let refused = [
        (client.audit_logs().page(0).send().err(), "page"),
        (client.audit_logs().per_page(0).send().err(), "per_page"),
        (client.billing_history().page(0).send().err(), "page"),
        (client.organizations().per_page(0).send().err(), "per_page"),
        (client.tokens().page(0).iter().next().unwrap().err(), "page"),
        (client.audit_logs().page(0).export().err(), "page"),
    ];
    for (error, parameter) in refused {
        assert_names(&error.unwrap(), parameter);
    }
    assert_eq!(requests.count(), 0);
}

#[test]
fn leaves_the_largest_page_to_the_api() {
    let (client, requests) = scripted([ok(success("[]"))]);
    client.tokens().per_page(1_000_000).send().unwrap();
    assert_eq!(requests.lines(), ["GET /user/tokens?per_page=1000000"]);
}

#[test]
fn refuses_an_empty_filter() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let without_email = client.audit_logs().actor_email("");
    let without_id = client.audit_logs().id("");
    let refused = [
        (without_email.send().err(), "actor.email"),
        (without_id.iter().next().unwrap().err(), "id"),
        (client.billing_history().kind("").send().err(), "type"),
        (client.organizations().name("").send().err(), "name"),
        (client.permission_groups().scope("").send().err(), "scope"),
    ];
    for (error, parameter) in refused {
        assert_names(&error.unwrap(), parameter);
    }
    assert_eq!(requests.count(), 0);
}

#[test]
fn encodes_text_in_a_query_once() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let groups = client.permission_groups();
    groups.name("a&b=c?d#e%20 \u{e9}\r\n\0+").send().unwrap();
    assert_eq!(
        requests.last().target,
        "/user/tokens/permission_groups?name=a%26b%3Dc%3Fd%23e%2520%20%C3%A9%0D%0A%00%2B"
    );
}
