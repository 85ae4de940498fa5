use std::error::Error;

/// An error of a [`Transport`](crate::Transport) or a [`Body`](crate::Body): no complete response
/// arrived.
///
/// A custom transport creates one with the function that fits: `TransportError::connect("the socket
/// is closed")`.
#[derive(Debug, thiserror::Error)]
// `source()` is `None`, because `Display` already prints the cause.
#[error("{text}")]
pub struct TransportError {
    kind: TransportErrorKind,
    progress: Progress,
    text: String,
}

/// How far a request got before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
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
    /// The server's certificate was refused, and nothing was sent. The client does not retry.
    Certificate,
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

    /// Creates an error of kind `Other`: no connection can be made with this configuration, and
    /// nothing was sent.
    pub(crate) fn misconfigured(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Other,
            Progress::Connecting,
            "could not connect",
            source,
        )
    }

    /// Creates an error about a feature that is off and that a request needs.
    pub(crate) fn missing_feature(feature: &str, reason: &str) -> Self {
        Self::misconfigured(format!(
            "{reason}: enable the feature `{feature}` of cloudflare-user"
        ))
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

    /// Returns `true` if no connection was made.
    pub(crate) fn is_connect(&self) -> bool {
        self.progress == Progress::Connecting
    }
}
