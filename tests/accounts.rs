//! `in_account`: the requests for audit logs and tokens, sent to an account instead of the user.

mod common;

use std::io::Read;

use cloudflare_user::{
    AuditLogCursor, Client, CreateToken, DeleteToken, Endpoint, ErrorKind, GetToken, ListAuditLogs,
    ListPermissionGroups, ListTokens, Policy, Result, RollToken, TokenStatus, UpdateToken,
    VerifyToken,
};
use common::{Api, RecordedRequest, fixture, ok, scripted, success};
use serde_json::json;
use time::macros::datetime;

const ACCOUNT: &str = "eb78d65290b24279ba6f44721b3ea3c4";
const TOKEN: &str = "ed17574386854bf78a67040be0a770b0";

fn policies() -> [Policy; 1] {
    [Policy::allow().permission_group("g").all_zones()]
}

/// Sends a request to a server that returns this fixture, and returns what the server received.
#[track_caller]
fn send(fixture_name: &str, send: impl FnOnce(&Client) -> Result<()>) -> RecordedRequest {
    let api = Api::responding(fixture(fixture_name));
    send(&api.client()).unwrap();
    api.request()
}

/// Asserts that a request of an account differs from that of the user in its path only, and that
/// the account is neither in the query nor in the body.
#[track_caller]
fn assert_sent_to_the_account<E>(fixture_name: &str, user: E, account: E, path: &str)
where
    E: Endpoint + PartialEq + std::fmt::Debug,
{
    let of_user = send(fixture_name, |client| client.send(&user).map(drop));
    let of_account = send(fixture_name, |client| client.send(&account).map(drop));
    assert_eq!(of_account.path(), path);
    assert_eq!(of_account.parameters(), of_user.parameters());
    assert_eq!(of_account.method, of_user.method);
    assert_eq!(of_account.body, of_user.body);
    assert_ne!(account, user);
    assert_eq!(
        serde_json::to_value(&account).unwrap(),
        serde_json::to_value(&user).unwrap()
    );
}

#[test]
fn sends_the_requests_for_audit_logs_and_permission_groups_to_an_account() {
    assert_sent_to_the_account(
        "audit_logs_list",
        ListAuditLogs::new().action_type("login").per_page(7),
        ListAuditLogs::new()
            .action_type("login")
            .per_page(7)
            .in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/audit_logs",
    );
    assert_sent_to_the_account(
        "token_permission_groups_list",
        ListPermissionGroups::new().name("Zone Read"),
        ListPermissionGroups::new()
            .name("Zone Read")
            .in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens/permission_groups",
    );
}

#[test]
fn sends_the_requests_that_read_tokens_to_an_account() {
    assert_sent_to_the_account(
        "tokens_list",
        ListTokens::new().include_expired(true),
        ListTokens::new().include_expired(true).in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens",
    );
    assert_sent_to_the_account(
        "tokens_get",
        GetToken::new(TOKEN),
        GetToken::new(TOKEN).in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens/ed17574386854bf78a67040be0a770b0",
    );
    assert_sent_to_the_account(
        "tokens_verify",
        VerifyToken::new(),
        VerifyToken::new().in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens/verify",
    );
}

#[test]
fn sends_the_requests_that_change_tokens_to_an_account() {
    assert_sent_to_the_account(
        "tokens_create",
        CreateToken::new("ci", policies()),
        CreateToken::new("ci", policies()).in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens",
    );
    let update = UpdateToken::new(TOKEN, "ci", TokenStatus::Active, policies());
    assert_sent_to_the_account(
        "tokens_update",
        update.clone(),
        update.in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens/ed17574386854bf78a67040be0a770b0",
    );
    assert_sent_to_the_account(
        "tokens_delete",
        DeleteToken::new(TOKEN),
        DeleteToken::new(TOKEN).in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens/ed17574386854bf78a67040be0a770b0",
    );
    assert_sent_to_the_account(
        "token_value_update",
        RollToken::new(TOKEN),
        RollToken::new(TOKEN).in_account(ACCOUNT),
        "/accounts/eb78d65290b24279ba6f44721b3ea3c4/tokens/ed17574386854bf78a67040be0a770b0/value",
    );
}

/// The bound form of a request that has `in_account`.
struct BoundRequest {
    /// The path after the account.
    path: &'static str,
    fixture: &'static str,
    send: SendToAccount,
}

type SendToAccount = fn(&Client, &str) -> Result<()>;

fn bound(path: &'static str, fixture: &'static str, send: SendToAccount) -> BoundRequest {
    BoundRequest {
        path,
        fixture,
        send,
    }
}

/// Each request that has `in_account`, and `follow` and `export`.
fn bound_requests() -> [BoundRequest; 11] {
    let groups = "token_permission_groups_list";
    [
        bound("audit_logs", "audit_logs_list", |client, account| {
            client.audit_logs().in_account(account).send().map(drop)
        }),
        bound("audit_logs", "audit_logs_list", |client, account| {
            let mut csv = client.audit_logs().in_account(account).export()?;
            csv.read_to_end(&mut Vec::new()).unwrap();
            Ok(())
        }),
        bound("audit_logs", "audit_logs_list", |client, account| {
            let cursor = AuditLogCursor::starting_at(datetime!(2020-01-01 0:00 UTC));
            let mut logs = client.audit_logs().in_account(account).follow(&cursor);
            logs.next().unwrap().map(drop)
        }),
        bound("tokens", "tokens_list", |client, account| {
            let mut tokens = client.tokens().in_account(account).iter();
            tokens.next().unwrap().map(drop)
        }),
        bound("tokens/7", "tokens_get", |client, account| {
            client.token("7").in_account(account).send().map(drop)
        }),
        bound("tokens", "tokens_create", |client, account| {
            let request = client.create_token("ci", policies());
            request.in_account(account).send().map(drop)
        }),
        bound("tokens/7", "tokens_update", |client, account| {
            let token = json!({"id": "7", "name": "ci", "status": "active"});
            let token = serde_json::from_value(token).unwrap();
            let request = client.update_token(&token);
            request.in_account(account).send().map(drop)
        }),
        bound("tokens/7", "tokens_delete", |client, account| {
            let request = client.delete_token("7");
            request.in_account(account).send().map(drop)
        }),
        bound("tokens/verify", "tokens_verify", |client, account| {
            client.verify_token().in_account(account).send().map(drop)
        }),
        bound("tokens/permission_groups", groups, |client, account| {
            let mut groups = client.permission_groups().in_account(account).iter();
            groups.next().unwrap().map(drop)
        }),
        bound("tokens/7/value", "token_value_update", |client, account| {
            client.roll_token("7").in_account(account).send().map(drop)
        }),
    ]
}

#[test]
fn sends_each_bound_request_to_the_account_as_one_encoded_segment() {
    for bound in bound_requests() {
        for (account, segment) in [(ACCOUNT, ACCOUNT), ("a/b c?", "a%2Fb%20c%3F")] {
            let request = send(bound.fixture, |client| (bound.send)(client, account));
            let path = format!("/accounts/{segment}/{}", bound.path);
            assert_eq!(request.path(), path);
            let query = request.parameters().join("&");
            assert!(!query.contains("account"), "{query}");
            assert!(!request.body.contains("account_id"), "{}", request.body);
        }
    }
}

#[test]
fn refuses_an_account_that_would_address_another_resource() {
    let (client, requests) = scripted([ok(success("{}"))]);
    for bound in bound_requests() {
        let path = bound.path;
        for account in ["", ".", ".."] {
            let error = (bound.send)(&client, account).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{path}: {error}");
            assert_eq!(error.parameter(), Some("account_id"), "{path}: {error}");
        }
    }
    assert_eq!(requests.count(), 0);
}

#[test]
fn exports_and_follows_a_detached_request_of_an_account() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let request = ListAuditLogs::new().in_account(ACCOUNT);
    drop(client.export(&request).unwrap());
    let cursor = AuditLogCursor::starting_at(datetime!(2026-11-01 0:00 UTC));
    assert_eq!(client.follow(&request, &cursor).count(), 0);
    let path = "/accounts/eb78d65290b24279ba6f44721b3ea3c4/audit_logs";
    let requests = requests.all();
    assert_eq!(requests[0].target, format!("{path}?export=true"));
    assert_eq!(requests[1].path(), path);
    assert!(requests[1].target.contains("since=2026-11-01T00"));
}

#[test]
fn reads_each_page_of_an_accounts_list() {
    let page = r#"{"success":true,"result":[{"id":"1"}],"result_info":{"total_pages":2}}"#;
    let last = r#"{"success":true,"result":[{"id":"2"}],"result_info":{"total_pages":2}}"#;
    let (client, requests) = scripted([ok(page), ok(last)]);
    assert_eq!(client.tokens().in_account("a").iter().count(), 2);
    let expected = [
        "GET /accounts/a/tokens?per_page=50&page=1",
        "GET /accounts/a/tokens?per_page=50&page=2",
    ];
    assert_eq!(requests.lines(), expected);
}

#[test]
fn uses_the_account_of_the_last_call() {
    let request = ListTokens::new().in_account("").in_account("a");
    assert_eq!(request, ListTokens::new().in_account("a"));
    assert_eq!(request.path(), ["accounts", "a", "tokens"]);
}

#[test]
fn refuses_to_verify_the_token_of_a_client_with_a_key() {
    let client = Client::builder()
        .api_key("user@example.com", "144c9defac04969c7bfad8efaa8ea194")
        .base_url("http://127.0.0.1:9")
        .build()
        .unwrap();
    let error = client.verify_token().in_account(ACCOUNT).send();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Configuration);
}
