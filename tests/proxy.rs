//! Proxies from environment variables and from a custom agent, with custom certificate roots. If a
//! proxy cannot be used, nothing is sent.

mod common;

use cloudflare_user::Client;
use common::network::{HIDDEN, Proxy, Tls, in_environment, print_user, unused_address};
use common::success;
use common::tcp::Tcp;

const TOKEN: &str = "a-token-of-the-tests";
const CONNECTED: &str = "HTTP/1.1 200 Connected\r\n\r\n";

/// An API over plain http. Like the proxies of the tests it is on loopback, so a custom agent does
/// not bypass them.
fn api() -> Tcp {
    Tcp::responding("200 OK", "", &success(r#"{"id":"7"}"#))
}

/// Prints every log line, including those of ureq, so that the tests find secrets in the log too.
struct PrintLogger;

impl log::Log for PrintLogger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        println!("{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

#[test]
fn sends_a_request_in_a_child_process() {
    if std::env::var_os("IS_CHILD").is_some() {
        log::set_logger(&PrintLogger).unwrap();
        log::set_max_level(log::LevelFilter::Debug);
        let base_url = std::env::var("BASE_URL").unwrap();
        let client = Client::builder().api_token(TOKEN).base_url(base_url);
        print_user(&client.allow_http(true).build().unwrap());
    }
}

/// Sends a request in a process with these environment variables. Returns its output and log, and
/// asserts that they contain no secret.
fn send_with(base_url: &str, variables: &[(&str, &str)]) -> String {
    let variables = [variables, &[("BASE_URL", base_url)]].concat();
    let printed = in_environment("sends_a_request_in_a_child_process", &variables);
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

/// A base URL whose host only the proxies can reach. It is not on loopback, so environment
/// variables select a proxy.
fn hidden_http_url() -> String {
    Tls::hidden_url().replace("https", "http")
}

#[test]
fn uses_the_proxy_that_a_variable_names() {
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let api = api();
        let proxy = Proxy::http_connect(api.address(), CONNECTED);
        for url in [
            format!("http://{}", proxy.address),
            format!("http://user:p@ss@{}/", proxy.address),
            proxy.address.to_string(),
        ] {
            let printed = send_with(&hidden_http_url(), &[(name, &url)]);
            assert!(printed.contains("user 7"), "{name}={url}: {printed}");
        }
        assert_eq!(proxy.count(), 3, "{name}");
    }
}

#[test]
fn skips_empty_variables_and_prefers_the_specific_one() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), CONNECTED);
    let url = format!("http://{}", proxy.address);
    let unreachable = format!("http://{}", unused_address());
    for variables in [
        [
            ("http_proxy", ""),
            ("HTTP_PROXY", &*url),
            ("ALL_PROXY", &*unreachable),
        ],
        [
            ("http_proxy", " "),
            ("all_proxy", &*url),
            ("ALL_PROXY", &*unreachable),
        ],
        [
            ("http_proxy", &*url),
            ("HTTP_PROXY", &*unreachable),
            ("https_proxy", &*unreachable),
        ],
        // GNOME also sets `all_proxy`, to a SOCKS proxy.
        [
            ("http_proxy", &*url),
            ("all_proxy", "socks://127.0.0.1:1/"),
            ("ALL_PROXY", "ftp://x"),
        ],
    ] {
        let printed = send_with(&hidden_http_url(), &variables);
        assert!(printed.contains("user 7"), "{variables:?}: {printed}");
    }
    assert_eq!(proxy.count(), 4);
}

#[test]
fn bypasses_the_proxy_for_hosts_in_no_proxy_for_loopback_and_under_cgi() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), CONNECTED);
    let url = format!("http://{}", proxy.address);
    for exception in [
        ("NO_PROXY", HIDDEN),
        ("no_proxy", "127.0.0.1, hidden.example"),
        ("no_proxy", ".hidden.example:80"),
        ("no_proxy", "*"),
        ("REQUEST_METHOD", "GET"),
    ] {
        let printed = send_with(&hidden_http_url(), &[("HTTP_PROXY", &url), exception]);
        // Without the proxy, the host does not resolve.
        assert!(printed.contains("connect true"), "{exception:?}: {printed}");
        assert!(
            !printed.contains("by the proxy"),
            "{exception:?}: {printed}"
        );
    }
    let printed = send_with(&api.url(), &[("http_proxy", &url), ("ALL_PROXY", &url)]);
    assert!(printed.contains("user 7"), "{printed}");
    assert_eq!(proxy.count(), 0);

    for no_proxy in ["example.com", "hidden.example:443", "127.0.0.0/8"] {
        let variables = [("http_proxy", &*url), ("no_proxy", no_proxy)];
        let printed = send_with(&hidden_http_url(), &variables);
        assert!(printed.contains("user 7"), "{no_proxy}: {printed}");
    }
    assert_eq!(proxy.count(), 3);
}

#[test]
fn fails_before_sending_if_the_selected_variable_is_unusable() {
    let proxy = Proxy::http_connect(unused_address(), CONNECTED);
    let usable = format!("http://{}", proxy.address);
    for value in [
        "ftp://proxy.example:3128",
        "http://user:s3cr3t#@127.0.0.1",
        "http://user:s3cr3t/@127.0.0.1",
        "http://user:s3cr3t?@127.0.0.1",
        "\"http://proxy.example:3128\"",
        "http://proxy.example:3128\r",
        "http://user:s3cr3t@",
        "http://user:s3cr3t%ff@proxy.example",
    ] {
        for (name, other) in [("https_proxy", "HTTPS_PROXY"), ("all_proxy", "ALL_PROXY")] {
            let printed = send_with(&Tls::hidden_url(), &[(name, value), (other, &usable)]);
            let expected = format!(
                "connect true: GET /user: could not connect: `{name}` is not a usable proxy"
            );
            assert!(printed.contains(&expected), "{name}={value}: {printed}");
            assert!(printed.contains("1 attempt"), "{name}={value}: {printed}");
        }
    }
    assert_eq!(proxy.count(), 0);
}

#[test]
fn names_an_unreachable_proxy_without_its_credentials() {
    let unreachable = unused_address();
    for (value, name) in [
        (
            format!("http://user:s3cr3t@{unreachable}"),
            unreachable.to_string(),
        ),
        (
            "http://user:s3cr3t@proxy.invalid:3128".to_owned(),
            "proxy.invalid:3128".to_owned(),
        ),
    ] {
        let printed = send_with(&hidden_http_url(), &[("ALL_PROXY", &value)]);
        assert!(printed.contains("connect true"), "{printed}");
        assert!(
            printed.contains(&format!("(by the proxy {name})")),
            "{printed}"
        );
    }
}

/// ureq reads at most 20 headers of the response to `CONNECT`.
#[test]
fn reports_a_write_as_not_applied_if_the_proxy_refuses_with_many_headers() {
    for count in [0, 19, 20, 21, 60] {
        let api = api();
        let headers = "proxy-authenticate: Basic\r\n".repeat(count);
        let response = format!("HTTP/1.1 407 Proxy Authentication Required\r\n{headers}\r\n");
        let proxy = Proxy::http_connect(api.address(), response.leak());
        let client = through(&format!("http://user:s3cr3t@{}", proxy.address), &api.url());
        for error in [
            client.delete_token("1").send().unwrap_err(),
            client.roll_token("1").send().unwrap_err(),
        ] {
            assert!(error.is_connect(), "{count} headers: {error}");
            assert!(!error.may_have_been_applied(), "{count} headers: {error}");
            assert_eq!(error.attempts(), 1, "{count} headers: {error}");
            assert!(
                error.to_string().contains(&proxy.address.to_string()),
                "{error}"
            );
        }
        assert_eq!((proxy.count(), api.count()), (2, 0));
        assert!(!proxy.read().contains(TOKEN));
    }
}

#[test]
fn sends_nothing_and_does_not_retry_if_the_proxy_refuses() {
    for status in ["407 Proxy Authentication Required", "403 Forbidden"] {
        let api = api();
        let response: &str = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").leak();
        let proxy = Proxy::http_connect(api.address(), response);
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
fn retries_after_a_server_error_of_the_proxy() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), "HTTP/1.1 503 Unavailable\r\n\r\n");
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
fn reports_a_server_that_is_not_a_proxy() {
    for response in ["", "SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 999999\r\n\r\n"] {
        let api = api();
        let proxy = Proxy::http_connect(api.address(), response);
        let client = through(&format!("http://{}", proxy.address), &api.url());
        let error = client.with_max_retries(0).user().send().unwrap_err();
        assert!(
            error.attempts() == 1 && api.count() == 0,
            "{response:?}: {error}"
        );
    }
}

/// A client with a custom agent that uses this proxy.
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
    fn uses_a_socks_proxy() {
        for scheme in ["socks5", "socks5h", "socks"] {
            let api = api();
            let proxy = Proxy::socks5(api.address());
            let url = format!("{scheme}://user:p%40ss@{}", proxy.address);
            let printed = send_with(&hidden_http_url(), &[("ALL_PROXY", &url)]);
            if scheme == "socks5h" {
                assert!(printed.contains("user 7"), "{printed}");
            } else {
                // With these schemes, ureq resolves the host itself.
                assert!(printed.contains("connect true"), "{printed}");
            }
            let client = through(&url, &api.url());
            assert_eq!(client.user().send().unwrap().id, "7");
            let count = if scheme == "socks5h" { 2 } else { 1 };
            assert_eq!((proxy.count(), api.count()), (count, count));
        }
    }

    #[test]
    fn sends_nothing_if_the_socks_proxy_refuses_the_password() {
        let api = api();
        let proxy = Proxy::socks5(api.address());
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
        assert!(
            error.is_connect() && !error.may_have_been_applied(),
            "{error}"
        );
        assert_eq!(api.count(), 0);
    }
}

#[cfg(not(feature = "socks-proxy"))]
#[test]
fn refuses_a_socks_proxy_without_the_feature() {
    let api = api();
    let proxy = unused_address();
    for scheme in ["socks4", "socks4a", "socks5", "socks5h", "socks"] {
        let url = format!("{scheme}://{proxy}");
        let printed = send_with(&hidden_http_url(), &[("ALL_PROXY", &url)]);
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
    // A host that bypasses the proxy does not need the feature.
    let variables = [("ALL_PROXY", "socks5://127.0.0.1:1"), ("NO_PROXY", HIDDEN)];
    let printed = send_with(&hidden_http_url(), &variables);
    assert!(!printed.contains("socks-proxy"), "{printed}");
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn refuses_an_https_proxy_without_a_tls_feature() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), CONNECTED);
    let url = format!("https://user:s3cr3t@{}", proxy.address);
    let printed = send_with(&hidden_http_url(), &[("ALL_PROXY", &url)]);
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

    /// As in a company's network, only the proxy resolves the host, and the certificate is not
    /// publicly trusted.
    #[test]
    fn hides_the_token_from_the_proxy_with_custom_roots() {
        let server = Tls::new();
        let proxy = Proxy::http_connect(server.address, CONNECTED);
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
        // `dXNlcjpwQHNz` is `user:p@ss` in Base64.
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
    fn refuses_an_untrusted_certificate_behind_a_proxy() {
        let server = Tls::new();
        let proxy = Proxy::http_connect(server.address, CONNECTED);
        let url = format!("http://{}", proxy.address);
        let printed = send_with(&Tls::hidden_url(), &[("HTTPS_PROXY", &url)]);
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
