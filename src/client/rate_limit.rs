//! The rate limit, as all clones of a client have seen it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{HeaderMap, HeaderName};

use super::retry::{LONGEST_WAIT, retry_after};

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What Cloudflare's last response said about the rate limit.
///
/// The limit counts all requests of a user: those of other programs and of the dashboard too.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many requests remain until the limit is reset.
    pub remaining: u64,
    /// How long it takes until the limit is reset, from the call of [`Client::rate_limit`](crate::Client::rate_limit).
    pub reset_in: Duration,
    /// How many requests a window allows.
    pub quota: Option<u64>,
    /// How long a window is.
    pub window: Option<Duration>,
}

impl RateLimit {
    /// Reads `Ratelimit: "default";r=50;t=30` and `Ratelimit-Policy: "burst";q=100;w=60`.
    ///
    /// Of several limits, the one with the fewest remaining requests counts.
    fn read(headers: &HeaderMap) -> Option<Self> {
        let members = |header: &HeaderName| {
            let texts = headers.get_all(header).into_iter();
            texts.filter_map(|text| text.to_str().ok()).flat_map(|text| text.split(','))
        };
        let (name, remaining, reset_in) = members(&RATELIMIT)
            .filter_map(|limit| {
                let (remaining, reset_in) = (parameter(limit, "r")?, parameter(limit, "t")?);
                Some((name(limit), remaining, reset_in))
            })
            .min_by_key(|&(_, remaining, reset_in)| (remaining, u64::MAX - reset_in))?;
        let policy = members(&RATELIMIT_POLICY)
            .find(|policy| self::name(policy) == name)
            .or_else(|| members(&RATELIMIT_POLICY).next());
        let of_policy = |name| policy.and_then(|policy| parameter(policy, name));
        Some(Self {
            remaining,
            reset_in: Duration::from_secs(reset_in),
            quota: of_policy("q"),
            window: of_policy("w").map(Duration::from_secs),
        })
    }
}

/// The name of a limit: `"default"` of `"default";r=50;t=30`.
fn name(member: &str) -> &str {
    member.split(';').next().unwrap_or_default().trim()
}

/// A parameter of a limit: 50 for `r` of `"default";r=50;t=30`.
fn parameter(member: &str, name: &str) -> Option<u64> {
    member.split(';').find_map(|parameter| {
        let (known, value) = parameter.split_once('=')?;
        value.trim().parse().ok().filter(|_| known.trim() == name)
    })
}

/// The state of the rate limit. All clones of a client share it.
#[derive(Debug, Default)]
pub(super) struct RateLimiter(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The last limit that a response named, and when it arrived.
    last: Option<(RateLimit, Instant)>,
    held_until: Option<Instant>,
}

impl RateLimiter {
    /// Returns the last limit that a response named.
    pub(super) fn last(&self) -> Option<RateLimit> {
        let (limit, arrived) = self.lock().last.clone()?;
        let reset_in = limit.reset_in.saturating_sub(arrived.elapsed());
        Some(RateLimit { reset_in, ..limit })
    }

    /// Returns how long requests must wait, if they must.
    pub(super) fn hold(&self) -> Option<Duration> {
        let hold = self.lock().held_until?.checked_duration_since(Instant::now());
        hold.filter(|hold| !hold.is_zero())
    }

    /// Takes note of what a response says about the rate limit.
    pub(super) fn note(&self, status: StatusCode, headers: &HeaderMap) {
        let limit = RateLimit::read(headers);
        let refused = (status == StatusCode::TOO_MANY_REQUESTS).then(|| retry_after(headers));
        let used_up = limit.as_ref().filter(|limit| limit.remaining == 0);
        let hold = refused.flatten().or(used_up.map(|limit| limit.reset_in));
        let hold = hold.filter(|hold| *hold <= LONGEST_WAIT);
        if limit.is_none() && hold.is_none() {
            return;
        }
        let now = Instant::now();
        let mut state = self.lock();
        if let Some(limit) = limit {
            state.last = Some((limit, now));
        }
        // A response that was sent before the limit was reached does not release the hold.
        state.held_until = state.held_until.max(hold.map(|hold| now + hold));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change of the state is one assignment, so that a panic cannot leave it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const HOUR: u64 = 60 * 60;

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        headers.collect()
    }

    fn read(fields: &[(&'static str, &str)]) -> Option<(u64, u64, Option<u64>, Option<u64>)> {
        let limit = RateLimit::read(&headers(fields))?;
        let window = limit.window.map(|window| window.as_secs());
        Some((limit.remaining, limit.reset_in.as_secs(), limit.quota, window))
    }

    /// How long requests are held after these responses, in whole seconds, rounded up.
    fn held_after(responses: &[(u16, &[(&'static str, &str)])]) -> Option<u64> {
        let limiter = RateLimiter::default();
        for (status, fields) in responses {
            limiter.note(StatusCode::from_u16(*status).unwrap(), &headers(fields));
        }
        let hold = limiter.hold()?;
        Some(hold.as_secs_f64().ceil() as u64)
    }

    #[test]
    fn reads_the_limit_and_its_policy() {
        let limit = ("ratelimit", r#""default";r=50;t=30"#);
        assert_eq!(read(&[limit]), Some((50, 30, None, None)));
        let policy = ("ratelimit-policy", r#""burst";q=100;w=60"#);
        assert_eq!(read(&[limit, policy]), Some((50, 30, Some(100), Some(60))));
        let policies = r#""burst";q=100;w=60, "default";q=1200;w=300"#;
        let policies = ("ratelimit-policy", policies);
        assert_eq!(read(&[limit, policies]), Some((50, 30, Some(1200), Some(300))));
    }

    #[test]
    fn the_limit_with_the_fewest_requests_left_counts() {
        let limits = r#""a";r=5;t=1, "b"; r = 2; t = 7 ,"c";r=2;t=3"#;
        assert_eq!(read(&[("ratelimit", limits)]), Some((2, 7, None, None)));
    }

    #[test]
    fn ignores_a_limit_that_it_cannot_read() {
        for text in ["", "default", r#""a";r=5"#, r#""a";t=5"#, r#""a";r=-1;t=5"#, r#""a";rr=1;tt=5"#] {
            assert_eq!(read(&[("ratelimit", text)]), None, "{text}");
        }
    }

    #[test]
    fn holds_after_a_429_and_after_the_last_request() {
        let used_up: &[_] = &[("ratelimit", r#""default";r=0;t=30"#)];
        assert_eq!(held_after(&[(200, used_up)]), Some(30));
        assert_eq!(held_after(&[(200, &[("ratelimit", r#""default";r=1;t=30"#)])]), None);
        assert_eq!(held_after(&[(429, &[("retry-after", "120")])]), Some(120));
        assert_eq!(held_after(&[(503, &[("retry-after", "120")])]), None);
        assert_eq!(held_after(&[(429, &[])]), None);
        let both: &[_] = &[("retry-after", "9"), used_up[0]];
        assert_eq!(held_after(&[(429, both)]), Some(9));
        assert_eq!(held_after(&[(429, used_up)]), Some(30));
    }

    #[test]
    fn ignores_a_hold_of_more_than_an_hour() {
        let after = |seconds: u64| {
            let seconds = seconds.to_string();
            held_after(&[(429, &[("retry-after", seconds.as_str())])])
        };
        assert_eq!(after(HOUR), Some(HOUR));
        assert_eq!(after(HOUR + 1), None);
        assert_eq!(after(u64::MAX), None);
    }

    #[test]
    fn a_later_response_does_not_shorten_a_hold() {
        let open: &[_] = &[("ratelimit", r#""default";r=9;t=30"#)];
        let refused: &[_] = &[("retry-after", "120")];
        let less: &[_] = &[("retry-after", "60")];
        assert_eq!(held_after(&[(429, refused), (200, open), (200, &[])]), Some(120));
        assert_eq!(held_after(&[(429, refused), (429, less)]), Some(120));
        assert_eq!(held_after(&[(429, less), (429, refused)]), Some(120));
    }

    #[test]
    fn the_time_to_the_reset_counts_from_the_call() {
        let limiter = RateLimiter::default();
        assert_eq!(limiter.last(), None);
        limiter.note(StatusCode::OK, &headers(&[("ratelimit", r#""default";r=7;t=30"#)]));
        let arrived = Instant::now() - Duration::from_secs(20);
        limiter.lock().last.as_mut().unwrap().1 = arrived;
        let limit = limiter.last().unwrap();
        assert!(limit.remaining == 7 && limit.reset_in <= Duration::from_secs(10));
        assert!(limit.reset_in > Duration::from_secs(5));
        limiter.lock().last.as_mut().unwrap().1 = arrived - Duration::from_secs(20);
        assert_eq!(limiter.last().unwrap().reset_in, Duration::ZERO);
        limiter.note(StatusCode::OK, &HeaderMap::new());
        assert!(limiter.last().is_some(), "a response without a limit keeps the last one");
    }
}
