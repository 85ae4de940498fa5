//! Credentials, and the secrets of created tokens, do not appear in `Debug`, `Display` and error
//! messages.

mod common;

use std::error::Error as _;
use std::io::{self, Cursor, Read};

use cloudflare_user::{
    Body, Client, CreateToken, Error, ExposeSecret, GetBillingProfile, GetUser, Policy,
    TransportError, http,
};
use common::tcp::Tcp;
use common::{client_returning, fixture, success};
use serde_json::json;

const TOKEN: &str = "cfut_TheTokenOfTheClient0123456789";
const EMAIL: &str = "owner+1@example.com";
const KEY: &str = "cfk_TheKeyOfTheClient0123456789";
const CREATED: &str = "cfut_TheCreatedSecret0123456789";

/// Asserts that the text contains no secret, and no percent-encoded email.
#[track_caller]
fn assert_contains_no_secret(text: &str) {
    for secret in [TOKEN, EMAIL, "owner%2B1%40example.com", KEY, CREATED] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// What an error and its sources print.
fn printed(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(" {error} {error:?}");
        source = error.source();
    }
    text
}

/// What an error prints, and what it returns but its body.
fn printed_and_returned(error: &Error) -> String {
    let messages: String = error.messages().collect();
    printed(error) + &messages + error.ray_id().unwrap_or_default()
}

#[track_caller]
fn assert_hidden_in_any_case(secret: &str, text: &str) {
    let is_shown = text.to_lowercase().contains(&secret.to_lowercase());
    assert!(!is_shown, "{text}");
}

fn policy() -> Policy {
    Policy::allow().permission_group("g").all_zones()
}

fn create_token() -> CreateToken {
    CreateToken::new("ci", [policy()])
}

fn client_with_token(url: &str) -> Client {
    let builder = Client::builder().base_url(url).max_retries(0);
    builder.api_token(TOKEN).build().unwrap()
}

fn client_with_key(url: &str) -> Client {
    let builder = Client::builder().base_url(url).max_retries(0);
    builder.api_key(EMAIL, KEY).build().unwrap()
}

/// A response with one header, which is empty or `name: value`.
struct Response {
    status: u16,
    header: String,
    body: String,
}

fn response(status: u16, header: impl Into<String>, body: impl Into<String>) -> Response {
    Response {
        status,
        header: header.into(),
        body: body.into(),
    }
}

impl Response {
    fn server(&self) -> Tcp {
        match self.header.as_str() {
            "" => Tcp::responding(self.status, &[], &self.body),
            header => Tcp::responding(self.status, &[header], &self.body),
        }
    }
}

/// A body that fails.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(format!("lost {TOKEN}")))
    }
}

#[test]
fn redacts_credentials_in_debug_of_clients_and_builders() {
    let url = "http://127.0.0.1:1";
    for client in [client_with_token(url), client_with_key(url)] {
        assert_contains_no_secret(&format!("{client:?} {client:#?}"));
        assert_contains_no_secret(&format!("{:?}", client.user()));
        assert_contains_no_secret(&format!("{:?}", client.tokens().iter()));
    }
    let builder = Client::builder()
        .api_token(TOKEN)
        .base_url(format!("https://{TOKEN}@x"));
    assert_contains_no_secret(&format!("{builder:?}"));
    let invalid = [
        Client::builder().api_token(format!("{TOKEN} x")),
        Client::builder().api_key(EMAIL, format!("{KEY}\n x")),
    ];
    for builder in invalid {
        assert_contains_no_secret(&printed(&builder.build().unwrap_err()));
    }
}

#[test]
fn redacts_credentials_that_a_server_echoes() {
    let echo = format!("{TOKEN} {EMAIL} {KEY}");
    let error = json!({
        "code": 1,
        "message": echo,
        "source": {"pointer": format!("/{echo}")},
        "documentation_url": echo,
        "error_chain": [{"message": echo}],
    });
    let failure = json!({"success": false, "errors": [error]}).to_string();
    let ray = format!("cf-ray: {TOKEN}");
    let html = format!("content-type: text/html; a={TOKEN}");
    let encoding = format!("content-encoding: {TOKEN}");
    let location = format!("location: https://{KEY}.example/{TOKEN}");
    let text_error = format!(r#"{{"success":false,"errors":"{echo}"}}"#);
    let invalid_date = success(&format!(r#"{{"created_on":"{TOKEN}"}}"#));
    let responses = [
        response(403, &ray, &failure),
        response(200, &ray, &failure),
        response(200, &ray, &text_error),
        response(502, &html, format!("<html>{echo}")),
        response(200, &html, format!("<html>{echo}")),
        response(200, &encoding, format!("text {echo}")),
        response(200, &ray, format!("text {echo}")),
        response(502, "", format!("{} {echo}", "x".repeat(45))),
        response(302, &location, ""),
        response(200, &ray, success(&format!(r#""{echo}""#))),
        response(200, &ray, &invalid_date),
    ];
    for response in responses {
        let server = response.server();
        let with_token = client_with_token(&server.url());
        let error = with_token.user().send().unwrap_err();
        assert_hidden_in_any_case(TOKEN, &printed_and_returned(&error));
        assert_eq!(error.body().unwrap_or_default(), response.body.as_bytes());

        let with_key = client_with_key(&server.url());
        let error = with_key.user().send().unwrap_err();
        assert_hidden_in_any_case(KEY, &printed_and_returned(&error));
        assert_hidden_in_any_case(EMAIL, &printed_and_returned(&error));
        assert_eq!(error.body().unwrap_or_default(), response.body.as_bytes());
    }
}

#[test]
fn refuses_a_credential_as_an_identifier() {
    let server = Tcp::returning("{}");
    let with_token = client_with_token(&server.url());
    let with_key = client_with_key(&server.url());
    let errors = [
        with_token.token(TOKEN).send().unwrap_err(),
        with_key.token(KEY).send().unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_invalid_request(), "{error}");
        assert_contains_no_secret(&printed(&error));
    }
    assert_eq!(server.count(), 0);
    // An email alone is not a credential, and it may be an identifier.
    assert!(with_key.invite(EMAIL).send().is_ok());
}

#[test]
fn redacts_credentials_in_errors_of_a_transport() {
    let failures: [fn() -> TransportError; 3] = [
        || TransportError::interrupted(format!("sent {TOKEN}")),
        || TransportError::other(io::Error::other(format!("{KEY} {EMAIL}"))),
        || TransportError::connect(format!("proxy {TOKEN} {KEY}")),
    ];
    for failure in failures {
        let transport = move |_: http::Request<Vec<u8>>| Err(failure());
        let builder = || Client::builder().transport(transport).max_retries(0);

        let with_token = builder().api_token(TOKEN).build().unwrap();
        let text = printed(&with_token.user().send().unwrap_err());
        assert!(!text.contains(TOKEN), "{text}");

        let with_key = builder().api_key(EMAIL, KEY).build().unwrap();
        let text = printed(&with_key.user().send().unwrap_err());
        assert!(!text.contains(KEY), "{text}");
        assert!(!text.contains(EMAIL), "{text}");
    }
}

#[test]
fn keeps_the_secret_of_an_undecodable_creation_only_in_the_body() {
    let results = [
        format!(r#"{{"id":"1","value":"{CREATED}","name":5}}"#),
        format!(r#"{{"id":"1","value":["{CREATED}"]}}"#),
        format!(r#""{CREATED}""#),
        format!(r#"{{"id":"1","value":"{CREATED}"}} trailing"#),
    ];
    for result in results {
        let body = success(&result);
        let client = client_returning(body.clone());
        let error = client.send(&create_token()).unwrap_err();
        assert_contains_no_secret(&printed(&error));
        assert_eq!(error.body(), Some(body.as_bytes()));
        assert!(error.may_have_been_applied());
    }
}

#[test]
fn redacts_the_secret_of_a_creation_without_a_success() {
    let failure = json!({
        "success": false,
        "errors": [format!("lost {CREATED}")],
        "result": {"value": CREATED},
    });
    for body in [format!("value={CREATED}"), failure.to_string()] {
        let error = client_returning(body).send(&create_token()).unwrap_err();
        assert_contains_no_secret(&printed(&error));
    }
}

#[test]
fn redacts_secrets_in_debug_of_tokens() {
    let client = client_returning(success(&format!(r#"{{"id":"1","value":"{CREATED}"}}"#)));
    let created = client.send(&create_token()).unwrap();
    assert_eq!(created.value.expose_secret(), CREATED);
    assert_contains_no_secret(&format!("{created:?} {created:#?}"));
    let token = client.token("1").send().unwrap();
    assert_contains_no_secret(&format!("{token:?}"));
}

#[test]
fn redacts_secrets_in_debug_of_models() {
    let user = format!(r#"{{"api_key":"{KEY}","two_factor_recovery_codes":["{CREATED}"]}}"#);
    let client = client_returning(success(&user));
    let shown = format!("{:?}", client.send(&GetUser::new()).unwrap());
    assert!(shown.contains("api_key"), "{shown}");
    assert!(shown.contains("two_factor_recovery_codes"), "{shown}");
    assert_contains_no_secret(&shown);

    let client = client_returning(fixture("billing_profile_get"));
    let shown = format!("{:?}", client.send(&GetBillingProfile::new()).unwrap());
    for secret in ["4242424242424242", "abc123", "1111", "sample_data"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn redacts_secrets_that_are_names_of_unknown_fields() {
    let key = "144c9defac04969c7bfad8efaa8ea1941f2b3";
    for secret in [TOKEN, key, EMAIL] {
        let extra = json!({"flag": 1, secret: 1});
        let body = json!({"success": true, "result": [extra], "result_info": extra});
        let page = client_returning(body.to_string()).invites().send().unwrap();
        assert_eq!(page.items[0].extra[secret], 1);
        let shown = format!("{page:?}");
        assert!(!shown.contains(secret), "{shown}");
        let names = r#"extra: {"[redacted]", "flag"}"#;
        assert_eq!(shown.matches(names).count(), 2, "{shown}");
    }
}

#[test]
fn redacts_credentials_in_debug_of_the_request_that_a_transport_receives() {
    let transport = |request: http::Request<Vec<u8>>| {
        assert_contains_no_secret(&format!("{request:?}"));
        Ok(http::Response::new(Body::from(success("{}"))))
    };
    let builder = || Client::builder().transport(transport);
    let with_token = builder().api_token(TOKEN).build().unwrap();
    with_token.user().send().unwrap();
    let with_key = builder().api_key(EMAIL, KEY).build().unwrap();
    with_key.user().send().unwrap();
}

#[test]
fn redacts_a_created_secret_wherever_the_response_contains_it() {
    let secret = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
    let malformed = success(&format!(r#"{{"id":"1","value":"{secret}","name":5}}"#));
    let as_a_name = success(&format!(
        r#"{{"policies":[{{"resources":{{"{secret}":1e999}}}}]}}"#
    ));
    let failure = |result: serde_json::Value| {
        let error = json!({"message": format!("stored {secret}")});
        json!({"success": false, "errors": [error], "result": result}).to_string()
    };
    let responses = [
        response(200, format!("content-type: text/plain; s={secret}"), secret),
        response(200, format!("content-type: text/{secret}"), secret),
        response(200, format!("content-encoding: {secret}"), secret),
        response(200, format!("cf-ray: {secret}"), malformed),
        // The secret is taken from its documented place, even if the response is a failure.
        response(200, "", failure(json!({"value": secret}))),
        response(500, "", failure(json!(secret))),
        response(200, "", as_a_name),
    ];
    for response in responses {
        let server = response.server();
        let client = client_with_token(&server.url());
        let errors = [
            client.create_token("ci", [policy()]).send().unwrap_err(),
            client.roll_token("1").send().unwrap_err(),
        ];
        for error in errors {
            assert_hidden_in_any_case(secret, &printed_and_returned(&error));
        }
    }
}

#[test]
fn redacts_a_short_secret_in_the_ray_id_of_a_response_without_its_body() {
    let transport = |_: http::Request<Vec<u8>>| {
        let body = Cursor::new(r#"{"result":{"va"#).chain(Failing);
        let response = http::Response::builder().header("cf-ray", CREATED);
        Ok(response.body(Body::from_reader(body)).unwrap())
    };
    let builder = Client::builder().api_token(TOKEN).transport(transport);
    let error = builder.build().unwrap().send(&create_token()).unwrap_err();
    assert!(error.may_have_been_applied());
    assert_eq!(error.ray_id(), Some("[redacted]"));
    assert_contains_no_secret(&printed(&error));
}

#[test]
fn redacts_the_email_in_every_spelling() {
    let spellings = [
        "OWNER+1@EXAMPLE.COM",
        "owner%2B1@example.com",
        "owner+1%40example.com",
        "owner 1@example.com",
        "owner&#43;1@example.com",
        "owner&#43;1&#64example.com",
        "owner&plus;1&commat;example&period;com",
        "owner%2B1%2540example.com",
        r"owner+1\x40example.com",
        "owner+1=40example.com",
    ];
    for spelling in spellings {
        let error = format!("unknown {spelling}");
        let body = json!({"success": false, "errors": [error]}).to_string();
        let server = Tcp::responding(403, &[], &body);
        let client = client_with_key(&server.url());
        let text = printed(&client.user().send().unwrap_err());
        assert!(text.contains("unknown [redacted]"), "{text}");
        assert!(!text.contains("xample.com"), "{text}");
    }
}

#[test]
fn redacts_an_escaped_token() {
    let parts = ["AbCdEfGh", "IjKlMnOp", "QrStUvWx"];
    let token = parts.join("/");
    for slash in [
        r"\/",
        r"\u002f",
        r"\x2f",
        r"\u{2f}",
        "%2F",
        "%252F",
        "=2F",
        "&sol;",
        "&#47;",
        "&#47",
        "&amp;#47;",
    ] {
        let escaped = parts.join(slash);
        let text = json!(escaped);
        for (status, body) in [
            (400, format!(r#"{{"success":false,"errors":[{text}]}}"#)),
            (
                400,
                format!(r#"{{"success":false,"errors":[{{"message":{{"token":"{escaped}"}}}}]}}"#),
            ),
            (400, format!(r#"{{"error":{{"message":["{escaped}"]}}}}"#)),
            (502, format!("bad token {escaped}")),
            (200, success(&format!(r#"{{"created_on":{text}}}"#))),
        ] {
            let server = Tcp::responding(status, &[], &body);
            let builder = Client::builder().base_url(server.url()).max_retries(0);
            let client = builder.api_token(&token).build().unwrap();
            let shown = printed_and_returned(&client.user().send().unwrap_err());
            for part in parts {
                assert!(!shown.contains(part), "{shown}");
            }
        }
    }
}

#[test]
fn redacts_an_escaped_secret_in_the_error_of_a_write_that_may_have_been_applied() {
    for secret in [
        r"8M7wS6hCpXVc\u002dDoRnPPY\u005fUCWPgy8aea4Wy6kCe5T",
        "8M7wS6hCpXVc%2DDoRnPPY%5FUCWPgy8aea4Wy6kCe5T",
        "8M7wS6hCpXVc&#45;DoRnPPY&lowbar;UCWPgy8aea4Wy6kCe5T",
    ] {
        for message in [
            format!(r#""stored {secret}""#),
            format!(r#"{{"x":"{secret}"}}"#),
            json!(format!("stored {secret}")).to_string(),
        ] {
            let body = format!(r#"{{"success":false,"errors":[{{"message":{message}}}]}}"#);
            let server = Tcp::responding(500, &[], &body);
            let client = client_with_token(&server.url());
            let error = client.send(&create_token()).unwrap_err();
            let shown = printed_and_returned(&error);
            for part in ["8M7wS6hCpXVc", "DoRnPPY", "UCWPgy8aea4Wy6kCe5T"] {
                assert!(!shown.contains(part), "{shown}");
            }
        }
    }
}

#[test]
fn redacts_credentials_in_debug_of_a_base_url() {
    let builder = Client::builder()
        .api_token(TOKEN)
        .base_url(format!("https://example.com/{TOKEN}"));
    assert_contains_no_secret(&format!("{:?}", builder.build().unwrap()));
}

#[test]
fn redacts_credentials_in_errors_of_a_body() {
    let transport = |_: http::Request<Vec<u8>>| {
        let body = Cursor::new("when,action\n").chain(Failing);
        Ok(http::Response::new(Body::from_reader(body)))
    };
    let builder = Client::builder().api_token(TOKEN).transport(transport);
    let mut csv = builder.build().unwrap().audit_logs().export().unwrap();
    let error = io::copy(&mut csv, &mut io::sink()).unwrap_err();
    assert!(error.to_string().contains("lost [redacted]"), "{error}");
    assert_contains_no_secret(&format!("{error:?}"));
}
