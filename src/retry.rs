//! What is repeated and when: the backoff, `Retry-After`, and the rate limit that all clones of a client share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::StatusCode;
use http::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::client::Head;
use crate::endpoint::Call;
use crate::error::Fault;
use crate::transport::TransportErrorKind;

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

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
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    // By the server's own clock, if it tells it: this machine's may be wrong.
    let now = headers
        .get(DATE)
        .and_then(|now| date(now.to_str().ok()?))
        .unwrap_or_else(SystemTime::now);
    let wait = date(text)?.duration_since(now).ok()?;
    (!wait.is_zero()).then_some(wait)
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
        // There may be several, set apart by commas or headers of their own. The one with the least left counts.
        let members = |header: &HeaderName| {
            let texts = headers.get_all(header).into_iter();
            texts
                .filter_map(|text| text.to_str().ok())
                .flat_map(|text| text.split(','))
        };
        let (remaining, reset_in, name) = members(&RATELIMIT)
            .filter_map(|limit| {
                let name = limit.split(';').next().unwrap_or_default().trim();
                Some((number(limit, "r")?, number(limit, "t")?, name))
            })
            .min_by_key(|(remaining, reset_in, _)| (*remaining, u64::MAX - reset_in))?;
        let policy = members(&RATELIMIT_POLICY)
            .find(|policy| policy.split(';').next().unwrap_or_default().trim() == name)
            .or_else(|| members(&RATELIMIT_POLICY).next());
        let of_policy = |name| policy.and_then(|policy| number(policy, name));
        Some(Self {
            remaining,
            reset_in: Duration::from_secs(reset_in),
            quota: of_policy("q"),
            window: of_policy("w").map(Duration::from_secs),
        })
    }
}

/// The parameter of this name in `"default";r=50;t=30`.
fn number(member: &str, name: &str) -> Option<u64> {
    member.split(';').find_map(|parameter| {
        let (known, value) = parameter.split_once('=')?;
        value.trim().parse().ok().filter(|_| known.trim() == name)
    })
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
    /// they may, or nothing is repeated: then its error tells, and the caller decides.
    pub(crate) fn note(&self, status: StatusCode, headers: &HeaderMap, limits: &Limits) {
        let refused = status == StatusCode::TOO_MANY_REQUESTS && limits.max_retries > 0;
        let told = headers.contains_key(RATELIMIT);
        if !refused && !told {
            return;
        }
        let limit = told.then(|| RateLimit::read(headers)).flatten();
        let asked = refused.then(|| retry_after(headers)).flatten();
        let asked = asked.filter(|wait| *wait <= limits.max_retry_wait);
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
