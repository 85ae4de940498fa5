//! Credentials, and the secrets of created tokens, do not appear in `Debug`, `Display` and error
//! messages.

mod common;

use std::error::Error as _;

use cloudflare_user::{
    Body, Client, CreateToken, Error, ExposeSecret, GetBillingProfile, GetUser, Policy,
    TransportError,
};
use common::tcp::Tcp;
use common::{client_returning, fixture, success};

const TOKEN: &str = "cfut_TheTokenOfTheClient0123456789";
const EMAIL: &str = "owner+1@example.com";
const KEY: &str = "cfk_TheKeyOfTheClient0123456789";
const CREATED: &str = "cfut_TheCreatedSecret0123456789";

/// Asserts that the text contains no secret, and no percent-encoded email.
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

fn policy() -> Policy {
    Policy::allow().permission_group("g").all_zones()
}

/// A client for each kind of credential.
fn clients(url: &str) -> [Client; 2] {
    let builder = || Client::builder().base_url(url).max_retries(0);
    [
        builder().api_token(TOKEN).build().unwrap(),
        builder().api_key(EMAIL, KEY).build().unwrap(),
    ]
}

#[test]
fn redacts_credentials_in_debug_of_clients_and_builders() {
    for client in clients("http://127.0.0.1:1") {
        assert_contains_no_secret(&format!(
            "{client:?} {client:#?} {:?} {:?}",
            client.user(),
            client.tokens().iter()
        ));
    }
    assert_contains_no_secret(&format!(
        "{:?}",
        Client::builder()
            .api_token(TOKEN)
            .base_url(format!("https://{TOKEN}@x"))
    ));
    for invalid in [
        Client::new(format!("{TOKEN} x")),
        Client::builder()
            .api_key(EMAIL, format!("{KEY}\n x"))
            .build(),
    ] {
        assert_contains_no_secret(&printed(&invalid.unwrap_err()));
    }
}

#[test]
fn redacts_credentials_that_a_server_echoes() {
    let echo = format!("{TOKEN} {EMAIL} {KEY}");
    let json = |fields: &str| format!(r#"{{"success":false,{fields}}}"#);
    let error = |text: &str| {
        json(&format!(
            r#""errors":[{{"code":1,"message":"{text}","source":{{"pointer":"/{text}"}},"documentation_url":"{text}","error_chain":[{{"message":"{text}"}}]}}]"#
        ))
    };
    let headers = format!("cf-ray: {TOKEN}\r\n");
    let html = format!("content-type: text/html; a={TOKEN}\r\n");
    let encoding = format!("content-encoding: {TOKEN}\r\n");
    let location = format!("location: https://{KEY}.example/{TOKEN}\r\n");
    let responses = [
        ("403 x", headers.as_str(), error(&echo)),
        ("200 OK", &headers, error(&echo)),
        ("200 OK", &headers, json(&format!(r#""errors":"{echo}""#))),
        ("502 x", &html, format!("<html>{echo}")),
        ("200 OK", &html, format!("<html>{echo}")),
        ("200 OK", &encoding, format!("text {echo}")),
        ("200 OK", &headers, format!("text {echo}")),
        ("502 x", "", format!("{} {echo}", "x".repeat(45))),
        ("302 x", &location, String::new()),
        ("200 OK", &headers, success(&format!(r#""{echo}""#))),
        (
            "200 OK",
            &headers,
            success(&format!(r#"{{"created_on":"{TOKEN}"}}"#)),
        ),
    ];
    for (status, headers, body) in responses {
        let server = Tcp::responding(status, headers, &body);
        for (client, secrets) in clients(&server.url())
            .iter()
            .zip([&[TOKEN][..], &[KEY, EMAIL]])
        {
            let error = client.user().send().unwrap_err();
            for secret in secrets {
                let text = printed(&error)
                    + &error.messages().collect::<String>()
                    + error.ray_id().unwrap_or_default();
                let (text, secret) = (text.to_lowercase(), secret.to_lowercase());
                assert!(!text.contains(&secret), "{text}");
            }
            assert_eq!(error.body().unwrap_or_default(), body.as_bytes());
        }
    }
}

#[test]
fn refuses_a_credential_as_an_identifier() {
    let server = Tcp::responding("200 OK", "", &success("{}"));
    let [token, key] = clients(&server.url());
    for error in [
        token.token(TOKEN).send().unwrap_err(),
        key.token(KEY).send().unwrap_err(),
    ] {
        assert!(error.is_invalid_request(), "{error}");
        assert_contains_no_secret(&printed(&error));
    }
    assert_eq!(server.count(), 0);
    // An email alone is not a credential, and it may be an identifier.
    assert!(key.invite(EMAIL).send().is_ok());
}

#[test]
fn redacts_credentials_in_errors_of_a_transport() {
    let failures: [fn() -> TransportError; 3] = [
        || TransportError::interrupted(format!("sent {TOKEN}")),
        || TransportError::other(std::io::Error::other(format!("{KEY} {EMAIL}"))),
        || TransportError::connect(format!("proxy {TOKEN} {KEY}")),
    ];
    for failure in failures {
        let transport = move |_: cloudflare_user::http::Request<Vec<u8>>| Err(failure());
        let token = Client::builder()
            .api_token(TOKEN)
            .transport(transport)
            .max_retries(0)
            .build()
            .unwrap();
        let text = printed(&token.user().send().unwrap_err());
        assert!(!text.contains(TOKEN), "{text}");
        let key = Client::builder()
            .api_key(EMAIL, KEY)
            .transport(transport)
            .max_retries(0)
            .build()
            .unwrap();
        let text = printed(&key.user().send().unwrap_err());
        assert!(!text.contains(KEY) && !text.contains(EMAIL), "{text}");
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
        let error = client_returning(body.clone())
            .send(&CreateToken::new("ci", [policy()]))
            .unwrap_err();
        assert_contains_no_secret(&printed(&error));
        assert_eq!(error.body(), Some(body.as_bytes()));
        assert!(error.may_have_been_applied());
    }
    let text = format!("value={CREATED}");
    assert_contains_no_secret(&printed(
        &client_returning(text)
            .send(&CreateToken::new("ci", [policy()]))
            .unwrap_err(),
    ));
    let failed = format!(
        r#"{{"success":false,"errors":["lost {CREATED}"],"result":{{"value":"{CREATED}"}}}}"#
    );
    assert_contains_no_secret(&printed(
        &client_returning(failed)
            .send(&CreateToken::new("ci", [policy()]))
            .unwrap_err(),
    ));
}

#[test]
fn redacts_secrets_in_debug_of_models() {
    let created = client_returning(success(&format!(r#"{{"id":"1","value":"{CREATED}"}}"#)));
    let created = created.send(&CreateToken::new("ci", [policy()])).unwrap();
    assert_eq!(created.value.expose_secret(), CREATED);
    assert_contains_no_secret(&format!("{created:?} {created:#?}"));
    let token = client_returning(success(&format!(r#"{{"id":"1","value":"{CREATED}"}}"#)))
        .token("1")
        .send()
        .unwrap();
    assert_contains_no_secret(&format!("{token:?}"));
    let user = format!(r#"{{"api_key":"{KEY}","two_factor_recovery_codes":["{CREATED}"]}}"#);
    let user = client_returning(success(&user))
        .send(&GetUser::new())
        .unwrap();
    let shown = format!("{user:?}");
    assert!(
        shown.contains("api_key") && shown.contains("two_factor_recovery_codes"),
        "{shown}"
    );
    assert_contains_no_secret(&shown);
    let profile = client_returning(fixture("billing_profile_get"))
        .send(&GetBillingProfile::new())
        .unwrap();
    let shown = format!("{profile:?}");
    assert!(
        !["4242424242424242", "abc123", "1111", "sample_data"]
            .iter()
            .any(|secret| shown.contains(secret)),
        "{shown}"
    );
}

#[test]
fn redacts_credentials_in_debug_of_the_request_that_a_transport_receives() {
    let transport = |request: cloudflare_user::http::Request<Vec<u8>>| {
        assert_contains_no_secret(&format!("{request:?}"));
        Ok(cloudflare_user::http::Response::new(Body::from(success(
            "{}",
        ))))
    };
    let builder = || Client::builder().transport(transport);
    builder()
        .api_token(TOKEN)
        .build()
        .unwrap()
        .user()
        .send()
        .unwrap();
    builder()
        .api_key(EMAIL, KEY)
        .build()
        .unwrap()
        .user()
        .send()
        .unwrap();
}

#[test]
fn redacts_a_created_secret_wherever_the_response_contains_it() {
    let secret = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
    let header = |name: &str, value: String| format!("{name}: {value}\r\n");
    let created = success(&format!(r#"{{"id":"1","value":"{secret}","name":5}}"#));
    let failed = |result: &str| {
        format!(
            r#"{{"success":false,"errors":[{{"message":"stored {secret}"}}],"result":{result}}}"#
        )
    };
    let responses = [
        (
            "200 OK",
            header("content-type", format!("text/plain; s={secret}")),
            secret.to_owned(),
        ),
        (
            "200 OK",
            header("content-type", format!("text/{secret}")),
            secret.to_owned(),
        ),
        (
            "200 OK",
            header("content-encoding", secret.to_owned()),
            secret.to_owned(),
        ),
        ("200 OK", header("cf-ray", secret.to_owned()), created),
        // The secret is taken from its documented place, even if the response is a failure.
        (
            "200 OK",
            String::new(),
            failed(&format!(r#"{{"value":"{secret}"}}"#)),
        ),
        ("500 x", String::new(), failed(&format!(r#""{secret}""#))),
        (
            "200 OK",
            String::new(),
            success(&format!(
                r#"{{"policies":[{{"resources":{{"{secret}":1e999}}}}]}}"#
            )),
        ),
    ];
    for (status, headers, body) in responses {
        let server = Tcp::responding(status, &headers, &body);
        let [client, _] = clients(&server.url());
        let errors = [
            client.create_token("ci", [policy()]).send().unwrap_err(),
            client.roll_token("1").send().unwrap_err(),
        ];
        for error in errors {
            let text = printed(&error)
                + &error.messages().collect::<String>()
                + error.ray_id().unwrap_or_default();
            assert!(
                !text.to_lowercase().contains(&secret.to_lowercase()),
                "{text}"
            );
        }
    }
}

#[test]
fn redacts_the_email_in_every_spelling() {
    for spelling in [
        "OWNER+1@EXAMPLE.COM",
        "owner%2B1@example.com",
        "owner+1%40example.com",
        "owner 1@example.com",
        "owner&#43;1@example.com",
    ] {
        let body = format!(r#"{{"success":false,"errors":["unknown {spelling}"]}}"#);
        let server = Tcp::responding("403 x", "", &body);
        let [_, key] = clients(&server.url());
        let text = printed(&key.user().send().unwrap_err());
        assert!(
            text.contains("unknown [redacted]") && !text.contains("xample.com"),
            "{text}"
        );
    }
}

#[test]
fn redacts_credentials_in_a_base_url_and_in_errors_of_a_body() {
    let client = Client::builder()
        .api_token(TOKEN)
        .base_url(format!("https://example.com/{TOKEN}"));
    assert_contains_no_secret(&format!("{:?}", client.build().unwrap()));
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other(format!("lost {TOKEN}")))
        }
    }
    let transport = |_: cloudflare_user::http::Request<Vec<u8>>| {
        let start = std::io::Cursor::new("when,action\n");
        let body = std::io::Read::chain(start, Failing);
        Ok(cloudflare_user::http::Response::new(Body::from_reader(
            body,
        )))
    };
    let client = Client::builder()
        .api_token(TOKEN)
        .transport(transport)
        .build()
        .unwrap();
    let mut csv = client.audit_logs().export().unwrap();
    let error = std::io::copy(&mut csv, &mut std::io::sink()).unwrap_err();
    assert!(error.to_string().contains("lost [redacted]"), "{error}");
    assert_contains_no_secret(&format!("{error:?}"));
}
