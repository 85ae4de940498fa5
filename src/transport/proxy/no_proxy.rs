//! The exceptions in `NO_PROXY`.

use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

/// Where requests go.
pub(super) struct Target {
    pub(super) is_https: bool,
    /// In lower case, without brackets and without a dot at its end.
    pub(super) host: String,
    port: u16,
}

impl Target {
    pub(super) fn of(base_url: &str) -> Option<Self> {
        let uri: Uri = base_url.parse().ok()?;
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        Some(Self {
            is_https,
            host: plain_host(uri.host()?),
            port: uri.port_u16().unwrap_or(if is_https { 443 } else { 80 }),
        })
    }

    /// Whether an entry of `NO_PROXY` names it.
    pub(super) fn is_excepted(&self, exceptions: &str) -> bool {
        exceptions
            .split(|letter: char| letter == ',' || letter.is_whitespace())
            .filter(|entry| !entry.is_empty())
            .any(|entry| entry == "*" || self.is_entry(entry))
    }

    fn is_entry(&self, entry: &str) -> bool {
        let (host, range, port) = split_entry(entry);
        if port.is_some_and(|port| port.parse() != Ok(self.port)) {
            return false;
        }
        let host = plain_host(host);
        if let Ok(address) = self.host.parse::<IpAddr>() {
            let Ok(network) = host.parse::<IpAddr>() else {
                return false;
            };
            return is_in_network(address.to_canonical(), network.to_canonical(), range);
        }
        let name = host.strip_prefix('*').unwrap_or(&host);
        let name = name.strip_prefix('.').unwrap_or(name);
        let before = self.host.strip_suffix(name);
        range.is_none() && !name.is_empty() && before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }
}

fn plain_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Splits `host`, `host:port`, `10.0.0.0/8:port`, `fd00::/8`, `[fd00::]/8:port` and `[fd00::/8]:port` into host, length
/// of the prefix, and port.
fn split_entry(entry: &str) -> (&str, Option<&str>, Option<&str>) {
    let (host, rest) = match entry.strip_prefix('[').and_then(|entry| entry.split_once(']')) {
        Some((host, rest)) => (host, rest),
        None if entry.matches(':').count() > 1 => (entry, ""),
        None => entry.split_at(entry.find([':', '/']).unwrap_or(entry.len())),
    };
    let (rest, port) = match rest.split_once(':') {
        Some((rest, port)) => (rest, Some(port)),
        None => (rest, None),
    };
    match host.split_once('/') {
        Some((host, range)) => (host, Some(range), port),
        None => (host, rest.strip_prefix('/'), port),
    }
}

/// Whether an address is in a network; without a range, whether it is this very address.
fn is_in_network(address: IpAddr, network: IpAddr, range: Option<&str>) -> bool {
    let Some(range) = range else {
        return address == network;
    };
    let Ok(length) = range.parse::<u32>() else {
        return false;
    };
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if length <= 32 => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.checked_shr(32 - length).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if length <= 128 => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.checked_shr(128 - length).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_hosts_addresses_ranges_and_ports() {
        for (host, entries, is_excepted) in [
            ("api.example.com", "example.com", true),
            ("api.example.com", ".example.com", true),
            ("api.example.com", "*.example.com", true),
            ("api.example.com", "API.Example.COM.", true),
            ("example.com", ".example.com", true),
            ("api.example.com.", "example.com", true),
            ("api.example.com", "ample.com", false),
            ("example.com", "api.example.com", false),
            ("api.example.com", "example.com.evil", false),
            ("api.example.com", "*", true),
            ("api.example.com", "a.b, *", true),
            ("api.example.com", "a.b,example.com", true),
            ("api.example.com", "a.b , example.com , c.d", true),
            ("api.example.com", "a.b example.com", true),
            ("api.example.com", ",, ,", false),
            ("api.example.com", ".", false),
            ("api.example.com", "*.", false),
            ("api.example.com", "example.com:443", true),
            ("api.example.com", "example.com:8443", false),
            ("api.example.com:8443", "example.com:8443", true),
            ("api.example.com:8443", "example.com", true),
            ("api.example.com", "example.com:", false),
            ("api.example.com", "example.com:x", false),
            ("api.example.com", "example.com/8", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.3", "2.3", false),
            ("10.1.2.3", "10.0.0.0/8", true),
            ("10.1.2.3", "10.0.0.0/8:443", true),
            ("10.1.2.3", "10.0.0.0/8:80", false),
            ("10.1.2.3", "10.1.2.2/31", true),
            ("10.1.2.3", "10.1.2.0/31", false),
            ("10.1.2.3", "10.1.2.3/32", true),
            ("10.1.2.3", "0.0.0.0/0", true),
            ("10.1.2.3", "10.0.0.0/33", false),
            ("10.1.2.3", "10.0.0.0/", false),
            ("10.1.2.3", "10.0.0.0/-1", false),
            ("10.1.2.3", "::/0", false),
            ("[fd00::1]", "fd00::1", true),
            ("[fd00::1]", "[fd00::1]", true),
            ("[fd00::1]", "FD00:0::1", true),
            ("[fd00::1]", "[fd00::1]:443", true),
            ("[fd00::1]", "[fd00::1]:80", false),
            ("[fd00::1]", "fd00::/8", true),
            ("[fd00::1]", "[fd00::]/8:443", true),
            ("[fd00::1]", "[fd00::/8]:443", true),
            ("[fd00::1]", "[fd00::/8]:80", false),
            ("[fd00::1]", "fe00::/8", false),
            ("[fd00::1]", "::/0", true),
            ("[fd00::1]", "fd00::/129", false),
            ("[::ffff:10.1.2.3]", "10.0.0.0/8", true),
            ("10.example.com", "10.0.0.0/8", false),
        ] {
            let target = Target::of(&format!("https://{host}/client/v4")).unwrap();
            assert_eq!(target.is_excepted(entries), is_excepted, "{host} {entries}");
        }
    }
}
