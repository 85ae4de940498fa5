//! What is retried, and how long to wait before.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{DATE, HeaderMap, RETRY_AFTER};

use super::attempts::Attempts;
use super::limits::Limits;
use crate::call::{Call, ResponseHead};
use crate::error::Fault;
use crate::transport::TransportErrorKind;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);
/// A longer `Retry-After` is ignored. Cloudflare sends five minutes at most.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Returns how long to wait before the next attempt, or `None` if there must be none.
pub(super) fn retry_wait(
    limits: &Limits,
    call: &Call,
    attempts: &Attempts,
    fault: &Fault,
    head: Option<&ResponseHead>,
) -> Option<Duration> {
    let is_off = limits.max_retries == 0 || limits.max_retry_wait.is_zero();
    // The first attempt is no retry, so this is the number of the next one.
    let next_retry = attempts.counted;
    if is_off || next_retry > limits.max_retries || !may_retry(call, fault, head) {
        return None;
    }
    let backoff = backoff(attempts.count).min(limits.max_retry_wait);
    let Some(head) = head.filter(|head| !head.status.is_success()) else {
        return Some(backoff);
    };
    let requested = retry_after(&head.headers);
    if head.status == StatusCode::TOO_MANY_REQUESTS {
        let usable = requested.filter(|wait| *wait <= LONGEST_WAIT);
        return Some(usable.unwrap_or(backoff));
    }
    // The server expects to be available then. It does not refuse an earlier attempt.
    Some(requested.unwrap_or(backoff).min(limits.max_retry_wait))
}

/// Whether a request may be retried: a read after a transient failure, a write only if it was not
/// applied.
fn may_retry(call: &Call, fault: &Fault, head: Option<&ResponseHead>) -> bool {
    match fault {
        Fault::Transport(error) => match error.kind() {
            TransportErrorKind::Connect => true,
            TransportErrorKind::Timeout => call.idempotent || !error.may_have_reached_server(),
            TransportErrorKind::Interrupted => call.idempotent,
            _ => false,
        },
        Fault::Timeout(timed_out) => call.idempotent || !timed_out.may_have_reached_server,
        Fault::Gateway(failure) if failure.refuses_retries => false,
        Fault::Api(_) | Fault::Gateway(_) => match head.map(|head| head.status) {
            Some(StatusCode::TOO_MANY_REQUESTS) => true,
            Some(status) => call.idempotent && is_transient(status),
            None => false,
        },
        _ => false,
    }
}

/// Whether a read is retried after this status. 429 is retried for all requests.
pub(super) fn is_transient(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        408 | 425 | 429 | 500 | 502..=504 | 520..=527 | 529 | 530
    )
}

/// Returns a random half to whole of 0.5 s, doubled with every attempt, up to 8 s.
fn backoff(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(10);
    let longest = (FIRST_BACKOFF * (1 << doublings)).min(LONGEST_BACKOFF);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Reads `Retry-After`: seconds, rounded up, or an HTTP date. Zero, the past, and anything else is
/// `None`. Of several headers, the first that can be read counts.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(RETRY_AFTER).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .find_map(|text| read_wait(text.trim(), headers))
}

fn read_wait(text: &str, headers: &HeaderMap) -> Option<Duration> {
    let wait = if text.starts_with(|first: char| first.is_ascii_digit()) {
        Duration::from_secs(whole_seconds(text)?)
    } else {
        wait_until(text, headers)?
    };
    (!wait.is_zero()).then_some(wait)
}

/// Reads a decimal number of seconds, and rounds it up. One that is too large is the largest number.
fn whole_seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let seconds: u64 = whole.parse().unwrap_or(u64::MAX);
    let has_rest = fraction.bytes().any(|digit| digit != b'0');
    Some(seconds.saturating_add(u64::from(has_rest)))
}

/// Returns the time until an HTTP date.
fn wait_until(text: &str, headers: &HeaderMap) -> Option<Duration> {
    let date = httpdate::parse_http_date(text).ok()?;
    // The clock of this machine may be wrong, so the server's time comes first.
    let now = server_time(headers).unwrap_or_else(SystemTime::now);
    date.duration_since(now).ok()
}

fn server_time(headers: &HeaderMap) -> Option<SystemTime> {
    let date = headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{GatewayFailure, TimeLimit, TimedOut};
    use crate::transport::TransportError;
    use http::HeaderValue;

    fn read() -> Call {
        Call::of(&crate::GetUser::new()).unwrap()
    }

    fn write() -> Call {
        Call::of(&crate::RollToken::new("ed17")).unwrap()
    }

    fn limits() -> Limits {
        Limits {
            timeout: Duration::from_secs(60),
            deadline: Duration::from_secs(300),
            max_retries: 2,
            max_retry_wait: Duration::from_secs(60),
        }
    }

    fn head(status: u16, headers: &[(&'static str, &'static str)]) -> ResponseHead {
        let headers = headers
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        ResponseHead {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.collect(),
            attempts: 0,
            is_after_lost_write: false,
        }
    }

    fn refusal() -> Fault {
        Fault::Api(Vec::new())
    }

    fn after(count: u32) -> Attempts {
        Attempts {
            count,
            counted: count,
            ..Attempts::default()
        }
    }

    fn is_retried(call: &Call, fault: &Fault, head: Option<&ResponseHead>) -> bool {
        retry_wait(&limits(), call, &after(1), fault, head).is_some()
    }

    #[test]
    fn retries_reads_after_transient_statuses_and_writes_after_429_only() {
        let transient = [
            408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530,
        ];
        for fault in [refusal(), Fault::Gateway(GatewayFailure::default())] {
            for status in 300..600 {
                let head = head(status, &[]);
                let is_transient = transient.contains(&status);
                assert_eq!(
                    is_retried(&read(), &fault, Some(&head)),
                    is_transient,
                    "{status}"
                );
                assert_eq!(
                    is_retried(&write(), &fault, Some(&head)),
                    status == 429,
                    "{status}"
                );
            }
        }
    }

    #[test]
    fn obeys_a_report_that_refuses_retries() {
        let refuses = |refuses_retries| {
            Fault::Gateway(GatewayFailure {
                refuses_retries,
                ..GatewayFailure::default()
            })
        };
        for status in [429, 503, 522] {
            let head = head(status, &[("retry-after", "7")]);
            assert!(
                is_retried(&read(), &refuses(false), Some(&head)),
                "{status}"
            );
            assert!(
                !is_retried(&read(), &refuses(true), Some(&head)),
                "{status}"
            );
        }
    }

    #[test]
    fn retries_writes_only_if_nothing_was_sent() {
        for (error, reads, writes) in [
            (TransportError::connect("x"), true, true),
            (TransportError::connect_timeout("x"), true, true),
            (TransportError::timeout("x"), true, false),
            (TransportError::interrupted("x"), true, false),
            (TransportError::certificate("x"), false, false),
            (TransportError::malformed("x"), false, false),
            (TransportError::too_large("x"), false, false),
            (TransportError::other("x"), false, false),
        ] {
            let fault = Fault::Transport(error);
            assert_eq!(is_retried(&read(), &fault, None), reads, "{fault:?}");
            assert_eq!(is_retried(&write(), &fault, None), writes, "{fault:?}");
        }
    }

    #[test]
    fn retries_writes_after_a_timeout_only_while_connecting() {
        for may_have_reached_server in [true, false] {
            let fault = Fault::Timeout(TimedOut {
                limit: TimeLimit {
                    name: "timeout",
                    value: Duration::from_secs(60),
                },
                was_connecting: !may_have_reached_server,
                may_have_reached_server,
            });
            assert!(is_retried(&read(), &fault, None));
            assert_eq!(is_retried(&write(), &fault, None), !may_have_reached_server);
        }
    }

    #[test]
    fn stops_after_max_retries() {
        let fault = Fault::Transport(TransportError::connect("x"));
        let is_retried = |counted| {
            let attempts = Attempts {
                counted,
                ..after(9)
            };
            retry_wait(&limits(), &read(), &attempts, &fault, None).is_some()
        };
        assert_eq!([1, 2, 3].map(is_retried), [true, true, false]);
        for off in [
            Limits {
                max_retry_wait: Duration::ZERO,
                ..limits()
            },
            Limits {
                max_retries: 0,
                ..limits()
            },
        ] {
            assert_eq!(
                retry_wait(&off, &read(), &Attempts::default(), &fault, None),
                None
            );
        }
    }

    #[test]
    fn obeys_a_usable_retry_after_of_failures() {
        let wait = |fault, status, retry_after| {
            let head = head(status, &[("retry-after", retry_after)]);
            retry_wait(&limits(), &read(), &after(1), &fault, Some(&head)).unwrap()
        };
        assert_eq!(wait(refusal(), 429, "7"), Duration::from_secs(7));
        assert_eq!(wait(refusal(), 429, "120"), Duration::from_secs(120));
        assert_eq!(wait(refusal(), 429, "3600"), LONGEST_WAIT);
        assert!(wait(refusal(), 429, "3601") <= FIRST_BACKOFF);
        // A server that is down is asked again after `max_retry_wait`.
        assert_eq!(wait(refusal(), 503, "7"), Duration::from_secs(7));
        assert_eq!(wait(refusal(), 504, "120"), Duration::from_secs(60));
        assert_eq!(wait(refusal(), 504, "7200"), Duration::from_secs(60));
        // The header of a success that broke off says nothing about a retry.
        let interrupted = Fault::Transport(TransportError::interrupted("x"));
        assert!(wait(interrupted, 200, "7") <= FIRST_BACKOFF);
    }

    #[test]
    fn limits_the_backoff_to_max_retry_wait() {
        let longest = Duration::from_millis(1);
        let limits = Limits {
            max_retry_wait: longest,
            ..limits()
        };
        for (fault, status) in [(refusal(), 503), (refusal(), 429)] {
            let head = head(status, &[]);
            let wait = retry_wait(&limits, &read(), &after(1), &fault, Some(&head));
            assert_eq!(wait, Some(longest), "{status}");
        }
    }

    #[test]
    fn reads_retry_after_as_seconds_or_as_a_date() {
        let read = |text| retry_after(&head(429, &[("retry-after", text)]).headers);
        for (text, seconds) in [
            (" 120 ", 120),
            ("299.997", 300),
            ("300.000", 300),
            ("0.001", 1),
            ("18446744073709551615", u64::MAX),
            ("18446744073709551615.5", u64::MAX),
            ("18446744073709551616", u64::MAX),
            ("99999999999999999999999999", u64::MAX),
        ] {
            assert_eq!(read(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for unusable in [
            "0",
            "0.0",
            "",
            "-1",
            ".5",
            "5.",
            "1.2.3",
            "1.-5",
            "5 minutes",
            "soon",
            "Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(read(unusable), None, "{unusable}");
        }
        assert!(read("Fri, 31 Dec 9999 23:59:59 GMT").is_some());
        let two = head(429, &[("retry-after", "soon"), ("retry-after", "7")]);
        assert_eq!(retry_after(&two.headers), Some(Duration::from_secs(7)));
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
            let possible = longest / 2..=longest;
            assert!(
                waits.iter().all(|wait| possible.contains(wait)),
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
