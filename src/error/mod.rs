//! The errors of this crate.

mod api_error;
mod failed_request;
mod fault;
mod invalid_request;
mod text;

use std::borrow::Cow;
use std::time::Duration;

pub use self::api_error::ApiError;
use self::api_error::flatten;
pub use self::failed_request::FailedRequest;
pub(crate) use self::fault::Fault;
pub use self::invalid_request::InvalidRequest;
use crate::transport::TransportErrorKind;

/// A `Result` whose error type defaults to [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error returned by this crate.
///
/// Its methods distinguish errors; see [what to do](crate#errors). Its text is one line: the
/// invalid parameter, or the method, the path without the query, the status, Cloudflare's codes and
/// messages, the ray id and the attempts, in at most 500 characters besides method and path.
/// Neither the text nor `Debug` holds a credential or a created secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request is invalid. Nothing was sent.
    #[error(transparent)]
    InvalidRequest(InvalidRequest),
    /// No complete response arrived, or nothing was sent.
    #[error(transparent)]
    Transport(Box<FailedRequest>),
    /// Cloudflare returned a failure, or a redirect.
    #[error(transparent)]
    Api(Box<FailedRequest>),
    /// The response is a success that cannot be decoded.
    #[error(transparent)]
    Decode(Box<FailedRequest>),
}

impl Error {
    /// Creates an error about a parameter, for [`Endpoint::validate`](crate::Endpoint::validate) of
    /// a custom endpoint.
    ///
    /// The text is the name of the parameter and then the reason: "`zone_id` is empty".
    pub fn invalid_request(
        parameter: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::InvalidRequest(InvalidRequest::new(&parameter.into(), &reason.into()))
    }

    /// Returns the HTTP status of the response, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.request()?.status.map(|status| status.as_u16())
    }

    /// Returns the codes of Cloudflare's errors, each followed by the codes of its `error_chain`.
    pub fn codes(&self) -> impl Iterator<Item = i64> {
        flatten(self.api_errors())
            .into_iter()
            .filter_map(|error| error.code)
    }

    /// Returns the messages of Cloudflare's errors, in the order of [`codes`](Self::codes).
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        flatten(self.api_errors())
            .into_iter()
            .map(|error| error.message.as_str())
    }

    /// Returns Cloudflare's errors as it sent them, with credentials redacted.
    pub fn api_errors(&self) -> &[ApiError] {
        match self.fault() {
            Some(Fault::Api(errors)) => errors,
            _ => &[],
        }
    }

    /// Returns the `cf-ray` of the response, which identifies the request in Cloudflare's own logs.
    pub fn ray_id(&self) -> Option<&str> {
        self.request()?.ray_id.as_deref()
    }

    /// Returns the time to wait before the next request: `Retry-After`, or the time until the rate
    /// limit is reset.
    pub fn retry_after(&self) -> Option<Duration> {
        self.request()?.retry_after
    }

    /// Returns the number of attempts, failed connections included; 0 if none was made.
    pub fn attempts(&self) -> u32 {
        self.request().map_or(0, |request| request.attempts)
    }

    /// Returns the first 64 KiB of the response's exact body, or the part that arrived. For an item
    /// of a list ([`is_item`](Self::is_item)), returns that item's whole JSON, as it was sent.
    ///
    /// After a write that [may have been applied](Self::may_have_been_applied), with a 2xx status,
    /// it may hold the only copy of a new secret. No `Display`, `Debug` or log line shows it.
    pub fn body(&self) -> Option<&[u8]> {
        self.request()?.body.as_deref()
    }

    /// Returns `true` if the credential was refused or lacks a permission: status 401 or 403, which
    /// Cloudflare does not use consistently, or 400 with code 6003, 9103, 9106 or 9107. See
    /// [`codes`](Self::codes).
    pub fn is_unauthorized(&self) -> bool {
        match self.status() {
            Some(401 | 403) => true,
            Some(400) => self
                .codes()
                .any(|code| matches!(code, 6003 | 9103 | 9106 | 9107)),
            _ => false,
        }
    }

    /// Returns `true` if the resource does not exist: status 404.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Returns `true` if the rate limit was reached: status 429, or the request was not sent
    /// because of the limit.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429) || self.transport_kind() == Some(TransportErrorKind::RateLimited)
    }

    /// Returns `true` if a timeout or the deadline ended the call.
    pub fn is_timeout(&self) -> bool {
        self.transport_kind() == Some(TransportErrorKind::Timeout)
    }

    /// Returns `true` if no connection was made, or if the server's certificate was refused.
    /// Nothing was sent.
    pub fn is_connect(&self) -> bool {
        matches!(self.fault(), Some(Fault::Transport(error)) if error.is_connect())
    }

    /// Returns `true` if a response with a 2xx status, or one item of it, cannot be decoded. See
    /// [`body`](Self::body).
    pub fn is_decode(&self) -> bool {
        matches!(self, Self::Decode(_))
    }

    /// Returns `true` if one item of a list cannot be decoded. An iterator continues after it; any
    /// other error ends it.
    pub fn is_item(&self) -> bool {
        matches!(self.fault(), Some(Fault::Item { .. }))
    }

    /// Returns `true` if the request was refused before sending.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self, Self::InvalidRequest(_))
    }

    /// Returns `true` if a write may have been applied: its response was lost, was a 5xx, or cannot
    /// be decoded. Any other failure, such as a 408, was not applied. Check before you send it
    /// again, and save [`body`](Self::body).
    pub fn may_have_been_applied(&self) -> bool {
        self.request()
            .is_some_and(FailedRequest::may_have_been_applied)
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        if let Self::Transport(request) | Self::Api(request) | Self::Decode(request) = &mut self {
            request.retry_after = Some(wait);
        }
        self
    }

    /// Returns the text with Cloudflare's codes instead of its messages, which may contain
    /// parameters of the request.
    pub(crate) fn for_logs(&self) -> String {
        match self.request() {
            Some(request)
                if request.status.is_some() && !matches!(request.fault, Fault::Transport(_)) =>
            {
                let codes: Vec<_> = self.codes().take(8).map(|code| code.to_string()).collect();
                let codes = codes.join(" ");
                request.text(if codes.is_empty() { "no code" } else { &codes })
            }
            _ => self.to_string(),
        }
    }

    fn transport_kind(&self) -> Option<TransportErrorKind> {
        match self.fault()? {
            Fault::Transport(error) => Some(error.kind()),
            _ => None,
        }
    }

    fn fault(&self) -> Option<&Fault> {
        Some(&self.request()?.fault)
    }

    fn request(&self) -> Option<&FailedRequest> {
        match self {
            Self::InvalidRequest(_) => None,
            Self::Transport(request) | Self::Api(request) | Self::Decode(request) => Some(request),
        }
    }
}
