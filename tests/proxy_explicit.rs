//! Proxies of a custom agent and of the builder, and their refusals. If a proxy cannot be used,
//! nothing is sent.

mod common;

use cloudflare_user::{Body, Client, ClientBuilder, ErrorKind, http};
use common::network::Proxy;
use common::success;
use common::tcp::Tcp;

const TOKEN: &str = "a-token-of-the-tests";
const CONNECTED: &str = "HTTP/1.1 200 Connected\r\n\r\n";

/// An API over plain http. Like the proxies of the tests it is on loopback, so that requests to it
/// use them.
fn api() -> Tcp {
    Tcp::returning(r#"{"id":"7"}"#)
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
            assert_eq!(error.kind(), ErrorKind::Connect, "{count} headers: {error}");
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
    for status in ["407 Proxy Authentication Required", "403 Forbidden", "499"] {
        let api = api();
        let response: &str = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").leak();
        let proxy = Proxy::http_connect(api.address(), response);
        let client = through(&format!("http://user:s3cr3t@{}", proxy.address), &api.url());
        let error = client.delete_token("1").send().unwrap_err();
        let expected = format!(
            "could not connect: the proxy refused with {status} (at the proxy {})",
            proxy.address
        );
        assert!(error.to_string().contains(&expected), "{error}");
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(!error.may_have_been_applied(), "{error}");
        assert_eq!(error.attempts(), 1, "{error}");
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
        assert_eq!((proxy.count(), api.count()), (1, 0));
        assert!(!proxy.read().contains(TOKEN) && !proxy.read().contains("DELETE"));
    }
}

#[test]
fn retries_after_a_server_error_of_the_proxy() {
    for (response, status) in [
        (
            "HTTP/1.1 503 Unavailable\r\n\r\n",
            "503 Service Unavailable",
        ),
        ("HTTP/1.1 522\r\n\r\n", "522"),
    ] {
        let api = api();
        let proxy = Proxy::http_connect(api.address(), response);
        let client = through(&format!("http://{}", proxy.address), &api.url());
        let error = client
            .with_max_retries(1)
            .delete_token("1")
            .send()
            .unwrap_err();
        let expected = format!("could not connect: the proxy responded with {status} (at");
        assert!(error.to_string().contains(&expected), "{error}");
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(!error.may_have_been_applied(), "{error}");
        assert_eq!((error.attempts(), proxy.count(), api.count()), (2, 2, 0));
    }
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
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!((error.attempts(), api.count()), (0, 0), "{error}");
        assert!(!error.may_have_been_applied(), "{error}");
    }
}

fn builder() -> ClientBuilder {
    Client::builder().api_token(TOKEN)
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
fn assert_refused(builder: ClientBuilder, parameter: Option<&str>, reason: &str) {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert_eq!(error.parameter(), parameter, "{error}");
    assert!(error.to_string().contains(reason), "{error}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
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
        let reason = "`proxy` is not a usable proxy: it should look";
        assert_refused(builder().proxy(url), Some("proxy"), reason);
    }
    let without_credential = Client::builder().proxy("http://");
    assert_refused(without_credential, Some("api_token"), "is not set");
}

#[cfg(not(feature = "socks-proxy"))]
#[test]
fn refuses_a_socks_proxy_without_the_feature() {
    let reason = "the proxy uses SOCKS: enable the feature `socks-proxy`";
    for scheme in ["socks4", "socks4a", "socks5", "socks5h", "socks"] {
        let url = format!("{scheme}://user:s3cr3t@proxy.example");
        assert_refused(builder().proxy(url), None, reason);
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn refuses_an_https_proxy_without_a_tls_feature() {
    let builder = builder().proxy("https://user:s3cr3t@proxy.example");
    assert_refused(builder, None, "https needs TLS: enable");
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
        let reason = "`proxy` is set together with `transport`";
        assert_refused(builder, Some("proxy"), reason);
    }
    let client = builder().no_proxy().transport(transport).build().unwrap();
    assert_eq!(client.user().send().unwrap().id, "7");
}

#[cfg(feature = "socks-proxy")]
#[test]
fn uses_a_socks_proxy() {
    for scheme in ["socks5", "socks5h", "socks"] {
        let api = api();
        let proxy = Proxy::socks5(api.address());
        let url = format!("{scheme}://user:p%40ss@{}", proxy.address);
        let of_builder = builder().base_url(api.url()).proxy(&url).build().unwrap();
        for client in [through(&url, &api.url()), of_builder] {
            assert_eq!(client.user().send().unwrap().id, "7");
        }
        assert_eq!((proxy.count(), api.count()), (2, 2));
    }
}

#[cfg(feature = "socks-proxy")]
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
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_been_applied(), "{error}");
    assert_eq!(api.count(), 0);
}

#[cfg(not(feature = "socks-proxy"))]
#[test]
fn refuses_an_agent_with_a_socks_proxy_without_the_feature() {
    let api = api();
    for scheme in ["socks4", "socks4a", "socks5", "socks5h", "socks"] {
        let url = format!("{scheme}://{}", common::network::unused_address());
        let error = through(&url, &api.url()).user().send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        let expected = "enable the feature `socks-proxy`";
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(api.count(), 0);
}

/// As in a company's network, only the proxy resolves the host, and the certificate is not
/// publicly trusted.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn hides_the_token_from_the_proxy_with_custom_roots() {
    use common::network::{HIDDEN, Tls};

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
