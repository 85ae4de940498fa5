//! Classifies the errors of ureq: whether anything was sent, and whether a retry may help.

use std::io;

use ureq::{Proxy, ProxyProtocol, Timeout};

use crate::transport::TransportError;

/// Classifies an error of a request that may use a proxy. A request that the proxy refused was not
/// sent.
pub(super) fn classify(proxy: Option<&Proxy>, error: ureq::Error) -> TransportError {
    let Some(proxy) = proxy else {
        return classify_direct(error);
    };
    let is_http = matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    let error = match error {
        // ureq reads at most 20 headers of a response to CONNECT, and 128 of a server's response.
        // More than 128 are far less likely than more than 20 from a proxy. ureq does not re-export
        // the type of the error.
        ureq::Error::Protocol(error)
            if is_http && error.to_string().contains("too many headers") =>
        {
            TransportError::misconfigured(
                "the proxy's response to CONNECT has more headers than the 20 that ureq reads",
            )
        }
        ureq::Error::Io(error) if !is_http && is_one_of(&error, SOCKS_REFUSALS) => {
            TransportError::misconfigured(format!("the proxy refused: {error}"))
        }
        ureq::Error::Io(error) if !is_http && is_one_of(&error, SOCKS_FAILURES) => {
            TransportError::connect(format!("the proxy failed: {error}"))
        }
        error => classify_direct(error),
    };
    match error.is_connect {
        true => error
            .map_text(&|text| format!("{text} (by the proxy {}:{})", proxy.host(), proxy.port())),
        false => error,
    }
}

fn classify_direct(error: ureq::Error) -> TransportError {
    use ureq::Error as E;
    match error {
        error if is_about_client_certificate(&error.to_string()) => {
            TransportError::misconfigured(format!(
                "the server requires a client certificate, or refused it; set one in the `TlsConfig` of an agent: {error}"
            ))
        }
        E::Timeout(Timeout::Resolve | Timeout::Connect) => TransportError::connect_timeout(error),
        E::Timeout(_) => TransportError::timeout(error),
        E::ConnectProxyFailed(reason) => {
            let status = reason
                .split_once("responded ")
                .and_then(|(_, status)| status.get(..3)?.parse().ok());
            // A retry does not help against a client error, such as a wrong password.
            match status.filter(http::StatusCode::is_client_error) {
                Some(status) => {
                    TransportError::misconfigured(format!("the proxy refused with {status}"))
                }
                None => TransportError::connect(E::ConnectProxyFailed(reason)),
            }
        }
        E::HostNotFound | E::ConnectionFailed => TransportError::connect(error),
        E::Io(error) => classify_io(error),
        E::Protocol(_) | E::LargeResponseHeader(..) => TransportError::malformed(error),
        #[cfg(feature = "gzip")]
        E::Decompress(_, error) => classify_body(error),
        E::Tls(_) | E::TlsRequired => TransportError::certificate(error),
        #[cfg(feature = "rustls")]
        E::Rustls(_) => TransportError::certificate(error),
        #[cfg(feature = "native-tls")]
        E::NativeTls(_) => TransportError::certificate(error),
        _ => TransportError::other(error),
    }
}

/// Classifies a failed read of a body. It is never a failure to connect, because the request was
/// sent.
pub(super) fn classify_body(error: io::Error) -> TransportError {
    // This is how flate2 reports data that is not gzip.
    if error.kind() == io::ErrorKind::InvalidInput {
        return TransportError::malformed(format!("gzip decompression failed: {error}"));
    }
    match classify_direct(ureq::Error::from(error)) {
        error if error.is_connect => TransportError::interrupted(error.to_string()),
        error => error,
    }
}

/// ureq's errors for a failed SOCKS handshake after which a retry is useless.
const SOCKS_REFUSALS: &str = "SOCKS4 does not support IPv6|invalid response version|invalid response code|\
    request rejected because SOCKS server cannot connect to identd on the client|invalid reserved byte|\
    request rejected because the client program and identd report different user-ids|no acceptable auth methods|\
    unknown auth method|invalid username|invalid password|password authentication failed|domain name too long|\
    connection not allowed by ruleset|command not supported|address kind not supported|unsupported address type";

/// The errors of ureq for a SOCKS proxy that cannot reach the server.
const SOCKS_FAILURES: &str = "request rejected or failed|general SOCKS server failure|network unreachable|\
    host unreachable|connection refused|TTL expired|unknown error";

/// Whether the server refused the client's certificate, or requires one. In TLS 1.3 this arrives
/// after the request was sent, but no server processes a request before the handshake is complete.
fn is_about_client_certificate(text: &str) -> bool {
    const ALERTS: &str = "alertcertificaterequired|alertbadcertificate|alertunsupportedcertificate|\
        alertcertificaterevoked|alertcertificateexpired|alertcertificateunknown|alertunknownca";
    // rustls writes "alert: UnknownCA", and OpenSSL "alert unknown ca".
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    contains_any(&letters.to_ascii_lowercase(), ALERTS)
}

/// The TLS errors that occur in a handshake only, before anything is sent.
const HANDSHAKE_ERRORS: &str = "HandshakeFailure|ProtocolVersion|InsufficientSecurity|UnrecognisedName|\
    NoApplicationProtocol|peer is incompatible";

/// The codes of the system for too many open sockets, in this process or in all.
const TOO_MANY_FILES: [i32; 2] = if cfg!(unix) { [24, 23] } else { [10024, 10055] };

fn classify_io(error: io::Error) -> TransportError {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused | K::NetworkDown | K::NetworkUnreachable => {
            TransportError::connect(error)
        }
        K::HostUnreachable | K::AddrInUse | K::AddrNotAvailable => TransportError::connect(error),
        K::PermissionDenied => TransportError::connect(error),
        _ if error
            .raw_os_error()
            .is_some_and(|code| TOO_MANY_FILES.contains(&code)) =>
        {
            TransportError::connect(error)
        }
        // rustls reports a refused certificate like this. Its error type cannot be named without
        // depending on it, and TLS errors after the handshake have the same kind.
        K::InvalidData if error.to_string().contains("certificate") => {
            TransportError::certificate(error)
        }
        K::InvalidData if contains_any(&error.to_string(), HANDSHAKE_ERRORS) => {
            TransportError::connect(error)
        }
        K::InvalidData => TransportError::malformed(error),
        K::TimedOut | K::WouldBlock => TransportError::timeout(error),
        // Errors of the resolver have no kind of their own.
        _ if error.to_string().contains("failed to lookup address") => {
            TransportError::connect(error)
        }
        _ => TransportError::interrupted(error),
    }
}

fn is_one_of(error: &io::Error, texts: &str) -> bool {
    error.raw_os_error().is_none() && texts.split('|').any(|text| text == error.to_string())
}

fn contains_any(text: &str, parts: &str) -> bool {
    parts.split('|').any(|part| text.contains(part))
}
