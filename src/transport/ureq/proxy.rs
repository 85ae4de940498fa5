//! The URL of a proxy, as a proxy of ureq.

use ureq::{Proxy, ProxyProtocol};

/// Parses the URL of a proxy, with or without a scheme and a slash at its end.
///
/// A password with an unescaped `/`, `?` or `#` is refused, because a part of it would be parsed as
/// the host.
pub(super) fn parse(url: &str) -> Option<Proxy> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return None;
    }
    // As in curl, the last `@` counts.
    let (credentials, host) = match authority.rsplit_once('@') {
        Some((credentials, host)) => (credentials.replace('@', "%40") + "@", host),
        None => (String::new(), authority),
    };
    let proxy = Proxy::new(&format!("{scheme}://{credentials}{host}")).ok()?;
    (has_valid_port(&proxy) && !proxy.host().is_empty()).then_some(proxy)
}

/// Whether a proxy has no port, or a valid one. ureq uses the default port instead of an invalid
/// one.
pub(super) fn has_valid_port(proxy: &Proxy) -> bool {
    let authority = proxy
        .uri()
        .authority()
        .map_or("", |authority| authority.as_str());
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => host,
        None => authority,
    };
    // The colons in the brackets of an IPv6 address start no port.
    let after_address = match host.rsplit_once(']') {
        Some((_, rest)) => rest,
        None => host,
    };
    match after_address.rsplit_once(':') {
        Some((_, port)) => port.parse().is_ok_and(|port: u16| port != 0),
        None => true,
    }
}

pub(super) fn is_socks(protocol: ProxyProtocol) -> bool {
    !matches!(protocol, ProxyProtocol::Http | ProxyProtocol::Https)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_proxy_with_the_defaults_of_ureq() {
        for (url, host, port) in [
            ("http://p.example:3128", "p.example", 3128),
            ("http://p.example:3128/", "p.example", 3128),
            ("p.example:3128", "p.example", 3128),
            ("user:pass@p.example:3128", "p.example", 3128),
            ("HTTP://p.example", "p.example", 80),
            ("http://user@p.example", "p.example", 80),
            ("http://user:p@ss@p.example", "p.example", 80),
            ("https://p.example", "p.example", 443),
            ("socks://p.example", "p.example", 1080),
            ("socks5h://p.example", "p.example", 1080),
            ("http://[fd00::1]:3128", "[fd00::1]", 3128),
            ("http://[fd00::1]", "[fd00::1]", 80),
        ] {
            let proxy = parse(url).unwrap();
            assert_eq!((proxy.host(), proxy.port()), (host, port), "{url}");
        }
    }

    #[test]
    fn detects_an_invalid_port_that_ureq_replaces_by_the_default() {
        for url in [
            "http://127.0.0.1:99999",
            "http://user:pass@127.0.0.1:99999",
            "http://127.0.0.1:",
            "http://127.0.0.1:0",
            "http://[::1]:65536",
        ] {
            let proxy = Proxy::new(url).unwrap();
            assert!(!has_valid_port(&proxy), "{url}");
        }
        for url in [
            "http://127.0.0.1",
            "http://127.0.0.1:65535",
            "http://user:99999@127.0.0.1",
            "http://[::1]",
            "http://[::1]:1",
        ] {
            let proxy = Proxy::new(url).unwrap();
            assert!(has_valid_port(&proxy), "{url}");
        }
    }

    #[test]
    fn decodes_the_user_name_and_the_password() {
        let proxy = parse("http://us%40er:p@s%23s@proxy.example").unwrap();
        assert_eq!(proxy.username(), Some("us@er"));
        assert_eq!(proxy.password(), Some("p@s#s"));
    }

    #[test]
    fn refuses_an_unusable_url() {
        for url in [
            "http://user:pa#ss@p.example",
            "http://user:pa/ss@p.example",
            "http://user:pa?ss@p.example",
            "http://user:12/34@p.example:3128",
            "user:pa#ss@p.example",
            "http://p.example/path",
            "http://p.example//",
            "http://p.example:99999",
            "http://p.example:0",
            "http://p.example:",
            "http://p.example:x",
            "http://user:%ff@p.example",
            "http://user:pass@",
            "http://",
            "://p.example",
            "ftp://p.example",
            "socks9://p.example",
            "\"http://p.example\"",
            " http://p.example",
            "http://p.example\r",
            "http://pröxy.example",
            "http://[fd00::1",
        ] {
            assert!(parse(url).is_none(), "{url}");
        }
    }
}
