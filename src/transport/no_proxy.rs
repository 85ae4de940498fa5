//! The hosts that use no proxy from the environment, as `NO_PROXY` lists them.

use std::net::{IpAddr, Ipv6Addr};

use http::Uri;
use http::uri::Scheme;

use super::host::plain_host;

/// The scheme, host and port of a base URL.
pub(super) struct Target {
    pub(super) is_https: bool,
    /// Lower case, without brackets or a trailing dot.
    pub(super) host: String,
    port: u16,
}

impl Target {
    pub(super) fn of(base_url: &str) -> Option<Self> {
        let uri: Uri = base_url.parse().ok()?;
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let default_port = if is_https { 443 } else { 80 };
        Some(Self {
            is_https,
            host: plain_host(uri.host()?),
            port: uri.port_u16().unwrap_or(default_port),
        })
    }

    /// Whether an entry of `NO_PROXY` matches.
    pub(super) fn is_excepted(&self, no_proxy: &str) -> bool {
        no_proxy
            .split(|letter: char| letter == ',' || letter.is_whitespace())
            .any(|entry| entry == "*" || self.matches(&Entry::parse(entry)))
    }

    fn matches(&self, entry: &Entry<'_>) -> bool {
        let is_for_port = match entry.port {
            Some(port) => port.parse() == Ok(self.port),
            None => true,
        };
        is_for_port
            && match self.host.parse() {
                Ok(address) => entry.contains(address),
                Err(_) => entry.has_domain_of(&self.host),
            }
    }
}

/// An entry of `NO_PROXY`, not validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry<'t> {
    /// A host name or an IP address, without brackets.
    host: &'t str,
    /// The length of the prefix of a range.
    prefix_length: Option<&'t str>,
    port: Option<&'t str>,
}

impl<'t> Entry<'t> {
    /// Parses `host`, `host:port`, `10.0.0.0/8:port`, `fd00::/8`, `[fd00::]/8:port` and
    /// `[fd00::/8]:port`.
    fn parse(text: &'t str) -> Self {
        let in_brackets = text.strip_prefix('[').and_then(|text| text.split_once(']'));
        let (address, rest) = if let Some(split) = in_brackets {
            split
        } else if text.matches(':').count() > 1 {
            // An IPv6 address without brackets has no port.
            (text, "")
        } else {
            text.split_at(text.find([':', '/']).unwrap_or(text.len()))
        };
        let (after_address, port) = match rest.split_once(':') {
            Some((before, port)) => (before, Some(port)),
            None => (rest, None),
        };
        let (host, prefix_length) = match address.split_once('/') {
            Some((host, length)) => (host, Some(length)),
            None => (address, after_address.strip_prefix('/')),
        };
        Self {
            host,
            prefix_length,
            port,
        }
    }

    /// Whether this entry is a host name, and `host` is that host or one of its subdomains.
    fn has_domain_of(&self, host: &str) -> bool {
        if self.prefix_length.is_some() {
            return false;
        }
        let domain = plain_host(self.host);
        let domain = domain.strip_prefix('*').unwrap_or(&domain);
        let domain = domain.strip_prefix('.').unwrap_or(domain);
        if domain.is_empty() {
            return false;
        }
        match host.strip_suffix(domain) {
            Some(subdomain) => subdomain.is_empty() || subdomain.ends_with('.'),
            None => false,
        }
    }

    /// Whether this entry is an IP address or a range that contains `address`.
    fn contains(&self, address: IpAddr) -> bool {
        let Ok(network) = plain_host(self.host).parse::<IpAddr>() else {
            return false;
        };
        let longest: u32 = if network.is_ipv4() { 32 } else { 128 };
        let prefix_length = match self.prefix_length {
            Some(length) => length.parse().ok(),
            None => Some(longest),
        };
        let Some(host_bits) = prefix_length.and_then(|length| longest.checked_sub(length)) else {
            return false;
        };
        let is_same_family = address.to_canonical().is_ipv4() == network.to_canonical().is_ipv4();
        let difference = to_ipv6(address).to_bits() ^ to_ipv6(network).to_bits();
        // A shift by all 128 bits is `None`: such a range contains every address.
        is_same_family && difference.checked_shr(host_bits).unwrap_or(0) == 0
    }
}

fn to_ipv6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_excepted(host: &str, no_proxy: &str) {
        let target = Target::of(&format!("https://{host}/client/v4")).unwrap();
        assert!(target.is_excepted(no_proxy), "{host} {no_proxy}");
    }

    #[track_caller]
    fn assert_not_excepted(host: &str, no_proxy: &str) {
        let target = Target::of(&format!("https://{host}/client/v4")).unwrap();
        assert!(!target.is_excepted(no_proxy), "{host} {no_proxy}");
    }

    #[test]
    fn a_host_name_matches_the_host_and_its_subdomains() {
        for no_proxy in [
            "a.b.com",
            "b.com",
            ".b.com",
            "*.b.com",
            "A.B.COM.",
            "b.com:443",
            "*",
        ] {
            assert_excepted("a.b.com", no_proxy);
            assert_excepted("a.b.com.", no_proxy);
            assert_excepted("A.B.com", no_proxy);
        }
        for no_proxy in [
            "om",
            "a.a.b.com",
            "b.com.evil",
            ".",
            "*.",
            "b.com:8443",
            "b.com:",
            "b.com:x",
            "b.com/8",
        ] {
            assert_not_excepted("a.b.com", no_proxy);
        }
        assert_excepted("b.com", ".b.com");
        assert_not_excepted("b.com", "a.b.com");
    }

    #[test]
    fn entries_are_separated_by_commas_and_white_space() {
        for no_proxy in ["c.d, *", "c.d,b.com", "c.d , b.com , e", "c.d b.com"] {
            assert_excepted("a.b.com", no_proxy);
        }
        for no_proxy in ["", ",, ,", "c.d,e.f"] {
            assert_not_excepted("a.b.com", no_proxy);
        }
    }

    #[test]
    fn an_entry_with_a_port_matches_this_port_only() {
        assert_excepted("a.b.com:8443", "b.com:8443");
        assert_excepted("a.b.com:8443", "b.com");
        assert_not_excepted("a.b.com:8443", "b.com:443");
    }

    #[test]
    fn an_address_or_a_range_matches_ipv4_addresses() {
        // The second host is the first as an IPv6 address.
        for host in ["10.1.2.3", "[::ffff:10.1.2.3]"] {
            for no_proxy in [
                "10.1.2.3",
                "10.0.0.0/8",
                "10.0.0.0/8:443",
                "10.1.2.2/31",
                "10.1.2.3/32",
                "0.0.0.0/0",
                "::ffff:10.0.0.0/104",
            ] {
                assert_excepted(host, no_proxy);
            }
            for no_proxy in [
                "10.1.2.4",
                "2.3",
                "10.0.0.0/8:80",
                "10.1.2.0/31",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "::/0",
                "::ffff:11.0.0.0/104",
            ] {
                assert_not_excepted(host, no_proxy);
            }
        }
        assert_not_excepted("10.b.com", "10.0.0.0/8");
    }

    #[test]
    fn an_address_or_a_range_matches_ipv6_addresses() {
        for no_proxy in [
            "fd00::1",
            "[fd00::1]",
            "FD00:0::1",
            "[fd00::1]:443",
            "fd00::/8",
            "[fd00::]/8:443",
            "[fd00::/8]:443",
            "::/0",
        ] {
            assert_excepted("[fd00::1]", no_proxy);
        }
        for no_proxy in [
            "[fd00::1]:80",
            "[fd00::/8]:80",
            "fe00::/8",
            "fd00::/129",
            "0.0.0.0/0",
        ] {
            assert_not_excepted("[fd00::1]", no_proxy);
        }
    }
}
