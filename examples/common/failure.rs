//! How a script ends: its exit code, and the text on standard error.

use std::fmt::Display;
use std::process::ExitCode;

use super::print;

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
}

impl Failure {
    pub(crate) fn new(text: impl Display) -> Self {
        Self {
            code: None,
            text: text.to_string(),
        }
    }

    pub(crate) fn with_code(code: u8, text: impl Display) -> Self {
        Self {
            code: Some(code),
            text: text.to_string(),
        }
    }

    /// The command line or the environment cannot be meant. Nothing was read or written.
    pub(crate) fn invalid(text: impl Display) -> Self {
        Self::with_code(INVALID, text)
    }

    /// The reader of standard output has seen enough, as with `| head`.
    pub(crate) fn reader_left() -> Self {
        Self::with_code(0, "")
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
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
