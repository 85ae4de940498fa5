//! Clients from environment variables: the credential, the base URL and the proxy.

mod common;

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use cloudflare_user::http::Request;
use cloudflare_user::{Client, ClientBuilder, TransportError};
use common::credentials::{MARK, MISTAKES};
use common::success;
use common::tcp::Tcp;

/// Runs a step of [`in_child_process`] in a new process with only these environment variables, and
/// returns what it prints.
///
/// Setting variables of this process would race with the tests on other threads.
fn run_child<V: AsRef<OsStr>>(step: &str, variables: &[(&str, V)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "in_child_process", "--nocapture"])
        .env_clear()
        .env("CHILD_STEP", step);
    for (name, value) in variables {
        child.env(name, value);
    }
    let output = child.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn in_environment(variables: &[(&str, &str)]) -> String {
    run_child("client", variables)
}

/// A builder from the environment with the settings of a step.
fn builder_of(step: &str) -> ClientBuilder {
    let builder = ClientBuilder::from_env();
    match step {
        "builder" => builder,
        "limits" => builder
            .user_agent("nightly/1")
            .timeout(Duration::from_secs(9)),
        "token" => builder.api_token("explicit-token"),
        "key" => builder.api_key("b@example.com", "explicit-key"),
        "url" => builder.base_url("http://127.0.0.1:1"),
        "invalid token" => builder.api_token("'s3cr3t'"),
        "invalid email" => builder.api_key("'s3cr3t'", "key"),
        "invalid key" => builder.api_key("b@example.com", "'s3cr3t'"),
        "invalid url" => builder.base_url("http://s3cr3t.example"),
        "http" => builder
            .allow_http(true)
            .transport(|_: Request<Vec<u8>>| Err(TransportError::interrupted("not sent"))),
        _ => unreachable!("{step}"),
    }
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
        step => builder_of(step).build(),
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
fn an_explicit_credential_replaces_every_error_about_the_variables() {
    let server = Tcp::responding("200 OK", "", &success(r#"{"id":"7"}"#));
    let url = server.url();
    let base_url = ("CLOUDFLARE_BASE_URL", url.as_str());
    let token = ("CLOUDFLARE_API_TOKEN", "token");
    let email = ("CLOUDFLARE_EMAIL", "a@example.com");
    let key = ("CLOUDFLARE_API_KEY", "key");
    for variables in [
        &[base_url][..],
        &[base_url, email],
        &[base_url, key],
        &[base_url, token, key],
        &[base_url, ("CLOUDFLARE_API_TOKEN", "'s3cr3t'")],
    ] {
        let refused = run_child("builder", variables);
        assert!(refused.contains("refused: "), "{variables:?}: {refused}");
        for step in ["token", "key"] {
            let printed = run_child(step, variables);
            assert!(printed.contains("user 7"), "{variables:?}: {printed}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_explicit_value_replaces_a_variable_that_is_not_unicode() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let not_unicode = OsString::from_vec(b"s3cr3t\xff".to_vec());
    for (name, explicit) in [
        ("CLOUDFLARE_API_TOKEN", "key"),
        ("CLOUDFLARE_EMAIL", "token"),
        ("CLOUDFLARE_API_KEY", "token"),
        ("CLOUDFLARE_BASE_URL", "url"),
    ] {
        let mut variables = vec![(name, not_unicode.clone())];
        if explicit == "url" {
            variables.push(("CLOUDFLARE_API_TOKEN", "token".into()));
        }
        let refused = run_child("builder", &variables);
        let expected = format!("refused: `{name}` is not Unicode");
        assert!(refused.contains(&expected), "{refused}");
        assert!(!refused.contains(MARK), "{refused}");
        let printed = run_child(explicit, &variables);
        assert!(!printed.contains("refused: "), "{name}: {printed}");
    }
}

#[test]
fn reports_the_credential_before_the_base_url() {
    let base_url = ("CLOUDFLARE_BASE_URL", "http://example.com");
    let printed = run_child("builder", &[base_url]);
    let expected = "refused: `CLOUDFLARE_API_TOKEN` is not set: set it";
    assert!(printed.contains(expected), "{printed}");
}

#[test]
fn names_a_token_that_is_set_under_another_name() {
    let other = ("CF_API_TOKEN", "s3cr3t");
    let printed = in_environment(&[other]);
    let expected = "refused: `CLOUDFLARE_API_TOKEN` is not set, but `CF_API_TOKEN` is: rename it";
    assert!(printed.contains(expected), "{printed}");
    assert!(!printed.contains(MARK), "{printed}");

    for variables in [
        &[("CF_API_TOKEN", "")][..],
        &[other, ("CLOUDFLARE_EMAIL", "a@example.com")],
    ] {
        let printed = in_environment(variables);
        assert!(printed.contains("refused: "), "{printed}");
        assert!(!printed.contains("CF_API_TOKEN"), "{printed}");
    }
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
