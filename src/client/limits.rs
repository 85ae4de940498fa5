//! The time limits of a call.

use std::time::{Duration, Instant};

/// The longest time limit, a year. A much larger one could not be added to an `Instant`.
pub(super) const LONGEST: Duration = Duration::from_secs(31_536_000);

/// The time limits of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(super) timeout: Duration,
    pub(super) deadline: Duration,
    pub(super) max_retries: u32,
    pub(super) max_retry_wait: Duration,
}

/// Returns the instant `limit` from now. A limit of more than a year is reduced to a year.
pub(super) fn deadline(limit: Duration) -> Instant {
    Instant::now() + limit.min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_a_deadline_to_a_year() {
        for (limit, expected) in [(60, 60), (0, 0), (u64::MAX, LONGEST.as_secs())] {
            let (before, expected) = (Instant::now(), Duration::from_secs(expected));
            let deadline = deadline(Duration::from_secs(limit));
            assert!(
                (before + expected..=Instant::now() + expected).contains(&deadline),
                "{limit}"
            );
        }
    }
}
