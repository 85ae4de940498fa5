//! Reads the rate limit from responses, and computes how long requests must wait. Clones of a
//! client share it.

use std::cmp::Reverse;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{HeaderMap, HeaderName};

use super::retry::{LONGEST_WAIT, retry_after};

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The rate limit in the headers `ratelimit` and `ratelimit-policy` of Cloudflare's last response.
///
/// The limit counts all requests of a user: those of other programs and of the dashboard too.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many requests remain until the limit is reset.
    pub remaining: u64,
    /// How long it takes until the limit is reset, from the call of
    /// [`Client::rate_limit`](crate::Client::rate_limit).
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
            texts
                .filter_map(|text| text.to_str().ok())
                .flat_map(|text| text.split(','))
        };
        let (name, remaining, reset_in) = members(&RATELIMIT)
            .filter_map(|limit| {
                let (remaining, reset_in) = (parameter(limit, "r")?, parameter(limit, "t")?);
                Some((name(limit), remaining, reset_in))
            })
            .min_by_key(|&(_, remaining, reset_in)| (remaining, Reverse(reset_in)))?;
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

/// Returns the name of a limit: `"default"` of `"default";r=50;t=30`.
fn name(member: &str) -> &str {
    member.split(';').next().unwrap_or_default().trim()
}

/// Returns a parameter of a limit: 50 for `r` of `"default";r=50;t=30`.
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
        let hold = self
            .lock()
            .held_until?
            .checked_duration_since(Instant::now());
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

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()));
        headers.collect()
    }

    #[test]
    fn reads_the_limit_with_the_fewest_requests_left_and_its_policy() {
        let read = |limits, policies| {
            let limit = RateLimit::read(&headers(&[
                ("ratelimit", limits),
                ("ratelimit-policy", policies),
            ]))?;
            Some((
                limit.remaining,
                limit.reset_in.as_secs(),
                limit.quota,
                limit.window.map(|window| window.as_secs()),
            ))
        };
        let limit = r#""default";r=50;t=30"#;
        for (limits, policies, expected) in [
            (limit, "", (50, 30, None, None)),
            (
                limit,
                r#""burst";q=100;w=60"#,
                (50, 30, Some(100), Some(60)),
            ),
            (
                limit,
                r#""burst";q=100;w=60, "default";q=1200;w=300"#,
                (50, 30, Some(1200), Some(300)),
            ),
            (
                r#""a";r=5;t=1, "b"; r = 2; t = 7 ,"c";r=2;t=3"#,
                "",
                (2, 7, None, None),
            ),
            (r#""c";r=2;t=3, "b";r=2;t=7"#, "", (2, 7, None, None)),
        ] {
            assert_eq!(
                read(limits, policies),
                Some(expected),
                "{limits} {policies}"
            );
        }
        for limits in [
            "",
            "default",
            r#""a";r=5"#,
            r#""a";t=5"#,
            r#""a";r=-1;t=5"#,
            r#""a";rr=1;tt=5"#,
        ] {
            assert_eq!(read(limits, ""), None, "{limits}");
        }
    }

    #[test]
    fn holds_after_a_429_and_after_the_last_request() {
        type Response<'a> = (u16, &'a [(&'static str, &'a str)]);
        let used_up = ("ratelimit", r#""default";r=0;t=30"#);
        let one_left = ("ratelimit", r#""default";r=1;t=30"#);
        let (short, long) = (("retry-after", "9"), ("retry-after", "120"));
        let (hour, more, forever) = (
            ("retry-after", "3600"),
            ("retry-after", "3601"),
            ("retry-after", "18446744073709551615"),
        );
        let responses: &[(&[Response<'_>], Option<u64>)] = &[
            (&[(200, &[used_up])], Some(30)),
            (&[(200, &[one_left])], None),
            (&[(429, &[long])], Some(120)),
            (&[(503, &[long])], None),
            (&[(429, &[])], None),
            (&[(429, &[short, used_up])], Some(9)),
            (&[(429, &[used_up])], Some(30)),
            (&[(429, &[hour])], Some(3600)),
            (&[(429, &[more])], None),
            (&[(429, &[forever])], None),
            // A later response does not shorten the hold.
            (&[(429, &[long]), (200, &[one_left]), (200, &[])], Some(120)),
            (&[(429, &[long]), (429, &[short])], Some(120)),
            (&[(429, &[short]), (429, &[long])], Some(120)),
        ];
        for (responses, expected) in responses {
            let limiter = RateLimiter::default();
            for (status, fields) in *responses {
                limiter.note(StatusCode::from_u16(*status).unwrap(), &headers(fields));
            }
            let hold = limiter.hold().map(|hold| hold.as_secs_f64().ceil() as u64);
            assert_eq!(hold, *expected, "{responses:?}");
        }
    }

    #[test]
    fn counts_the_time_to_the_reset_from_the_call() {
        let limiter = RateLimiter::default();
        assert_eq!(limiter.last(), None);
        limiter.note(
            StatusCode::OK,
            &headers(&[("ratelimit", r#""default";r=7;t=30"#)]),
        );
        for (age, shortest, longest) in [(0, 29, 30), (20, 5, 10), (40, 0, 0)] {
            limiter.lock().last.as_mut().unwrap().1 = Instant::now() - Duration::from_secs(age);
            let limit = limiter.last().unwrap();
            assert_eq!(limit.remaining, 7);
            let expected = Duration::from_secs(shortest)..=Duration::from_secs(longest);
            assert!(expected.contains(&limit.reset_in), "{limit:?}");
        }
        limiter.note(StatusCode::OK, &HeaderMap::new());
        assert!(
            limiter.last().is_some(),
            "a response without a limit keeps the last one"
        );
    }
}
