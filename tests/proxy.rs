//! Proxies from environment variables, and what the builder changes about them. If the selected
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
    Tcp::responding(200, &[], &success(r#"{"id":"7"}"#))
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
    if std::env::var_os("IS_CHILD").is_none() {
        return;
    }
    log::set_logger(&PrintLogger).unwrap();
    log::set_max_level(log::LevelFilter::Debug);
    let base_url = std::env::var("BASE_URL").unwrap();
    let builder = Client::builder()
        .api_token(TOKEN)
        .base_url(base_url)
        .allow_http(true);
    let builder = match std::env::var("EXPLICIT_PROXY") {
        Ok(url) if url == "none" => builder.no_proxy(),
        Ok(url) => builder.proxy(url),
        Err(_) => builder,
    };
    print_user(&builder.build().unwrap());
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
    let url = &*format!("http://{}", proxy.address);
    let unreachable = &*format!("http://{}", unused_address());
    for variables in [
        &[("http_proxy", " "), ("all_proxy", url)][..],
        &[("http_proxy", url), ("https_proxy", unreachable)],
        // GNOME also sets `all_proxy`, to a SOCKS proxy.
        &[("http_proxy", url), ("all_proxy", "socks://127.0.0.1:1/")],
    ] {
        let printed = send_with(&hidden_http_url(), variables);
        assert!(printed.contains("user 7"), "{variables:?}: {printed}");
    }
    assert_eq!(proxy.count(), 3);
}

/// On Windows, each of these pairs is one variable.
#[cfg(not(windows))]
#[test]
fn prefers_a_variable_in_lower_case_unless_it_is_empty() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), CONNECTED);
    let url = &*format!("http://{}", proxy.address);
    let unreachable = &*format!("http://{}", unused_address());
    for variables in [
        [("http_proxy", ""), ("HTTP_PROXY", url)],
        [("http_proxy", url), ("HTTP_PROXY", unreachable)],
        [("http_proxy", url), ("HTTP_PROXY", "ftp://x")],
        [("all_proxy", url), ("ALL_PROXY", unreachable)],
    ] {
        let printed = send_with(&hidden_http_url(), &variables);
        assert!(printed.contains("user 7"), "{variables:?}: {printed}");
    }
    assert_eq!(proxy.count(), 4);
}

#[test]
fn under_cgi_uses_no_variable_that_a_request_header_can_set() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), CONNECTED);
    let url = &*format!("http://{}", proxy.address);
    let cgi = ("REQUEST_METHOD", "GET");
    // On Windows the two names are one variable.
    let is_used = !cfg!(windows);
    for (name, is_used) in [
        ("HTTP_PROXY", false),
        ("http_proxy", is_used),
        ("ALL_PROXY", true),
    ] {
        let before = proxy.count();
        let printed = send_with(&hidden_http_url(), &[(name, url), cgi]);
        assert_eq!(printed.contains("user 7"), is_used, "{name}: {printed}");
        assert_eq!(proxy.count() - before, usize::from(is_used), "{name}");
    }
}

#[test]
fn bypasses_the_proxy_for_hosts_in_no_proxy_and_for_loopback() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), CONNECTED);
    let url = format!("http://{}", proxy.address);
    for exception in [
        ("NO_PROXY", HIDDEN),
        ("no_proxy", "127.0.0.1, hidden.example"),
        ("no_proxy", ".hidden.example:80"),
        ("no_proxy", "*"),
    ] {
        let printed = send_with(&hidden_http_url(), &[("HTTP_PROXY", &url), exception]);
        // Without the proxy, the host does not resolve.
        assert!(
            printed.contains("Connect, no parameter: "),
            "{exception:?}: {printed}"
        );
        assert!(
            !printed.contains("at the proxy"),
            "{exception:?}: {printed}"
        );
    }
    let port = api.address().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        // Windows does not connect to an IPv4 address that is written as an IPv6 address.
        if cfg!(windows) && host.starts_with('[') {
            continue;
        }
        let base_url = format!("http://{host}:{port}/client/v4");
        let printed = send_with(&base_url, &[("http_proxy", &url), ("ALL_PROXY", &url)]);
        assert!(printed.contains("user 7"), "{host}: {printed}");
    }
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
        for (name, others) in [
            ("https_proxy", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"]),
            ("all_proxy", ["ALL_PROXY", "http_proxy", "HTTP_PROXY"]),
        ] {
            // A usable variable that is not selected does not help.
            let mut variables = vec![(name, value)];
            for other in others {
                if !(cfg!(windows) && other.eq_ignore_ascii_case(name)) {
                    variables.push((other, &usable));
                }
            }
            let printed = send_with(&Tls::hidden_url(), &variables);
            let expected = format!(
                "Configuration, {name}: GET /user: `{name}` is not a usable proxy: it should look like"
            );
            assert!(printed.contains(&expected), "{name}={value}: {printed}");
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
        assert!(printed.contains("Connect, no parameter: "), "{printed}");
        assert!(
            printed.contains(&format!("(at the proxy {name})")),
            "{printed}"
        );
    }
}

#[test]
fn an_explicit_proxy_replaces_the_environment_and_serves_every_host() {
    let api = api();
    let proxy = Proxy::http_connect(api.address(), CONNECTED);
    let url = &*format!("http://user:s3cr3t@{}", proxy.address);
    let unreachable = &*format!("http://{}", unused_address());
    let explicit = ("EXPLICIT_PROXY", url);
    for variables in [
        &[explicit][..],
        &[explicit, ("http_proxy", unreachable)],
        &[explicit, ("http_proxy", "ftp://x")],
        &[explicit, ("no_proxy", "*")],
        &[explicit, ("NO_PROXY", HIDDEN)],
        &[explicit, ("REQUEST_METHOD", "GET")],
    ] {
        let printed = send_with(&hidden_http_url(), variables);
        assert!(printed.contains("user 7"), "{variables:?}: {printed}");
    }
    assert_eq!(proxy.count(), 6);
}

#[test]
fn no_proxy_ignores_the_environment() {
    let proxy = Proxy::http_connect(unused_address(), CONNECTED);
    let url = &*format!("http://{}", proxy.address);
    for variable in [("http_proxy", url), ("all_proxy", url), ("all_proxy", "x:")] {
        let variables = [("EXPLICIT_PROXY", "none"), variable];
        let printed = send_with(&hidden_http_url(), &variables);
        // Without a proxy, the host does not resolve.
        assert!(printed.contains("could not connect"), "{printed}");
        assert!(!printed.contains("proxy"), "{printed}");
    }
    assert_eq!(proxy.count(), 0);
}

#[cfg(feature = "socks-proxy")]
#[test]
fn uses_a_socks_proxy_that_a_variable_names() {
    for (scheme, resolves_host) in [("socks5h", true), ("socks5", false), ("socks", false)] {
        let api = api();
        let proxy = Proxy::socks5(api.address());
        let url = format!("{scheme}://user:p%40ss@{}", proxy.address);
        let printed = send_with(&hidden_http_url(), &[("ALL_PROXY", &url)]);
        if resolves_host {
            assert!(printed.contains("user 7"), "{printed}");
        } else {
            // With these schemes, ureq resolves the host itself.
            assert!(printed.contains("Connect, no parameter: "), "{printed}");
        }
        assert_eq!(proxy.count(), usize::from(resolves_host), "{scheme}");
    }
}

#[cfg(not(feature = "socks-proxy"))]
#[test]
fn refuses_a_socks_proxy_without_the_feature() {
    let proxy = unused_address();
    for scheme in ["socks4", "socks4a", "socks5", "socks5h", "socks"] {
        let url = format!("{scheme}://{proxy}");
        let printed = send_with(&hidden_http_url(), &[("ALL_PROXY", &url)]);
        let expected = "Configuration, no parameter: GET /user: the proxy uses SOCKS: enable the feature \
            `socks-proxy` of cloudflare-user [0 attempts]";
        assert!(printed.contains(expected), "{printed}");
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
    let expected = "enable the feature `rustls` or `native-tls`";
    assert!(printed.contains(expected), "{printed}");
    assert_eq!((proxy.count(), api.count()), (0, 0));
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn refuses_an_untrusted_certificate_behind_a_proxy() {
    use std::sync::atomic::Ordering;

    let server = Tls::new();
    let proxy = Proxy::http_connect(server.address, CONNECTED);
    let url = format!("http://{}", proxy.address);
    let printed = send_with(&Tls::hidden_url(), &[("HTTPS_PROXY", &url)]);
    assert!(printed.contains("Certificate, no parameter: "), "{printed}");
    assert!(printed.contains("certificate was refused"), "{printed}");
    let at_the_proxy = format!("(at the proxy {})", proxy.address);
    assert!(printed.contains(&at_the_proxy), "{printed}");
    assert!(server.requests().is_empty());
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}
