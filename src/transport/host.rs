//! Host names and addresses, as they stand in URLs.

use std::net::IpAddr;

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = plain_host(host);
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost",
    }
}

/// Returns a host in lower case, without brackets or a trailing dot.
pub(super) fn plain_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.trim_end_matches('.').to_ascii_lowercase()
}
