use std::io;

use ureq::{Proxy, ProxyProtocol, Timeout};

use crate::transport::TransportError;

/// What a failure of ureq's means: whether anything was sent, and whether it may pass.
pub(super) fn classify(error: ureq::Error) -> TransportError {
    use ureq::Error as E;
    match error {
        error if is_about_client_certificate(&error.to_string()) => TransportError::misconfigured(format!(
            "the server requires a client certificate, or refused it; set one in the `TlsConfig` of an agent: {error}"
        )),
        E::Timeout(Timeout::Resolve | Timeout::Connect) => TransportError::connect_timeout(error),
        E::Timeout(_) => TransportError::timeout(error),
        E::ConnectProxyFailed(reason) => match refusal_of_proxy(&reason) {
            Some(status) => TransportError::misconfigured(format!("the proxy refused with {status}")),
            None => TransportError::connect(E::ConnectProxyFailed(reason)),
        },
        E::HostNotFound | E::ConnectionFailed => TransportError::connect(error),
        E::Io(error) => classify_io(error),
        E::Protocol(_) | E::LargeResponseHeader(..) => TransportError::malformed(error),
        #[cfg(feature = "gzip")]
        E::Decompress(_, ref inner) => match inner.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => TransportError::interrupted(error),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => TransportError::timeout(error),
            _ => TransportError::malformed(error),
        },
        E::Tls(_) | E::TlsRequired => TransportError::certificate(error),
        #[cfg(feature = "rustls")]
        E::Rustls(_) => TransportError::certificate(error),
        #[cfg(feature = "native-tls")]
        E::NativeTls(_) => TransportError::certificate(error),
        _ => TransportError::other(error),
    }
}

/// What a failure of a request through a proxy means. What the proxy refuses, it has not sent on.
pub(super) fn classify_through(proxy: &Proxy, error: ureq::Error) -> TransportError {
    let is_http = matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    let error = match (&error, is_http) {
        // ureq reads at most 20 headers of a response to CONNECT, and 128 of a server's response. More than 128 are far
        // less likely than more than 20 from a proxy. ureq does not re-export the type of the error.
        (ureq::Error::Protocol(inner), true) if inner.to_string().contains("too many headers") => {
            let reason = "the proxy's response to CONNECT has more than 20 headers, which ureq cannot read";
            TransportError::misconfigured(reason)
        }
        (ureq::Error::Io(inner), false) if inner.raw_os_error().is_none() => match inner.to_string() {
            text if SOCKS_REFUSALS.contains(&&*text) => {
                TransportError::misconfigured(format!("the proxy refused: {text}"))
            }
            text if SOCKS_FAILURES.contains(&&*text) => TransportError::connect(format!("the proxy failed: {text}")),
            _ => classify(error),
        },
        _ => classify(error),
    };
    error.through(proxy.host(), proxy.port())
}

/// What ureq reports of a SOCKS handshake that fails however often it is tried.
const SOCKS_REFUSALS: &[&str] = &[
    "SOCKS4 does not support IPv6",
    "request rejected because SOCKS server cannot connect to identd on the client",
    "request rejected because the client program and identd report different user-ids",
    "no acceptable auth methods",
    "unknown auth method",
    "invalid username",
    "invalid password",
    "password authentication failed",
    "connection not allowed by ruleset",
    "command not supported",
    "address kind not supported",
    "unsupported address type",
    "domain name too long",
    "invalid response version",
    "invalid response code",
    "invalid reserved byte",
];

/// What ureq reports of a SOCKS proxy that does not reach the server.
const SOCKS_FAILURES: &[&str] = &[
    "request rejected or failed",
    "general SOCKS server failure",
    "network unreachable",
    "host unreachable",
    "connection refused",
    "TTL expired",
    "unknown error",
];

/// What a failed read of a body means. The request was sent, so it is no failure to connect, whatever its kind.
pub(super) fn classify_body(error: io::Error) -> TransportError {
    let error = classify(ureq::Error::from(error));
    if error.is_connect() {
        return TransportError::interrupted(error.to_string());
    }
    error
}

/// The status with which a proxy refused to connect, if asking again would not help: a password that is wrong stays so.
fn refusal_of_proxy(reason: &str) -> Option<http::StatusCode> {
    let (_, status) = reason.split_once("responded ")?;
    let status = status.get(..3)?.parse().ok();
    status.filter(http::StatusCode::is_client_error)
}

#[cfg(unix)]
const TOO_MANY_FILES: i32 = 24;
#[cfg(unix)]
const TOO_MANY_FILES_IN_ALL: i32 = 23;
#[cfg(not(unix))]
const TOO_MANY_FILES: i32 = 10024;
#[cfg(not(unix))]
const TOO_MANY_FILES_IN_ALL: i32 = 10055;

/// Whether a fault of TLS is one that only a handshake has: no key is agreed on then, and nothing was sent.
fn is_of_a_handshake(text: &str) -> bool {
    let faults = [
        "HandshakeFailure",
        "ProtocolVersion",
        "InsufficientSecurity",
        "UnrecognisedName",
        "NoApplicationProtocol",
        "peer is incompatible",
    ];
    faults.iter().any(|fault| text.contains(fault))
}

/// Whether the server refused the client's certificate, or the lack of one. In TLS 1.3 this arrives after the request
/// was sent, but no server serves a request before the handshake is over.
fn is_about_client_certificate(text: &str) -> bool {
    let rustls = [
        "CertificateRequired",
        "BadCertificate",
        "UnsupportedCertificate",
        "CertificateRevoked",
        "CertificateExpired",
        "CertificateUnknown",
        "UnknownCA",
        "UnknownCa",
    ];
    let openssl = [
        "alert certificate required",
        "alert bad certificate",
        "alert unsupported certificate",
        "alert certificate revoked",
        "alert certificate expired",
        "alert certificate unknown",
        "alert unknown ca",
    ];
    let alert = text.split_once("received fatal alert: ");
    alert.is_some_and(|(_, alert)| rustls.iter().any(|name| alert.starts_with(name)))
        || openssl.iter().any(|words| text.contains(words))
}

fn classify_io(error: io::Error) -> TransportError {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused
        | K::HostUnreachable
        | K::NetworkUnreachable
        | K::NetworkDown
        | K::AddrInUse
        | K::AddrNotAvailable
        | K::PermissionDenied => TransportError::connect(error),
        // There are no more sockets for this process, or for any.
        _ if matches!(error.raw_os_error(), Some(TOO_MANY_FILES | TOO_MANY_FILES_IN_ALL)) => {
            TransportError::connect(error)
        }
        // So says rustls in the handshake of a certificate that it refuses. Its type cannot be named without depending
        // on it, and other faults of TLS, which may come later, arrive in the same way.
        K::InvalidData if error.to_string().contains("certificate") => TransportError::certificate(error),
        K::InvalidData if is_of_a_handshake(&error.to_string()) => TransportError::connect(error),
        K::InvalidData => TransportError::malformed(error),
        K::TimedOut | K::WouldBlock => TransportError::timeout(error),
        // The resolver's failures have no kind.
        _ if error.to_string().contains("failed to lookup address") => TransportError::connect(error),
        _ => TransportError::interrupted(error),
    }
}
