//! Selects the environment variable that names the proxy for a base URL. ureq's own selection
//! differs from curl's: it uses the first variable of any scheme, and its `NO_PROXY` has no ports
//! and no ranges.

use std::ffi::OsString;

use super::host::is_loopback;
use super::no_proxy::Target;

/// Whether `http_proxy` and `HTTP_PROXY` are two environment variables.
const NAMES_HAVE_CASE: bool = !cfg!(windows);

/// The environment variable that names the proxy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProxyVariable {
    pub(super) name: &'static str,
    /// Not validated.
    pub(super) value: OsString,
}

impl ProxyVariable {
    /// Selects the variable for a base URL, nearly as curl does. Returns `None` if no variable is
    /// set, or if the host of the base URL uses no proxy.
    pub(super) fn select(
        base_url: &str,
        lookup: impl Fn(&'static str) -> Option<OsString>,
    ) -> Option<Self> {
        let target = Target::of(base_url)?;
        if is_loopback(&target.host) {
            return None;
        }
        let read = |name| lookup(name).filter(|value| !is_blank(value));
        // A CGI server puts the request header `Proxy` into `HTTP_PROXY`.
        let is_cgi = lookup("REQUEST_METHOD").is_some();
        let candidates: &[&'static str] = if target.is_https {
            &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        } else if !is_cgi {
            &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
        } else if NAMES_HAVE_CASE {
            &["http_proxy", "all_proxy", "ALL_PROXY"]
        } else {
            &["all_proxy", "ALL_PROXY"]
        };
        let exceptions = read("no_proxy").or_else(|| read("NO_PROXY"));
        if exceptions.is_some_and(|list| target.is_excepted(&list.to_string_lossy())) {
            return None;
        }
        for &name in candidates {
            if let Some(value) = read(name) {
                return Some(Self { name, value });
            }
        }
        None
    }
}

fn is_blank(value: &OsString) -> bool {
    value.to_str().is_some_and(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.cloudflare.com/client/v4";
    const HTTP: &str = "http://api.example/client/v4";

    /// Returns the name of the variable that is selected from these variables and their values.
    fn selected(base_url: &str, variables: &[(&str, &str)]) -> Option<&'static str> {
        let lookup = |name| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(value.into())
        };
        ProxyVariable::select(base_url, lookup).map(|variable| variable.name)
    }

    #[test]
    fn selects_a_variable_by_the_scheme_of_the_base_url() {
        let all = [
            ("https_proxy", "a:1"),
            ("HTTPS_PROXY", "b:1"),
            ("http_proxy", "c:1"),
            ("HTTP_PROXY", "d:1"),
            ("all_proxy", "e:1"),
            ("ALL_PROXY", "f:1"),
        ];
        for (base_url, order) in [
            (
                API,
                ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
            ),
            (HTTP, ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
        ] {
            let mut variables = all.to_vec();
            for name in order {
                assert_eq!(selected(base_url, &variables), Some(name), "{variables:?}");
                variables.retain(|(known, _)| *known != name);
            }
            assert_eq!(selected(base_url, &variables), None, "{variables:?}");
        }
    }

    #[test]
    fn returns_the_value_of_the_selected_variable() {
        let lookup = |name| (name == "all_proxy").then(|| "p.example:3128".into());
        let expected = ProxyVariable {
            name: "all_proxy",
            value: "p.example:3128".into(),
        };
        assert_eq!(ProxyVariable::select(API, lookup), Some(expected));
    }

    #[test]
    fn skips_empty_variables() {
        let variables = [
            ("https_proxy", ""),
            ("HTTPS_PROXY", " "),
            ("all_proxy", "b:1"),
        ];
        assert_eq!(selected(API, &variables), Some("all_proxy"));
        assert_eq!(selected(API, &[("all_proxy", "")]), None);
    }

    #[test]
    fn ignores_the_variable_that_a_header_sets_under_cgi() {
        let lower = ("http_proxy", "a:1");
        let upper = ("HTTP_PROXY", "b:1");
        let https = ("HTTPS_PROXY", "c:1");
        let all = ("ALL_PROXY", "d:1");
        for method in ["GET", ""] {
            let cgi = ("REQUEST_METHOD", method);
            assert_eq!(selected(HTTP, &[upper, cgi]), None);
            assert_eq!(selected(HTTP, &[upper, all, cgi]), Some("ALL_PROXY"));
            assert_eq!(selected(API, &[https, cgi]), Some("HTTPS_PROXY"));
            let expected = if cfg!(windows) {
                None
            } else {
                Some("http_proxy")
            };
            assert_eq!(selected(HTTP, &[lower, upper, cgi]), expected);
        }
    }

    #[test]
    fn selects_no_proxy_for_an_excepted_host() {
        let proxy = ("https_proxy", "p.example:1");
        for exceptions in [
            &[("no_proxy", "cloudflare.com")][..],
            &[("NO_PROXY", "cloudflare.com")],
            &[("no_proxy", ""), ("NO_PROXY", "*")],
        ] {
            let variables = [&[proxy], exceptions].concat();
            assert_eq!(selected(API, &variables), None, "{variables:?}");
        }
        let lower_wins = [proxy, ("no_proxy", "example.com"), ("NO_PROXY", "*")];
        assert_eq!(selected(API, &lower_wins), Some("https_proxy"));
    }

    #[test]
    fn selects_no_proxy_for_a_loopback_host() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "127.0.0.1",
            "127.9.9.9:80",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            let http = format!("http://{host}/v4");
            assert_eq!(selected(&http, &[("http_proxy", "p:1")]), None, "{host}");
            let https = format!("https://{host}/v4");
            assert_eq!(selected(&https, &[("https_proxy", "p:1")]), None, "{host}");
        }
    }
}
