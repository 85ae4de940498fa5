//! The time limits of a call and of its attempts.

use std::time::{Duration, Instant};

use crate::error::{Fault, TimeLimit, TimedOut};
use crate::transport::{TransportError, TransportErrorKind};

/// The longest deadline, a year. A much longer one could not be added to an `Instant`.
const LONGEST: Duration = Duration::from_secs(31_536_000);

/// The limits of a call, as they were set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(super) timeout: Duration,
    pub(super) deadline: Duration,
    pub(super) max_retries: u32,
    pub(super) max_retry_wait: Duration,
}

/// The instant at which a call ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    end: Instant,
    limit: TimeLimit,
}

impl Deadline {
    /// Starts a deadline now. One of more than a year ends after a year.
    pub(super) fn start(deadline: Duration) -> Self {
        Self {
            end: Instant::now() + deadline.min(LONGEST),
            limit: TimeLimit {
                name: "deadline",
                value: deadline,
            },
        }
    }

    pub(super) fn time_left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Returns the fault of a call whose deadline ends before its next attempt.
    pub(super) fn timed_out(&self) -> TimedOut {
        TimedOut {
            limit: self.limit,
            was_connecting: false,
            may_have_reached_server: false,
        }
    }
}

/// The time limits of one attempt.
///
/// The attempt takes no longer than what is left of the deadline, and connecting takes less than
/// the attempt. An error names the setting that was the shortest.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptLimits {
    started: Instant,
    deadline: Deadline,
    /// How long connecting may take.
    pub(super) connect: Duration,
    /// The setting that `connect` comes from.
    connect_limit: TimeLimit,
    /// How long the attempt may take. At most a year, as the deadline.
    pub(super) total: Duration,
    /// The setting that `total` comes from.
    total_limit: TimeLimit,
    /// Whether the caller reads the body. The deadline then ends before the body begins.
    is_stream: bool,
}

impl AttemptLimits {
    /// Starts the limits of an attempt now.
    pub(super) fn start(timeout: Duration, connect_timeout: Duration, deadline: &Deadline) -> Self {
        let mut total = timeout;
        let mut total_limit = TimeLimit {
            name: "timeout",
            value: timeout,
        };
        let time_left = deadline.time_left();
        if time_left < timeout {
            total = time_left;
            total_limit = deadline.limit;
        }
        let mut connect = connect_timeout;
        let mut connect_limit = TimeLimit {
            name: "connect_timeout",
            value: connect_timeout,
        };
        // Connecting gets most of an attempt, but not all of it. A timeout while connecting is then
        // reported as one, and the request can be retried, because nothing was sent.
        let longest_connect = total - total / 16;
        if longest_connect < connect_timeout {
            connect = longest_connect;
            connect_limit = total_limit;
        }
        Self {
            started: Instant::now(),
            deadline: *deadline,
            connect,
            connect_limit,
            total,
            total_limit,
            is_stream: false,
        }
    }

    /// Returns the limits of an attempt whose body the caller reads: the response head and each
    /// read may take `timeout`, whatever is left of the deadline.
    pub(super) fn for_stream(self, timeout: Duration) -> Self {
        Self {
            total: timeout.min(LONGEST),
            total_limit: TimeLimit {
                name: "timeout",
                value: timeout,
            },
            is_stream: true,
            ..self
        }
    }

    /// Returns the time in which a stream must be open, if its other limits could exceed it.
    pub(super) fn time_to_open(&self) -> Option<Duration> {
        let time_left = self.deadline.time_left();
        // Resolving and connecting take up to `connect` each. Sending, the response head and two
        // reads take up to `total` each.
        let connecting = self.connect.saturating_mul(2);
        let longest = self.total.saturating_mul(4).saturating_add(connecting);
        (self.is_stream && time_left < longest).then_some(time_left)
    }

    /// Returns the fault of a stream that the deadline ended before it was open.
    pub(super) fn not_opened(&self) -> Fault {
        Fault::Timeout(TimedOut {
            limit: self.deadline.limit,
            was_connecting: false,
            may_have_reached_server: true,
        })
    }

    /// Returns the fault of an attempt for which no time is left, if none is.
    pub(super) fn timed_out_before_start(&self) -> Option<TimedOut> {
        self.total.is_zero().then_some(TimedOut {
            limit: self.total_limit,
            was_connecting: false,
            may_have_reached_server: false,
        })
    }

    /// Returns the fault of a read of a streamed body that takes too long.
    pub(super) fn timed_out_read(&self) -> TimedOut {
        TimedOut {
            limit: self.total_limit,
            was_connecting: false,
            may_have_reached_server: true,
        }
    }

    /// Returns the instant at which the attempt with its whole body ends.
    pub(super) fn end(&self) -> Instant {
        let end = self.started + self.total;
        end.min(self.deadline.end)
    }

    /// Returns the instant at which a read of a streamed body ends, if it starts now.
    pub(super) fn end_of_read(&self) -> Instant {
        let end = Instant::now() + self.total;
        end.min(self.deadline.end)
    }

    /// Returns the fault for an error of the transport. For a timeout by one of these limits, it
    /// names the limit.
    pub(super) fn fault(&self, error: TransportError) -> Fault {
        /// How much earlier than its limit a timeout may be noticed.
        const TOLERANCE: Duration = Duration::from_millis(50);
        if error.kind() != TransportErrorKind::Timeout {
            return Fault::Transport(error);
        }
        if self.is_stream && self.deadline.time_left().is_zero() {
            return self.not_opened();
        }
        let was_connecting = error.is_while_connecting();
        let (limit, duration) = if was_connecting {
            (self.connect_limit, self.connect)
        } else {
            (self.total_limit, self.total)
        };
        let is_too_early = self.started.elapsed() + TOLERANCE < duration;
        if is_too_early {
            // The limit is another one: of the transport, or of the operating system.
            return Fault::Transport(error);
        }
        Fault::Timeout(TimedOut {
            limit,
            was_connecting,
            may_have_reached_server: error.may_have_reached_server(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn limits_a_deadline_to_a_year() {
        for (limit, expected) in [(60, 60), (0, 0), (u64::MAX, LONGEST.as_secs())] {
            let (before, expected) = (Instant::now(), secs(expected));
            let deadline = Deadline::start(secs(limit));
            let possible = before + expected..=Instant::now() + expected;
            assert!(possible.contains(&deadline.end), "{limit}");
            assert_eq!(deadline.timed_out().limit.value, secs(limit));
        }
    }

    #[test]
    fn names_the_limit_that_is_the_shortest() {
        let name = |timeout, connect_timeout, deadline, error: TransportError| {
            let deadline = Deadline::start(deadline);
            let mut limits = AttemptLimits::start(timeout, connect_timeout, &deadline);
            limits.started -= secs(400);
            match limits.fault(error) {
                Fault::Timeout(timed_out) => timed_out.to_string(),
                other => panic!("{other:?}"),
            }
        };
        let total = || TransportError::timeout("x");
        let connect = || TransportError::connect_timeout("x");
        for (timeout, connect_timeout, deadline, error, expected) in [
            (60, 10, 300, total(), "after 60 s (timeout)"),
            (60, 10, 30, total(), "after 30 s (deadline)"),
            (
                60,
                10,
                300,
                connect(),
                "while connecting, after 10 s (connect_timeout)",
            ),
            (
                10,
                10,
                300,
                connect(),
                "while connecting, after 10 s (timeout)",
            ),
            (
                60,
                10,
                5,
                connect(),
                "while connecting, after 5 s (deadline)",
            ),
        ] {
            let found = name(secs(timeout), secs(connect_timeout), secs(deadline), error);
            assert_eq!(found, format!("timed out {expected}"));
        }
    }

    #[test]
    fn keeps_the_text_of_a_timeout_by_another_limit() {
        let limits = AttemptLimits::start(secs(60), secs(10), &Deadline::start(secs(300)));
        for error in [
            TransportError::timeout("x"),
            TransportError::connect_timeout("x"),
        ] {
            assert!(matches!(limits.fault(error), Fault::Transport(_)));
        }
    }

    #[test]
    fn only_a_stream_near_its_deadline_has_a_time_to_open() {
        let time_to_open = |timeout, deadline| {
            let deadline = Deadline::start(secs(deadline));
            let limits = AttemptLimits::start(secs(timeout), secs(10), &deadline);
            assert_eq!(limits.time_to_open(), None);
            limits.for_stream(secs(timeout)).time_to_open()
        };
        assert_eq!(time_to_open(60, 300), None);
        assert_eq!(time_to_open(60, 261), None);
        let time = time_to_open(60, 259).unwrap();
        assert!(time > secs(200) && time <= secs(259), "{time:?}");
        assert!(time_to_open(u64::MAX, 300).is_some());
    }

    #[test]
    fn a_stream_has_the_whole_timeout_and_still_ends_by_its_deadline() {
        let deadline = Deadline::start(secs(5));
        let limits = AttemptLimits::start(secs(60), secs(10), &deadline).for_stream(secs(60));
        assert_eq!(limits.total, secs(60));
        assert!(limits.connect < secs(5));
        assert_eq!(limits.end(), deadline.end);
        assert_eq!(limits.end_of_read(), deadline.end);
        let Fault::Timeout(timed_out) = limits.not_opened() else {
            panic!()
        };
        assert_eq!(timed_out.limit.name, "deadline");
        assert_eq!(limits.timed_out_read().limit.name, "timeout");
    }

    #[test]
    fn an_attempt_without_time_is_over_before_it_begins() {
        let name = |timeout, deadline| {
            let limits = AttemptLimits::start(timeout, secs(10), &Deadline::start(deadline));
            limits
                .timed_out_before_start()
                .map(|timed_out| timed_out.limit.name)
        };
        assert_eq!(name(secs(60), secs(300)), None);
        assert_eq!(name(secs(0), secs(300)), Some("timeout"));
        assert_eq!(name(secs(60), secs(0)), Some("deadline"));
    }
}
