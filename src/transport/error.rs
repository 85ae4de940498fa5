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
    /// Whether no connection could be made.
    pub(crate) is_connect: bool,
    may_have_reached_server: bool,
    text: String,
}

/// The kind of a [`TransportError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made, and nothing was sent. The client retries reads and writes.
    Connect,
    /// The server's certificate was refused, and nothing was sent. The client does not retry.
    Certificate,
    /// A timeout or the deadline ended the attempt. The client retries reads, and writes if no
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
    /// The rate limit is used up for longer than the call may wait. Nothing was sent.
    RateLimited,
    /// Any other failure. The client does not retry.
    Other,
}

type Source = Box<dyn Error + Send + Sync>;

impl TransportError {
    /// Creates an error of kind `Connect`: no connection was made, and nothing was sent.
    pub fn connect(source: impl Into<Source>) -> Self {
        Self::new(TransportErrorKind::Connect, "could not connect", source)
    }

    /// Creates an error of kind `Certificate`: the server's certificate was refused, and nothing
    /// was sent.
    pub fn certificate(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Certificate,
            "the server's certificate was refused",
            source,
        )
    }

    /// Creates an error of kind `Timeout`, after which the request may have reached the server.
    pub fn timeout(source: impl Into<Source>) -> Self {
        Self::new(TransportErrorKind::Timeout, "timed out", source)
    }

    /// Creates an error of kind `Timeout`: no connection was made in time, and nothing was sent.
    pub fn connect_timeout(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Timeout,
            "timed out while connecting",
            source,
        )
        .while_connecting()
    }

    /// Creates an error of kind `Interrupted`: the connection failed after a part of the request
    /// was sent.
    pub fn interrupted(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Interrupted,
            "the connection was interrupted",
            source,
        )
    }

    /// Creates an error of kind `TooLarge`: the response is larger than allowed.
    pub fn too_large(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::TooLarge,
            "the response is too large",
            source,
        )
    }

    /// Creates an error of kind `Malformed`: the response is not valid HTTP, or not in the encoding
    /// that it declares.
    pub fn malformed(source: impl Into<Source>) -> Self {
        Self::new(
            TransportErrorKind::Malformed,
            "the response is malformed",
            source,
        )
    }

    /// Creates an error of kind `Other`, after which the request may have reached the server.
    pub fn other(source: impl Into<Source>) -> Self {
        Self::new(TransportErrorKind::Other, "the transport failed", source)
    }

    /// Creates an error of kind `Other`: no connection can be made with this configuration, and
    /// nothing was sent.
    pub(crate) fn misconfigured(source: impl Into<Source>) -> Self {
        Self::new(TransportErrorKind::Other, "could not connect", source).while_connecting()
    }

    pub(crate) fn rate_limited() -> Self {
        Self::new(
            TransportErrorKind::RateLimited,
            "nothing was sent",
            "the rate limit is used up",
        )
    }

    pub(crate) fn deadline_over() -> Self {
        let reason =
            "the deadline of the call is over, or its timeout is zero; nothing more was sent";
        Self {
            may_have_reached_server: false,
            ..Self::new(TransportErrorKind::Timeout, "no time is left", reason)
        }
    }

    fn new(kind: TransportErrorKind, what: &str, source: impl Into<Source>) -> Self {
        let text = match source.into().to_string() {
            reason if reason.is_empty() => what.to_owned(),
            reason => format!("{what}: {reason}"),
        };
        let is_connect = matches!(
            kind,
            TransportErrorKind::Connect | TransportErrorKind::Certificate
        );
        let may_have_reached_server = !is_connect && kind != TransportErrorKind::RateLimited;
        Self {
            kind,
            is_connect,
            may_have_reached_server,
            text,
        }
    }

    fn while_connecting(self) -> Self {
        Self {
            is_connect: true,
            may_have_reached_server: false,
            ..self
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
        self.may_have_reached_server
    }
}
