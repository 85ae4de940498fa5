mod plain;

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::time::Duration;

use http::{Method, StatusCode};

use self::plain::Plain;
use crate::transport::{TransportError, TransportErrorKind};

/// What this crate's functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, by who failed.
///
/// The methods below answer what a program asks ([what to do about each](crate#errors)); the text is for people, and names the method, the path (never the
/// query), the status, Cloudflare's codes and messages, the ray id and the number of attempts. No credential and no
/// created secret is in the text or in `Debug`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller: the input cannot be right. Nothing was sent.
    #[error(transparent)]
    InvalidRequest(InvalidRequest),
    /// The network, or the limits set on it: no whole answer arrived.
    #[error(transparent)]
    Transport(Box<Exchange>),
    /// Cloudflare: it answered with a failure, or with a redirect.
    #[error(transparent)]
    Api(Box<Exchange>),
    /// The answer: it says that it succeeded, and cannot be understood.
    #[error(transparent)]
    Decode(Box<Exchange>),
}

impl Error {
    /// An error about an argument, for [`Endpoint::validate`](crate::Endpoint::validate) of an endpoint of one's own.
    ///
    /// The reason follows the parameter's name in the text: "`zone_id` is empty".
    pub fn invalid_request(
        parameter: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::InvalidRequest(InvalidRequest {
            parameter: parameter.into(),
            reason: reason.into(),
        })
    }

    /// The HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.exchange()?.status.map(|status| status.as_u16())
    }

    /// The codes of Cloudflare's errors, those in an `error_chain` after the error that holds it.
    pub fn codes(&self) -> impl Iterator<Item = i64> {
        flatten(self.api_errors()).filter_map(|error| error.code)
    }

    /// The messages of Cloudflare's errors, in the order of [`codes`](Self::codes).
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        flatten(self.api_errors()).map(|error| error.message.as_str())
    }

    /// Cloudflare's errors as it sent them, without credentials that it may have repeated.
    pub fn api_errors(&self) -> &[ApiError] {
        match self.exchange().map(|exchange| &exchange.fault) {
            Some(Fault::Api(errors)) => errors,
            _ => &[],
        }
    }

    /// The `cf-ray` of the answer: the name of this exchange in Cloudflare's own logs.
    pub fn ray_id(&self) -> Option<&str> {
        self.exchange()?.ray_id.as_deref()
    }

    /// How long to wait before the next request: as the server asked, or until a rate limit that is known to be used
    /// up is reset.
    pub fn retry_after(&self) -> Option<Duration> {
        self.exchange()?.retry_after
    }

    /// How many times the request was sent; 0 if it never was.
    pub fn attempts(&self) -> u32 {
        self.exchange().map_or(0, |exchange| exchange.attempts)
    }

    /// What the server sent, exactly, its first 64 KiB.
    ///
    /// For programs. It may hold secrets: after a token was created or rolled and the answer could not be decoded, it is
    /// the only copy of the new secret. No text of this error shows it.
    pub fn body(&self) -> Option<&[u8]> {
        self.exchange()?.body.as_deref()
    }

    /// Whether the credential was refused or lacks a permission: status 401 or 403, which Cloudflare does not keep
    /// apart reliably. [`codes`](Self::codes) tells more. What cannot be a credential at all is status 400, with code
    /// 6003 or 9106.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// Whether there is no such thing: status 404.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether a rate limit was met: status 429, or nothing was sent because the limit is known to be used up.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429) || self.transport_kind() == Some(TransportErrorKind::RateLimited)
    }

    /// Whether a timeout or the deadline ended the call.
    pub fn is_timeout(&self) -> bool {
        self.transport_kind() == Some(TransportErrorKind::Timeout)
    }

    /// Whether no connection could be made. Nothing was sent.
    pub fn is_connect(&self) -> bool {
        match self.exchange().map(|exchange| &exchange.fault) {
            Some(Fault::Transport(error)) => error.is_connect(),
            _ => false,
        }
    }

    /// Whether the answer says that it succeeded, and could not be understood. [`body`](Self::body) has its bytes.
    pub fn is_decode(&self) -> bool {
        matches!(self, Self::Decode(_))
    }

    /// Whether this is one item of a listing that could not be decoded: the items after it still come, while any other
    /// error ends the listing.
    pub fn is_item(&self) -> bool {
        self.exchange()
            .is_some_and(|exchange| matches!(exchange.fault, Fault::Item { .. }))
    }

    /// Whether the request was refused before sending.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self, Self::InvalidRequest(_))
    }

    /// Whether this was a write that may have happened all the same: its answer was lost, was a status from 500 on,
    /// or was a success that could not be decoded. Look before you send it again.
    pub fn may_have_been_applied(&self) -> bool {
        self.exchange().is_some_and(Exchange::may_have_been_applied)
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        if let Self::Transport(exchange) | Self::Api(exchange) | Self::Decode(exchange) = &mut self
        {
            exchange.retry_after = Some(wait);
        }
        self
    }

    /// The text with the codes of an answer instead of its words, which may repeat what was asked.
    pub(crate) fn for_logs(&self) -> String {
        let Some(exchange) = self.exchange() else {
            return self.to_string();
        };
        let (Some(status), false) = (
            exchange.status,
            matches!(exchange.fault, Fault::Transport(_)),
        ) else {
            return exchange.to_string();
        };
        let codes = self.codes().map(|code| format!(" {code}"));
        format!(
            "{} {}: {status}{}, attempt {}, cf-ray {}",
            exchange.method,
            exchange.path,
            codes.take(8).collect::<String>(),
            exchange.attempts,
            exchange.ray_id.as_deref().unwrap_or_default(),
        )
    }

    fn transport_kind(&self) -> Option<TransportErrorKind> {
        match &self.exchange()?.fault {
            Fault::Transport(error) => Some(error.kind()),
            _ => None,
        }
    }

    fn exchange(&self) -> Option<&Exchange> {
        match self {
            Self::InvalidRequest(_) => None,
            Self::Transport(exchange) | Self::Api(exchange) | Self::Decode(exchange) => {
                Some(exchange)
            }
        }
    }
}

/// An argument that cannot be right, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}` {reason}")]
pub struct InvalidRequest {
    parameter: Cow<'static, str>,
    reason: Cow<'static, str>,
}

impl InvalidRequest {
    /// The same, with another name for the parameter where it is among these.
    pub(crate) fn renamed(mut self, names: &[(&str, &'static str)]) -> Self {
        if let Some((_, name)) = names.iter().find(|(known, _)| *known == self.parameter) {
            self.parameter = Cow::Borrowed(*name);
        }
        self
    }

    /// The parameter, as the method or the variable that sets it is called.
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}

/// One error of an answer: a code, a message, and the errors that led to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// Cloudflare's number for it, such as 9109; not every error has one.
    pub code: Option<i64>,
    /// The text, empty if there was none.
    pub message: String,
    /// Where this error is documented.
    pub documentation_url: Option<String>,
    /// The part of the request that it is about, as a JSON pointer such as `/policies/0`.
    pub pointer: Option<String>,
    /// The errors behind this one.
    pub error_chain: Vec<ApiError>,
}

/// On one line, whatever the message holds, and not for ever.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Plain::to(f);
        match self.code {
            Some(code) => write!(f, "{code} {}", self.message)?,
            None => f.write_str(&self.message)?,
        }
        if let Some(pointer) = &self.pointer {
            write!(f, " (at {pointer})")?;
        }
        if !self.error_chain.is_empty() {
            write!(f, " ({})", List(&self.error_chain))?;
        }
        Ok(())
    }
}

/// What was asked, and how far it came: the story that every error of a sent request tells.
pub struct Exchange {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) write: bool,
    pub(crate) recovery_hint: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) status: Option<StatusCode>,
    pub(crate) ray_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Option<Box<[u8]>>,
    pub(crate) fault: Fault,
}

/// What went wrong in an exchange.
#[derive(Debug)]
pub(crate) enum Fault {
    Transport(TransportError),
    Api(Vec<ApiError>),
    /// A failure without Cloudflare's errors in it: what it looks like instead.
    Status(String),
    Decode(String),
    /// One item of a listing that could not be decoded.
    Item {
        text: String,
        json: Box<[u8]>,
    },
}

impl Fault {
    /// The same fault with `map` done to every text of it.
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
            Self::Item { text, json } => Self::Item {
                text: map(&text),
                json,
            },
        }
    }
}

impl ApiError {
    pub(crate) fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
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

impl Exchange {
    fn may_have_been_applied(&self) -> bool {
        self.write
            && match &self.fault {
                Fault::Transport(error) => error.may_have_reached_server(),
                Fault::Api(_) | Fault::Status(_) => {
                    self.status.is_some_and(|status| status.is_server_error())
                }
                Fault::Decode(_) | Fault::Item { .. } => true,
            }
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, self.path)?;
        if let Some(status) = self.status {
            write!(f, "{status}: ")?;
        }
        let mut plain = Plain::to(f);
        match &self.fault {
            Fault::Transport(error) => write!(plain, "{error}")?,
            Fault::Api(errors) if errors.is_empty() => {
                plain.write_str("the answer says that it failed, and not why")?
            }
            Fault::Api(errors) => write!(plain, "{}", List(errors))?,
            Fault::Status(text) | Fault::Decode(text) | Fault::Item { text, .. } => {
                plain.write_str(text)?
            }
        }
        if self.may_have_been_applied() {
            f.write_str("; it may have been applied all the same")?;
            if let Some(hint) = &self.recovery_hint {
                write!(f, ": {hint} before trying again")?;
            }
        }
        if let Some(wait) = self.retry_after {
            write!(
                f,
                "; the server asks to wait {} s",
                wait.as_secs_f64().ceil()
            )?;
        }
        f.write_str(" [")?;
        if let Some(ray_id) = &self.ray_id {
            write!(f, "cf-ray {ray_id}, ")?;
        }
        match self.attempts {
            1 => f.write_str("1 attempt]"),
            attempts => write!(f, "{attempts} attempts]"),
        }
    }
}

/// By hand, because the body may hold the only copy of a secret.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("attempts", &self.attempts)
            .field("status", &self.status)
            .field("ray_id", &self.ray_id)
            .field("retry_after", &self.retry_after)
            .field(
                "body",
                &self
                    .body
                    .as_ref()
                    .map(|body| format_args!("{} bytes", body.len()).to_string()),
            )
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Exchange {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Transport(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

/// Errors side by side.
struct List<'a>(&'a [ApiError]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

/// Each error, followed by its chain.
fn flatten(errors: &[ApiError]) -> impl Iterator<Item = &ApiError> {
    let mut open: Vec<&ApiError> = errors.iter().rev().collect();
    std::iter::from_fn(move || {
        let error = open.pop()?;
        open.extend(error.error_chain.iter().rev());
        Some(error)
    })
}
