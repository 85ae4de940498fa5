//! How a script ends: its exit code, and the text on standard error.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use cloudflare_user::ErrorKind;
use time::OffsetDateTime;

use super::stop::Stop;
use super::{print, times};

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// The exit code of an invalid command line or environment.
const INVALID: u8 = 2;

/// Why a script ends before its job is done.
#[derive(Debug)]
pub(crate) struct Failure {
    /// `None` is the exit code that the script has for failures in general.
    code: Option<u8>,
    /// Empty if there is nothing to report.
    text: String,
    /// Whether the same may succeed later, such as a request without a network, or a write to a full
    /// disk.
    pub(crate) may_pass: bool,
    /// How long the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// Whether a signal ended the script.
    pub(crate) is_cancelled: bool,
}

impl Failure {
    pub(crate) fn new(text: impl Display) -> Self {
        Self {
            code: None,
            text: text.to_string(),
            may_pass: false,
            retry_after: None,
            is_cancelled: false,
        }
    }

    pub(crate) fn with_code(code: u8, text: impl Display) -> Self {
        Self {
            code: Some(code),
            ..Self::new(text)
        }
    }

    /// The command line or the environment cannot be meant. Nothing was read or written.
    pub(crate) fn invalid(text: impl Display) -> Self {
        Self::with_code(INVALID, text)
    }

    /// A signal ended the script.
    pub(crate) fn cancelled() -> Self {
        Self {
            is_cancelled: true,
            ..Self::new("stopped by a signal")
        }
    }

    /// The reader of standard output has seen enough, as with `| head`.
    pub(crate) fn reader_left() -> Self {
        Self::with_code(0, "")
    }

    /// Adds to the text.
    pub(crate) fn and(mut self, text: &str) -> Self {
        self.text = format!("{}; {text}", self.text);
        self
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl From<cloudflare_user::Error> for Failure {
    fn from(error: cloudflare_user::Error) -> Self {
        // The client itself also ignores a longer wait.
        let an_hour = Duration::from_secs(60 * 60);
        let retry_after = error.retry_after().filter(|wait| *wait <= an_hour);
        let text = match retry_after {
            Some(wait) => {
                let then = times::shown(OffsetDateTime::now_utc() + wait);
                format!("{error}; run again after {then}")
            }
            None => error.to_string(),
        };
        Self {
            may_pass: !matches!(
                error.kind(),
                ErrorKind::InvalidRequest
                    | ErrorKind::Configuration
                    | ErrorKind::Unauthorized
                    | ErrorKind::Forbidden
                    | ErrorKind::NotFound
                    | ErrorKind::Cancelled
            ),
            retry_after,
            is_cancelled: error.kind() == ErrorKind::Cancelled,
            code: error.is_invalid_request().then_some(INVALID),
            ..Self::new(text)
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            may_pass: true,
            ..Self::new(error)
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error)
    }
}

/// Runs a script that a signal may end at any moment. `code_of_failures` is the exit code for
/// failures in general.
pub(crate) fn run(code_of_failures: u8, script: impl FnOnce(&Stop) -> Result<u8>) -> ExitCode {
    exit_code(script(&Stop::by_the_system()), code_of_failures)
}

/// Runs a script that ends by itself after a signal, with the exit code for that signal.
pub(crate) fn run_until_signal(
    code_of_failures: u8,
    script: impl FnOnce(&Stop) -> Result<u8>,
) -> ExitCode {
    let stop = match Stop::listen() {
        Ok(stop) => stop,
        Err(failure) => return exit_code(Err(failure), code_of_failures),
    };
    let outcome = match (script(&stop), stop.exit_code()) {
        (Ok(_), Some(code)) => Ok(code),
        (Err(failure), Some(code)) if failure.is_cancelled => Ok(code),
        (outcome, _) => outcome,
    };
    exit_code(outcome, code_of_failures)
}

/// Reports a failure, and returns the exit code of the script.
pub(crate) fn exit_code(outcome: Result<u8>, code_of_failures: u8) -> ExitCode {
    let code = match outcome {
        Ok(code) => code,
        Err(failure) => {
            if !failure.text.is_empty() {
                print::report(format_args!("error: {}", failure.text));
            }
            failure.code.unwrap_or(code_of_failures)
        }
    };
    ExitCode::from(code)
}
