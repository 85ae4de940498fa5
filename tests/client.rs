//! How a client is built: credentials, base URL, user agent, limits and transport.

mod common;

use std::borrow::Cow;
use std::time::Duration;

use cloudflare_user::{Cancel, Client, ClientBuilder, ErrorKind, SecretString, UreqTransport};
use common::credentials::{MARK, MISTAKES};
use common::tcp::{Reply, Tcp, lines};
use common::{builder, first_error};

#[track_caller]
fn assert_refused(builder: ClientBuilder, parameter: &str) {
    let error = builder.build().unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    let start = format!("`{parameter}`");
    assert!(error.to_string().starts_with(&start), "{error}");
}

/// A part of a credential.
struct Part {
    parameter: &'static str,
    /// How errors name it.
    noun: &'static str,
    set: fn(&str) -> ClientBuilder,
}

const PARTS: [Part; 3] = [
    Part {
        parameter: "api_token",
        noun: "API token",
        set: |token| Client::builder().api_token(token),
    },
    Part {
        parameter: "api_key",
        noun: "Global API Key",
        set: |key| Client::builder().api_key("a@example.com", key),
    },
    Part {
        parameter: "email",
        noun: "email address",
        set: |email| Client::builder().api_key(email, "key"),
    },
];

#[test]
fn refuses_invalid_credentials_with_a_hint() {
    let nul = ("s3cr3t\0", "control character");
    for (value, hint) in MISTAKES.into_iter().chain([nul]) {
        for part in PARTS {
            let text = refused_credential(&part, value);
            assert!(text.contains(hint), "{value:?}: {text}");
            assert!(text.contains(part.noun), "{value:?}: {text}");
        }
    }
}

#[test]
fn refuses_empty_credentials() {
    for value in ["", "  ", "\n"] {
        for part in PARTS {
            let text = refused_credential(&part, value);
            assert!(text.contains("is empty"), "{value:?}: {text}");
        }
    }
}

/// Returns the text of the error for an invalid credential.
#[track_caller]
fn refused_credential(part: &Part, value: &str) -> String {
    let builder = (part.set)(value);
    let debug = format!("{builder:?}");
    let error = builder.build().unwrap_err();
    let text = error.to_string();
    assert!(error.is_invalid_request(), "{text}");
    let start = format!("`{}` ", part.parameter);
    assert!(text.starts_with(&start), "{value:?}: {text}");
    if part.parameter != "api_token" {
        assert!(!text.contains("token"), "{text}");
    }
    let shown = format!("{text} {error:?} {debug}");
    assert!(!shown.contains(MARK), "{shown}");
    text
}

#[test]
fn refuses_a_bearer_prefix_with_an_empty_token() {
    let error = Client::new("Bearer ").unwrap_err();
    let expected = "starts with `Bearer`";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn refuses_a_client_without_a_credential() {
    assert_refused(Client::builder(), "api_token");
}

#[test]
fn accepts_unusual_characters_that_are_valid_in_credentials() {
    for token in ["cfut_a-b_c", "BearerOfNews", "a.b~c+d/e=", "#!%&*^?|"] {
        assert!(Client::new(token).is_ok(), "{token}");
    }
    for email in ["o'brien@example.com", "a+b@example.com", "a/b=c@d.example"] {
        let built = Client::builder().api_key(email, "key").build();
        assert!(built.is_ok(), "{email}");
    }
}

#[test]
fn accepts_text_and_secrets_as_a_credential() {
    let text = String::from("a-secret");
    let secret = || SecretString::from("a-secret");
    let builder = Client::builder;
    let email = "a@example.com";
    let builders = [
        builder().api_token("a-secret"),
        builder().api_token(&text),
        builder().api_token(text.clone()),
        builder().api_token(Cow::Borrowed("a-secret")),
        builder().api_token(secret()),
        builder().api_key(email, "a-secret"),
        builder().api_key(email, &text),
        builder().api_key(email, text.clone()),
        builder().api_key(email, Cow::Borrowed("a-secret")),
        builder().api_key(email, secret()),
    ];
    for builder in builders {
        let server = Tcp::returning("{}");
        let client = builder.base_url(server.url()).build().unwrap();
        client.user().send().unwrap();
        let head = &server.requests()[0];
        assert!(head.contains("a-secret\r\n"), "{head}");
    }
    for client in [Client::new(&text), Client::new(text), Client::new(secret())] {
        assert!(client.is_ok());
    }
}

#[test]
fn trims_white_space_around_a_credential() {
    let server = Tcp::returning("{}");
    let client = server.builder().api_token(" a-token\r\n").build().unwrap();
    client.user().send().unwrap();
    let head = server.requests()[0].to_lowercase();
    assert!(head.contains("authorization: bearer a-token\r\n"), "{head}");
}

#[test]
fn sends_only_the_credential_that_was_set_last() {
    let server = Tcp::returning("{}");
    let with_key = server.builder().api_key("a@example.com", "some-key");
    with_key.build().unwrap().user().send().unwrap();
    let head = server.requests()[0].to_lowercase();
    assert!(head.contains("x-auth-key: some-key"), "{head}");
    assert!(!head.contains("authorization"), "{head}");
}

#[test]
fn accepts_https_base_urls_and_plain_http_to_loopback() {
    let urls = [
        "https://api.cloudflare.com/client/v4",
        "https://gateway.example/",
        "http://localhost:1",
        "http://127.0.0.1:1/x",
        "http://127.1.2.3:1",
        "http://[::1]:1/client/v4/",
        "http://localhost.:1",
        "http://LOCALHOST:1",
        "http://[::ffff:127.0.0.1]:1",
    ];
    for url in urls {
        assert!(builder().base_url(url).build().is_ok(), "{url}");
    }
    let plain_http = builder()
        .base_url("http://api.example.com")
        .allow_http(true);
    assert!(plain_http.build().is_ok());
}

#[test]
fn refuses_other_base_urls_without_showing_them() {
    let urls = [
        "",
        "api.cloudflare.com",
        "http://api.cloudflare.com/client/v4",
        "http://localhost.example.com",
        "http://0.0.0.0:1",
        "http://10.0.0.1",
        "http://127.0.0.1@evil.example",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:s3cr3t@api.cloudflare.com",
        "https://s3cr3t@api.cloudflare.com",
        "https://api.cloudflare.com/?token=s3cr3t",
        "https://api.cloudflare.com/#s3cr3t",
        "https://api.cloud\nflare.com",
        "https://api.cloudflare.com/\r\nx: y",
        "https://api.cloudflare.com/\0",
        "https://",
    ];
    for url in urls {
        assert_refused(builder().base_url(url), "base_url");
        let error = builder().base_url(url).build().unwrap_err();
        assert!(!error.to_string().contains(MARK), "{error}");
    }
}

#[test]
fn ignores_trailing_slashes_of_the_base_url() {
    let server = Tcp::returning("{}");
    for slashes in ["", "/", "//"] {
        let client = builder().base_url(server.url() + slashes).build();
        client.unwrap().user().send().unwrap();
        let request = server.requests().pop().unwrap();
        assert!(
            request.starts_with("GET /client/v4/user HTTP/1.1\r\n"),
            "{request}"
        );
    }
}

#[test]
fn sends_the_user_agent_of_the_program_before_that_of_the_crate() {
    let crate_agent = concat!("cloudflare-user/", env!("CARGO_PKG_VERSION"));
    let server = Tcp::returning("{}");
    server.client().user().send().unwrap();
    let head = &server.requests()[0];
    let expected = format!("user-agent: {crate_agent}\r\n");
    assert!(head.contains(&expected), "{head}");

    let with_agent = server.builder().user_agent("my-cli/1.2").build();
    with_agent.unwrap().user().send().unwrap();
    let head = &server.requests()[1];
    let expected = format!("user-agent: my-cli/1.2 {crate_agent}\r\n");
    assert!(head.contains(&expected), "{head}");

    for invalid in ["", " ", "my\r\ncli", "my-cli\0", "é"] {
        assert_refused(builder().user_agent(invalid), "user_agent");
    }
}

#[test]
fn shares_connections_between_clones_with_other_limits() {
    let server = Tcp::returning("{}");
    let client = server.client();
    let clients = [
        client.clone(),
        client.with_timeout(Duration::from_secs(5)),
        client.with_deadline(Duration::from_secs(20)),
        client.with_max_retries(0),
        client.with_max_retry_wait(Duration::ZERO),
        client.with_cancel(&Cancel::new()),
        client,
    ];
    for client in clients {
        client.user().send().unwrap();
    }
    assert_eq!(server.count(), 7);
    assert_eq!(server.connection_count(), 1);
}

#[test]
fn does_not_follow_redirects_even_with_a_custom_agent() {
    let target = Tcp::returning(r#"{"id":"leaked"}"#);
    let location = format!("location: {}/user", target.url());
    for status in [301, 302, 303, 307, 308] {
        let server = Tcp::responding(status, &[&location], "");
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let with_agent = server.builder().transport(UreqTransport::new(agent));
        for client in [with_agent.build().unwrap(), server.client()] {
            let error = client.user().send().unwrap_err();
            let host = format!("`http://{}`", target.address());
            assert!(error.to_string().contains(&host), "{error}");
            let error = client.delete_token("1").send().unwrap_err();
            assert!(error.to_string().contains(&status.to_string()), "{error}");
        }
    }
    assert_eq!(target.count(), 0);
}

#[test]
fn refuses_a_body_larger_than_max_response_size() {
    // What is not decoded counts as bytes, and not as memory.
    let padding = "x".repeat(5000);
    let body = format!(r#"{{"success":true,"result":{{"id":"1"}},"padding":"{padding}"}}"#);
    let server = Tcp::responding(200, &[], &body);
    let client_with_limit = |bytes| server.builder().max_response_size(bytes).build().unwrap();
    assert!(client_with_limit(body.len()).user().send().is_ok());
    let error = client_with_limit(body.len() - 1).user().send().unwrap_err();
    assert!(error.to_string().contains("max_response_size"), "{error}");
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(error.attempts(), 1);
    // The error keeps the bytes that fit.
    assert_eq!(error.body(), Some(&body.as_bytes()[..body.len() - 1]));
}

#[test]
fn keeps_the_bytes_that_fit_of_a_page_that_is_larger_than_the_one_before() {
    for ahead in [0, 1] {
        let server = Tcp::new(|number, _| {
            let padding = "x".repeat(500 * (number + 1));
            let items = format!(r#"[{{"id":"{number}"}}]"#);
            let body = format!(r#"{{"success":true,"result":{items},"padding":"{padding}"}}"#);
            Reply::response(200, &[], &body)
        });
        let client = server.builder().max_response_size(1200).build().unwrap();
        let error = first_error(client.audit_logs().iter().read_ahead(ahead));
        assert_eq!(error.body().map(<[u8]>::len), Some(1200), "{ahead} ahead");
    }
}

#[test]
fn keeps_the_received_bytes_if_content_length_is_10_gib() {
    let huge = lines(&["HTTP/1.1 200 OK", "content-length: 10737418240", "", "{"]);
    let server = Tcp::scripted([Reply::Close(huge)]);
    let client = server.builder().max_retries(0).build().unwrap();
    let error = client.user().send().unwrap_err();
    assert_eq!(error.status(), Some(200), "{error}");
    assert_eq!(error.body(), Some(&b"{"[..]), "{error}");
}

#[test]
fn accepts_extreme_limits() {
    let server = Tcp::returning("{}");
    let unlimited = server
        .builder()
        .timeout(Duration::MAX)
        .deadline(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .max_retry_wait(Duration::MAX)
        .max_retries(u32::MAX)
        .max_response_size(usize::MAX)
        .build()
        .unwrap();
    unlimited.user().send().unwrap();
    unlimited.audit_logs().export().unwrap();

    let without_time = server.builder().deadline(Duration::ZERO).build().unwrap();
    let error = without_time.user().send().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.attempts(), 0, "{error}");
}
