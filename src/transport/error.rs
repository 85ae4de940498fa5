use std::error::Error;
use std::fmt;

/// Why no whole answer arrived.
///
/// A transport of one's own makes one by its kind, which decides whether the request is sent again:
/// `TransportError::connect("the socket is closed")`.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    came: Came,
    text: String,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Nowhere,
    ToConnect,
    /// To the server, perhaps.
    Further,
}

/// The kinds of failures between this program and the server, and what a client does after each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made, and nothing sent. Any request is repeated.
    Connect,
    /// The server's certificate was refused, and nothing sent. Not repeated.
    Certificate,
    /// Out of time. A read is repeated within the deadline; a write only if the connection was not made yet.
    Timeout,
    /// The connection broke in the middle. A read is repeated, a write is not.
    Interrupted,
    /// The answer is larger than allowed. Not repeated.
    TooLarge,
    /// The answer is not HTTP, or not the encoding that it claims to be. Not repeated.
    Malformed,
    /// The rate limit is known to be used up for longer than a call may wait; nothing was sent.
    RateLimited,
    /// Anything else. Not repeated.
    Other,
}

type Source = Box<dyn Error + Send + Sync>;

impl TransportError {
    /// No connection was made, and nothing was sent.
    pub fn connect(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Connect, Came::ToConnect, "could not connect", source)
    }

    /// The server's certificate was refused, and nothing was sent.
    pub fn certificate(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Certificate, Came::ToConnect, "the server's certificate was refused", source)
    }

    /// The attempt ran out of time, and the request may have reached the server.
    pub fn timeout(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Timeout, Came::Further, "timed out", source)
    }

    /// The attempt ran out of time while connecting, and nothing was sent.
    pub fn connect_timeout(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Timeout, Came::ToConnect, "timed out while connecting", source)
    }

    /// The connection broke after the request, or a part of it, was sent.
    pub fn interrupted(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Interrupted, Came::Further, "the connection broke", source)
    }

    /// The answer is larger than allowed.
    pub fn too_large(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::TooLarge, Came::Further, "the answer is too large", source)
    }

    /// The answer is not HTTP, or not in the encoding that it claims.
    pub fn malformed(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Malformed, Came::Further, "the answer is malformed", source)
    }

    /// Anything else; the request may have reached the server.
    pub fn other(source: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Other, Came::Further, "the transport failed", source)
    }

    /// No connection can be made the way things are set up, and nothing was sent.
    pub(crate) fn misconfigured(reason: impl Into<Source>) -> Self {
        Self::caused(TransportErrorKind::Other, Came::ToConnect, "could not connect", reason)
    }

    /// The same error, with a possible cause in its text.
    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        if let Some(hint) = hint {
            self.text.push_str(&format!(" ({hint})"));
        }
        self
    }

    /// The same error, with the proxy named if it was the connecting that failed.
    pub(crate) fn through(mut self, host: &str, port: u16) -> Self {
        if self.is_connect() {
            self.text.push_str(&format!(" (by the proxy {host}:{port})"));
        }
        self
    }

    pub(crate) fn rate_limited() -> Self {
        let text = "nothing was sent: the rate limit is used up".to_owned();
        Self { kind: TransportErrorKind::RateLimited, came: Came::Nowhere, text }
    }

    pub(crate) fn deadline_over() -> Self {
        Self {
            kind: TransportErrorKind::Timeout,
            came: Came::Nowhere,
            text: "no time is left: the deadline of the call is over, or its timeout is zero; nothing more was sent"
                .to_owned(),
        }
    }

    /// Whether it was the connecting that failed.
    pub(crate) fn is_connect(&self) -> bool {
        self.came == Came::ToConnect
    }

    /// Applies `map` to the text.
    pub(crate) fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        Self { text: map(&self.text), ..self }
    }

    fn caused(kind: TransportErrorKind, came: Came, what: &str, source: impl Into<Source>) -> Self {
        let text = match source.into().to_string() {
            reason if reason.is_empty() => what.to_owned(),
            reason => format!("{what}: {reason}"),
        };
        Self { kind, came, text }
    }

    /// The kind, which decides whether the request is repeated.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the server may have got the request: `false` only where nothing was sent for sure.
    pub fn may_have_reached_server(&self) -> bool {
        self.came == Came::Further
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

// Without a source: the text holds it already.
impl Error for TransportError {}
