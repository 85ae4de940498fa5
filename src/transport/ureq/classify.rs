//! Classifies the errors of ureq: whether anything was sent, and whether a retry may help.

use std::io;

use ureq::{Proxy, Timeout};

use super::proxy::is_socks;
use crate::transport::{TransportError, status_text};

/// Classifies an error of a request that may use a proxy. A request that the proxy refused was not
/// sent.
pub(super) fn classify(proxy: Option<&Proxy>, error: ureq::Error) -> TransportError {
    let Some(proxy) = proxy else {
        return classify_direct(error);
    };
    let error = if is_socks(proxy.protocol()) {
        classify_socks(error)
    } else {
        classify_connect_method(error)
    };
    if error.is_while_connecting() {
        let at_the_proxy = format!(" (at the proxy {}:{})", proxy.host(), proxy.port());
        error.map_text(&|text| format!("{text}{at_the_proxy}"))
    } else {
        error
    }
}

/// Classifies an error of a request through an HTTP proxy.
fn classify_connect_method(error: ureq::Error) -> TransportError {
    match error {
        // ureq reads at most 20 headers of a response to CONNECT, and 128 of a server's response.
        // More than 128 are far less likely than more than 20 from a proxy. ureq does not re-export
        // the type of the error.
        ureq::Error::Protocol(error) if error.to_string().contains("too many headers") => {
            TransportError::proxy_refused(
                "the proxy's response to CONNECT has more headers than the 20 that ureq reads",
            )
        }
        error => classify_direct(error),
    }
}

/// Classifies an error of a request through a SOCKS proxy.
fn classify_socks(error: ureq::Error) -> TransportError {
    let ureq::Error::Io(error) = error else {
        return classify_direct(error);
    };
    let text = error.to_string();
    let is_of_system = error.raw_os_error().is_some();
    if !is_of_system && SOCKS_REFUSALS.contains(&&*text) {
        TransportError::proxy_refused(format!("the proxy refused: {text}"))
    } else if !is_of_system && SOCKS_FAILURES.contains(&&*text) {
        TransportError::connect(format!("the proxy failed: {text}"))
    } else {
        classify_direct(ureq::Error::Io(error))
    }
}

fn classify_direct(error: ureq::Error) -> TransportError {
    use ureq::Error as E;
    if is_about_client_certificate(&error.to_string()) {
        return TransportError::client_certificate(error);
    }
    match error {
        E::Timeout(Timeout::Resolve | Timeout::Connect) => TransportError::connect_timeout(error),
        E::Timeout(_) => TransportError::timeout(error),
        E::ConnectProxyFailed(reason) => classify_refusal(reason),
        E::HostNotFound | E::ConnectionFailed => TransportError::connect(error),
        E::Io(error) => classify_io(error),
        E::Protocol(_) | E::LargeResponseHeader(..) => TransportError::malformed(error),
        E::RequireHttpsOnly(_) => TransportError::configuration(
            "the agent allows https only, and the base URL is plain http",
        ),
        E::Tls(_) | E::TlsRequired => TransportError::certificate(error),
        #[cfg(feature = "rustls")]
        E::Rustls(_) => TransportError::certificate(error),
        #[cfg(feature = "native-tls")]
        E::NativeTls(_) => TransportError::certificate(error),
        #[cfg(feature = "native-tls")]
        E::Der(_) => TransportError::configuration(error),
        _ => classify_other(error),
    }
}

/// Classifies an error of a variant that exists only with a feature of ureq that this crate does
/// not enable. Another crate can enable `gzip` or `brotli`, and ureq then decompresses by itself.
fn classify_other(error: ureq::Error) -> TransportError {
    let text = error.to_string();
    if !text.contains("decompression failed: ") {
        TransportError::other(error)
    } else if contains_any(&text, CORRUPT_STREAM) {
        TransportError::malformed(error)
    } else {
        // The stream is truncated, or the connection failed.
        TransportError::interrupted(error)
    }
}

/// The errors of flate2 for data that is not gzip, and of brotli for data that is not brotli.
const CORRUPT_STREAM: &[&str] = &[
    "invalid gzip header",
    "corrupt gzip stream",
    "corrupt deflate stream",
    "deflate decompression error",
    "Invalid Data",
];

/// Classifies the refusal of an HTTP proxy. A retry does not help against a client error, such as a
/// wrong password.
fn classify_refusal(reason: String) -> TransportError {
    match refusal_status(&reason) {
        Some(status) if status.is_client_error() => {
            TransportError::proxy_refused(format!("the proxy refused with {}", status_text(status)))
        }
        Some(status) => {
            TransportError::connect(format!("the proxy responded with {}", status_text(status)))
        }
        None => TransportError::connect(ureq::Error::ConnectProxyFailed(reason)),
    }
}

/// Returns the status in ureq's text for the refusal of a proxy.
fn refusal_status(reason: &str) -> Option<http::StatusCode> {
    let (_, status) = reason.split_once("responded ")?;
    status.get(..3)?.parse().ok()
}

/// Classifies a failed read of a body. It is never a failure to connect, because the request was
/// sent.
pub(super) fn classify_body(error: io::Error) -> TransportError {
    // This is how flate2 reports data that is not gzip.
    if error.kind() == io::ErrorKind::InvalidInput && error.raw_os_error().is_none() {
        return TransportError::malformed(format!("gzip decompression failed: {error}"));
    }
    let error = classify_direct(ureq::Error::from(error));
    if error.is_while_connecting() {
        TransportError::interrupted(error.to_string())
    } else {
        error
    }
}

/// ureq's errors for a failed SOCKS handshake after which a retry is useless.
const SOCKS_REFUSALS: &[&str] = &[
    "SOCKS4 does not support IPv6",
    "invalid response version",
    "invalid response code",
    "request rejected because SOCKS server cannot connect to identd on the client",
    "request rejected because the client program and identd report different user-ids",
    "invalid reserved byte",
    "no acceptable auth methods",
    "unknown auth method",
    "invalid username",
    "invalid password",
    "password authentication failed",
    "domain name too long",
    "connection not allowed by ruleset",
    "command not supported",
    "address kind not supported",
    "unsupported address type",
];

/// The errors of ureq for a SOCKS proxy that cannot reach the server.
const SOCKS_FAILURES: &[&str] = &[
    "request rejected or failed",
    "general SOCKS server failure",
    "network unreachable",
    "host unreachable",
    "connection refused",
    "TTL expired",
    "unknown error",
];

/// The alerts of TLS about the client's certificate, in lower case and without spaces.
const CLIENT_CERTIFICATE_ALERTS: &[&str] = &[
    "alertcertificaterequired",
    "alertbadcertificate",
    "alertunsupportedcertificate",
    "alertcertificaterevoked",
    "alertcertificateexpired",
    "alertcertificateunknown",
    "alertunknownca",
];

/// Whether the server refused the client's certificate, or requires one. In TLS 1.3 this arrives
/// after the request was sent, but no server processes a request before the handshake is complete.
fn is_about_client_certificate(text: &str) -> bool {
    // rustls writes "alert: UnknownCA", and OpenSSL "alert unknown ca".
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    contains_any(&letters.to_ascii_lowercase(), CLIENT_CERTIFICATE_ALERTS)
}

/// The TLS errors that occur in a handshake only, before anything is sent.
const HANDSHAKE_ERRORS: &[&str] = &[
    "HandshakeFailure",
    "ProtocolVersion",
    "InsufficientSecurity",
    "UnrecognisedName",
    "NoApplicationProtocol",
    "peer is incompatible",
];

/// The codes of the system for too many open sockets, in this process or in all.
const TOO_MANY_FILES: [i32; 2] = if cfg!(unix) { [24, 23] } else { [10024, 10055] };

fn classify_io(error: io::Error) -> TransportError {
    use io::ErrorKind as K;
    let text = error.to_string();
    let is_too_many_files = error
        .raw_os_error()
        .is_some_and(|code| TOO_MANY_FILES.contains(&code));
    if is_too_many_files || is_of_resolver(&error) {
        return TransportError::connect(error);
    }
    if error.kind() == K::NotConnected && text == "Agent is shut down" {
        return TransportError::configuration("the agent is shut down");
    }
    match error.kind() {
        K::ConnectionRefused
        | K::NetworkDown
        | K::NetworkUnreachable
        | K::HostUnreachable
        | K::AddrInUse
        | K::AddrNotAvailable
        | K::PermissionDenied => TransportError::connect(error),
        K::InvalidData => classify_tls(error),
        K::TimedOut | K::WouldBlock => TransportError::timeout(error),
        _ => TransportError::interrupted(error),
    }
}

/// Whether the host name could not be resolved. Such errors have no kind of their own.
fn is_of_resolver(error: &io::Error) -> bool {
    if cfg!(windows) {
        // From `WSAHOST_NOT_FOUND` to `WSANO_DATA`.
        matches!(error.raw_os_error(), Some(11001..=11004))
    } else {
        error.to_string().contains("failed to lookup address")
    }
}

/// Classifies an error of the kind that rustls uses for all its errors. Their type cannot be named
/// without depending on rustls.
fn classify_tls(error: io::Error) -> TransportError {
    let text = error.to_string();
    if text.contains("certificate") {
        TransportError::certificate(error)
    } else if contains_any(&text, HANDSHAKE_ERRORS) {
        TransportError::connect(error)
    } else {
        TransportError::malformed(error)
    }
}

fn contains_any(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use std::net::ToSocketAddrs;

    use super::*;
    use crate::transport::TransportErrorKind;

    /// On Windows, the error has a code of the system and no text of its own.
    #[test]
    fn a_host_that_does_not_resolve_is_a_failure_to_connect() {
        let error = ("api.hidden.invalid", 443).to_socket_addrs().unwrap_err();
        let error = classify(None, error.into());
        assert_eq!(error.kind(), TransportErrorKind::Connect, "{error}");
    }
}
