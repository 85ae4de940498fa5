//! What is repeated and when: the backoff and `Retry-After`.

use std::time::{Duration, Instant, SystemTime};

use http::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::call::{Call, Head};
use crate::error::Fault;
use crate::transport::TransportErrorKind;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);
/// No timeout is longer, so that clocks can be added to.
pub(crate) const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long calls may take, and how often they are repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_retry_wait: Duration,
}

/// One call on its way: its clock and its attempts.
pub(crate) struct Course {
    limits: Limits,
    started: Instant,
    pub(crate) attempts: u32,
}

impl Course {
    pub(crate) fn start(limits: Limits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            attempts: 0,
        }
    }

    /// How long the next attempt may take; zero if the deadline is over.
    pub(crate) fn attempt_timeout(&self) -> Duration {
        self.limits.timeout.min(self.left()).min(LONGEST)
    }

    /// Whether a wait is short enough to be waited.
    pub(crate) fn may_wait(&self, wait: Duration) -> bool {
        wait <= self.limits.max_retry_wait && wait < self.left()
    }

    /// How long to wait before the request is sent again; nothing if it must not be.
    pub(crate) fn wait_before_retry(
        &self,
        call: &Call,
        fault: &Fault,
        head: Option<&Head>,
    ) -> Option<Duration> {
        if self.attempts > self.limits.max_retries || !is_repeatable(call, fault, head) {
            return None;
        }
        let asked = head
            .filter(|head| !head.status.is_success())
            .and_then(|head| retry_after(&head.headers));
        let wait = asked.unwrap_or_else(|| self.backoff());
        self.may_wait(wait).then_some(wait)
    }

    /// A random half to whole of 0.5 s, doubled with every attempt, up to 8 s.
    fn backoff(&self) -> Duration {
        let doubled = FIRST_BACKOFF.saturating_mul(1 << (self.attempts.max(1) - 1).min(10));
        doubled
            .min(LONGEST_BACKOFF)
            .mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    fn left(&self) -> Duration {
        self.limits.deadline.saturating_sub(self.started.elapsed())
    }
}

/// A read is repeated after what may pass; a write only where it surely did not happen.
fn is_repeatable(call: &Call, fault: &Fault, head: Option<&Head>) -> bool {
    if let Fault::Transport(error) = fault {
        return match error.kind() {
            TransportErrorKind::Connect => true,
            TransportErrorKind::Timeout => call.idempotent || !error.may_have_reached_server(),
            TransportErrorKind::Interrupted => call.idempotent,
            _ => false,
        };
    }
    match head.map_or(0, |head| head.status.as_u16()) {
        429 => true,
        408 | 425 | 500 | 502..=504 | 520..=527 | 529 | 530 => call.idempotent,
        _ => false,
    }
}

/// How long the server asks to wait: `Retry-After` in whole seconds or as an HTTP date. Anything else, the past and
/// zero included, is no answer.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text
            .parse()
            .ok()
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs);
    }
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    // By the server's own clock, if it tells it: this machine's may be wrong.
    let now = headers
        .get(DATE)
        .and_then(|now| date(now.to_str().ok()?))
        .unwrap_or_else(SystemTime::now);
    let wait = date(text)?.duration_since(now).ok()?;
    (!wait.is_zero()).then_some(wait)
}
