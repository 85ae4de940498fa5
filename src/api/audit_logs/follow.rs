use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::iter::FusedIterator;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{AuditLog, ListAuditLogs};
use crate::api::date;
use crate::api::order::Direction;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::pagination::Iter;

const DEFAULT_OVERLAP: Duration = Duration::from_secs(15 * 60);

/// A position in the audit log, from which [`follow`](crate::Client::follow) continues.
///
/// Save it with serde after each run. A saved cursor stays readable in later 0.x versions. Use one cursor for each set of
/// filters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditLogCursor {
    /// The time of the latest log that was yielded.
    #[serde(with = "date::instant")]
    position: OffsetDateTime,
    /// Nothing before it is requested again.
    #[serde(with = "date::instant")]
    floor: OffsetDateTime,
    overlap: Duration,
    /// The logs from the floor on that were yielded.
    yielded: BTreeSet<Identity>,
}

/// A log that was yielded: its `id`, or a hash of its JSON.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Identity {
    // Comes first, so that the set is ordered by time.
    #[serde(with = "date::instant")]
    when: OffsetDateTime,
    id: String,
}

impl AuditLogCursor {
    /// Makes a cursor that yields the logs from this instant on. Its fraction of a second does not count.
    pub fn starting_at(instant: OffsetDateTime) -> Self {
        Self { position: instant, floor: instant, overlap: DEFAULT_OVERLAP, yielded: BTreeSet::new() }
    }

    /// Sets how late a log may become visible after its time, and still be yielded; 15 minutes by default.
    ///
    /// A larger overlap takes effect gradually, because nothing is requested again from before the current one.
    #[must_use]
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self
    }

    /// Where the next run starts, in whole seconds.
    fn since(&self) -> OffsetDateTime {
        let overlap = time::Duration::try_from(self.overlap).unwrap_or(time::Duration::MAX);
        let start = self.position.checked_sub(overlap).map_or(self.floor, |start| start.max(self.floor));
        start.replace_nanosecond(0).unwrap_or(start)
    }

    /// Moves behind a log that was yielded.
    fn advance(&mut self, identity: String, when: Option<OffsetDateTime>, now: OffsetDateTime) {
        self.position = self.position.max(when.unwrap_or(self.position).min(now));
        self.floor = self.floor.max(self.since());
        // Without its time, a log is remembered as long as it may be requested again.
        let when = when.unwrap_or(now.max(self.position));
        if when >= self.since() {
            self.yielded.insert(Identity { when, id: identity });
        }
    }

    /// Forgets the logs that are not requested again, and returns the identity of one of them.
    fn forget_one(&mut self) -> Option<String> {
        let start = self.since();
        let is_over = self.yielded.first().is_some_and(|oldest| oldest.when < start);
        is_over.then(|| self.yielded.pop_first()).flatten().map(|oldest| oldest.id)
    }
}

/// An iterator over the audit logs that are new since a cursor, oldest first.
///
/// It is made by [`ListAuditLogs::follow`] or [`Client::follow`]. A log that cannot be decoded is an `Err`
/// ([`Error::is_item`]) once, and the logs after it still come. Any other error ends the iteration, and the next run
/// goes on from [`cursor`](Self::cursor).
#[must_use = "an iterator does nothing until it is asked for a log"]
pub struct Follow {
    client: Client,
    request: ListAuditLogs,
    cursor: AuditLogCursor,
    run: Option<Run>,
}

/// What is fixed by the first `next`.
struct Run {
    now: OffsetDateTime,
    logs: Iter<AuditLog>,
    yielded: HashSet<String>,
}

impl Follow {
    /// Returns the position after everything that was yielded so far. It is valid at any moment, also after an error.
    ///
    /// It copies the identifiers of all logs within the overlap, so call it once a batch.
    pub fn cursor(&self) -> AuditLogCursor {
        self.cursor.clone()
    }

    fn start(&self) -> Run {
        let now = OffsetDateTime::now_utc();
        let after_position = self.cursor.position.saturating_add(time::Duration::SECOND);
        let request = self.request.clone().since(self.cursor.since()).before(now.max(after_position));
        let yielded = self.cursor.yielded.iter().map(|identity| identity.id.clone());
        Run { now, logs: self.client.iter(&request.direction(Direction::Asc)), yielded: yielded.collect() }
    }
}

impl Iterator for Follow {
    type Item = Result<AuditLog>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.run.is_none() {
            self.run = Some(self.start());
        }
        let run = self.run.as_mut()?;
        loop {
            let log = run.logs.next()?;
            let (identity, when) = match &log {
                Ok(log) => (identity(log), log.when),
                Err(error) if error.is_item() => (identity_of_bad_item(error), None),
                Err(_) => return Some(log),
            };
            if !run.yielded.insert(identity.clone()) {
                continue;
            }
            self.cursor.advance(identity, when, run.now);
            while let Some(forgotten) = self.cursor.forget_one() {
                run.yielded.remove(&forgotten);
            }
            return Some(log);
        }
    }
}

impl FusedIterator for Follow {}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").field("position", &self.cursor.position).finish_non_exhaustive()
    }
}

fn identity(log: &AuditLog) -> String {
    if log.id.is_empty() { hash(&serde_json::to_vec(log).unwrap_or_default()) } else { log.id.clone() }
}

fn identity_of_bad_item(error: &Error) -> String {
    #[derive(Deserialize)]
    struct Identified {
        #[serde(deserialize_with = "crate::api::model::id")]
        id: String,
    }
    let json = error.body().unwrap_or_default();
    match serde_json::from_slice::<Identified>(json) {
        Ok(item) if !item.id.is_empty() => item.id,
        _ => hash(json),
    }
}

/// FNV-1a, which stays the same in saved cursors, unlike the hashes of the standard library.
fn hash(bytes: &[u8]) -> String {
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = bytes.iter().fold(START, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME));
    format!("hash:{hash:032x}")
}

impl ListAuditLogs<&Client> {
    /// Returns an iterator over the logs that are new since a cursor. See [`Client::follow`].
    pub fn follow(&self, cursor: &AuditLogCursor) -> Follow {
        self.client.follow(self, cursor)
    }
}

/// # Following the audit log
impl Client {
    /// Returns an iterator over the audit logs that are new since a cursor, oldest first, each once.
    ///
    /// For a job that runs from cron or in a loop. It requests the logs from the cursor's overlap on
    /// ([`AuditLogCursor::overlap`]), because logs can become visible late, and skips those that the cursor has yielded
    /// before. A log that becomes visible later than the overlap is missed.
    ///
    /// ```
    /// # use cloudflare_user::{Body, Client, http};
    /// # let answer = r#"{"success":true,"result":[{"id":"1","when":"2026-11-01T12:00:01Z"}]}"#;
    /// # let client = Client::builder().api_token("t")
    /// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
    /// # fn load() -> Option<String> { None }
    /// # fn save(_: &str) {}
    /// use cloudflare_user::{AuditLogCursor, ListAuditLogs};
    /// use time::OffsetDateTime;
    ///
    /// let cursor = match load() {
    ///     Some(saved) => serde_json::from_str(&saved)?,
    ///     None => AuditLogCursor::starting_at(OffsetDateTime::now_utc()),
    /// };
    /// let mut logs = client.follow(&ListAuditLogs::new().action_type("token_create"), &cursor);
    /// for log in &mut logs {
    ///     println!("a token was created: {}", log?.id);
    /// }
    /// save(&serde_json::to_string(&logs.cursor())?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A request with `since`, `before`, `direction` or `page` is refused, because the cursor sets them.
    pub fn follow<C>(&self, request: &ListAuditLogs<C>, cursor: &AuditLogCursor) -> Follow {
        let request = request.detached();
        let run = request.refuse_position().err().map(|error| Run {
            now: cursor.position,
            logs: Iter::failed(self, error),
            yielded: HashSet::new(),
        });
        Follow { client: self.clone(), request, cursor: cursor.clone(), run }
    }
}
