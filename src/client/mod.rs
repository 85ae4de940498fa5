//! The client: what its clones share, and how it sends one request.

mod attempts;
mod builder;
mod into_error;
mod limiter;
mod limits;
mod rate_limit;
mod retry;
mod run;
mod stream;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use http::header::HeaderValue;

pub use self::builder::ClientBuilder;
use self::limiter::RateLimiter;
use self::limits::Limits;
pub use self::rate_limit::RateLimit;
use crate::auth::{Auth, IntoSecret};
use crate::call::{Call, CompleteResponse};
use crate::cancel::Cancel;
use crate::endpoint::Endpoint;
use crate::envelope::{RawResponse, sealed::Decode};
use crate::error::Result;
use crate::transport::Transport;

/// A client of Cloudflare's User API.
///
/// It has a method for each operation, such as [`user`](Self::user) and
/// [`audit_logs`](Self::audit_logs). The method returns a request that is bound to the client: call
/// its setters, then `send`, `iter` or `pages`. [`send`](Self::send), [`iter`](Self::iter) and
/// [`pages`](Self::pages) of the client run detached requests. See [the guide](crate#requests).
///
/// A client is cheap to clone. Clones share their connections and the state of the rate limit.
///
/// If a process forks, build the client after the fork: a child that is forked while another thread
/// is in a call can wait for a lock for ever, and it would share the idle connections of its parent.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) limits: Limits,
    pub(crate) cancel: Cancel,
}

/// The part of a client that all its clones share.
pub(crate) struct Shared {
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) auth: Auth,
    pub(crate) base_url: String,
    pub(crate) user_agent: HeaderValue,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_response_size: usize,
    rate_limiter: RateLimiter,
}

impl Client {
    /// Creates a client with the credential and the base URL of the environment.
    ///
    /// The credential is `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_EMAIL` together with
    /// `CLOUDFLARE_API_KEY`. The base URL is `CLOUDFLARE_BASE_URL`, which is optional. An empty
    /// variable counts as unset. Use [`ClientBuilder::from_env`] to set limits or a transport as
    /// well.
    ///
    /// # Errors
    ///
    /// Returns an error if no credential is set, if only one of email and key is set, if both a
    /// token and a key are set, or if a value is invalid. The error names the environment
    /// variables.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env().build()
    }

    /// Creates a client with an API token and the default settings. Reads no credential from the
    /// environment.
    ///
    /// # Errors
    ///
    /// Returns an error if the token is empty or contains characters that no token has, such as
    /// quotes.
    pub fn new(api_token: impl IntoSecret) -> Result<Self> {
        Self::builder().api_token(api_token).build()
    }

    /// Creates a builder without a credential.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Returns a client with another [`timeout`](ClientBuilder::timeout) and the same connections.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self {
            limits: Limits {
                timeout,
                ..self.limits
            },
            ..self.clone()
        }
    }

    /// Returns a client with another [`deadline`](ClientBuilder::deadline) and the same
    /// connections.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            limits: Limits {
                deadline,
                ..self.limits
            },
            ..self.clone()
        }
    }

    /// Returns a client with another [`max_retries`](ClientBuilder::max_retries) and the same
    /// connections.
    #[must_use]
    pub fn with_max_retries(&self, max_retries: u32) -> Self {
        Self {
            limits: Limits {
                max_retries,
                ..self.limits
            },
            ..self.clone()
        }
    }

    /// Returns a client with another [`max_retry_wait`](ClientBuilder::max_retry_wait) and the same
    /// connections.
    #[must_use]
    pub fn with_max_retry_wait(&self, max_retry_wait: Duration) -> Self {
        Self {
            limits: Limits {
                max_retry_wait,
                ..self.limits
            },
            ..self.clone()
        }
    }

    /// Returns a client whose calls end when `cancel` is cancelled, over the same connections.
    ///
    /// It replaces an earlier [`Cancel`]. Iterators of the client still yield the items of pages
    /// that have arrived, then one error of kind
    /// [`Cancelled`](crate::ErrorKind::Cancelled) if another page is needed. The reader that
    /// [`export`](Self::export) returned is not affected.
    #[must_use]
    pub fn with_cancel(&self, cancel: &Cancel) -> Self {
        Self {
            cancel: cancel.clone(),
            ..self.clone()
        }
    }

    /// Returns the last rate limit that the server reported to this client or a clone, if it
    /// reported one. See [rate limits](crate#rate-limits).
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.shared.rate_limiter.last()
    }

    /// Sends a request and returns its output: a value, or one page of a list.
    ///
    /// # Errors
    ///
    /// Returns an error if the request is invalid, fails, or returns something that cannot be
    /// decoded. If an item of a page cannot be decoded, the error names the first one. See
    /// [errors](crate#errors).
    pub fn send<E: Endpoint>(&self, request: &E) -> Result<E::Output> {
        let call = Call::of(request)?;
        let CompleteResponse { head, body } = self.fetch(&call)?;
        let response = RawResponse {
            call: &call,
            head: &head,
            body: &body,
        };
        E::Output::decode(response, self.shared.max_response_size)
            .map_err(|fault| self.undecodable(&call, &head, &body, fault))
    }

    /// Sends a request and returns the status, the headers and the exact body of a successful
    /// response.
    ///
    /// The whole body is checked to be JSON. `result` is not decoded.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`send`](Self::send), except those of decoding `result`.
    pub fn send_raw<E: Endpoint>(&self, request: &E) -> Result<Response<Vec<u8>>> {
        let call = Call::of(request)?;
        let CompleteResponse { head, body } = self.fetch(&call)?;
        let response = RawResponse {
            call: &call,
            head: &head,
            body: &body,
        };
        response
            .check()
            .map_err(|fault| self.undecodable(&call, &head, &body, fault))?;
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        Ok(response)
    }
}

/// Shows nothing of the credential.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.auth.redact(&self.shared.base_url))
            .field("auth", &self.shared.auth)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
