use std::collections::HashSet;
use std::fmt;
use std::iter::FusedIterator;

use super::identity::identity;
use super::{AuditLog, AuditLogCursor, ListAuditLogs};
use crate::api::prelude::*;
use crate::call::Call;
use crate::pagination::Iter;

/// An iterator over the audit logs that are new since a cursor, oldest first.
///
/// It is made by [`ListAuditLogs::follow`] or [`Client::follow`]. A log that cannot be decoded is
/// yielded as an `Err` ([`Error::is_item`]) once, and the logs after it are still yielded. Any
/// other error ends the iteration. The next run resumes from [`cursor`](Self::cursor).
#[must_use = "an iterator does nothing until `next` is called"]
pub struct Follow {
    client: Client,
    request: ListAuditLogs,
    cursor: AuditLogCursor,
    state: State,
    /// The JSON of the log that was yielded last.
    json: Vec<u8>,
}

enum State {
    /// `next` was not called yet.
    NotStarted,
    Started(Box<Run>),
    /// The request was refused.
    Refused,
}

/// What the first `next` makes of the request and the cursor.
struct Run {
    now: OffsetDateTime,
    logs: Iter<AuditLog>,
    /// The identities that the cursor remembers.
    yielded: HashSet<String>,
}

impl Follow {
    /// Returns the position after the last yielded log. It is valid at any moment, also after an
    /// error.
    ///
    /// It copies the identifiers of all logs within the overlap, so call it once for each batch.
    pub fn cursor(&self) -> AuditLogCursor {
        self.cursor.clone()
    }

    /// Returns the JSON of the log that `next` returned last, as it was sent, also if it cannot be
    /// decoded ([`Error::is_item`]). It is empty before the first log, after the last one, and
    /// after any other error.
    ///
    /// An [`AuditLog`] that is serialized has the same values, but not the same bytes.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    fn start(&self) -> Result<Run> {
        refuse_parameters_of_the_cursor(&self.request)?;
        let now = OffsetDateTime::now_utc();
        let after_position = self.cursor.position.saturating_add(time::Duration::SECOND);
        let since = self.cursor.since();
        let before = whole_seconds_after(since, now.max(after_position));
        for instant in [since, before] {
            DateOrDateTime::from(instant).check("cursor")?;
        }
        let request = self
            .request
            .clone()
            .since(since)
            .before(before)
            .direction(Direction::Asc);
        let mut yielded = HashSet::new();
        for identity in &self.cursor.yielded {
            yielded.insert(identity.id.clone());
        }
        Ok(Run {
            now,
            logs: self.client.iter(&request),
            yielded,
        })
    }
}

/// Rounds an instant down to a whole second, because the API does not document fractions, unless
/// there is none after `start`: in the last second of the year 9999.
fn whole_seconds_after(start: OffsetDateTime, instant: OffsetDateTime) -> OffsetDateTime {
    match instant.replace_nanosecond(0) {
        Ok(rounded) if rounded > start => rounded,
        _ => instant,
    }
}

/// Refuses parameters that the cursor sets, and an invalid request.
fn refuse_parameters_of_the_cursor(request: &ListAuditLogs) -> Result<()> {
    let call = Call::of(request)?;
    for parameter in ["since", "before", "direction", "page"] {
        if call.parameter(parameter).is_some() {
            return Err(Error::invalid_request(
                parameter,
                "is set by the cursor of `follow`: leave it out",
            ));
        }
    }
    Ok(())
}

impl Iterator for Follow {
    type Item = Result<AuditLog>;

    fn next(&mut self) -> Option<Self::Item> {
        if let State::NotStarted = self.state {
            match self.start() {
                Ok(run) => self.state = State::Started(Box::new(run)),
                Err(error) => {
                    self.state = State::Refused;
                    return Some(Err(error));
                }
            }
        }
        let State::Started(run) = &mut self.state else {
            return None;
        };
        // Not kept while the next page is read, because it can be as large as a page.
        self.json = Vec::new();
        loop {
            let mut new = None;
            let log = run
                .logs
                .next_with(|json| new = keep_new(json, &mut run.yielded, &mut self.json))?;
            if let Err(error) = &log {
                if !error.is_item() {
                    return Some(log);
                }
                let json = error.body().unwrap_or_default();
                new = keep_new(json, &mut run.yielded, &mut self.json);
            }
            let Some(identity) = new else {
                continue;
            };
            let when = log.as_ref().ok().and_then(|log| log.when);
            self.cursor.advance(identity, when, run.now);
            while let Some(forgotten) = self.cursor.forget_one() {
                run.yielded.remove(&forgotten);
            }
            return Some(log);
        }
    }
}

/// Returns the identity of a log that was not yielded before, and keeps its JSON.
fn keep_new(json: &[u8], yielded: &mut HashSet<String>, kept: &mut Vec<u8>) -> Option<String> {
    let identity = identity(json);
    if !yielded.insert(identity.clone()) {
        return None;
    }
    *kept = json.to_vec();
    Some(identity)
}

impl FusedIterator for Follow {}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow")
            .field("position", &self.cursor.position)
            .finish_non_exhaustive()
    }
}

impl ListAuditLogs<&Client> {
    /// Returns an iterator over the logs that are new since a cursor. See [`Client::follow`].
    pub fn follow(&self, cursor: &AuditLogCursor) -> Follow {
        self.client.follow(self, cursor)
    }
}

/// # Following the audit log
impl Client {
    /// Returns an iterator over the audit logs that are new since a cursor, oldest first, each
    /// once.
    ///
    /// Use it in a job that runs repeatedly. Because logs can become visible late, it requests the
    /// logs of the [overlap](AuditLogCursor::overlap) before the cursor again, and skips those that
    /// were yielded before. A log that becomes visible later than the overlap is missed.
    ///
    /// ```no_run
    /// # let client = cloudflare_user::Client::from_env()?;
    /// use cloudflare_user::AuditLogCursor;
    /// use time::macros::date;
    ///
    /// let cursor = match std::fs::exists("cursor.json")? {
    ///     true => serde_json::from_slice(&std::fs::read("cursor.json")?)?,
    ///     false => AuditLogCursor::starting_at(date!(2026-11-01)),
    /// };
    /// let mut logs = client.audit_logs().action_type("token_create").follow(&cursor);
    /// for log in &mut logs {
    ///     match log {
    ///         Ok(log) => println!("{} created a token", log.actor.email.unwrap_or_default()),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// // A kill while the file is written must not leave a part of it.
    /// std::fs::write("cursor.json.new", serde_json::to_vec(&logs.cursor())?)?;
    /// std::fs::rename("cursor.json.new", "cursor.json")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Use one cursor for each set of filters and each account.
    ///
    /// # What it cannot see
    ///
    /// * Cloudflare removes logs after 18 months. If it removes some during a run, the logs after
    ///   them move to earlier pages, which were read already, and can be missed.
    /// * If the clock of this machine is ahead, a saved cursor still works. A new cursor that
    ///   starts at the current time starts too late, and earlier logs are missed.
    /// * As long as each run starts from the cursor of the run before, a log is yielded twice only
    ///   if its JSON changed and it has no `id` or more than one.
    ///
    /// # Errors
    ///
    /// A request with `since`, `before`, `direction` or `page` is refused before sending, because
    /// the cursor sets them. A cursor outside the years 0 to 9999 is refused too. After any error
    /// but that of an item, the iterator ends, and the next run resumes from
    /// [`cursor`](Follow::cursor).
    pub fn follow<C>(&self, request: &ListAuditLogs<C>, cursor: &AuditLogCursor) -> Follow {
        Follow {
            client: self.clone(),
            request: request.with_client(Detached),
            cursor: cursor.clone(),
            state: State::NotStarted,
            json: Vec::new(),
        }
    }
}
