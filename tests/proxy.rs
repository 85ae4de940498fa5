//! Proxies from environment variables, from the builder and from a custom agent, with custom
//! certificate roots. If a proxy cannot be used, nothing is sent.

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
        assert!(printed.contains("connect true"), "{exception:?}: {printed}");
        assert!(
            !printed.contains("by the proxy"),
            "{exception:?}: {printed}"
        );
    }
    let port = api.address().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
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
                "connect false: GET /user: `{name}` is not a usable proxy: it should look like"
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

#[test]
fn refuses_an_agent_whose_proxy_has_a_port_that_ureq_would_replace() {
    let api = api();
    for port in ["99999", "0", ""] {
        let client = through(&format!("http://127.0.0.1:{port}"), &api.url());
        let error = client.delete_token("1").send().unwrap_err();
        let expected = "the port of the proxy is not a number from 1 to 65535";
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.may_have_been_applied(), "{error}");
        assert_eq!(api.count(), 0);
    }
}

/// Uses a proxy of the builder.
mod explicit {
    use cloudflare_user::{Body, ClientBuilder, http};

    use super::*;

    fn builder() -> ClientBuilder {
        Client::builder().api_token(TOKEN)
    }

    #[test]
    fn replaces_the_environment_and_serves_every_host() {
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

    #[test]
    fn the_later_of_proxy_and_no_proxy_counts() {
        let api = api();
        let proxy = Proxy::http_connect(api.address(), CONNECTED);
        let url = format!("http://{}", proxy.address);
        let builder = || builder().base_url(api.url());
        for (builder, count) in [
            (builder().proxy("http://").no_proxy(), 0),
            (builder().proxy(&url).no_proxy(), 0),
            (builder().no_proxy().proxy(&url), 1),
            (builder().proxy("http://").proxy(url.clone()), 1),
        ] {
            let before = proxy.count();
            builder.build().unwrap().user().send().unwrap();
            assert_eq!(proxy.count() - before, count);
        }
        assert!(builder().no_proxy().proxy("http://").build().is_err());
    }

    #[test]
    fn plain_http_to_loopback_uses_a_proxy_on_loopback_only() {
        let api = api();
        let proxy = Proxy::http_connect(api.address(), CONNECTED);
        let on_loopback = format!("http://localhost:{}", proxy.address.port());
        // A documentation address, where no proxy listens.
        for (url, count) in [("http://192.0.2.1:9".to_owned(), 0), (on_loopback, 1)] {
            let client = builder().base_url(api.url()).proxy(&url).build().unwrap();
            assert_eq!(client.user().send().unwrap().id, "7");
            assert_eq!(proxy.count(), count, "{url}");
        }
    }

    #[track_caller]
    fn assert_refused(builder: ClientBuilder, reason: &str) {
        let error = builder.build().unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.to_string().starts_with(reason), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("s3cr3t"),
            "{error:?}"
        );
    }

    #[test]
    fn refuses_an_unusable_url_without_showing_it() {
        for url in [
            "",
            " ",
            "http://",
            "ftp://user:s3cr3t@proxy.example",
            "http://user:s3cr3t#@proxy.example",
            "http://user:s3cr3t/@proxy.example",
            "http://user:s3cr3t@proxy.example:99999",
            "http://user:s3cr3t@proxy.example:0",
            "\"http://user:s3cr3t@proxy.example\"",
        ] {
            assert_refused(
                builder().proxy(url),
                "`proxy` is not a usable proxy: it should look",
            );
        }
        assert_refused(Client::builder().proxy("http://"), "`api_token` is not set");
    }

    #[cfg(not(feature = "socks-proxy"))]
    #[test]
    fn refuses_a_socks_proxy_without_the_feature() {
        let reason = "the proxy uses SOCKS: enable the feature `socks-proxy`";
        for scheme in ["socks4", "socks4a", "socks5", "socks5h", "socks"] {
            let url = format!("{scheme}://user:s3cr3t@proxy.example");
            assert_refused(builder().proxy(url), reason);
        }
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    #[test]
    fn refuses_an_https_proxy_without_a_tls_feature() {
        let builder = builder().proxy("https://user:s3cr3t@proxy.example");
        assert_refused(builder, "https needs TLS: enable");
    }

    #[test]
    fn refuses_a_proxy_together_with_a_transport() {
        let transport = |_: http::Request<Vec<u8>>| {
            let body = Body::from(success(r#"{"id":"7"}"#));
            Ok(http::Response::new(body))
        };
        let url = "http://user:s3cr3t@proxy.example:3128";
        for builder in [
            builder().proxy(url).transport(transport),
            builder().transport(transport).proxy(url),
        ] {
            assert_refused(builder, "`proxy` is set together with `transport`");
        }
        let client = builder().no_proxy().transport(transport).build().unwrap();
        assert_eq!(client.user().send().unwrap().id, "7");
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
            printed.contains("the proxy uses SOCKS: enable the feature `socks-proxy`"),
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
