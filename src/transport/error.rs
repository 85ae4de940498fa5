use std::error::Error;
use std::fmt;

/// An error of a [`Transport`](crate::Transport) or a [`Body`](crate::Body): no complete response
/// arrived.
///
/// A custom transport creates one with the function that fits: `TransportError::connect("the socket
/// is closed")`.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    progress: Progress,
    /// The setter or the environment variable that an error of kind `Configuration` is about.
    parameter: Option<&'static str>,
    text: String,
}

/// How far a request got before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The attempt did not begin.
    NotSent,
    /// No connection was made, and nothing was sent.
    Connecting,
    /// The request was sent, or a part of it may have been.
    Sent,
}

/// The kind of a [`TransportError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made, and nothing was sent. The client retries reads and writes.
    Connect,
    /// A proxy refused to connect to the server, and nothing was sent. The client does not retry.
    ProxyRefused,
    /// The server's certificate was refused, or the server requires a certificate or refused the
    /// client's. Nothing was sent. The client does not retry.
    Certificate,
    /// The transport cannot send this request as it is configured. Nothing was sent. The client does
    /// not retry.
    Configuration,
    /// A timeout ended the attempt. The client retries reads, and writes if no
    /// connection was made.
    Timeout,
    /// The connection failed after a part of the request was sent, or the response was lost. The
    /// client retries reads only.
    Interrupted,
    /// The response is larger than allowed. The client does not retry.
    TooLarge,
    /// The response is not valid HTTP, or not in the encoding that it declares. The client does not
    /// retry.
    Malformed,
    /// Any other failure. The client does not retry.
    Other,
}

type Source = Box<dyn Error + Send + Sync>;

impl TransportError {
    /// Creates an error of kind `Connect`: no connection was made, and nothing was sent.
    pub fn connect(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Connect,
            Progress::Connecting,
            "could not connect",
            source,
        )
    }

    /// Creates an error of kind `ProxyRefused`: a proxy refused to connect to the server, and
    /// nothing was sent.
    pub fn proxy_refused(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::ProxyRefused,
            Progress::Connecting,
            "could not connect",
            source,
        )
    }

    /// Creates an error of kind `Certificate`: the server's certificate was refused, and nothing
    /// was sent.
    pub fn certificate(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Certificate,
            Progress::Connecting,
            "the server's certificate was refused",
            source,
        )
    }

    /// Creates an error of kind `Certificate` about a certificate of the client.
    pub(crate) fn client_certificate(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Certificate,
            Progress::Connecting,
            "the server requires a client certificate, or refused it; set one in the `TlsConfig` of an agent",
            source,
        )
    }

    /// Creates an error of kind `Configuration`: the transport cannot send this request as it is
    /// configured, and nothing was sent.
    pub fn configuration(source: impl Into<Source>) -> Self {
        Self {
            kind: TransportErrorKind::Configuration,
            progress: Progress::NotSent,
            parameter: None,
            text: source.into().to_string(),
        }
    }

    /// Creates an error of kind `Configuration` about a setter or an environment variable.
    pub(crate) fn unusable(parameter: &'static str, reason: impl Into<Source>) -> Self {
        Self {
            parameter: Some(parameter),
            ..Self::configuration(reason)
        }
    }

    /// Creates an error of kind `Configuration` about a feature that is off and that a request
    /// needs.
    pub(crate) fn missing_feature(feature: &str, reason: &str) -> Self {
        Self::configuration(format!(
            "{reason}: enable the feature `{feature}` of cloudflare-user"
        ))
    }

    /// Creates an error of kind `Timeout`, after which the request may have reached the server.
    pub fn timeout(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Timeout,
            Progress::Sent,
            "timed out",
            source,
        )
    }

    /// Creates an error of kind `Timeout`: no connection was made in time, and nothing was sent.
    pub fn connect_timeout(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Timeout,
            Progress::Connecting,
            "timed out while connecting",
            source,
        )
    }

    /// Creates an error of kind `Interrupted`: the connection failed after a part of the request
    /// was sent.
    pub fn interrupted(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Interrupted,
            Progress::Sent,
            "the connection was interrupted",
            source,
        )
    }

    /// Creates an error of kind `TooLarge`: the response is larger than allowed.
    pub fn too_large(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::TooLarge,
            Progress::Sent,
            "the response is too large",
            source,
        )
    }

    /// Creates an error of kind `Malformed`: the response is not valid HTTP, or not in the encoding
    /// that it declares.
    pub fn malformed(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Malformed,
            Progress::Sent,
            "the response is malformed",
            source,
        )
    }

    /// Creates an error of kind `Other`, after which the request may have reached the server.
    pub fn other(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Other,
            Progress::Sent,
            "the transport failed",
            source,
        )
    }

    fn new(
        kind: TransportErrorKind,
        progress: Progress,
        what: &str,
        source: impl Into<Source>,
    ) -> Self {
        let reason = source.into().to_string();
        let text = if reason.is_empty() {
            what.to_owned()
        } else {
            format!("{what}: {reason}")
        };
        Self {
            kind,
            progress,
            parameter: None,
            text,
        }
    }

    /// Applies `map` to the text.
    pub(crate) fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        Self {
            text: map(&self.text),
            ..self
        }
    }

    /// Returns the kind, which decides whether the client retries the request.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns `true` if the server may have received the request, and `false` if nothing was sent.
    pub fn may_have_reached_server(&self) -> bool {
        self.progress == Progress::Sent
    }

    /// Returns the setter or the environment variable that an error of kind `Configuration` is
    /// about.
    pub(crate) fn parameter(&self) -> Option<&'static str> {
        self.parameter
    }

    /// Returns `true` if the attempt failed before a connection was made, also by a timeout.
    pub(crate) fn is_while_connecting(&self) -> bool {
        self.progress == Progress::Connecting
    }

    /// Returns the text without the parameter.
    pub(crate) fn into_reason(self) -> String {
        self.text
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parameter) = self.parameter {
            write!(f, "`{parameter}` ")?;
        }
        f.write_str(&self.text)
    }
}

// `source()` is `None`, because `Display` already prints the cause.
impl Error for TransportError {}

#[cfg(test)]
mod tests {
    use super::*;

    use TransportErrorKind as K;

    #[test]
    fn sends_nothing_without_a_connection() {
        for (error, kind) in [
            (TransportError::connect("x"), K::Connect),
            (TransportError::proxy_refused("x"), K::ProxyRefused),
            (TransportError::certificate("x"), K::Certificate),
            (TransportError::client_certificate("x"), K::Certificate),
        ] {
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.is_while_connecting(), "{error}");
            assert!(!error.may_have_reached_server(), "{error}");
        }
    }

    #[test]
    fn a_timeout_while_connecting_is_a_timeout() {
        let error = TransportError::connect_timeout("x");
        assert_eq!(error.kind(), K::Timeout);
        assert!(error.is_while_connecting());
        assert!(!error.may_have_reached_server());
    }

    #[test]
    fn sends_nothing_if_the_configuration_is_unusable() {
        for error in [
            TransportError::configuration("x"),
            TransportError::missing_feature("x", "y"),
            TransportError::unusable("x", "y"),
        ] {
            assert_eq!(error.kind(), K::Configuration, "{error}");
            assert!(!error.is_while_connecting(), "{error}");
            assert!(!error.may_have_reached_server(), "{error}");
        }
    }

    #[test]
    fn may_have_sent_the_request_after_any_other_failure() {
        for (error, kind) in [
            (TransportError::timeout("x"), K::Timeout),
            (TransportError::interrupted("x"), K::Interrupted),
            (TransportError::too_large("x"), K::TooLarge),
            (TransportError::malformed("x"), K::Malformed),
            (TransportError::other("x"), K::Other),
        ] {
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.may_have_reached_server(), "{error}");
            assert!(!error.is_while_connecting(), "{error}");
        }
    }

    #[test]
    fn names_the_parameter_that_is_unusable() {
        let error = TransportError::unusable("https_proxy", "is not a usable proxy");
        assert_eq!(error.parameter(), Some("https_proxy"));
        let text = error.to_string();
        assert_eq!(text, "`https_proxy` is not a usable proxy");
        assert_eq!(error.into_reason(), "is not a usable proxy");
        assert_eq!(TransportError::configuration("x").parameter(), None);
    }

    #[test]
    fn prints_no_colon_without_a_reason() {
        assert_eq!(TransportError::timeout("").to_string(), "timed out");
        let error = TransportError::timeout("1 s is over");
        assert_eq!(error.to_string(), "timed out: 1 s is over");
    }
}
