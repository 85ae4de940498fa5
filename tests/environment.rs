//! Clients from environment variables: the credential, the base URL and the proxy.

mod common;

use std::env;
use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use cloudflare_user::http::Request;
use cloudflare_user::{Client, ClientBuilder, TransportError};
use common::credentials::{MARK, MISTAKES};
use common::tcp::Tcp;

const TOKEN: (&str, &str) = ("CLOUDFLARE_API_TOKEN", "token-of-the-environment");
const INVALID_TOKEN: (&str, &str) = ("CLOUDFLARE_API_TOKEN", "'s3cr3t'");
const EMAIL: (&str, &str) = ("CLOUDFLARE_EMAIL", "a@example.com");
const KEY: (&str, &str) = ("CLOUDFLARE_API_KEY", "key-of-the-environment");

fn base_url(url: &str) -> (&str, &str) {
    ("CLOUDFLARE_BASE_URL", url)
}

/// Builds a client as `step` says in a new process with only these environment variables, and
/// returns what the process prints.
///
/// Setting variables of this process would race with the tests on other threads.
fn run_child<V: AsRef<OsStr>>(step: &str, variables: &[(&str, V)]) -> String {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "in_child_process", "--nocapture"])
        .env_clear()
        .env("CHILD_STEP", step)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Builds a client and sends a request if this process was started by [`run_child`]. Otherwise it
/// tests nothing.
#[test]
fn in_child_process() {
    let Ok(step) = env::var("CHILD_STEP") else {
        return;
    };
    let built = match step.as_str() {
        "client" => Client::from_env(),
        step => builder_of(step).build(),
    };
    match built {
        Ok(client) => match client.with_max_retries(0).user().send() {
            Ok(user) => println!("{client:?} user {}", user.id),
            Err(error) => println!("{client:?} {error}"),
        },
        Err(error) => println!("refused: {error} {error:?}"),
    }
}

/// A builder from the environment with the settings of a step.
fn builder_of(step: &str) -> ClientBuilder {
    let builder = ClientBuilder::from_env();
    match step {
        "builder" => builder,
        "limits" => builder
            .user_agent("nightly/1")
            .timeout(Duration::from_secs(9)),
        "explicit token" => builder.api_token("explicit-token"),
        "explicit key" => builder.api_key("b@example.com", "explicit-key"),
        "explicit url" => builder.base_url("http://127.0.0.1:1"),
        "invalid token" => builder.api_token("'s3cr3t'"),
        "invalid email" => builder.api_key("'s3cr3t'", "key"),
        "invalid key" => builder.api_key("b@example.com", "'s3cr3t'"),
        "invalid url" => builder.base_url("http://s3cr3t.example"),
        "plain http" => builder
            .allow_http(true)
            .transport(|_: Request<Vec<u8>>| Err(TransportError::interrupted("not sent"))),
        _ => unreachable!("{step}"),
    }
}

/// Asserts that a child process refused a variable or a setter, and returns what it printed.
#[track_caller]
fn assert_refused(step: &str, variables: &[(&str, &str)], name: &str) -> String {
    let printed = run_child(step, variables);
    let refused = format!("refused: `{name}` ");
    assert!(printed.contains(&refused), "{step}: {printed}");
    assert!(!printed.contains(MARK), "{step}: {printed}");
    printed
}

#[test]
fn from_env_reads_a_credential_and_a_base_url() {
    let server = Tcp::returning(r#"{"id":"7"}"#);
    let url = server.url();
    let base_url = base_url(&url);
    let environments = [
        &[base_url, TOKEN][..],
        &[base_url, EMAIL, KEY],
        &[base_url, TOKEN, EMAIL],
        &[base_url, EMAIL, KEY, ("CLOUDFLARE_API_TOKEN", "")],
    ];
    for variables in environments {
        let printed = run_child("client", variables);
        assert!(printed.contains("user 7"), "{printed}");
        assert!(!printed.contains("of-the-environment"), "{printed}");
    }
    let heads = server.requests();
    assert!(heads[0].contains("Bearer token-of-the-environment"));
    assert!(heads[1].contains("key-of-the-environment"));
}

#[test]
fn from_env_refuses_an_ambiguous_environment_and_names_the_variables() {
    let token_or_key = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"];
    let email_and_key = ["CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"];
    let any = [
        "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_EMAIL",
        "CLOUDFLARE_API_KEY",
    ];
    let plain_http = base_url("http://example.com");
    let refused: [(&[_], &[&str]); 6] = [
        (&[], &any),
        (&[TOKEN, EMAIL, KEY], &token_or_key),
        (&[TOKEN, KEY], &token_or_key),
        (&[EMAIL], &email_and_key),
        (&[KEY], &email_and_key),
        (&[TOKEN, plain_http], &["CLOUDFLARE_BASE_URL", "https"]),
    ];
    for (variables, names) in refused {
        let printed = run_child("client", variables);
        assert!(printed.contains("refused: "), "{printed}");
        for name in names {
            assert!(printed.contains(name), "{name}: {printed}");
        }
    }
}

#[test]
fn from_env_names_the_variable_of_an_invalid_credential() {
    for (value, hint) in MISTAKES {
        let environments = [
            ("CLOUDFLARE_API_TOKEN", &[][..]),
            ("CLOUDFLARE_EMAIL", &[KEY]),
            ("CLOUDFLARE_API_KEY", &[EMAIL]),
        ];
        for (name, others) in environments {
            let variables = [&[(name, value)], others].concat();
            for step in ["client", "builder"] {
                let printed = assert_refused(step, &variables, name);
                assert!(printed.contains(hint), "{value:?}: {printed}");
            }
        }
    }
}

#[test]
fn from_env_names_the_variable_of_an_invalid_base_url() {
    for url in ["http://s3cr3t.example", "'https://s3cr3t.example'"] {
        for step in ["client", "builder"] {
            assert_refused(step, &[TOKEN, base_url(url)], "CLOUDFLARE_BASE_URL");
        }
    }
}

#[test]
fn builder_from_env_names_the_setter_of_a_value_that_was_set_later() {
    let base = base_url("https://api.invalid");
    let setters = [
        ("invalid token", "api_token"),
        ("invalid email", "email"),
        ("invalid key", "api_key"),
        ("invalid url", "base_url"),
    ];
    for (step, setter) in setters {
        let printed = assert_refused(step, &[TOKEN, base], setter);
        assert!(!printed.contains("CLOUDFLARE_"), "{step}: {printed}");
    }
}

#[test]
fn builder_from_env_names_the_variable_of_a_value_that_no_setter_replaced() {
    let plain_http = base_url("http://example.com");
    assert_refused(
        "explicit token",
        &[TOKEN, plain_http],
        "CLOUDFLARE_BASE_URL",
    );
    let base = base_url("https://api.invalid");
    assert_refused(
        "invalid url",
        &[INVALID_TOKEN, base],
        "CLOUDFLARE_API_TOKEN",
    );
}

#[test]
fn an_explicit_credential_replaces_every_error_about_the_variables() {
    let server = Tcp::returning(r#"{"id":"7"}"#);
    let url = server.url();
    let base_url = base_url(&url);
    let environments = [
        &[base_url][..],
        &[base_url, EMAIL],
        &[base_url, KEY],
        &[base_url, TOKEN, KEY],
        &[base_url, INVALID_TOKEN],
    ];
    for variables in environments {
        let refused = run_child("builder", variables);
        assert!(refused.contains("refused: "), "{variables:?}: {refused}");
        for step in ["explicit token", "explicit key"] {
            let printed = run_child(step, variables);
            assert!(printed.contains("user 7"), "{variables:?}: {printed}");
        }
    }
}

#[test]
fn an_explicit_token_is_sent_alone() {
    let server = Tcp::returning(r#"{"id":"7"}"#);
    let printed = run_child("explicit token", &[base_url(&server.url()), EMAIL, KEY]);
    assert!(printed.contains("user 7"), "{printed}");
    let request = server.requests().concat().to_lowercase();
    assert!(request.contains("authorization: bearer "), "{request}");
    assert!(!request.contains("x-auth-"), "{request}");
}

#[cfg(unix)]
#[test]
fn an_explicit_value_replaces_a_variable_that_is_not_unicode() {
    use std::os::unix::ffi::OsStrExt;

    let not_unicode = OsStr::from_bytes(b"s3cr3t\xff");
    let (token, value) = TOKEN;
    let token = (token, OsStr::new(value));
    let check = |step: &str, name: &str, others: &[(&str, &OsStr)]| {
        let variables = [&[(name, not_unicode)], others].concat();
        let refused = run_child("builder", &variables);
        let expected = format!("refused: `{name}` is not Unicode");
        assert!(refused.contains(&expected), "{refused}");
        assert!(!refused.contains(MARK), "{refused}");
        let printed = run_child(step, &variables);
        assert!(!printed.contains("refused: "), "{name}: {printed}");
    };
    check("explicit key", "CLOUDFLARE_API_TOKEN", &[]);
    check("explicit token", "CLOUDFLARE_EMAIL", &[]);
    check("explicit token", "CLOUDFLARE_API_KEY", &[]);
    check("explicit url", "CLOUDFLARE_BASE_URL", &[token]);
}

#[test]
fn reports_the_credential_before_the_base_url() {
    let printed = run_child("builder", &[base_url("http://example.com")]);
    let expected = "refused: `CLOUDFLARE_API_TOKEN` is not set: set it";
    assert!(printed.contains(expected), "{printed}");
}

#[test]
fn names_a_token_that_is_set_under_another_name() {
    let other_name = ("CF_API_TOKEN", "s3cr3t");
    let printed = run_child("client", &[other_name]);
    let expected = "refused: `CLOUDFLARE_API_TOKEN` is not set, but `CF_API_TOKEN` is: rename it";
    assert!(printed.contains(expected), "{printed}");
    assert!(!printed.contains(MARK), "{printed}");

    for variables in [&[("CF_API_TOKEN", "")][..], &[other_name, EMAIL]] {
        let printed = run_child("client", variables);
        assert!(printed.contains("refused: "), "{printed}");
        assert!(!printed.contains("CF_API_TOKEN"), "{printed}");
    }
}

#[test]
fn builder_from_env_combines_the_environment_with_setters() {
    let server = Tcp::returning(r#"{"id":"7"}"#);
    let url = server.url();
    let base = base_url(&url);
    // An invalid token is not an error if a setter replaces it.
    let steps = [
        ("builder", [TOKEN, base]),
        ("explicit token", [TOKEN, base]),
        ("explicit key", [INVALID_TOKEN, base]),
    ];
    for (step, variables) in steps {
        let printed = run_child(step, &variables);
        assert!(printed.contains("user 7"), "{step}: {printed}");
    }
    let heads = server.requests();
    assert!(heads[0].contains("Bearer token-of-the-environment\r\n"));
    assert!(heads[1].contains("Bearer explicit-token\r\n"));
    assert!(heads[2].contains("explicit-key\r\n"));
    assert!(!heads[2].contains("Bearer"));

    let printed = run_child("limits", &[TOKEN, base]);
    assert!(printed.contains("timeout: 9s"), "{printed}");
    let head = &server.requests()[3];
    assert!(head.contains("user-agent: nightly/1 "), "{head}");

    let printed = run_child("plain http", &[TOKEN, base_url("http://api.invalid")]);
    assert!(printed.contains("not sent"), "{printed}");
}

#[test]
fn sends_plain_http_to_loopback_without_a_proxy() {
    let server = Tcp::returning(r#"{"id":"7"}"#);
    let url = server.url();
    // A documentation address, where no proxy listens.
    let proxy = ("ALL_PROXY", "http://192.0.2.1:9");
    let printed = run_child("client", &[TOKEN, base_url(&url), proxy]);
    assert!(printed.contains("user 7"), "{printed}");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn uses_the_proxy_from_the_environment_for_https() {
    let proxy = Tcp::responding(403, &[], "");
    let proxy_url = format!("http://{}", proxy.address());
    let variables = [
        TOKEN,
        base_url("https://api.invalid/client/v4"),
        ("HTTPS_PROXY", &proxy_url),
    ];
    let printed = run_child("client", &variables);
    assert!(printed.contains("could not connect"), "{printed}");
    assert!(printed.contains("403"), "{printed}");
    let request = &proxy.requests()[0];
    assert!(request.starts_with("CONNECT api.invalid:443"), "{request}");
    assert!(!request.contains("token-of"), "{request}");
}
