//! The errors of this crate.

mod api_error;
mod failed_request;
mod fault;
mod kind;
mod refused;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

pub use self::api_error::ApiError;
use self::api_error::flatten;
pub(crate) use self::failed_request::FailedRequest;
pub(crate) use self::fault::{Fault, GatewayFailure, Problem, TimeLimit, TimedOut};
pub use self::kind::ErrorKind;
use self::refused::Refused;

/// A `Result` whose error type defaults to [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error returned by this crate.
///
/// [`kind`](Self::kind) returns what happened; see [what to do](crate#errors).
///
/// The text is one line of at most 500 characters besides method and path. For a request that was
/// refused before sending, it has the parameter and the reason. Otherwise it has the method, the
/// path without the query, the status, Cloudflare's codes and messages, the ray id and the number
/// of attempts. Neither the text nor `Debug` holds a credential or a created secret.
///
/// ```
/// use cloudflare_user::{Client, ErrorKind};
///
/// let error = Client::new("<your token>").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert_eq!(error.parameter(), Some("api_token"));
/// ```
pub struct Error(Box<Inner>);

#[allow(clippy::large_enum_variant, reason = "it is boxed as a whole")]
enum Inner {
    Refused(Refused),
    Failed(FailedRequest),
}

impl Error {
    /// Creates an error of kind [`InvalidRequest`](ErrorKind::InvalidRequest) about a parameter,
    /// for [`Endpoint::validate`](crate::Endpoint::validate) of a custom endpoint.
    ///
    /// The text is the name of the parameter and then the reason: "`zone_id` is empty".
    pub fn invalid_request(
        parameter: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let parameter = Some(parameter.into());
        Self::refused(ErrorKind::InvalidRequest, parameter, reason.into())
    }

    /// Creates an error about a value whose parameter is not known, such as a text to parse.
    pub(crate) fn invalid_value(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(ErrorKind::InvalidRequest, None, reason.into())
    }

    /// Creates an error about a setting of the client: a setter or an environment variable.
    pub(crate) fn configuration(
        setting: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let setting = Some(setting.into());
        Self::refused(ErrorKind::Configuration, setting, reason.into())
    }

    /// Creates an error about a feature of this crate that is off.
    pub(crate) fn missing_feature(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(ErrorKind::Configuration, None, reason.into())
    }

    fn refused(
        kind: ErrorKind,
        parameter: Option<Cow<'static, str>>,
        reason: Cow<'static, str>,
    ) -> Self {
        let refused = Refused::new(kind, parameter.as_deref(), &reason);
        Self(Box::new(Inner::Refused(refused)))
    }

    /// Returns the kind of the error: what happened.
    pub fn kind(&self) -> ErrorKind {
        match &*self.0 {
            Inner::Refused(refused) => refused.kind,
            Inner::Failed(request) => request.kind(),
        }
    }

    /// Returns the name of the invalid argument, setter or environment variable; for a query
    /// parameter, its name on the wire.
    ///
    /// Only errors of the kinds [`InvalidRequest`](ErrorKind::InvalidRequest) and
    /// [`Configuration`](ErrorKind::Configuration) have one, and not all of those.
    pub fn parameter(&self) -> Option<&str> {
        match &*self.0 {
            Inner::Refused(refused) => refused.parameter.as_deref(),
            Inner::Failed(request) => request.parameter(),
        }
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

    /// Returns the errors of the response as they were sent, with secrets redacted.
    ///
    /// A problem report of Cloudflare's edge, and other JSON that says what failed, is one error. So
    /// is a failure of the API that says it beside its errors, and not in one of them.
    pub fn api_errors(&self) -> &[ApiError] {
        self.request().map_or(&[], FailedRequest::api_errors)
    }

    /// Returns the `cf-ray` of the response, which identifies the request in Cloudflare's own logs.
    ///
    /// It is `[redacted]` if it is not like `8f2b7c1d3e4a5b6c-FRA`, because it may be a secret.
    pub fn ray_id(&self) -> Option<&str> {
        self.request()?.ray_id.as_deref()
    }

    /// Returns the time to wait before the next request: `Retry-After`, or the time until the rate
    /// limit is reset.
    ///
    /// A server can send any number of seconds. Add it to an instant with `checked_add`.
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

    /// Returns `true` for the kinds [`Unauthorized`](ErrorKind::Unauthorized) and
    /// [`Forbidden`](ErrorKind::Forbidden).
    ///
    /// The API refused the credential, or the credential lacks a permission. Cloudflare does not
    /// use the two statuses consistently; see [`codes`](Self::codes). A 401 or 403 of a proxy or of
    /// Cloudflare's edge is a [`Gateway`](ErrorKind::Gateway), and says nothing about the
    /// credential.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unauthorized | ErrorKind::Forbidden)
    }

    /// Returns `true` for the kind [`NotFound`](ErrorKind::NotFound): the API says that the
    /// resource does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Returns `true` for the kind [`RateLimited`](ErrorKind::RateLimited): status 429, or the
    /// request was not sent because of the limit.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Returns `true` for the kind [`Timeout`](ErrorKind::Timeout): a time limit ended the call.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns `true` for the kinds [`Connect`](ErrorKind::Connect) and
    /// [`Certificate`](ErrorKind::Certificate). Nothing was sent.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Certificate)
    }

    /// Returns `true` for the kinds [`Decode`](ErrorKind::Decode) and [`Item`](ErrorKind::Item): a
    /// response with a 2xx status, or one item of it, cannot be decoded. See [`body`](Self::body).
    pub fn is_decode(&self) -> bool {
        matches!(self.kind(), ErrorKind::Decode | ErrorKind::Item)
    }

    /// Returns `true` for the kind [`Item`](ErrorKind::Item): one item of a list cannot be decoded.
    /// An iterator continues after it; any other error ends it.
    pub fn is_item(&self) -> bool {
        self.kind() == ErrorKind::Item
    }

    /// Returns `true` for the kinds [`InvalidRequest`](ErrorKind::InvalidRequest) and
    /// [`Configuration`](ErrorKind::Configuration): the request was refused before sending.
    pub fn is_invalid_request(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::InvalidRequest | ErrorKind::Configuration
        )
    }

    /// Returns `true` if the same request may succeed later without a change: for the kinds
    /// [`Connect`](ErrorKind::Connect), [`Interrupted`](ErrorKind::Interrupted),
    /// [`Timeout`](ErrorKind::Timeout) and [`RateLimited`](ErrorKind::RateLimited), and for
    /// [`Api`](ErrorKind::Api) and [`Gateway`](ErrorKind::Gateway) with a [status after which reads
    /// are retried](crate#retries-and-time-limits), unless the response says that it is not
    /// retryable.
    ///
    /// The failure of a write can be transient although the write [may have been
    /// applied](Self::may_have_been_applied).
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect
            | ErrorKind::Interrupted
            | ErrorKind::Timeout
            | ErrorKind::RateLimited => true,
            ErrorKind::Api | ErrorKind::Gateway => self
                .request()
                .is_some_and(|request| request.has_transient_status),
            _ => false,
        }
    }

    /// Returns `true` if a write may have been applied: its response was lost, was a 5xx, or cannot
    /// be decoded. After any other failure, such as a 408, it was not applied.
    ///
    /// The result does not depend on the kind, and all attempts count: a write whose response was
    /// lost, and whose retry was refused with a 429, may have been applied. Check before you send
    /// the write again, and save [`body`](Self::body).
    pub fn may_have_been_applied(&self) -> bool {
        self.request()
            .is_some_and(FailedRequest::may_have_been_applied)
    }

    /// Makes this error of an earlier attempt the error of a call that was cancelled before the
    /// next one.
    pub(crate) fn into_cancelled(mut self) -> Self {
        if let Inner::Failed(request) = &mut *self.0 {
            request.is_cancelled = true;
        }
        self
    }

    /// Returns the text with Cloudflare's codes instead of its messages, which may contain
    /// parameters of the request.
    pub(crate) fn for_logs(&self) -> String {
        match &*self.0 {
            Inner::Refused(refused) => refused.to_string(),
            Inner::Failed(request) => request.for_logs(),
        }
    }

    fn request(&self) -> Option<&FailedRequest> {
        match &*self.0 {
            Inner::Refused(_) => None,
            Inner::Failed(request) => Some(request),
        }
    }
}

impl From<FailedRequest> for Error {
    fn from(request: FailedRequest) -> Self {
        Self(Box::new(Inner::Failed(request)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Inner::Refused(refused) => refused.fmt(f),
            Inner::Failed(request) => request.fmt(f),
        }
    }
}

/// Shows the kind and the text only, because the body may hold the only copy of a secret.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("text", &self.to_string())
            .finish()
    }
}

// `source()` is `None`, because `Display` already prints the cause.
impl std::error::Error for Error {}
