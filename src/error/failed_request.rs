use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};

use super::Fault;
use super::api_error::join;
use super::text::{MAX_TEXT, one_line};

/// The longest parts of a text, in characters.
const MAX_PATH: usize = 200;
const MAX_HINT: usize = 160;
const MAX_RAY_ID: usize = 40;

/// A request that failed. The methods of [`Error`](crate::Error) return what is known of it.
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

impl FailedRequest {
    pub(super) fn may_have_been_applied(&self) -> bool {
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
    ///
    /// `<METHOD> <path>: <status>: <fault>; <what to check>; <when to retry> [<cf-ray>, <attempts>]`
    pub(super) fn text(&self, fault: &str) -> String {
        let status = self.status_text();
        let context = format!(
            "{}{} [{}]",
            self.applied_text(),
            self.retry_text(),
            self.attempts_text()
        );
        let length = MAX_TEXT.saturating_sub(status.chars().count() + context.chars().count());
        let fault = one_line(fault, length);
        let path = one_line(&self.path, MAX_PATH);
        format!("{} {path}: {status}{fault}{context}", self.method)
    }

    fn status_text(&self) -> String {
        match (self.status, &self.fault) {
            (None, _) => String::new(),
            (Some(status), Fault::Transport(_)) => format!("{status}, but its body failed: "),
            (Some(status), _) => format!("{status}: "),
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
            Some(wait) => format!("; retry after {} s", wait.as_secs_f64().ceil()),
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

impl fmt::Display for FailedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match &self.fault {
            Fault::Transport(error) => self.text(&error.to_string()),
            Fault::Api(errors) if errors.is_empty() => self.text("the response contains no reason"),
            Fault::Api(errors) => self.text(&join(errors)),
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
