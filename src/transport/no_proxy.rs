//! The hosts that use no proxy from the environment, as `NO_PROXY` lists them.

use std::net::IpAddr;

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
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        Some(Self {
            is_https,
            host: plain_host(uri.host()?),
            port,
        })
    }

    /// Whether an entry of `NO_PROXY` matches.
    pub(super) fn is_excepted(&self, exceptions: &str) -> bool {
        let mut entries = exceptions.split(|letter: char| letter == ',' || letter.is_whitespace());
        entries.any(|entry| entry == "*" || self.is_entry(entry))
    }

    fn is_entry(&self, entry: &str) -> bool {
        let (host, range, port) = split_entry(entry);
        if port.is_some_and(|port| port.parse() != Ok(self.port)) {
            return false;
        }
        let host = plain_host(host);
        if let Ok(address) = self.host.parse::<IpAddr>() {
            return host
                .parse()
                .is_ok_and(|network| is_in_network(address, network, range));
        }
        let name = host.strip_prefix('*').unwrap_or(&host);
        let name = name.strip_prefix('.').unwrap_or(name);
        let before = self.host.strip_suffix(name);
        range.is_none()
            && !name.is_empty()
            && before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }
}

/// Splits `host`, `host:port`, `10.0.0.0/8:port`, `fd00::/8`, `[fd00::]/8:port` and
/// `[fd00::/8]:port` into host, length of the prefix, and port.
fn split_entry(entry: &str) -> (&str, Option<&str>, Option<&str>) {
    let (host, rest) = match entry
        .strip_prefix('[')
        .and_then(|entry| entry.split_once(']'))
    {
        Some((host, rest)) => (host, rest),
        None if entry.matches(':').count() > 1 => (entry, ""),
        None => entry.split_at(entry.find([':', '/']).unwrap_or(entry.len())),
    };
    let (rest, port) = rest
        .split_once(':')
        .map_or((rest, None), |(rest, port)| (rest, Some(port)));
    match host.split_once('/') {
        Some((host, range)) => (host, Some(range), port),
        None => (host, rest.strip_prefix('/'), port),
    }
}

/// Whether an address is in a network. Without a range, the network is one address.
fn is_in_network(address: IpAddr, network: IpAddr, range: Option<&str>) -> bool {
    let bits = |address| match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    };
    let longest: u32 = if network.is_ipv4() { 32 } else { 128 };
    let ignored = range.map_or(Some(0), |range| longest.checked_sub(range.parse().ok()?));
    let is_same_family = address.to_canonical().is_ipv4() == network.to_canonical().is_ipv4();
    let is_equal = |ignored| {
        (bits(address) ^ bits(network))
            .checked_shr(ignored)
            .unwrap_or(0)
            == 0
    };
    is_same_family && ignored.is_some_and(is_equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_hosts_addresses_ranges_and_ports() {
        let v4 = "10.1.2.3|10.0.0.0/8|10.0.0.0/8:443|10.1.2.2/31|10.1.2.3/32|0.0.0.0/0|::ffff:10.0.0.0/104";
        let not_v4 = "10.1.2.4|2.3|10.0.0.0/8:80|10.1.2.0/31|10.0.0.0/33|10.0.0.0/|10.0.0.0/-1|::/0|::ffff:11.0.0.0/104";
        let v6 =
            "fd00::1|[fd00::1]|FD00:0::1|[fd00::1]:443|fd00::/8|[fd00::]/8:443|[fd00::/8]:443|::/0";
        for (host, matching, others) in [
            (
                "a.b.com",
                "b.com|.b.com|*.b.com|A.B.COM.|*|c.d, *|c.d,b.com|c.d , b.com , e|c.d b.com|b.com:443",
                "",
            ),
            (
                "a.b.com",
                "",
                "om|a.a.b.com|b.com.evil|,, ,|.|*.|b.com:8443|b.com:|b.com:x|b.com/8",
            ),
            ("b.com", ".b.com", "a.b.com"),
            ("a.b.com.", "b.com", ""),
            ("a.b.com:8443", "b.com:8443|b.com", "b.com:443"),
            ("10.b.com", "", "10.0.0.0/8"),
            ("10.1.2.3", v4, not_v4),
            ("[::ffff:10.1.2.3]", v4, not_v4),
            (
                "[fd00::1]",
                v6,
                "[fd00::1]:80|[fd00::/8]:80|fe00::/8|fd00::/129|0.0.0.0/0",
            ),
        ] {
            let target = Target::of(&format!("https://{host}/client/v4")).unwrap();
            let are_excepted = |entries: &str, expected| {
                let entries = entries.split('|').filter(|entry| !entry.is_empty());
                entries.for_each(|entry| {
                    assert_eq!(target.is_excepted(entry), expected, "{host} {entry}")
                });
            };
            are_excepted(matching, true);
            are_excepted(others, false);
        }
    }
}
