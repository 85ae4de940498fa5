//! What is retried, and how long to wait before.

use std::time::{Duration, SystemTime};

use http::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::call::{Call, ResponseHead};
use crate::error::Fault;
use crate::transport::TransportErrorKind;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);
/// A longer `Retry-After` is ignored. Cloudflare sends five minutes at most.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Returns how long to wait before the next attempt, or `None` if there must be none.
pub(super) fn retry_wait(
    max_retries: u32,
    call: &Call,
    attempts: u32,
    fault: &Fault,
    head: Option<&ResponseHead>,
) -> Option<Duration> {
    if attempts > max_retries || !may_retry(call, fault, head) {
        return None;
    }
    let requested = head
        .filter(|head| !head.status.is_success())
        .and_then(|head| retry_after(&head.headers));
    let requested = requested.filter(|wait| *wait <= LONGEST_WAIT);
    Some(requested.unwrap_or_else(|| backoff(attempts)))
}

/// Whether a request may be retried: a read after a transient failure, a write only if it was not
/// applied.
fn may_retry(call: &Call, fault: &Fault, head: Option<&ResponseHead>) -> bool {
    if let Fault::Transport(error) = fault {
        return match error.kind() {
            TransportErrorKind::Connect => true,
            TransportErrorKind::Timeout => call.idempotent || !error.may_have_reached_server(),
            TransportErrorKind::Interrupted => call.idempotent,
            _ => false,
        };
    }
    match head.map(|head| head.status.as_u16()) {
        Some(429) => true,
        Some(408 | 425 | 500 | 502..=504 | 520..=527 | 529 | 530) => call.idempotent,
        _ => false,
    }
}

/// Returns a random half to whole of 0.5 s, doubled with every attempt, up to 8 s.
fn backoff(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(10);
    let longest = (FIRST_BACKOFF * (1 << doublings)).min(LONGEST_BACKOFF);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Reads `Retry-After`: whole seconds or an HTTP date. Zero, the past, and anything else is `None`.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().ok()?)
    } else {
        let date = |text: &str| httpdate::parse_http_date(text).ok();
        let server_time = headers.get(DATE).and_then(|now| date(now.to_str().ok()?));
        // The clock of this machine may be wrong, so the server's time comes first.
        let now = server_time.unwrap_or_else(SystemTime::now);
        date(text)?.duration_since(now).ok()?
    };
    (!wait.is_zero()).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::TransportError;
    use http::{HeaderValue, StatusCode};

    fn calls() -> [Call; 2] {
        [
            Call::of(&crate::GetUser::new()).unwrap(),
            Call::of(&crate::RollToken::new("ed17")).unwrap(),
        ]
    }

    fn head(status: u16, headers: &[(&'static str, &'static str)]) -> ResponseHead {
        let headers = headers
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        ResponseHead {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.collect(),
            attempts: 0,
        }
    }

    #[test]
    fn retries_reads_after_transient_statuses_and_writes_after_429_only() {
        let transient = [
            408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530,
        ];
        let fault = Fault::Status(String::new());
        for status in 300..600 {
            let retried = calls()
                .map(|call| retry_wait(2, &call, 1, &fault, Some(&head(status, &[]))).is_some());
            assert_eq!(
                retried,
                [status == 429 || transient.contains(&status), status == 429],
                "{status}"
            );
        }
    }

    #[test]
    fn retries_writes_only_if_nothing_was_sent() {
        for (error, expected) in [
            (TransportError::connect("x"), [true, true]),
            (TransportError::connect_timeout("x"), [true, true]),
            (TransportError::timeout("x"), [true, false]),
            (TransportError::interrupted("x"), [true, false]),
            (TransportError::certificate("x"), [false, false]),
            (TransportError::malformed("x"), [false, false]),
            (TransportError::too_large("x"), [false, false]),
            (TransportError::other("x"), [false, false]),
        ] {
            let fault = Fault::Transport(error);
            assert_eq!(
                calls().map(|call| retry_wait(2, &call, 1, &fault, None).is_some()),
                expected,
                "{fault:?}"
            );
        }
    }

    #[test]
    fn stops_after_max_retries() {
        let fault = Fault::Transport(TransportError::connect("x"));
        let is_retried = |attempts| retry_wait(2, &calls()[0], attempts, &fault, None).is_some();
        assert_eq!([1, 2, 3].map(is_retried), [true, true, false]);
    }

    #[test]
    fn obeys_a_usable_retry_after_of_failures() {
        let wait = |fault, status, retry_after| {
            retry_wait(
                2,
                &calls()[0],
                1,
                &fault,
                Some(&head(status, &[("retry-after", retry_after)])),
            )
            .unwrap()
        };
        let refusal = || Fault::Status(String::new());
        assert_eq!(wait(refusal(), 503, "7"), Duration::from_secs(7));
        assert_eq!(wait(refusal(), 503, "3600"), LONGEST_WAIT);
        assert!(wait(refusal(), 503, "3601") <= FIRST_BACKOFF);
        assert!(
            wait(Fault::Transport(TransportError::interrupted("x")), 200, "7") <= FIRST_BACKOFF
        );
    }

    #[test]
    fn reads_retry_after_as_seconds_or_as_a_date() {
        let read = |text| retry_after(&head(429, &[("retry-after", text)]).headers);
        assert_eq!(read(" 120 "), Some(Duration::from_secs(120)));
        for unusable in [
            "0",
            "",
            "-1",
            "1.5",
            "soon",
            "99999999999999999999999",
            "Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(read(unusable), None, "{unusable}");
        }
        assert!(read("Fri, 31 Dec 9999 23:59:59 GMT").is_some());
        let by_date = |date| {
            let headers = [
                ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
                ("retry-after", date),
            ];
            retry_after(&head(429, &headers).headers).map(|wait| wait.as_secs())
        };
        assert_eq!(by_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(30));
        assert_eq!(by_date("Sunday, 06-Nov-94 08:49:37 GMT"), Some(30));
        assert_eq!(by_date("Sun, 06 Nov 1994 08:49:07 GMT"), None);
    }

    #[test]
    fn doubles_the_backoff_up_to_8_seconds() {
        for (attempts, longest) in [
            (0, 500),
            (1, 500),
            (2, 1000),
            (3, 2000),
            (5, 8000),
            (99, 8000),
        ] {
            let longest = Duration::from_millis(longest);
            let waits: Vec<_> = (0..200).map(|_| backoff(attempts)).collect();
            assert!(
                waits
                    .iter()
                    .all(|wait| (longest / 2..=longest).contains(wait)),
                "{attempts}"
            );
            assert!(
                waits.iter().any(|wait| *wait > longest.mul_f64(0.9)),
                "{attempts}"
            );
            assert!(
                waits.iter().any(|wait| *wait < longest.mul_f64(0.6)),
                "{attempts}"
            );
        }
    }
}
