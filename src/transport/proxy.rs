//! Selects the proxy for a base URL from the environment. ureq's own selection differs from curl's:
//! it uses the first variable of any scheme, and its `NO_PROXY` has no ports and no ranges.

use std::ffi::OsString;

use ureq::Proxy;

use super::host::is_loopback;
use super::no_proxy::Target;

/// Returns the proxy for a base URL, nearly as curl does, or the variable that is selected and not
/// a usable proxy.
pub(super) fn from_env(
    base_url: &str,
    lookup: impl Fn(&'static str) -> Option<OsString>,
) -> Result<Option<Proxy>, &'static str> {
    let Some(target) = Target::of(base_url) else {
        return Ok(None);
    };
    let is_blank = |value: &OsString| value.to_str().is_some_and(|text| text.trim().is_empty());
    let read = |name| lookup(name).filter(|value| !is_blank(value));
    // A CGI server puts the request header `Proxy` into `HTTP_PROXY`.
    let is_cgi = || lookup("REQUEST_METHOD").is_some();
    let candidates: &[&'static str] = match target.is_https {
        true => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        false if is_cgi() => &["http_proxy", "all_proxy", "ALL_PROXY"],
        false => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
    };
    let Some((variable, value)) = candidates
        .iter()
        .find_map(|name| Some((*name, read(name)?)))
    else {
        return Ok(None);
    };
    let exceptions = read("no_proxy")
        .or_else(|| read("NO_PROXY"))
        .unwrap_or_default();
    if is_loopback(&target.host) || target.is_excepted(&exceptions.to_string_lossy()) {
        return Ok(None);
    }
    value.to_str().and_then(parse).map(Some).ok_or(variable)
}

/// Parses the URL of a proxy, with or without a scheme and a slash at its end.
///
/// A password with an unescaped `/`, `?` or `#` is refused, because a part of it would be parsed as
/// the host.
fn parse(value: &str) -> Option<Proxy> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return None;
    }
    let (credentials, host) = match authority.rsplit_once('@') {
        // As in curl, the last `@` counts.
        Some((credentials, host)) => (credentials.replace('@', "%40") + "@", host),
        None => (String::new(), authority),
    };
    let proxy = Proxy::new(&format!("{scheme}://{credentials}{host}")).ok()?;
    // ureq uses the default port instead of an invalid one.
    let after_address = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    let port = after_address.rsplit_once(':').map(|(_, port)| port.parse());
    let has_valid_port = port.is_none_or(|port| port.is_ok_and(|port: u16| port != 0));
    (has_valid_port && !proxy.host().is_empty()).then_some(proxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.cloudflare.com/client/v4";
    const HTTP: &str = "http://api.example/client/v4";

    /// Returns the proxy that variables such as `http_proxy=a:1|no_proxy=b` select, or `!` and the
    /// unusable variable.
    fn selected(base_url: &str, variables: &str) -> String {
        let variables: Vec<_> = variables
            .split('|')
            .filter_map(|variable| variable.split_once('='))
            .collect();
        let lookup = |name| Some(variables.iter().find(|(known, _)| *known == name)?.1.into());
        match from_env(base_url, lookup) {
            Ok(proxy) => proxy.map_or(String::new(), |proxy| {
                format!("{}:{}", proxy.host(), proxy.port())
            }),
            Err(variable) => format!("!{variable}"),
        }
    }

    #[test]
    fn selects_a_variable_by_the_scheme_of_the_base_url() {
        let names = [
            "https_proxy",
            "HTTPS_PROXY",
            "http_proxy",
            "HTTP_PROXY",
            "all_proxy",
            "ALL_PROXY",
        ];
        for (base_url, order) in [(API, [0, 1, 4, 5]), (HTTP, [2, 3, 4, 5])] {
            for done in 0..=order.len() {
                let is_left = |index: &usize| !order[..done].contains(index);
                let set: Vec<_> = (0..6)
                    .filter(is_left)
                    .map(|index| format!("{}=p{index}:1", names[index]))
                    .collect();
                let expected = order
                    .get(done)
                    .map_or(String::new(), |index| format!("p{index}:1"));
                assert_eq!(selected(base_url, &set.join("|")), expected, "{set:?}");
            }
        }
    }

    #[test]
    fn ignores_empty_variables_and_http_proxy_under_cgi() {
        for (base_url, variables, expected) in [
            (API, "https_proxy=|HTTPS_PROXY= |all_proxy=b:1", "b:1"),
            (API, "all_proxy=", ""),
            (HTTP, "HTTP_PROXY=b:1|REQUEST_METHOD=GET", ""),
            (HTTP, "HTTP_PROXY=b:1|REQUEST_METHOD=", ""),
            (HTTP, "http_proxy=b:1|REQUEST_METHOD=GET", "b:1"),
            (API, "HTTPS_PROXY=b:1|REQUEST_METHOD=GET", "b:1"),
            (API, "https_proxy=b:1|no_proxy=|NO_PROXY=*", ""),
        ] {
            assert_eq!(selected(base_url, variables), expected, "{variables}");
        }
    }

    #[test]
    fn parses_a_proxy_with_the_defaults_of_ureq() {
        for (values, expected) in [
            (
                "http://p.example:3128|http://p.example:3128/|p.example:3128/|user:pass@p.example:3128",
                "p.example:3128",
            ),
            (
                "HTTP://p.example|http://user@p.example|http://user:p@ss@p.example",
                "p.example:80",
            ),
            ("https://p.example", "p.example:443"),
            ("socks://p.example|socks5h://p.example", "p.example:1080"),
            ("http://[fd00::1]:3128", "[fd00::1]:3128"),
            ("http://[fd00::1]", "[fd00::1]:80"),
        ] {
            for value in values.split('|') {
                assert_eq!(
                    selected(API, &format!("https_proxy={value}")),
                    expected,
                    "{value}"
                );
            }
        }
        let proxy = parse("http://us%40er:p@s%23s@proxy.example").unwrap();
        assert_eq!(
            (proxy.username(), proxy.password()),
            (Some("us@er"), Some("p@s#s"))
        );
    }

    #[test]
    fn refuses_an_unusable_value_only_if_it_is_selected() {
        let unusable = "http://user:pa#ss@p.example|http://user:pa/ss@p.example|http://user:pa?ss@p.example|\
            http://user:12/34@p.example:3128|user:pa#ss@p.example|http://p.example/path|http://p.example//|\
            http://p.example:99999|http://p.example:0|http://p.example:|http://p.example:x|http://user:%ff@p.example|\
            http://user:pass@|http://|://p.example|ftp://p.example|socks9://p.example|\"http://p.example\"|\
            \u{20}http://p.example|http://p.example\r|http://pröxy.example|http://[fd00::1";
        for value in unusable.split('|') {
            let first = format!("https_proxy={value}|HTTPS_PROXY=good:1|all_proxy=good:1");
            assert_eq!(selected(API, &first), "!https_proxy", "{value}");
            assert_eq!(
                selected(API, &format!("all_proxy={value}|https_proxy=good:1")),
                "good:1",
                "{value}"
            );
            assert_eq!(
                selected(API, &format!("https_proxy={value}|no_proxy=cloudflare.com")),
                "",
                "{value}"
            );
        }
        #[cfg(unix)]
        let not_unicode = || std::os::unix::ffi::OsStringExt::from_vec(vec![0xff]);
        #[cfg(unix)]
        assert_eq!(
            from_env(API, |name| (name == "https_proxy").then(not_unicode)).unwrap_err(),
            "https_proxy"
        );
    }

    #[test]
    fn loopback_hosts_use_no_proxy() {
        for host in "localhost|LOCALHOST|localhost.|127.0.0.1|127.9.9.9:80|[::1]|[::ffff:127.0.0.1]"
            .split('|')
        {
            for (scheme, value) in [
                ("https", "http://p.example:3128"),
                ("http", "p.example"),
                ("https", "ftp://p"),
            ] {
                let proxy = selected(
                    &format!("{scheme}://{host}/v4"),
                    &format!("{scheme}_proxy={value}"),
                );
                assert_eq!(proxy, "", "{host}");
            }
        }
    }
}
