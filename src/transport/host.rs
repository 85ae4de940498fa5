//! Host names and addresses, as they stand in URLs.

use std::net::IpAddr;

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = plain_host(host);
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

/// Returns a host in lower case, without brackets or a trailing dot.
pub(super) fn plain_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.trim_end_matches('.').to_ascii_lowercase()
}
