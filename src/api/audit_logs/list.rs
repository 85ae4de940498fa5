use std::borrow::Cow;

use http::Method;
use serde::Serialize;

use super::AuditLog;
use crate::api::date::DateOrDateTime;
use crate::api::order::Direction;
use crate::api::request::{Detached, constructors, identifier, terminals};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::page::Page;

/// Lists what was done with the user's account, the newest first.
///
/// `GET /user/audit_logs`, see the [API reference]. A token needs `Account Settings Read` or `Account Settings Write`.
/// Cloudflare keeps these logs for 18 months.
///
/// Give a listing of several pages an end, [`before`](Self::before): what happens while it is read then shifts none of
/// its pages, and it can be [resumed](crate#resuming). The API never says how many logs there are.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"1","action":{"type":"token_create"},"actor":{"ip":"198.51.100.7"}}]}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use time::macros::date;
///
/// let november = client.audit_logs().since(date!(2026-11-01)).before(date!(2026-12-01));
/// // Who made tokens, and from where?
/// for log in november.action_type("token_create").iter() {
///     let log = log?;
///     println!("{:?}: {:?} from {:?}", log.when, log.actor.email, log.actor.ip);
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// The last week to a file, a line a log, with the fields that this crate does not know:
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"1","new":"kept"}]}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// # let mut file = Vec::new();
/// use std::io::Write;
/// use time::{Duration, OffsetDateTime};
///
/// let now = OffsetDateTime::now_utc();
/// for log in client.audit_logs().since(now - Duration::weeks(1)).before(now).iter() {
///     serde_json::to_writer(&mut file, &log?)?;
///     writeln!(file)?;
/// }
/// # assert_eq!(file, b"{\"id\":\"1\",\"new\":\"kept\"}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// For the logs as Cloudflare's own CSV see [`export`](crate::Client::export); for the bytes of each log as they were
/// sent, [endpoints of one's own](crate#endpoints-of-your-own).
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/audit_logs/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListAuditLogs<C = Detached> {
    #[serde(skip)]
    pub(super) client: C,
    id: Option<String>,
    #[serde(rename = "action.type")]
    action_type: Option<String>,
    #[serde(rename = "actor.email")]
    actor_email: Option<String>,
    #[serde(rename = "actor.ip")]
    actor_ip: Option<String>,
    #[serde(rename = "zone.name")]
    zone_name: Option<String>,
    since: Option<DateOrDateTime>,
    before: Option<DateOrDateTime>,
    direction: Option<Direction>,
    hide_user_logs: Option<bool>,
    page: Option<u64>,
    pub(super) per_page: Option<u64>,
}

impl<C> ListAuditLogs<C> {
    /// Only the log with this identifier.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Only actions of this type, such as `add`, `login` or `token_create`.
    pub fn action_type(mut self, action_type: impl Into<String>) -> Self {
        self.action_type = Some(action_type.into());
        self
    }

    /// Only what the actor with this email address did.
    pub fn actor_email(mut self, email: impl Into<String>) -> Self {
        self.actor_email = Some(email.into());
        self
    }

    /// Only what was done from this IP address, or from this range in CIDR notation.
    pub fn actor_ip(mut self, address_or_range: impl Into<String>) -> Self {
        self.actor_ip = Some(address_or_range.into());
        self
    }

    /// Only changes to the zone with this name.
    pub fn zone_name(mut self, name: impl Into<String>) -> Self {
        self.zone_name = Some(name.into());
        self
    }

    /// Only logs from this date or instant on, inclusive. A date means midnight UTC.
    ///
    /// A value that is not earlier than [`before`](Self::before) is refused when the request is sent.
    pub fn since(mut self, moment: impl Into<DateOrDateTime>) -> Self {
        self.since = Some(moment.into());
        self
    }

    /// Only logs before this date or instant. A date means midnight UTC, so `before(date!(2026-12-01))` ends with
    /// November.
    ///
    /// Cloudflare does not document whether a log of exactly this instant is included.
    pub fn before(mut self, moment: impl Into<DateOrDateTime>) -> Self {
        self.before = Some(moment.into());
        self
    }

    /// The newest first, or the oldest; [`Direction::Desc`], the newest, if unset.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Whether to leave out logs of the user level; they are listed if unset.
    pub fn hide_user_logs(mut self, hide: bool) -> Self {
        self.hide_user_logs = Some(hide);
        self
    }

    /// The page to send, or to start from, counted from 1; 1 if unset.
    pub fn page(mut self, number: u64) -> Self {
        self.page = Some(number);
        self
    }

    /// How many logs a page holds, at most 1000; 1000 if unset.
    pub fn per_page(mut self, logs: u64) -> Self {
        self.per_page = Some(logs);
        self
    }
}

impl<C> ListAuditLogs<C> {
    /// The same request without a client.
    pub(super) fn detached(&self) -> ListAuditLogs {
        ListAuditLogs {
            client: Detached,
            id: self.id.clone(),
            action_type: self.action_type.clone(),
            actor_email: self.actor_email.clone(),
            actor_ip: self.actor_ip.clone(),
            zone_name: self.zone_name.clone(),
            since: self.since,
            before: self.before,
            direction: self.direction,
            hide_user_logs: self.hide_user_logs,
            page: self.page,
            per_page: self.per_page,
        }
    }

    /// Refuses the parameters that a cursor sets.
    pub(super) fn refuse_position(&self) -> Result<()> {
        let set = [
            ("since", self.since.is_some()),
            ("before", self.before.is_some()),
            ("direction", self.direction.is_some()),
            ("page", self.page.is_some()),
        ];
        match set.iter().find(|(_, is_set)| *is_set) {
            Some((parameter, _)) => {
                Err(Error::invalid_request(*parameter, "is set by the cursor of `follow`: leave it out"))
            }
            None => Ok(()),
        }
    }
}

impl<C> Endpoint for ListAuditLogs<C> {
    type Output = Page<AuditLog>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(1000);

    fn path(&self) -> Vec<&str> {
        vec!["user", "audit_logs"]
    }

    fn item_id(log: &AuditLog) -> Option<Cow<'_, str>> {
        identifier(&log.id)
    }

    fn validate(&self) -> Result<()> {
        self.since.map_or(Ok(()), |moment| moment.check("since"))?;
        self.before.map_or(Ok(()), |moment| moment.check("before"))?;
        match (self.since, self.before) {
            (Some(since), Some(before)) if since.instant() >= before.instant() => {
                let reason = format!(
                    "is not earlier than `before` ({since}, {before}): a date means midnight UTC, \
                     so a single day ends before the next one"
                );
                Err(Error::invalid_request("since", reason))
            }
            _ => Ok(()),
        }
    }
}

constructors!(ListAuditLogs {
    id,
    action_type,
    actor_email,
    actor_ip,
    zone_name,
    since,
    before,
    direction,
    hide_user_logs,
    page,
    per_page
});
terminals!(ListAuditLogs -> Page<AuditLog>);
