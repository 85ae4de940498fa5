//! How a client is built: credentials, base URL, user agent, limits and transport.

mod common;

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cloudflare_user::{Client, ClientBuilder, SecretString, UreqTransport};
use common::credentials::{MARK, MISTAKES};
use common::success;
use common::tcp::{Reply, Tcp, response};

fn with_token() -> ClientBuilder {
    Client::builder().api_token("a-token-of-the-tests")
}

#[track_caller]
fn assert_refused(builder: ClientBuilder, parameter: &str) {
    let error = builder.build().unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(
        error.to_string().starts_with(&format!("`{parameter}`")),
        "{error}"
    );
}

#[test]
fn refuses_invalid_credentials_with_a_hint() {
    let empty = ["", "  ", "\n"].map(|value| (value, "is empty"));
    let nul = [("s3cr3t\0", "control character")];
    for (value, hint) in MISTAKES.into_iter().chain(empty).chain(nul) {
        let cases = [
            (
                Client::builder().api_token(value),
                "`api_token` ",
                "API token",
            ),
            (
                Client::builder().api_key("a@example.com", value),
                "`api_key` ",
                "Global API Key",
            ),
            (
                Client::builder().api_key(value, "key"),
                "`email` ",
                "email address",
            ),
        ];
        for (builder, parameter, noun) in cases {
            let debug = format!("{builder:?}");
            let error = builder.build().unwrap_err();
            let text = error.to_string();
            assert!(error.is_invalid_request(), "{text}");
            assert!(
                text.starts_with(parameter) && text.contains(hint),
                "{value:?}: {text}"
            );
            assert!(
                text.contains(noun) || hint == "is empty",
                "{value:?}: {text}"
            );
            assert!(!text.contains("token") || noun == "API token", "{text}");
            let all = format!("{text} {error:?} {debug}");
            assert!(!all.contains(MARK), "{all}");
        }
    }
}

#[test]
fn refuses_a_bearer_prefix_with_an_empty_token() {
    let error = Client::new("Bearer ").unwrap_err();
    assert!(
        error.to_string().contains("starts with `Bearer`"),
        "{error}"
    );
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
    for builder in [
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
    ] {
        let server = Tcp::responding("200 OK", "", &success("{}"));
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
    let server = Tcp::responding("200 OK", "", &success("{}"));
    Client::builder()
        .api_token(" a-token\r\n")
        .base_url(server.url())
        .build()
        .unwrap()
        .user()
        .send()
        .unwrap();
    assert!(
        server.requests()[0]
            .to_lowercase()
            .contains("authorization: bearer a-token\r\n")
    );
}

#[test]
fn sends_only_the_credential_that_was_set_last() {
    let server = Tcp::responding("200 OK", "", &success("{}"));
    let client = with_token()
        .api_key("a@example.com", "some-key")
        .base_url(server.url())
        .build()
        .unwrap();
    client.user().send().unwrap();
    let head = server.requests()[0].to_lowercase();
    assert!(
        head.contains("x-auth-key: some-key") && !head.contains("authorization"),
        "{head}"
    );
}

#[test]
fn accepts_https_base_urls_and_plain_http_to_loopback() {
    for url in [
        "https://api.cloudflare.com/client/v4",
        "https://gateway.example/",
        "http://localhost:1",
        "http://127.0.0.1:1/x",
        "http://127.1.2.3:1",
        "http://[::1]:1/client/v4/",
        "http://localhost.:1",
        "http://LOCALHOST:1",
        "http://[::ffff:127.0.0.1]:1",
    ] {
        assert!(with_token().base_url(url).build().is_ok(), "{url}");
    }
    assert!(
        with_token()
            .base_url("http://api.example.com")
            .allow_http(true)
            .build()
            .is_ok()
    );
}

#[test]
fn refuses_other_base_urls_without_showing_them() {
    for url in [
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
    ] {
        assert_refused(with_token().base_url(url), "base_url");
        let text = with_token().base_url(url).build().unwrap_err().to_string();
        assert!(!text.contains(MARK), "{text}");
    }
}

#[test]
fn ignores_trailing_slashes_of_the_base_url() {
    let server = Tcp::responding("200 OK", "", &success("{}"));
    for slashes in ["", "/", "//"] {
        with_token()
            .base_url(server.url() + slashes)
            .build()
            .unwrap()
            .user()
            .send()
            .unwrap();
        assert!(
            server
                .requests()
                .last()
                .unwrap()
                .starts_with("GET /client/v4/user HTTP/1.1\r\n")
        );
    }
}

#[test]
fn sends_the_user_agent_of_the_program_before_that_of_the_crate() {
    let server = Tcp::responding("200 OK", "", &success("{}"));
    let crate_agent = concat!("cloudflare-user/", env!("CARGO_PKG_VERSION"));
    with_token()
        .base_url(server.url())
        .build()
        .unwrap()
        .user()
        .send()
        .unwrap();
    with_token()
        .user_agent("my-cli/1.2")
        .base_url(server.url())
        .build()
        .unwrap()
        .user()
        .send()
        .unwrap();
    let heads = server.requests();
    assert!(
        heads[0].contains(&format!("user-agent: {crate_agent}\r\n")),
        "{}",
        heads[0]
    );
    assert!(
        heads[1].contains(&format!("user-agent: my-cli/1.2 {crate_agent}\r\n")),
        "{}",
        heads[1]
    );
    for invalid in ["", " ", "my\r\ncli", "my-cli\0", "é"] {
        assert_refused(with_token().user_agent(invalid), "user_agent");
    }
}

#[test]
fn shares_connections_between_clones_with_other_limits() {
    let server = Tcp::responding("200 OK", "", &success("{}"));
    let client = with_token().base_url(server.url()).build().unwrap();
    let others = [
        client.clone(),
        client.with_timeout(Duration::from_secs(5)),
        client.with_deadline(Duration::from_secs(20)),
        client.with_max_retries(0),
    ];
    client.user().send().unwrap();
    for other in others {
        other.user().send().unwrap();
    }
    assert_eq!(
        (server.count(), server.connections.load(Ordering::SeqCst)),
        (5, 1)
    );
}

#[test]
fn does_not_follow_redirects_even_with_a_custom_agent() {
    let target = Tcp::responding("200 OK", "", &success(r#"{"id":"leaked"}"#));
    for status in ["301 x", "302 x", "303 x", "307 x", "308 x"] {
        let location = format!("location: {}/user\r\n", target.url());
        let server = Tcp::responding(status, &location, "");
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let custom = with_token()
            .base_url(server.url())
            .transport(UreqTransport::new(agent))
            .build()
            .unwrap();
        for client in [custom, with_token().base_url(server.url()).build().unwrap()] {
            let error = client.user().send().unwrap_err();
            assert!(
                error
                    .to_string()
                    .contains(&format!("`http://{}`", target.address())),
                "{error}"
            );
            assert!(
                client
                    .delete_token("1")
                    .send()
                    .unwrap_err()
                    .to_string()
                    .contains(status.trim_end_matches(" x"))
            );
        }
    }
    assert_eq!(target.count(), 0);
}

#[test]
fn refuses_a_body_larger_than_max_response_size() {
    let body = success(&format!(r#"{{"id":"{}"}}"#, "x".repeat(5000)));
    let server = Tcp::responding("200 OK", "", &body);
    let client_with_limit = |bytes| {
        with_token()
            .base_url(server.url())
            .max_response_size(bytes)
            .build()
            .unwrap()
    };
    assert!(client_with_limit(body.len()).user().send().is_ok());
    let error = client_with_limit(body.len() - 1).user().send().unwrap_err();
    assert!(error.to_string().contains("max_response_size"), "{error}");
    assert_eq!(error.attempts(), 1);
    // The error keeps the bytes that fit, also if the buffer was used for an earlier page.
    assert_eq!(error.body(), Some(&body.as_bytes()[..body.len() - 1]));
    let page = |number: usize| {
        format!(
            r#"[{{"id":"{number}","x":"{}"}}]"#,
            "x".repeat(500 * number)
        )
    };
    let server =
        Tcp::new(move |number, _| Reply::Send(response("200 OK", "", &success(&page(number + 1)))));
    for ahead in [0, 1] {
        let client = with_token()
            .base_url(server.url())
            .max_response_size(1200)
            .build();
        let client = client.unwrap();
        let logs = client.audit_logs().iter().read_ahead(ahead);
        let error = logs.filter_map(Result::err).next().unwrap();
        assert_eq!(error.body().map(<[u8]>::len), Some(1200), "{ahead} ahead");
    }
}

#[test]
fn keeps_the_received_bytes_if_content_length_is_10_gib() {
    let huge = b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n{".to_vec();
    let server = Tcp::new(move |_, _| Reply::Close(huge.clone()));
    let client = with_token()
        .base_url(server.url())
        .max_retries(0)
        .build()
        .unwrap();
    let error = client.user().send().unwrap_err();
    assert_eq!(
        (error.status(), error.body()),
        (Some(200), Some(&b"{"[..])),
        "{error}"
    );
}

#[test]
fn accepts_extreme_limits() {
    let server = Tcp::responding("200 OK", "", &success("{}"));
    let max = Duration::MAX;
    let unlimited = with_token()
        .base_url(server.url())
        .timeout(max)
        .deadline(max)
        .connect_timeout(max);
    let unlimited = unlimited
        .max_retry_wait(max)
        .max_retries(u32::MAX)
        .max_response_size(usize::MAX)
        .build()
        .unwrap();
    unlimited.user().send().unwrap();
    unlimited.audit_logs().export().unwrap();
    let zero = with_token()
        .base_url(server.url())
        .deadline(Duration::ZERO)
        .build()
        .unwrap();
    let error = zero.user().send().unwrap_err();
    assert!(error.is_timeout() && error.attempts() == 0, "{error}");
}
