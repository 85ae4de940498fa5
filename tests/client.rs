//! How a client is built: credentials, base URL, user agent, limits, transport, and environment
//! variables.

mod common;

use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cloudflare_user::http::Request;
use cloudflare_user::{Client, ClientBuilder, TransportError, UreqTransport};
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

/// Marks the values of [`MISTAKES`], so that a test can tell whether an error shows any part of
/// them.
const MARK: &str = "s3cr3t";

/// Invalid credentials, and a part of the hint in the error of each.
const MISTAKES: [(&str, &str); 33] = [
    ("\"s3cr3t\"", "quotation marks"),
    ("'s3cr3t'", "quotation marks"),
    ("`s3cr3t`", "quotation marks"),
    ("\"s3cr3t", "quotation marks"),
    ("s3cr3t'", "quotation marks"),
    ("“s3cr3t”", "quotation marks"),
    ("‘s3cr3t’", "quotation marks"),
    ("\"Bearer s3cr3t\\n\"", "quotation marks"),
    ("$s3cr3t", "`$` or a brace"),
    ("${s3cr3t}", "`$` or a brace"),
    ("$(cat s3cr3t)", "`$` or a brace"),
    ("{{ s3cr3t }}", "`$` or a brace"),
    ("{s3cr3t}", "`$` or a brace"),
    ("s3cr3t}", "`$` or a brace"),
    ("Bearer $s3cr3t", "`$` or a brace"),
    ("s3cr3t\\n", "backslash"),
    ("s3cr3t\\r\\n", "backslash"),
    ("s3cr3t\\", "backslash"),
    ("Bearer s3cr3t\\n", "backslash"),
    ("Bearer s3cr3t", "`Bearer`"),
    ("bearer  s3cr3t", "`Bearer`"),
    ("BEARER\ts3cr3t", "`Bearer`"),
    ("s3cr3t\r\nx: y", "line break"),
    ("s3cr3t\ns3cr3t", "line break"),
    ("s3cr3t s3cr3t", "white space"),
    ("s3cr3t\ts3cr3t", "white space"),
    ("s3cr3t\u{a0}s3cr3t", "white space"),
    ("Authorization: Bearer s3cr3t", "white space"),
    ("s3cr3t\u{1b}[0m", "control character"),
    ("s3cr3t\u{7f}", "control character"),
    ("\u{feff}s3cr3t", "not ASCII"),
    ("s3cr3t\u{200b}", "not ASCII"),
    ("s3cr3té", "not ASCII"),
];

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
    for token in ["cfut_a-b_c", "BearerOfNews", "a.b~c+d/e=", "#!%&*^?|<>"] {
        assert!(Client::new(token).is_ok(), "{token}");
    }
    for email in ["o'brien@example.com", "a+b@example.com", "a/b=c@d.example"] {
        let built = Client::builder().api_key(email, "key").build();
        assert!(built.is_ok(), "{email}");
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

/// Runs a step of [`in_child_process`] in a new process with only these environment variables, and
/// returns what it prints.
///
/// Setting variables of this process would race with the tests on other threads.
fn run_child(step: &str, variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "in_child_process", "--nocapture"])
        .env_clear()
        .env("CHILD_STEP", step);
    let output = child.envs(variables.iter().copied()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn in_environment(variables: &[(&str, &str)]) -> String {
    run_child("client", variables)
}

/// Builds a client and sends a request if this process was started by [`run_child`]. Otherwise it
/// tests nothing.
#[test]
fn in_child_process() {
    let Ok(step) = std::env::var("CHILD_STEP") else {
        return;
    };
    let built = match step.as_str() {
        "client" => Client::from_env(),
        step => ClientBuilder::from_env().and_then(|builder| {
            match step {
                "builder" => builder,
                "limits" => builder
                    .user_agent("nightly/1")
                    .timeout(Duration::from_secs(9)),
                "token" => builder.api_token("explicit-token"),
                "key" => builder.api_key("b@example.com", "explicit-key"),
                "invalid token" => builder.api_token("'s3cr3t'"),
                "invalid email" => builder.api_key("'s3cr3t'", "key"),
                "invalid key" => builder.api_key("b@example.com", "'s3cr3t'"),
                "invalid url" => builder.base_url("http://s3cr3t.example"),
                "http" => builder
                    .allow_http(true)
                    .transport(|_: Request<Vec<u8>>| Err(TransportError::interrupted("not sent"))),
                _ => unreachable!("{step}"),
            }
            .build()
        }),
    };
    match built {
        Ok(client) => {
            let sent = client.with_max_retries(0).user().send();
            println!(
                "{client:?} {}",
                sent.map_or_else(
                    |error| error.to_string(),
                    |user| format!("user {}", user.id)
                )
            );
        }
        Err(error) => println!("refused: {error} {error:?}"),
    }
}

#[test]
fn from_env_reads_a_credential_and_a_base_url() {
    let server = Tcp::responding("200 OK", "", &success(r#"{"id":"7"}"#));
    let url = server.url();
    let base = ("CLOUDFLARE_BASE_URL", url.as_str());
    let token = ("CLOUDFLARE_API_TOKEN", "token-of-the-environment");
    let (email, key) = (
        ("CLOUDFLARE_EMAIL", "a@example.com"),
        ("CLOUDFLARE_API_KEY", "key-of-the-environment"),
    );
    for variables in [
        &[base, token][..],
        &[base, email, key],
        &[base, token, email],
        &[base, email, key, ("CLOUDFLARE_API_TOKEN", "")],
    ] {
        let printed = in_environment(variables);
        assert!(
            printed.contains("user 7") && !printed.contains("of-the-environment"),
            "{printed}"
        );
    }
    assert!(server.requests()[0].contains("Bearer token-of-the-environment"));
    assert!(server.requests()[1].contains("key-of-the-environment"));
}

#[test]
fn from_env_refuses_an_ambiguous_environment_and_names_the_variables() {
    let token = ("CLOUDFLARE_API_TOKEN", "token");
    let (email, key) = (
        ("CLOUDFLARE_EMAIL", "a@example.com"),
        ("CLOUDFLARE_API_KEY", "key"),
    );
    let refused: [(&[_], &[&str]); 6] = [
        (
            &[],
            &[
                "CLOUDFLARE_API_TOKEN",
                "CLOUDFLARE_EMAIL",
                "CLOUDFLARE_API_KEY",
            ],
        ),
        (
            &[token, email, key],
            &["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"],
        ),
        (
            &[token, key],
            &["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"],
        ),
        (&[email], &["CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"]),
        (&[key], &["CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"]),
        (
            &[token, ("CLOUDFLARE_BASE_URL", "http://example.com")],
            &["CLOUDFLARE_BASE_URL", "https"],
        ),
    ];
    for (variables, names) in refused {
        let printed = in_environment(variables);
        assert!(
            printed.contains("refused: ") && names.iter().all(|name| printed.contains(name)),
            "{printed}"
        );
    }
}

#[test]
fn from_env_names_the_variable_of_an_invalid_credential() {
    for (value, hint) in MISTAKES {
        let (email, key) = (
            ("CLOUDFLARE_EMAIL", "a@example.com"),
            ("CLOUDFLARE_API_KEY", "key"),
        );
        for (variables, name) in [
            (
                &[("CLOUDFLARE_API_TOKEN", value)][..],
                "CLOUDFLARE_API_TOKEN",
            ),
            (&[("CLOUDFLARE_EMAIL", value), key], "CLOUDFLARE_EMAIL"),
            (
                &[email, ("CLOUDFLARE_API_KEY", value)],
                "CLOUDFLARE_API_KEY",
            ),
        ] {
            for step in ["client", "builder"] {
                let printed = run_child(step, variables);
                assert!(
                    printed.contains(&format!("refused: `{name}` ")) && printed.contains(hint),
                    "{value:?}: {printed}"
                );
                assert!(!printed.contains(MARK), "{printed}");
            }
        }
    }
}

#[test]
fn from_env_names_the_variable_of_an_invalid_base_url() {
    let token = ("CLOUDFLARE_API_TOKEN", "token");
    for url in ["http://s3cr3t.example", "'https://s3cr3t.example'"] {
        for step in ["client", "builder"] {
            let printed = run_child(step, &[token, ("CLOUDFLARE_BASE_URL", url)]);
            assert!(
                printed.contains("refused: `CLOUDFLARE_BASE_URL` ") && !printed.contains(MARK),
                "{printed}"
            );
        }
    }
}

#[test]
fn builder_from_env_names_the_setter_of_a_value_that_was_set_later() {
    let variables = [
        ("CLOUDFLARE_API_TOKEN", "token"),
        ("CLOUDFLARE_BASE_URL", "https://api.invalid"),
    ];
    for (step, name) in [
        ("invalid token", "api_token"),
        ("invalid email", "email"),
        ("invalid key", "api_key"),
        ("invalid url", "base_url"),
    ] {
        let printed = run_child(step, &variables);
        assert!(
            printed.contains(&format!("refused: `{name}` ")) && !printed.contains("CLOUDFLARE_"),
            "{step}: {printed}"
        );
        assert!(!printed.contains(MARK), "{printed}");
    }
    // The error of a value that no setter replaced names the variable.
    let invalid_url = [variables[0], ("CLOUDFLARE_BASE_URL", "http://example.com")];
    let printed = run_child("token", &invalid_url);
    assert!(
        printed.contains("refused: `CLOUDFLARE_BASE_URL` "),
        "{printed}"
    );
    let invalid_token = [("CLOUDFLARE_API_TOKEN", "'s3cr3t'"), variables[1]];
    let printed = run_child("invalid url", &invalid_token);
    assert!(
        printed.contains("refused: `CLOUDFLARE_API_TOKEN` "),
        "{printed}"
    );
}

#[test]
fn builder_from_env_needs_a_credential_in_the_environment() {
    let printed = run_child("token", &[]);
    assert!(
        printed.contains("refused: `CLOUDFLARE_API_TOKEN` is not set"),
        "{printed}"
    );
}

#[test]
fn builder_from_env_combines_the_environment_with_setters() {
    let server = Tcp::responding("200 OK", "", &success(r#"{"id":"7"}"#));
    let url = server.url();
    let variables = [
        ("CLOUDFLARE_API_TOKEN", "token-of-the-environment"),
        ("CLOUDFLARE_BASE_URL", url.as_str()),
    ];
    // An invalid token is not an error if a setter replaces it.
    let invalid = [("CLOUDFLARE_API_TOKEN", "'s3cr3t'"), variables[1]];
    for (step, variables) in [
        ("builder", variables),
        ("token", variables),
        ("key", invalid),
    ] {
        let printed = run_child(step, &variables);
        assert!(printed.contains("user 7"), "{step}: {printed}");
    }
    let heads = server.requests();
    assert!(heads[0].contains("Bearer token-of-the-environment\r\n"));
    assert!(heads[1].contains("Bearer explicit-token\r\n"));
    assert!(heads[2].contains("explicit-key\r\n") && !heads[2].contains("Bearer"));

    let printed = run_child("limits", &variables);
    assert!(printed.contains("timeout: 9s"), "{printed}");
    let head = &server.requests()[3];
    assert!(head.contains("user-agent: nightly/1 "), "{head}");
    let plain_http = [variables[0], ("CLOUDFLARE_BASE_URL", "http://api.invalid")];
    let printed = run_child("http", &plain_http);
    assert!(printed.contains("not sent"), "{printed}");
}

#[test]
fn sends_plain_http_to_loopback_without_a_proxy() {
    let server = Tcp::responding("200 OK", "", &success(r#"{"id":"7"}"#));
    let url = server.url();
    let printed = in_environment(&[
        ("CLOUDFLARE_BASE_URL", url.as_str()),
        ("CLOUDFLARE_API_TOKEN", "token"),
        // A documentation address, where no proxy listens.
        ("ALL_PROXY", "http://192.0.2.1:9"),
    ]);
    assert!(printed.contains("user 7"), "{printed}");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn uses_the_proxy_from_the_environment_for_https() {
    let proxy = Tcp::responding("403 Forbidden", "", "");
    let url = format!("http://{}", proxy.address());
    let printed = in_environment(&[
        ("CLOUDFLARE_BASE_URL", "https://api.invalid/client/v4"),
        ("CLOUDFLARE_API_TOKEN", "token-of-the-environment"),
        ("HTTPS_PROXY", url.as_str()),
    ]);
    assert!(
        printed.contains("could not connect") && printed.contains("403"),
        "{printed}"
    );
    let request = &proxy.requests()[0];
    assert!(
        request.starts_with("CONNECT api.invalid:443") && !request.contains("token-of"),
        "{request}"
    );
}
