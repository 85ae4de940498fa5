//! How a request reaches the server: the one trait, the body of an answer, and what can go wrong.

mod body;
mod error;
mod proxy;
mod ureq;

use std::time::Duration;

pub use self::body::Body;
pub use self::error::{TransportError, TransportErrorKind};
pub use self::ureq::UreqTransport;

/// Carries one HTTP request to the server, once, and brings the answer back.
///
/// [`UreqTransport`] is the one that a client uses unless told otherwise. A function from a request to an answer is a
/// transport too, which makes tests without a socket a matter of one closure:
///
/// ```
/// use cloudflare_user::{Body, Client, http};
///
/// let client = Client::builder()
///     .api_token("t")
///     .transport(|_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(r#"{"success":true,"result":{"id":"7"}}"#))))
///     .build()?;
/// assert_eq!(client.user().send()?.id, "7");
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// More of this is in [the guide](crate#tests-of-your-own).
///
/// A transport follows no redirect, repeats nothing, and treats no status as an error: the client judges the answer.
/// The request's extensions hold an [`AttemptTimeout`].
pub trait Transport: Send + Sync {
    /// Sends the request and answers as soon as the answer's headers are there; the [`Body`] may still be on its way.
    ///
    /// # Errors
    ///
    /// A [`TransportError`] of the kind that fits: it decides whether the request may be sent again.
    // Not called `send`: that would ruin the compiler's message for a detached request's missing `.send()`.
    fn execute(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Body>, TransportError>;
}

impl<F> Transport for F
where
    F: Fn(http::Request<Vec<u8>>) -> Result<http::Response<Body>, TransportError> + Send + Sync,
{
    fn execute(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Body>, TransportError> {
        self(request)
    }
}

/// How long an attempt may take. An extension of every request that a [`Transport`] executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptTimeout {
    /// The time limit for name resolution, connecting and the TLS handshake.
    pub connect: Duration,
    /// The time limit for the attempt with its whole body. If [`streaming`](Self::streaming) is true, for the response
    /// head, and then for each read of the body.
    pub total: Duration,
    /// Whether the caller reads the body at their own pace, as in an export, so that nothing limits the whole of it.
    pub streaming: bool,
}

impl AttemptTimeout {
    // Connecting gets most of an attempt, but not all of it. A timeout while connecting then shows as one, and the
    // request can be retried, because nothing was sent.
    pub(crate) fn new(connect: Duration, total: Duration, streaming: bool) -> Self {
        Self { connect: connect.min(total - total / 16), total, streaming }
    }
}
