use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};

use super::api_error::{documentation_url, flatten, join};
use super::text::{MAX_TEXT, one_line, whole_seconds};
use super::{ApiError, ErrorKind, Fault};
use crate::transport::{TransportErrorKind, status_text};

/// The longest parts of a text, in characters.
const MAX_PATH: usize = 200;
const MAX_HINT: usize = 160;
const MAX_RAY_ID: usize = 40;
/// The most codes in a log line.
const MAX_CODES: usize = 8;

/// A request that failed. Its texts hold no secret.
pub(crate) struct FailedRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) write: bool,
    pub(crate) returns_secret: bool,
    pub(crate) recovery_hint: Option<String>,
    pub(crate) attempts: u32,
    /// Whether an earlier attempt may have applied a write.
    pub(crate) is_after_lost_write: bool,
    /// Whether the call was cancelled before the next attempt.
    pub(crate) is_cancelled: bool,
    pub(crate) status: Option<StatusCode>,
    /// Whether reads are retried after this status, and the response does not refuse it.
    pub(crate) has_transient_status: bool,
    pub(crate) ray_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// What the prefix of the credential says, if the API refused it.
    pub(crate) credential_hint: Option<&'static str>,
    pub(crate) body: Option<Box<[u8]>>,
    pub(crate) fault: Fault,
}

impl FailedRequest {
    pub(crate) fn kind(&self) -> ErrorKind {
        if self.is_cancelled {
            return ErrorKind::Cancelled;
        }
        match &self.fault {
            Fault::Transport(error) => match error.kind() {
                TransportErrorKind::Connect | TransportErrorKind::ProxyRefused => {
                    ErrorKind::Connect
                }
                TransportErrorKind::Configuration => ErrorKind::Configuration,
                TransportErrorKind::Certificate => ErrorKind::Certificate,
                TransportErrorKind::Timeout => ErrorKind::Timeout,
                TransportErrorKind::Interrupted => ErrorKind::Interrupted,
                TransportErrorKind::TooLarge => ErrorKind::TooLarge,
                TransportErrorKind::Malformed => ErrorKind::Malformed,
                TransportErrorKind::Other => ErrorKind::Other,
            },
            Fault::Timeout(_) => ErrorKind::Timeout,
            Fault::RateLimited { .. } => ErrorKind::RateLimited,
            Fault::Cancelled => ErrorKind::Cancelled,
            Fault::Api(_) => self.kind_of_api_failure(),
            Fault::Gateway(_) if self.status == Some(StatusCode::TOO_MANY_REQUESTS) => {
                ErrorKind::RateLimited
            }
            Fault::Gateway(_) => ErrorKind::Gateway,
            Fault::Decode(_) | Fault::Result(_) => ErrorKind::Decode,
            Fault::Item { .. } => ErrorKind::Item,
        }
    }

    fn kind_of_api_failure(&self) -> ErrorKind {
        match self.status.map(|status| status.as_u16()) {
            Some(401) => ErrorKind::Unauthorized,
            Some(400) if self.has_code_of_refused_credential() => ErrorKind::Unauthorized,
            Some(403) => ErrorKind::Forbidden,
            Some(404) => ErrorKind::NotFound,
            Some(429) => ErrorKind::RateLimited,
            _ => ErrorKind::Api,
        }
    }

    fn has_code_of_refused_credential(&self) -> bool {
        let is_refusal = |code: i64| matches!(code, 6003 | 9103 | 9106 | 9107);
        self.codes().into_iter().any(is_refusal)
    }

    fn codes(&self) -> Vec<i64> {
        let errors = flatten(self.api_errors()).into_iter();
        errors.filter_map(|error| error.code).collect()
    }

    pub(super) fn api_errors(&self) -> &[ApiError] {
        match &self.fault {
            Fault::Api(errors) => errors,
            Fault::Gateway(failure) => &failure.errors,
            _ => &[],
        }
    }

    /// Returns the environment variable that makes the transport unusable.
    pub(super) fn parameter(&self) -> Option<&str> {
        match &self.fault {
            Fault::Transport(error) => error.parameter(),
            _ => None,
        }
    }

    pub(crate) fn may_have_been_applied(&self) -> bool {
        let is_lost = match &self.fault {
            Fault::Transport(error) => error.may_have_reached_server(),
            Fault::Timeout(timed_out) => timed_out.may_have_reached_server,
            Fault::RateLimited { .. } | Fault::Cancelled => false,
            Fault::Api(_) | Fault::Gateway(_) => {
                self.status.is_some_and(|status| status.is_server_error())
            }
            Fault::Decode(_) | Fault::Result(_) | Fault::Item { .. } => true,
        };
        self.write && (is_lost || self.is_after_lost_write)
    }

    /// Returns the text with Cloudflare's codes instead of its messages.
    pub(super) fn for_logs(&self) -> String {
        match &self.fault {
            Fault::Api(_) | Fault::Gateway(_) => {
                let codes: Vec<String> = self.codes().iter().map(i64::to_string).collect();
                let shown = codes.len().min(MAX_CODES);
                match shown {
                    0 => self.text("no code"),
                    _ => self.text(&codes[..shown].join(" ")),
                }
            }
            Fault::Decode(_) | Fault::Result(_) | Fault::Item { .. } => self.text("no code"),
            _ => self.to_string(),
        }
    }

    /// Returns the text with this description of the fault:
    ///
    /// `<METHOD> <path>: <status>: <fault>; <what to check>; <when to retry> [<cf-ray>, <attempts>]`
    fn text(&self, fault: &str) -> String {
        let start = format!("{}{}", self.cancelled_text(), self.status_text());
        let end = format!(
            "{}{}{} [{}]",
            self.credential_text(),
            self.applied_text(),
            self.retry_text(),
            self.attempts_text()
        );
        let length = MAX_TEXT.saturating_sub(start.chars().count() + end.chars().count());
        let fault = one_line(fault, length);
        let path = one_line(&self.path, MAX_PATH);
        format!("{} {path}: {start}{fault}{end}", self.method)
    }

    fn cancelled_text(&self) -> &'static str {
        match self.is_cancelled {
            true => "cancelled before a retry; the last attempt: ",
            false => "",
        }
    }

    fn status_text(&self) -> String {
        let Some(status) = self.status else {
            return String::new();
        };
        let status = status_text(status);
        match self.fault {
            Fault::Transport(_) | Fault::Timeout(_) => format!("{status}, but its body failed: "),
            _ => format!("{status}: "),
        }
    }

    fn credential_text(&self) -> String {
        match self.credential_hint {
            Some(hint) => format!("; {hint}"),
            None => String::new(),
        }
    }

    /// Says whether a write was applied, and what to do about it.
    fn applied_text(&self) -> String {
        if !self.may_have_been_applied() {
            return String::new();
        }
        let secret = if self.returns_secret {
            ", which may hold the only copy of a new secret"
        } else {
            ""
        };
        if matches!(self.fault, Fault::Result(_)) {
            return format!(
                "; the write was applied, and `Error::body` holds the response{secret}"
            );
        }
        let mut text = "; it may have been applied".to_owned();
        if let Some(hint) = &self.recovery_hint {
            let hint = one_line(hint, MAX_HINT);
            text += &format!(": before sending it again, {hint}");
        }
        if self.returns_secret && self.has_part_of_success() {
            text += &format!("; `Error::body` holds what arrived{secret}");
        }
        text
    }

    fn has_part_of_success(&self) -> bool {
        let is_success = self.status.is_some_and(|status| status.is_success());
        is_success && self.body.as_ref().is_some_and(|body| !body.is_empty())
    }

    fn retry_text(&self) -> String {
        match self.retry_after {
            Some(wait) => format!("; retry after {} s", whole_seconds(wait)),
            None => String::new(),
        }
    }

    fn attempts_text(&self) -> String {
        let attempts = match self.attempts {
            1 => "1 attempt".to_owned(),
            count => format!("{count} attempts"),
        };
        match &self.ray_id {
            Some(ray_id) => format!("cf-ray {}, {attempts}", one_line(ray_id, MAX_RAY_ID)),
            None => attempts,
        }
    }
}

/// Returns the errors of a response as text; `None` if they say nothing.
fn errors_text(errors: &[ApiError]) -> Option<String> {
    let text = join(errors);
    match documentation_url(errors) {
        Some(url) => Some(format!("{text} (see {url})").trim_start().to_owned()),
        None if text.is_empty() => None,
        None => Some(text),
    }
}

impl fmt::Display for FailedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match &self.fault {
            Fault::Transport(error) => self.text(&error.to_string()),
            Fault::Timeout(timed_out) => self.text(&timed_out.to_string()),
            Fault::RateLimited { .. } => self.text("nothing was sent: the rate limit is used up"),
            Fault::Cancelled => self.text("cancelled before it was sent"),
            Fault::Api(errors) => match errors_text(errors) {
                Some(text) => self.text(&text),
                None => self.text("the response does not say why"),
            },
            Fault::Gateway(failure) => match errors_text(&failure.errors) {
                Some(text) => self.text(&text),
                None => self.text(&failure.problem.to_string()),
            },
            Fault::Decode(problem) | Fault::Result(problem) | Fault::Item { problem, .. } => {
                self.text(&problem.to_string())
            }
        })
    }
}
