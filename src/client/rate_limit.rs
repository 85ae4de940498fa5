//! The rate limit, which all clones of a client share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{HeaderMap, HeaderName};

use super::retry::{Limits, retry_after};

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// A reset that is further away is not believed: nothing would be sent until then, and nothing could tell better.
const LONGEST_RESET: Duration = Duration::from_secs(60 * 60);

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
