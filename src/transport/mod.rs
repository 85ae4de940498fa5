//! The transport: sends one HTTP request, and returns its response or why there is none.

mod body;
mod error;
mod host;
mod no_proxy;
mod proxy;
mod status;
mod ureq;

use std::time::Duration;

pub use self::body::Body;
pub use self::error::{TransportError, TransportErrorKind};
pub(crate) use self::host::is_loopback;
pub(crate) use self::status::status_text;
pub use self::ureq::UreqTransport;

/// Sends one HTTP request and returns its response.
///
/// A client uses a [`UreqTransport`] by default. Pass a custom transport to
/// [`ClientBuilder::transport`](crate::ClientBuilder::transport) to use another HTTP client, or to
/// test without a socket. A function from a request to a response is a transport; [the
/// guide](crate#testing) has more:
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
/// A transport sends the request once. It does not follow redirects or retry, and returns `Ok` for
/// any status: the client handles all three. It must apply the [`AttemptOptions`] in the request's
/// extensions, because the client cannot interrupt it. The request's headers contain the
/// credential, such as `Authorization: Bearer …`.
pub trait Transport: Send + Sync {
    /// Sends the request and returns the response as soon as its head has arrived. The [`Body`] is
    /// read later.
    ///
    /// # Errors
    ///
    /// Returns a [`TransportError`] if no response arrived. Its kind, and whether the request may
    /// have reached the server, decide whether the client retries the request.
    // Not called `send`: that would ruin the compiler's message for a detached request's missing
    // `.send()`.
    fn execute(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Body>, TransportError>;
}

impl<F> Transport for F
where
    F: Fn(http::Request<Vec<u8>>) -> Result<http::Response<Body>, TransportError> + Send + Sync,
{
    fn execute(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Body>, TransportError> {
        self(request)
    }
}

/// How a [`Transport`] must send one attempt. The client puts it into the extensions of each
/// request.
///
/// To test a custom transport, change the fields of [`AttemptOptions::default`], which has the
/// default limits of a client:
///
/// ```
/// use std::time::Duration;
/// use cloudflare_user::{AttemptOptions, http};
///
/// let mut options = AttemptOptions::default();
/// options.total = Duration::from_secs(5);
/// let mut request = http::Request::new(Vec::<u8>::new());
/// request.extensions_mut().insert(options);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptOptions {
    /// The time limit for name resolution, and that for connecting with the TLS handshake.
    pub connect: Duration,
    /// The time limit for the attempt with its whole body. If [`streaming`](Self::streaming) is
    /// true, the time limit for the response head, and then for each read of the body.
    pub total: Duration,
    /// Whether the caller reads the body at their own pace, as in an export. The whole body then
    /// has no time limit.
    pub streaming: bool,
    /// Whether the attempt must use a new connection instead of an idle one. This is true for a
    /// retry after an interruption or a timeout: after a change of network, all idle connections
    /// are dead.
    pub new_connection: bool,
}

/// The options of an attempt with the default limits.
impl Default for AttemptOptions {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(60),
            streaming: false,
            new_connection: false,
        }
    }
}
