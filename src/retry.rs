//! What is repeated and when: the backoff, `Retry-After`, and the rate limit that all clones of a client share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{DATE, HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::client::Head;
use crate::endpoint::Call;
use crate::error::Fault;
use crate::transport::TransportErrorKind;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);
/// A reset that is further away is not believed: nothing would be sent until then, and nothing could tell better.
const LONGEST_RESET: Duration = Duration::from_secs(60 * 60);
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
    let date = |text: &str| OffsetDateTime::parse(text.trim(), &Rfc2822).ok();
    // By the server's own clock, if it tells it: this machine's may be wrong.
    let now = headers
        .get(DATE)
        .and_then(|now| date(now.to_str().ok()?))
        .unwrap_or_else(OffsetDateTime::now_utc);
    Duration::try_from(date(text)? - now)
        .ok()
        .filter(|wait| !wait.is_zero())
}

/// What Cloudflare said of the rate limit with its last answer.
///
/// The limit is on all calls of a user together: those of other programs and of the dashboard too.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many requests remain until the reset.
    pub remaining: u64,
    /// How long after that answer the limit is reset.
    pub reset_in: Duration,
    /// How many requests a window allows.
    pub quota: Option<u64>,
    /// How long a window is.
    pub window: Option<Duration>,
}

impl RateLimit {
    /// Reads `Ratelimit: "default";r=50;t=30` and `Ratelimit-Policy: "burst";q=100;w=60`.
    fn read(headers: &HeaderMap) -> Option<Self> {
        let number = |header: &str, name: &str| -> Option<u64> {
            let text = headers.get(header)?.to_str().ok()?;
            // Of several limits the first counts; a comma sets them apart.
            let parameters = text.split(',').next()?.split(';');
            let value = |parameter: &str| {
                parameter
                    .trim()
                    .strip_prefix(name)?
                    .trim_start()
                    .strip_prefix('=')?
                    .trim()
                    .parse()
                    .ok()
            };
            parameters.filter_map(value).next()
        };
        Some(Self {
            remaining: number("ratelimit", "r")?,
            reset_in: Duration::from_secs(number("ratelimit", "t")?),
            quota: number("ratelimit-policy", "q"),
            window: number("ratelimit-policy", "w").map(Duration::from_secs),
        })
    }
}

/// The rate limit as all clones of a client know it.
#[derive(Debug, Default)]
pub(crate) struct Limiter(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<RateLimit>,
    /// Until when the server wants no request.
    closed_until: Option<Instant>,
}

impl Limiter {
    pub(crate) fn last(&self) -> Option<RateLimit> {
        self.lock().last.clone()
    }

    /// How long no request is wanted.
    pub(crate) fn pause(&self) -> Option<Duration> {
        let until = self.lock().closed_until?;
        until
            .checked_duration_since(Instant::now())
            .filter(|pause| !pause.is_zero())
    }

    /// Takes note of what an answer says. After a 429 all requests wait as long as it asks, unless that is longer than
    /// `max_wait`: then its error tells, and the caller decides.
    pub(crate) fn note(&self, status: StatusCode, headers: &HeaderMap, max_wait: Duration) {
        let limit = RateLimit::read(headers);
        let refused = status == StatusCode::TOO_MANY_REQUESTS;
        let asked = retry_after(headers).filter(|wait| refused && *wait <= max_wait);
        let used_up = limit
            .as_ref()
            .filter(|limit| limit.remaining == 0 && limit.reset_in <= LONGEST_RESET)
            .map(|limit| limit.reset_in);
        let pause = asked
            .or(used_up)
            .and_then(|pause| Instant::now().checked_add(pause));
        if limit.is_none() && pause.is_none() {
            return;
        }
        let mut state = self.lock();
        if limit.is_some() {
            state.last = limit;
        }
        // An answer that was on its way before the limit was met does not open it again.
        state.closed_until = state.closed_until.max(pause);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
