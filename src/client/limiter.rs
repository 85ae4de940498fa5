//! Holds requests while the rate limit is used up, and lets them through one after another after a
//! refusal. Clones of a client share it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::HeaderMap;

use super::rate_limit::RateLimit;
use super::retry::{LONGEST_WAIT, retry_after};

/// With so many requests in flight, a client no longer needs to go slowly.
const WIDEST_WINDOW: u64 = 64;

/// The state of the rate limit.
///
/// After a refusal, one request goes first, because many at once would be refused together. If the
/// refusal names a wait, all are held until then. Each response that is not a refusal, and each
/// second, then lets one more be in flight.
#[derive(Debug, Default)]
pub(super) struct RateLimiter(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The last limit that a response named, and when it arrived.
    last: Option<(RateLimit, Instant)>,
    held_until: Option<Instant>,
    /// How many requests may be in flight after a refusal; `None` if there is no limit.
    window: Option<u64>,
    /// Since when the window is open.
    open_since: Option<Instant>,
    /// All requests in flight.
    in_flight: u64,
    /// Those that were admitted since the window was narrowed.
    in_window: u64,
    /// How often the window was narrowed, so that a request that was sent before is not counted
    /// after it.
    narrowings: u64,
    /// The number of responses that were not refusals.
    accepted: u64,
}

/// Whether a request may be sent now.
pub(super) enum Admission<'l> {
    Admitted(Permit<'l>),
    /// The limit is used up for this long.
    Held(Duration),
    /// Other requests go first.
    Queued,
}

/// A request in flight. Dropping it ends the flight.
pub(super) struct Permit<'l> {
    limiter: &'l RateLimiter,
    /// How often the window was narrowed before this request.
    narrowings: u64,
    /// Whether no other request was in flight.
    pub(super) is_alone: bool,
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
        self.lock().hold()
    }

    /// Returns how many responses so far were not refusals.
    pub(super) fn accepted(&self) -> u64 {
        self.lock().accepted
    }

    /// Admits a request, if it may be sent now.
    pub(super) fn admit(&self) -> Admission<'_> {
        let mut state = self.lock();
        if let Some(hold) = state.hold() {
            return Admission::Held(hold);
        }
        if let Some(window) = state.window
            && state.in_window >= window + state.seconds_open()
        {
            return Admission::Queued;
        }
        let is_alone = state.in_flight == 0;
        state.in_flight += 1;
        state.in_window += 1;
        Admission::Admitted(Permit {
            limiter: self,
            narrowings: state.narrowings,
            is_alone,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave the state half changed, because nothing panics while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn hold(&self) -> Option<Duration> {
        let hold = self.held_until?.checked_duration_since(Instant::now())?;
        (!hold.is_zero()).then_some(hold)
    }

    fn seconds_open(&self) -> u64 {
        let open_since = self.open_since;
        open_since.map_or(0, |start| start.elapsed().as_secs())
    }

    /// Holds all requests for this long. A response that was sent before the limit was reached does
    /// not shorten an earlier hold.
    fn extend_hold(&mut self, hold: Duration) {
        self.held_until = self.held_until.max(Some(Instant::now() + hold));
        self.open_since = self.open_since.max(self.held_until);
    }

    /// Lets one request go first.
    fn narrow(&mut self) {
        self.window = Some(1);
        self.open_since = self.held_until.max(Some(Instant::now()));
        self.in_window = 0;
        self.narrowings += 1;
    }
}

impl Permit<'_> {
    /// Takes note of what the response to this request says about the rate limit.
    pub(super) fn note(&self, status: StatusCode, headers: &HeaderMap) {
        let is_refused = status == StatusCode::TOO_MANY_REQUESTS;
        let requested = if is_refused {
            retry_after(headers)
        } else {
            None
        };
        let hold = requested
            .or_else(|| RateLimit::wait_if_used_up(headers))
            .filter(|hold| *hold <= LONGEST_WAIT);
        let mut state = self.limiter.lock();
        if let Some(limit) = RateLimit::read(headers) {
            state.last = Some((limit, Instant::now()));
        }
        if !is_refused {
            state.accepted += 1;
        }
        if let Some(hold) = hold {
            state.extend_hold(hold);
        }
        if self.narrowings != state.narrowings {
            // It was sent before the window was narrowed.
            return;
        }
        if is_refused || hold.is_some() {
            state.narrow();
        } else {
            let wider = state.window.map(|window| window + 1);
            state.window = wider.filter(|window| *window < WIDEST_WINDOW);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        state.in_flight -= 1;
        if self.narrowings == state.narrowings {
            state.in_window -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::rate_limit::tests::headers;

    #[track_caller]
    fn admit(limiter: &RateLimiter) -> Permit<'_> {
        match limiter.admit() {
            Admission::Admitted(permit) => permit,
            Admission::Held(hold) => panic!("held for {hold:?}"),
            Admission::Queued => panic!("queued"),
        }
    }

    fn is_queued(limiter: &RateLimiter) -> bool {
        matches!(limiter.admit(), Admission::Queued)
    }

    fn refuse(permit: &Permit<'_>) {
        let retry_after = headers(&[("retry-after", "30")]);
        permit.note(StatusCode::TOO_MANY_REQUESTS, &retry_after);
    }

    fn succeed(permit: Permit<'_>) {
        permit.note(StatusCode::OK, &HeaderMap::new());
    }

    /// Moves the end of the hold to so many seconds ago.
    fn end_hold(limiter: &RateLimiter, seconds_ago: u64) {
        let end = Instant::now() - Duration::from_secs(seconds_ago);
        limiter.lock().held_until = Some(end);
        limiter.lock().open_since = Some(end);
    }

    #[test]
    fn counts_the_responses_that_are_not_refusals() {
        let limiter = RateLimiter::default();
        assert_eq!(limiter.accepted(), 0);
        drop(admit(&limiter));
        succeed(admit(&limiter));
        let used_up = headers(&[("ratelimit", r#""default";r=0;t=30"#)]);
        let last = admit(&limiter);
        refuse(&admit(&limiter));
        last.note(StatusCode::OK, &used_up);
        assert_eq!(limiter.accepted(), 2);
    }

    #[test]
    fn a_refusal_without_a_hold_lets_one_request_go_first_at_once() {
        let limiter = RateLimiter::default();
        let crowd = [admit(&limiter), admit(&limiter)];
        assert_eq!(
            crowd.each_ref().map(|permit| permit.is_alone),
            [true, false]
        );
        crowd[1].note(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new());
        assert_eq!(limiter.hold(), None);
        let first = admit(&limiter);
        assert!(!first.is_alone && is_queued(&limiter), "two are in flight");
        // A refusal of the same crowd changes nothing.
        crowd[0].note(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new());
        assert!(is_queued(&limiter));
        drop(crowd);
        assert!(is_queued(&limiter));
        // Nothing has arrived for two seconds.
        limiter.lock().open_since = Some(Instant::now() - Duration::from_secs(2));
        let others = [admit(&limiter), admit(&limiter)];
        assert!(others.iter().all(|permit| !permit.is_alone) && is_queued(&limiter));
    }

    #[test]
    fn holds_all_requests_until_the_limit_is_reset() {
        let limiter = RateLimiter::default();
        refuse(&admit(&limiter));
        assert!(matches!(limiter.admit(), Admission::Held(hold) if hold.as_secs() >= 29));
    }

    #[test]
    fn lets_one_request_through_after_a_hold_and_more_after_each_response() {
        let limiter = RateLimiter::default();
        let crowd: Vec<_> = (0..9).map(|_| admit(&limiter)).collect();
        refuse(&crowd[0]);
        end_hold(&limiter, 0);

        drop(crowd);
        let first = admit(&limiter);
        assert!(first.is_alone && is_queued(&limiter));

        succeed(first);
        let (second, third) = (admit(&limiter), admit(&limiter));
        assert!(second.is_alone && !third.is_alone && is_queued(&limiter));
        succeed(second);
        let fourth = admit(&limiter);
        let fifth = admit(&limiter);
        assert!(is_queued(&limiter));

        refuse(&third);
        end_hold(&limiter, 0);
        let first = admit(&limiter);
        succeed(fourth);
        drop(fifth);
        assert!(is_queued(&limiter), "responses to earlier requests");
        drop(first);
        assert!(!is_queued(&limiter));
    }

    #[test]
    fn a_late_refusal_extends_the_hold() {
        let limiter = RateLimiter::default();
        let late = admit(&limiter);
        refuse(&admit(&limiter));
        end_hold(&limiter, 0);
        let first = admit(&limiter);
        refuse(&late);
        assert!(limiter.hold().is_some());
        end_hold(&limiter, 0);
        assert!(is_queued(&limiter), "the first is still in flight");
        succeed(first);
        assert!(!is_queued(&limiter));
    }

    #[test]
    fn a_request_without_a_response_leaves_its_place_to_another() {
        let limiter = RateLimiter::default();
        refuse(&admit(&limiter));
        end_hold(&limiter, 0);
        drop(admit(&limiter));
        assert!(admit(&limiter).is_alone);
    }

    #[test]
    fn a_slow_first_request_delays_the_others_for_a_second_each() {
        let limiter = RateLimiter::default();
        refuse(&admit(&limiter));
        end_hold(&limiter, 2);
        let slow = [admit(&limiter), admit(&limiter), admit(&limiter)];
        assert_eq!(slow.map(|permit| permit.is_alone), [true, false, false]);
    }

    #[test]
    fn goes_at_full_speed_after_many_responses() {
        let limiter = RateLimiter::default();
        refuse(&admit(&limiter));
        end_hold(&limiter, 0);
        for _ in 1..WIDEST_WINDOW {
            assert!(limiter.lock().window.is_some());
            succeed(admit(&limiter));
        }
        assert_eq!(limiter.lock().window, None);
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
            let permits: Vec<_> = responses.iter().map(|_| admit(&limiter)).collect();
            for (permit, (status, fields)) in permits.iter().zip(*responses) {
                permit.note(StatusCode::from_u16(*status).unwrap(), &headers(fields));
            }
            let hold = limiter.hold().map(|hold| hold.as_secs_f64().ceil() as u64);
            assert_eq!(hold, *expected, "{responses:?}");
        }
    }

    #[test]
    fn counts_the_time_to_the_reset_from_the_call() {
        let limiter = RateLimiter::default();
        assert_eq!(limiter.last(), None);
        let permit = admit(&limiter);
        let limit = headers(&[("ratelimit", r#""default";r=7;t=30"#)]);
        permit.note(StatusCode::OK, &limit);
        for (age, shortest, longest) in [(0, 29, 30), (20, 5, 10), (40, 0, 0)] {
            limiter.lock().last.as_mut().unwrap().1 = Instant::now() - Duration::from_secs(age);
            let limit = limiter.last().unwrap();
            assert_eq!(limit.remaining, 7);
            let expected = Duration::from_secs(shortest)..=Duration::from_secs(longest);
            assert!(expected.contains(&limit.reset_in), "{limit:?}");
        }
        permit.note(StatusCode::OK, &HeaderMap::new());
        assert!(
            limiter.last().is_some(),
            "a response without a limit keeps the last one"
        );
    }
}
