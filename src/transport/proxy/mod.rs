//! The proxy that the environment selects for a base URL. It is handed to ureq, whose own reading of the environment
//! differs from curl's: it stops at the first variable of any scheme, and its `NO_PROXY` has no ports and no ranges.

mod no_proxy;

use std::ffi::OsString;
use std::net::IpAddr;

use ureq::Proxy;

use self::no_proxy::Target;

/// The variable whose value is not a usable proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnusableProxy {
    pub(super) variable: &'static str,
}

/// Selects the proxy for a base URL, nearly as curl does. Only the variable that is selected is checked.
pub(super) fn from_env(
    base_url: &str,
    lookup: impl Fn(&'static str) -> Option<OsString>,
) -> Result<Option<Proxy>, UnusableProxy> {
    let Some(target) = Target::of(base_url) else {
        return Ok(None);
    };
    let read = |name| lookup(name).filter(|value| !is_blank(value));
    // A CGI server puts the request header `Proxy` into `HTTP_PROXY`.
    let is_cgi = || lookup("REQUEST_METHOD").is_some();
    let candidates: &[&'static str] = match target.is_https {
        true => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        false if is_cgi() => &["http_proxy", "all_proxy", "ALL_PROXY"],
        false => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
    };
    let mut set = candidates.iter().filter_map(|name| Some((*name, read(name)?)));
    let Some((variable, value)) = set.next() else {
        return Ok(None);
    };
    let exceptions = read("no_proxy").or_else(|| read("NO_PROXY"));
    let exceptions = exceptions.unwrap_or_default();
    if is_loopback(&target.host) || target.is_excepted(&exceptions.to_string_lossy()) {
        return Ok(None);
    }
    let proxy = value.to_str().and_then(parse);
    proxy.map(Some).ok_or(UnusableProxy { variable })
}

pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

fn is_blank(value: &OsString) -> bool {
    value.to_str().is_some_and(|text| text.trim().is_empty())
}

/// A proxy's URL, with or without a scheme and a slash at its end.
///
/// With an unescaped `/`, `?` or `#` in a password, a parser of URLs takes a part of the credentials for the host.
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
    // ureq falls back to the default port where it cannot read one.
    let after_address = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    let has_good_port = match after_address.rsplit_once(':') {
        Some((_, port)) => port.parse().is_ok_and(|port: u16| port != 0),
        None => true,
    };
    (has_good_port && !proxy.host().is_empty()).then_some(proxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.cloudflare.com/client/v4";

    /// The proxy that these variables select, as `host:port`, or the variable that is unusable.
    fn selected(base_url: &str, variables: &[(&str, &str)]) -> Result<Option<String>, &'static str> {
        let lookup = |name: &str| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(value))
        };
        match from_env(base_url, lookup) {
            Ok(proxy) => Ok(proxy.map(|proxy| format!("{}:{}", proxy.host(), proxy.port()))),
            Err(unusable) => Err(unusable.variable),
        }
    }

    #[test]
    fn selects_a_variable_by_the_scheme_of_the_base_url() {
        let http = "http://api.example/client/v4";
        let all = [
            ("https_proxy", "http://a:1"),
            ("HTTPS_PROXY", "http://b:1"),
            ("http_proxy", "http://c:1"),
            ("HTTP_PROXY", "http://d:1"),
            ("all_proxy", "http://e:1"),
            ("ALL_PROXY", "http://f:1"),
        ];
        let without = |names: &[&str]| -> Vec<(&str, &str)> {
            let is_left = |(name, _): &&(&str, &str)| !names.contains(name);
            all.iter().filter(is_left).copied().collect()
        };
        for (base_url, left_out, expected) in [
            (API, &[][..], Some("a:1")),
            (API, &["https_proxy"], Some("b:1")),
            (API, &["https_proxy", "HTTPS_PROXY"], Some("e:1")),
            (API, &["https_proxy", "HTTPS_PROXY", "all_proxy"], Some("f:1")),
            (http, &[], Some("c:1")),
            (http, &["http_proxy"], Some("d:1")),
            (http, &["http_proxy", "HTTP_PROXY"], Some("e:1")),
        ] {
            let selected = selected(base_url, &without(left_out)).unwrap();
            assert_eq!(selected.as_deref(), expected, "{base_url} {left_out:?}");
        }
        assert_eq!(selected(API, &[]), Ok(None));
    }

    #[test]
    fn ignores_empty_variables_and_http_proxy_under_cgi() {
        let http = "http://api.example/";
        for (base_url, variables, expected) in [
            (API, &[("https_proxy", ""), ("HTTPS_PROXY", "http://b:1")][..], Some("b:1")),
            (API, &[("https_proxy", " "), ("all_proxy", "http://e:1")], Some("e:1")),
            (API, &[("all_proxy", "")], None),
            (http, &[("HTTP_PROXY", "http://d:1"), ("REQUEST_METHOD", "GET")], None),
            (http, &[("HTTP_PROXY", "http://d:1"), ("REQUEST_METHOD", "")], None),
            (http, &[("http_proxy", "http://c:1"), ("REQUEST_METHOD", "GET")], Some("c:1")),
            (API, &[("HTTPS_PROXY", "http://b:1"), ("REQUEST_METHOD", "GET")], Some("b:1")),
            (API, &[("https_proxy", "http://a:1"), ("no_proxy", ""), ("NO_PROXY", "*")], None),
        ] {
            let selected = selected(base_url, variables).unwrap();
            assert_eq!(selected.as_deref(), expected, "{variables:?}");
        }
    }

    #[test]
    fn reads_a_proxy_with_defaults_as_in_ureq() {
        for (value, expected) in [
            ("http://proxy.example:3128", "proxy.example:3128"),
            ("http://proxy.example:3128/", "proxy.example:3128"),
            ("proxy.example:3128", "proxy.example:3128"),
            ("proxy.example:3128/", "proxy.example:3128"),
            ("user:pass@proxy.example:3128", "proxy.example:3128"),
            ("HTTP://proxy.example", "proxy.example:80"),
            ("https://proxy.example", "proxy.example:443"),
            ("socks://proxy.example", "proxy.example:1080"),
            ("socks5h://proxy.example", "proxy.example:1080"),
            ("http://[fd00::1]:3128", "[fd00::1]:3128"),
            ("http://[fd00::1]", "[fd00::1]:80"),
            ("http://user@proxy.example", "proxy.example:80"),
            ("http://user:p@ss@proxy.example", "proxy.example:80"),
        ] {
            let variables = [("https_proxy", value)];
            assert_eq!(selected(API, &variables), Ok(Some(expected.to_owned())), "{value}");
        }
        let proxy = parse("http://us%40er:p@s%23s@proxy.example").unwrap();
        assert_eq!((proxy.username(), proxy.password()), (Some("us@er"), Some("p@s#s")));
    }

    #[test]
    fn refuses_a_selected_value_that_cannot_be_used_whatever_the_others_hold() {
        for value in [
            "http://user:pa#ss@proxy.example",
            "http://user:pa/ss@proxy.example",
            "http://user:pa?ss@proxy.example",
            "http://user:12/34@proxy.example:3128",
            "user:pa#ss@proxy.example",
            "http://proxy.example/path",
            "http://proxy.example//",
            "http://proxy.example:99999",
            "http://proxy.example:0",
            "http://proxy.example:",
            "http://proxy.example:x",
            "http://user:%ff@proxy.example",
            "http://user:pass@",
            "http://",
            "://proxy.example",
            "ftp://proxy.example",
            "socks9://proxy.example",
            "\"http://proxy.example\"",
            " http://proxy.example",
            "http://proxy.example\r",
            "http://pröxy.example",
            "http://[fd00::1",
        ] {
            let variables = [("https_proxy", value), ("HTTPS_PROXY", "http://good:1"), ("all_proxy", "http://good:1")];
            assert_eq!(selected(API, &variables), Err("https_proxy"), "{value}");
            // It is not selected here.
            let other = [("all_proxy", value), ("https_proxy", "http://good:1")];
            assert_eq!(selected(API, &other), Ok(Some("good:1".to_owned())), "{value}");
            let excepted = [("https_proxy", value), ("no_proxy", "cloudflare.com")];
            assert_eq!(selected(API, &excepted), Ok(None), "{value}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn refuses_a_value_that_is_not_unicode() {
        use std::os::unix::ffi::OsStringExt;
        let lookup = |name| (name == "https_proxy").then(|| OsString::from_vec(vec![0xff]));
        let unusable = from_env(API, lookup).unwrap_err();
        assert_eq!(unusable.variable, "https_proxy");
    }

    #[test]
    fn loopback_hosts_have_no_proxy() {
        for host in ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.9.9.9:80", "[::1]", "[::ffff:127.0.0.1]"]
        {
            for (scheme, variable) in [("http", "http_proxy"), ("https", "https_proxy")] {
                let base_url = format!("{scheme}://{host}/client/v4");
                for value in ["http://proxy.example:3128", "ftp://unusable"] {
                    assert_eq!(selected(&base_url, &[(variable, value)]), Ok(None), "{base_url}");
                }
            }
        }
    }
}
