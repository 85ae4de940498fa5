use std::collections::BTreeSet;
use std::time::Duration;

use super::identity;
use crate::api::date;
use crate::api::prelude::*;

const DEFAULT_OVERLAP: Duration = Duration::from_secs(15 * 60);

/// The position in the audit log from which [`follow`](crate::Client::follow) continues.
///
/// Save it with serde after each run. Later 0.x versions can read a saved cursor. Use one cursor
/// for each set of filters and each account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLogCursor {
    /// The time of the latest yielded log.
    #[serde(with = "date::instant")]
    pub(super) position: OffsetDateTime,
    /// The earliest instant that may be requested again.
    #[serde(with = "date::instant")]
    floor: OffsetDateTime,
    overlap: Duration,
    /// The yielded logs from the floor on.
    pub(super) yielded: BTreeSet<Identity>,
}

/// A yielded log: its time and its [`identity`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Identity {
    // The first field, so that the set is ordered by time.
    #[serde(with = "date::instant")]
    when: OffsetDateTime,
    // Earlier versions saved the `id`, however long.
    #[serde(deserialize_with = "identity::deserialize")]
    pub(super) id: String,
}

impl AuditLogCursor {
    /// Makes a cursor that starts at this date or instant, rounded down to a whole second. A date
    /// means midnight UTC.
    ///
    /// A year outside 0 to 9999 is refused by [`follow`](crate::Client::follow) before sending.
    pub fn starting_at(start: impl Into<DateOrDateTime>) -> Self {
        let instant = start.into().instant();
        Self {
            position: instant,
            floor: instant,
            overlap: DEFAULT_OVERLAP,
            yielded: BTreeSet::new(),
        }
    }

    /// Sets how long after its time a log may become visible and still be yielded. The default is
    /// 15 minutes, an assumption: Cloudflare documents no limit.
    ///
    /// After you set a larger overlap, the first runs still go back only as far as the old one,
    /// because earlier logs are not requested again.
    #[must_use]
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self
    }

    /// Returns the `since` of the next run, in whole seconds.
    pub(super) fn since(&self) -> OffsetDateTime {
        let overlap = time::Duration::try_from(self.overlap).unwrap_or(time::Duration::MAX);
        let start = self.position.saturating_sub(overlap).max(self.floor);
        start.replace_nanosecond(0).unwrap_or(start)
    }

    /// Moves the position after a yielded log.
    pub(super) fn advance(
        &mut self,
        identity: String,
        when: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) {
        if let Some(when) = when {
            self.position = self.position.max(when.min(now));
        }
        self.floor = self.floor.max(self.since());
        // A log without a time may be requested again until the overlap has passed.
        let when = when.unwrap_or(now.max(self.position));
        if when >= self.since() {
            self.yielded.insert(Identity { when, id: identity });
        }
    }

    /// Removes a log that is not requested again, if there is one, and returns its identity.
    pub(super) fn forget_one(&mut self) -> Option<String> {
        let oldest = self.yielded.first()?;
        if oldest.when >= self.since() {
            return None;
        }
        let oldest = self.yielded.pop_first()?;
        Some(oldest.id)
    }
}
