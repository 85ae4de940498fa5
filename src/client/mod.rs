mod builder;
mod failure;
mod rate_limit;
mod retry;
mod run;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use http::header::HeaderValue;

pub use self::builder::ClientBuilder;
pub use self::rate_limit::RateLimit;
use self::rate_limit::RateLimiter;
use self::retry::{Limits, RetryPolicy};
use crate::auth::Auth;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::envelope::{RawResponse, sealed::Decode};
use crate::error::Result;
use crate::transport::Transport;

/// A client of Cloudflare's User API: one credential, one set of connections.
///
/// Cheap to clone; clones share connections, and what is known of the rate limit. Every request has a method here, such
/// as [`user`](Self::user) or [`audit_logs`](Self::audit_logs), which makes the request's bound form: set what you
/// like, then `send` it. The detached form of a request is plain data, and runs with [`send`](Self::send),
/// [`iter`](Self::iter) and [`pages`](Self::pages): see [the guide](crate#requests).
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) limits: Limits,
}

/// What all clones of a client have in common.
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
    /// The credential is `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_EMAIL` together with `CLOUDFLARE_API_KEY`. The base URL
    /// is `CLOUDFLARE_BASE_URL`, which is optional. Use [`ClientBuilder::from_env`] to set limits or a transport as
    /// well.
    ///
    /// # Errors
    ///
    /// Returns an error if no credential is set, if only one of email and key is set, if both a token and a key are
    /// set, or if a value is invalid. The error names the environment variables.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    /// Makes a client with an API token, and defaults for all else. Reads no credential from the environment.
    ///
    /// # Errors
    ///
    /// If no header may carry the token.
    pub fn new(api_token: impl Into<String>) -> Result<Self> {
        Self::builder().api_token(api_token).build()
    }

    /// Makes a client step by step.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// The same client, over the same connections, with another timeout of one attempt with its body: for a call that
    /// may take longer than the others, or must not.
    ///
    /// ```
    /// # use cloudflare_user::{Body, Client, http};
    /// # let answer = r#"{"success":true,"result":{"id":"7"}}"#;
    /// # let client = Client::builder().api_token("t")
    /// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
    /// use std::time::Duration;
    ///
    /// // A check before each deployment: it answers at once, or the deployment goes on without.
    /// let hasty = client.with_timeout(Duration::from_secs(2)).with_max_retries(0);
    /// let knows_us = hasty.user().send().is_ok();
    /// # assert!(knows_us);
    /// # Ok::<(), cloudflare_user::Error>(())
    /// ```
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { limits: Limits { timeout, ..self.limits }, ..self.clone() }
    }

    /// The same client, over the same connections, with another deadline of a call with its repeats and waits.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self { limits: Limits { deadline, ..self.limits }, ..self.clone() }
    }

    /// The same client, over the same connections, with another number of repeats.
    #[must_use]
    pub fn with_max_retries(&self, max_retries: u32) -> Self {
        Self { limits: Limits { retry: RetryPolicy { max_retries }, ..self.limits }, ..self.clone() }
    }

    /// Returns the same client, over the same connections, with another longest wait before a retry or for the rate
    /// limit. See [`ClientBuilder::max_retry_wait`].
    #[must_use]
    pub fn with_max_retry_wait(&self, max_retry_wait: Duration) -> Self {
        Self { limits: Limits { max_retry_wait, ..self.limits }, ..self.clone() }
    }

    /// What the last answer said of the rate limit, to this client or to one that it shares connections with. See
    /// [rate limits](crate#rate-limits).
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.shared.rate_limiter.last()
    }

    /// Sends a request, and waits for its answer: a value, or one page of a listing.
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). Of a page with an item that cannot be decoded, the error names the first one.
    pub fn send<E: Endpoint>(&self, request: &E) -> Result<E::Output> {
        let call = Call::of(request)?;
        let mut body = Vec::new();
        let head = self.run(&call, &mut body, None)?;
        let response = RawResponse { call: &call, head: &head, body: &body };
        E::Output::decode(response).map_err(|fault| self.undecodable(&call, &head, &body, fault))
    }

    /// Sends a request, and answers the status, the headers and the exact bytes of a success.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), but that `result` is not decoded.
    ///
    /// ```
    /// # use cloudflare_user::{Body, Client, http};
    /// # let answer = r#"{"success":true,"result":{"id":"7"},"messages":[]}"#;
    /// # let client = Client::builder().api_token("t")
    /// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
    /// // For an archive: what Cloudflare said, and not what this crate made of it.
    /// let answer = client.send_raw(&client.user())?;
    /// assert_eq!(answer.status(), 200);
    /// assert!(answer.body().starts_with(br#"{"success":true"#));
    /// # Ok::<(), cloudflare_user::Error>(())
    /// ```
    pub fn send_raw<E: Endpoint>(&self, request: &E) -> Result<Response<Vec<u8>>> {
        let call = Call::of(request)?;
        let mut body = Vec::new();
        let head = self.run(&call, &mut body, None)?;
        let response = RawResponse { call: &call, head: &head, body: &body };
        response.check().map_err(|fault| self.undecodable(&call, &head, &body, fault))?;
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        Ok(response)
    }
}

/// Nothing of the credential.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.auth.redact(&self.shared.base_url))
            .field("auth", &self.shared.auth)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
