//! Host names and addresses, as they stand in URLs.

use std::net::IpAddr;

/// Whether a host of a URL is this machine: `localhost` or a loopback address, also as an IPv6
/// address such as `[::ffff:127.0.0.1]`.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = plain_host(host);
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost",
    }
}

/// Returns a host in lower case, without brackets or a trailing dot.
pub(super) fn plain_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts_are_localhost_and_loopback_addresses() {
        for host in [
            "localhost",
            "LocalHost",
            "localhost.",
            "127.0.0.1",
            "127.255.255.254",
            "::1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            ".",
            "localhost..",
            "localhost.example",
            "my.localhost",
            "0.0.0.0",
            "128.0.0.1",
            "127.0.0.1.example",
            "[::]",
            "[::2]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
