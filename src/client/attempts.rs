//! The attempts that a call has made, and what the next one must take into account.

use crate::error::Error;

/// The attempts of a call so far.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    pub(super) count: u32,
    /// How many of them count against `max_retries`.
    pub(super) counted: u32,
    /// Whether one of them may have applied a write.
    pub(super) may_be_applied: bool,
    /// Whether the next attempt must not use an idle connection, because the last one was
    /// interrupted or timed out.
    ///
    /// After a change of network all of them are dead, and attempts over dead connections show
    /// nothing about the server.
    pub(super) needs_new_connection: bool,
    /// The error of the last one.
    pub(super) last_error: Option<Error>,
}
