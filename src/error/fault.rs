use std::fmt;
use std::time::Duration;

use super::ApiError;
use super::text::{first_words, seconds, truncated};
use crate::json::Undecodable;
use crate::transport::{TransportError, TransportErrorKind};

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The transport failed: no complete response arrived.
    Transport(TransportError),
    /// A time limit ended the attempt, or was over before it.
    Timeout(TimedOut),
    /// The request was not sent, because it may not wait until the rate limit is reset.
    RateLimited { reset_in: Duration },
    /// The request was not sent, because the call was cancelled.
    Cancelled,
    /// A failure of the API, with its errors.
    Api(Vec<ApiError>),
    /// A failure that is not the API's.
    Gateway(GatewayFailure),
    /// A success that cannot be decoded, or is not the API's.
    Decode(Problem),
    /// The result of a success that cannot be decoded.
    Result(Problem),
    /// An item of a list that cannot be decoded.
    Item { problem: Problem, json: Box<[u8]> },
}

/// What is wrong with a response, in full: secrets are redacted before a text is truncated.
#[derive(Debug, Default)]
pub(crate) struct Problem {
    /// The field that is concerned, such as `result[37].when`; empty for the whole response.
    pub(crate) path: String,
    pub(crate) reason: String,
    /// The body whose first words are quoted; empty if nothing is.
    pub(crate) quoted_body: String,
}

impl From<Undecodable> for Problem {
    fn from(Undecodable { path, reason }: Undecodable) -> Self {
        Self {
            path,
            reason,
            ..Self::default()
        }
    }
}

impl From<String> for Problem {
    fn from(reason: String) -> Self {
        Self {
            reason,
            ..Self::default()
        }
    }
}

impl Problem {
    fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        Self {
            path: map(&self.path),
            reason: map(&self.reason),
            quoted_body: map(&self.quoted_body),
        }
    }
}

/// Writes `result[37].when: expected a string`, or `the response is a web page, it begins
/// `<html>``.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST_PATH: usize = 200;
        if !self.path.is_empty() {
            write!(f, "{}: ", truncated(&self.path, LONGEST_PATH))?;
        }
        f.write_str(&self.reason)?;
        match first_words(&self.quoted_body) {
            Some(words) => write!(f, ", it begins `{words}`"),
            None => Ok(()),
        }
    }
}

/// A failure that is not the API's, such as a web page or a problem report.
#[derive(Debug, Default)]
pub(crate) struct GatewayFailure {
    /// What the response says, if it is JSON.
    pub(crate) errors: Vec<ApiError>,
    /// What the response is; for the text of a failure without errors.
    pub(crate) problem: Problem,
    /// Whether the response says that a retry is useless.
    pub(crate) refuses_retries: bool,
}

/// A time limit of a call, by the name of its setter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeLimit {
    pub(crate) name: &'static str,
    /// As it was set. What other limits leave of it can be less.
    pub(crate) value: Duration,
}

/// A time limit that ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimedOut {
    pub(crate) limit: TimeLimit,
    pub(crate) was_connecting: bool,
    pub(crate) may_have_reached_server: bool,
}

/// Writes `timed out after 60 s (timeout)`.
impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TimeLimit { name, value } = self.limit;
        f.write_str("timed out ")?;
        if self.was_connecting {
            f.write_str("while connecting, ")?;
        }
        write!(f, "after {} s ({name})", seconds(value))
    }
}

impl Fault {
    /// Whether the transport cannot send the request as it is configured.
    pub(crate) fn is_configuration(&self) -> bool {
        match self {
            Self::Transport(error) => error.kind() == TransportErrorKind::Configuration,
            _ => false,
        }
    }

    /// Applies `map` to every text.
    pub(crate) fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Transport(error) => Self::Transport(error.map_text(map)),
            Self::Timeout(_) | Self::RateLimited { .. } | Self::Cancelled => self,
            Self::Api(errors) => Self::Api(map_texts(errors, map)),
            Self::Gateway(failure) => Self::Gateway(GatewayFailure {
                errors: map_texts(failure.errors, map),
                problem: failure.problem.map_text(map),
                refuses_retries: failure.refuses_retries,
            }),
            Self::Decode(problem) => Self::Decode(problem.map_text(map)),
            Self::Result(problem) => Self::Result(problem.map_text(map)),
            Self::Item { problem, json } => Self::Item {
                problem: problem.map_text(map),
                json,
            },
        }
    }
}

fn map_texts(errors: Vec<ApiError>, map: &impl Fn(&str) -> String) -> Vec<ApiError> {
    let errors = errors.into_iter();
    errors.map(|error| error.map_text(map)).collect()
}
