//! The errors of this crate.

mod text;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};

use self::text::{list, one_line};
use crate::transport::{TransportError, TransportErrorKind};

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
        Self::InvalidRequest(InvalidRequest {
            parameter: one_line(&parameter.into(), MAX_PARAMETER),
            reason: one_line(&reason.into(), MAX_TEXT - MAX_PARAMETER - 3),
        })
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
        matches!(self.fault(), Some(Fault::Transport(error)) if error.is_connect)
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

/// An invalid parameter and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}` {reason}")]
pub struct InvalidRequest {
    parameter: String,
    reason: String,
}

impl InvalidRequest {
    /// Returns the parameter, by the name of the method or the environment variable that sets it.
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}

/// An error of a response: a code, a message, and the errors that caused it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// Cloudflare's code, such as 9109, if there is one.
    pub code: Option<i64>,
    /// The message; empty if there was none.
    pub message: String,
    /// Where the error is documented.
    pub documentation_url: Option<String>,
    /// The part of the request that the error is about, as a JSON pointer such as `/policies/0`.
    pub pointer: Option<String>,
    /// The errors that caused this one.
    pub error_chain: Vec<ApiError>,
}

/// Prints one line of at most 500 characters.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&list(std::slice::from_ref(self)), MAX_TEXT))
    }
}

/// A request that failed. The methods of [`Error`] return what is known of it.
pub struct FailedRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) write: bool,
    pub(crate) returns_secret: bool,
    pub(crate) recovery_hint: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) is_after_lost_write: bool,
    pub(crate) status: Option<StatusCode>,
    pub(crate) ray_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Option<Box<[u8]>>,
    pub(crate) fault: Fault,
}

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Fault {
    Transport(TransportError),
    Api(Vec<ApiError>),
    /// A failure without Cloudflare's errors: the description of the response.
    Status(String),
    Decode(String),
    /// The result of a success that cannot be decoded.
    Result(String),
    /// An item of a list that cannot be decoded.
    Item {
        text: String,
        json: Box<[u8]>,
    },
}

impl Fault {
    /// Applies `map` to every text.
    pub(crate) fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Transport(error) => Self::Transport(error.map_text(map)),
            Self::Api(errors) => Self::Api(
                errors
                    .into_iter()
                    .map(|error| error.map_text(map))
                    .collect(),
            ),
            Self::Status(text) => Self::Status(map(&text)),
            Self::Decode(text) => Self::Decode(map(&text)),
            Self::Result(text) => Self::Result(map(&text)),
            Self::Item { text, json } => Self::Item {
                text: map(&text),
                json,
            },
        }
    }
}

impl ApiError {
    fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        Self {
            code: self.code,
            message: map(&self.message),
            documentation_url: self.documentation_url.as_deref().map(map),
            pointer: self.pointer.as_deref().map(map),
            error_chain: self
                .error_chain
                .into_iter()
                .map(|error| error.map_text(map))
                .collect(),
        }
    }
}

/// The longest path in a text, and the longest text besides method and path, in characters.
const MAX_PATH: usize = 200;
const MAX_TEXT: usize = 500;
const MAX_PARAMETER: usize = 100;
const MAX_HINT: usize = 160;
const MAX_RAY_ID: usize = 40;

impl FailedRequest {
    fn may_have_been_applied(&self) -> bool {
        let is_lost = match &self.fault {
            Fault::Transport(error) => error.may_have_reached_server(),
            Fault::Api(_) | Fault::Status(_) => {
                self.status.is_some_and(|status| status.is_server_error())
            }
            Fault::Decode(_) | Fault::Result(_) | Fault::Item { .. } => true,
        };
        self.write && (is_lost || self.is_after_lost_write)
    }

    /// Returns the text with this description of the fault.
    fn text(&self, fault: &str) -> String {
        let hint = self
            .recovery_hint
            .as_ref()
            .map(|hint| format!(": before sending it again, {}", one_line(hint, MAX_HINT)));
        let secret = if self.returns_secret {
            ", which may hold the only copy of a new secret"
        } else {
            ""
        };
        let is_success = self.status.is_some_and(|status| status.is_success());
        let arrived = self
            .body
            .as_ref()
            .filter(|body| self.returns_secret && is_success && !body.is_empty());
        let part = arrived.map_or(String::new(), |_| {
            format!("; `Error::body` holds what arrived{secret}")
        });
        let applied = match self.fault {
            _ if !self.may_have_been_applied() => String::new(),
            Fault::Result(_) => {
                format!("; the write was applied, and `Error::body` holds the response{secret}")
            }
            _ => format!(
                "; it may have been applied{}{part}",
                hint.unwrap_or_default()
            ),
        };
        let wait = self.retry_after.map(|wait| wait.as_secs_f64().ceil());
        let retry = wait.map_or(String::new(), |seconds| {
            format!("; retry after {seconds} s")
        });
        let ray_id = self.ray_id.as_ref().map_or(String::new(), |id| {
            format!("cf-ray {}, ", one_line(id, MAX_RAY_ID))
        });
        let attempts = if self.attempts == 1 {
            "attempt"
        } else {
            "attempts"
        };
        let context = format!("{applied}{retry} [{ray_id}{} {attempts}]", self.attempts);
        let body = if matches!(self.fault, Fault::Transport(_)) {
            ", but its body failed"
        } else {
            ""
        };
        let status = self
            .status
            .map_or(String::new(), |status| format!("{status}{body}: "));
        let length = MAX_TEXT.saturating_sub(status.chars().count() + context.chars().count());
        let (path, fault) = (one_line(&self.path, MAX_PATH), one_line(fault, length));
        format!("{} {path}: {status}{fault}{context}", self.method)
    }
}

impl fmt::Display for FailedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match &self.fault {
            Fault::Transport(error) => self.text(&error.to_string()),
            Fault::Api(errors) if errors.is_empty() => self.text("the response contains no reason"),
            Fault::Api(errors) => self.text(&list(errors)),
            Fault::Status(text)
            | Fault::Decode(text)
            | Fault::Result(text)
            | Fault::Item { text, .. } => self.text(text),
        })
    }
}

/// Shows the text only, because the body may hold the only copy of a secret.
impl fmt::Debug for FailedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FailedRequest")
            .field(&format_args!("{self}"))
            .finish()
    }
}

// `source()` is `None`, because `Display` already prints the cause.
impl std::error::Error for FailedRequest {}

/// Returns each error, followed by its chain.
fn flatten(errors: &[ApiError]) -> Vec<&ApiError> {
    errors
        .iter()
        .flat_map(|error| std::iter::once(error).chain(flatten(&error.error_chain)))
        .collect()
}
