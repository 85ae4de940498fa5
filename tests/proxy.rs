//! A company's network: proxies of the environment and of the caller's agent, with roots of one's own. What cannot go
//! through a proxy that was asked for does not go past it.

mod common;

use cloudflare_user::Client;
use common::network::{Proxy, ask_for_the_user, in_environment, nobody};
use common::success;
use common::tcp::Tcp;

const TOKEN: &str = "a-token-of-the-tests";
const CONNECTED: &str = "HTTP/1.1 200 Connected\r\n\r\n";

/// Both on this machine: then plain http goes through the proxy, and no test needs TLS.
fn api() -> Tcp {
    Tcp::answering("200 OK", "", &success(r#"{"id":"7"}"#))
}

/// Every log line, ureq's too, so that what must not be printed must not be logged either.
struct Printed;

impl log::Log for Printed {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        println!("{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

#[test]
fn environment_of_a_child() {
    if std::env::var_os("A_CHILD").is_some() {
        log::set_logger(&Printed).unwrap();
        log::set_max_level(log::LevelFilter::Debug);
        let base_url = std::env::var("BASE_URL").unwrap();
        let client = Client::builder().api_token(TOKEN).base_url(base_url);
        ask_for_the_user(&client.build().unwrap());
    }
}

fn asked_with(base_url: &str, variables: &[(&str, &str)]) -> String {
    let variables = [variables, &[("BASE_URL", base_url)]].concat();
    let printed = in_environment("environment_of_a_child", &variables);
    assert!(printed.contains("cloudflare_user"), "{printed}");
    for secret in [
        TOKEN,
        "s3cr3t",
        "p@ss",
        "p%40ss",
        "dXNlcjpzM2NyM3Q",
        "dXNlcjpwQHNz",
    ] {
        assert!(!printed.contains(secret), "{printed}");
    }
    printed
}

#[test]
fn each_variable_names_a_proxy() {
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
        let api = api();
        let proxy = Proxy::by_connect(api.address(), CONNECTED);
        for url in [
            format!("http://{}", proxy.address),
            proxy.address.to_string(),
        ] {
            let printed = asked_with(&api.url(), &[(name, &url)]);
            assert!(printed.contains("user 7"), "{name}={url}: {printed}");
        }
        assert_eq!(proxy.count(), 2, "{name}");
    }
}

#[test]
fn an_empty_variable_names_none_and_the_first_that_is_set_counts() {
    let api = api();
    let proxy = Proxy::by_connect(api.address(), CONNECTED);
    let url = format!("http://{}", proxy.address);
    let dead = format!("http://{}", nobody());
    let variables = [
        ("ALL_PROXY", ""),
        ("HTTPS_PROXY", &*url),
        ("HTTP_PROXY", &*dead),
    ];
    let printed = asked_with(&api.url(), &variables);
    assert!(
        printed.contains("user 7") && proxy.count() == 1,
        "{printed}"
    );
    let printed = asked_with(&api.url(), &[("ALL_PROXY", ""), ("https_proxy", " ")]);
    assert!(
        printed.contains("user 7") && proxy.count() == 1,
        "{printed}"
    );
}

#[test]
fn a_host_of_no_proxy_goes_around_it() {
    let api = api();
    let proxy = Proxy::by_connect(api.address(), CONNECTED);
    let url = format!("http://{}", proxy.address);
    for hosts in ["127.0.0.1", "example.com,127.0.0.1", "127.*", "*"] {
        let printed = asked_with(&api.url(), &[("ALL_PROXY", &url), ("NO_PROXY", hosts)]);
        assert!(printed.contains("user 7"), "{printed}");
    }
    assert_eq!(proxy.count(), 0);
    asked_with(
        &api.url(),
        &[("ALL_PROXY", &url), ("NO_PROXY", "example.com")],
    );
    assert_eq!(proxy.count(), 1);
}

#[test]
fn a_variable_that_names_no_proxy_ends_a_request_and_nothing_goes_past() {
    for value in [
        "ftp://proxy.example:3128",
        "socks9://proxy.example",
        "proxy.example:3128/",
        "\"http://proxy.example:3128\"",
        "http://proxy.example:3128\r",
        " http://proxy.example",
        "http://",
        "http://user:s3cr3t@",
        "http://user:%ff@proxy.example",
        "http://pröxy.example",
    ] {
        for name in ["ALL_PROXY", "https_proxy", "HTTP_PROXY"] {
            let printed = asked_with("https://localhost:1/", &[(name, value)]);
            assert!(
                printed.contains(&format!(
                    "connect true: GET /user: could not connect: `{name}` names no proxy"
                )) && printed.contains("1 attempt")
                    && !printed.contains("s3cr3t"),
                "{name}={value}: {printed}"
            );
        }
    }
    // Where no proxy would be asked, none is missed.
    let api = api();
    let printed = asked_with(&api.url(), &[("ALL_PROXY", "ftp://proxy.example")]);
    assert!(printed.contains("user 7"), "{printed}");
}

#[test]
fn a_proxy_that_is_not_there_is_named_without_its_password() {
    let dead = nobody();
    let values = [
        format!("http://user:s3cr3t@{dead}"),
        "http://user:s3cr3t@proxy.invalid:3128".to_owned(),
    ];
    for (value, name) in values
        .iter()
        .zip([dead.to_string(), "proxy.invalid:3128".to_owned()])
    {
        let printed = asked_with(&api().url(), &[("ALL_PROXY", value)]);
        // Plain http to this machine goes around a proxy elsewhere.
        if name.starts_with("127") {
            assert!(
                printed.contains("connect true")
                    && printed.contains(&format!("(by the proxy {name})")),
                "{printed}"
            );
        } else {
            assert!(printed.contains("user 7"), "{printed}");
        }
    }
}

#[test]
fn what_a_proxy_refuses_was_not_sent_and_is_not_sent_again() {
    for status in ["407 Proxy Authentication Required", "403 Forbidden"] {
        let api = api();
        let answer: &str = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").leak();
        let proxy = Proxy::by_connect(api.address(), answer);
        let client = through(&format!("http://user:s3cr3t@{}", proxy.address), &api.url());
        let error = client.delete_token("1").send().unwrap_err();
        let expected = format!(
            "could not connect: the proxy refused with {status} (by the proxy {})",
            proxy.address
        );
        assert!(error.to_string().contains(&expected), "{error}");
        assert!(error.is_connect() && !error.may_have_been_applied() && error.attempts() == 1);
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
        assert_eq!((proxy.count(), api.count()), (1, 0));
        assert!(!proxy.read().contains(TOKEN) && !proxy.read().contains("DELETE"));
    }
}

#[test]
fn a_proxy_that_fails_is_asked_again() {
    let api = api();
    let proxy = Proxy::by_connect(api.address(), "HTTP/1.1 503 Unavailable\r\n\r\n");
    let client = through(&format!("http://{}", proxy.address), &api.url());
    let error = client
        .with_max_retries(1)
        .delete_token("1")
        .send()
        .unwrap_err();
    assert!(
        error.is_connect() && !error.may_have_been_applied(),
        "{error}"
    );
    assert_eq!((error.attempts(), proxy.count(), api.count()), (2, 2, 0));
}

#[test]
fn what_is_no_proxy_is_an_error() {
    for answer in ["", "SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 999999\r\n\r\n"] {
        let api = api();
        let proxy = Proxy::by_connect(api.address(), answer);
        let client = through(&format!("http://{}", proxy.address), &api.url());
        let error = client.with_max_retries(0).user().send().unwrap_err();
        assert!(
            error.attempts() == 1 && api.count() == 0,
            "{answer:?}: {error}"
        );
    }
}

/// A client whose agent goes through this proxy.
fn through(proxy: &str, base_url: &str) -> Client {
    let proxy = ureq::Proxy::new(proxy).unwrap();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .proxy(Some(proxy))
        .build()
        .into();
    let client = Client::builder().api_token(TOKEN).base_url(base_url);
    let transport = cloudflare_user::UreqTransport::new(agent);
    client.transport(transport).build().unwrap()
}

#[cfg(feature = "socks-proxy")]
mod socks {
    use super::*;

    #[test]
    fn a_proxy_that_speaks_socks_is_gone_through() {
        for scheme in ["socks5", "socks5h", "socks"] {
            let api = api();
            let proxy = Proxy::by_socks(api.address());
            let url = format!("{scheme}://user:p%40ss@{}", proxy.address);
            let printed = asked_with(&api.url(), &[("ALL_PROXY", &url)]);
            assert!(printed.contains("user 7"), "{printed}");
            let client = through(&url, &api.url());
            assert_eq!(client.user().send().unwrap().id, "7");
            assert_eq!((proxy.count(), api.count()), (2, 2));
        }
    }

    #[test]
    fn a_password_that_is_wrong_is_an_error_and_nothing_was_sent() {
        let api = api();
        let proxy = Proxy::by_socks(api.address());
        let client = through(
            &format!("socks5://user:s3cr3t@{}", proxy.address),
            &api.url(),
        );
        let error = client
            .with_max_retries(0)
            .delete_token("1")
            .send()
            .unwrap_err();
        assert!(!error.to_string().contains("s3cr3t"), "{error}");
        assert_eq!(api.count(), 0);
    }
}

#[cfg(not(feature = "socks-proxy"))]
#[test]
fn a_proxy_that_speaks_socks_ends_a_request_without_the_feature() {
    let api = api();
    let proxy = nobody();
    for scheme in ["socks4", "socks4a", "socks5", "socks5h", "socks"] {
        let url = format!("{scheme}://{proxy}");
        let printed = asked_with(&api.url(), &[("ALL_PROXY", &url)]);
        assert!(
            printed.contains("connect true")
                && printed.contains("enable the feature `socks-proxy`"),
            "{printed}"
        );
        let error = through(&url, &api.url()).user().send().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("enable the feature `socks-proxy`"),
            "{error}"
        );
        assert_eq!(api.count(), 0);
    }
    // Unless the host is not for the proxy.
    let variables = [
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
        ("NO_PROXY", "127.0.0.1"),
    ];
    let printed = asked_with(&api.url(), &variables);
    assert!(printed.contains("user 7"), "{printed}");
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn a_proxy_behind_tls_ends_a_request_without_a_feature_of_tls() {
    let api = api();
    let proxy = Proxy::by_connect(api.address(), CONNECTED);
    let url = format!("https://user:s3cr3t@{}", proxy.address);
    let printed = asked_with(&api.url(), &[("ALL_PROXY", &url)]);
    assert!(
        printed.contains("enable the feature `rustls` or `native-tls`"),
        "{printed}"
    );
    assert_eq!((proxy.count(), api.count()), (0, 0));
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod tls {
    use std::sync::atomic::Ordering;

    use super::*;
    use common::network::{HIDDEN, Tls};

    /// A company's network in whole: its own roots, and its proxy, which alone knows where the API is.
    #[test]
    fn a_client_with_own_roots_goes_through_a_proxy_that_reads_nothing() {
        let server = Tls::new();
        let proxy = Proxy::by_connect(server.address, CONNECTED);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .proxy(Some(
                ureq::Proxy::new(&format!("http://user:p%40ss@{}", proxy.address)).unwrap(),
            ))
            .tls_config(common::network::trusting(&server.certificate))
            .build()
            .into();
        let client = Client::builder()
            .api_token(TOKEN)
            .base_url(Tls::hidden_url());
        let transport = cloudflare_user::UreqTransport::new(agent);
        let client = client.transport(transport).build().unwrap();

        assert_eq!(client.user().send().unwrap().id, "7");

        let (read, request) = (proxy.read(), &server.requests()[0]);
        assert!(
            read.starts_with(&format!("CONNECT {HIDDEN}:443 HTTP/1.1\r\n")),
            "{read}"
        );
        // `user:p@ss`
        assert!(
            read.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"),
            "{read}"
        );
        assert!(
            !read.contains(TOKEN) && !read.to_lowercase().contains("bearer"),
            "{read}"
        );
        assert!(
            request.contains(&format!("authorization: bearer {TOKEN}\r\n")),
            "{request}"
        );
        assert!(!request.contains("proxy-authorization"), "{request}");
    }

    #[test]
    fn a_certificate_that_nobody_signed_is_refused_behind_a_proxy_too() {
        let server = Tls::new();
        let proxy = Proxy::by_connect(server.address, CONNECTED);
        let url = format!("http://{}", proxy.address);
        let printed = asked_with(&Tls::hidden_url(), &[("HTTPS_PROXY", &url)]);
        assert!(
            printed.contains("connect true") && printed.contains("certificate was refused"),
            "{printed}"
        );
        assert!(
            printed.contains(&format!("(by the proxy {})", proxy.address)),
            "{printed}"
        );
        assert!(server.requests().is_empty());
        assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    }
}
