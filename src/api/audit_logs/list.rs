use super::AuditLog;
use crate::api::prelude::*;

/// Lists the user's audit logs, newest first.
///
/// `GET /user/audit_logs`, see the [API reference]. A token needs `Account Settings Read` or
/// `Account Settings Write`. Cloudflare keeps audit logs for 18 months, and does not return how
/// many there are.
///
/// Set [`before`](Self::before) to a time at least 15 minutes ago to read more than one page: new
/// logs then do not move items to other pages, and the list can be [resumed](crate#resuming).
///
/// ```no_run
/// # let client = cloudflare_user::Client::from_env()?;
/// use time::macros::date;
///
/// // Who created tokens, and from where?
/// let november = client.audit_logs().since(date!(2026-11-01)).before(date!(2026-12-01));
/// for log in november.action_type("token_create").iter() {
///     let log = log?;
///     println!("{} from {}", log.actor.email.unwrap_or_default(), log.actor.ip.unwrap_or_default());
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [`export`](crate::Client::export) returns the logs as Cloudflare's CSV, and
/// [`follow`](crate::Client::follow) yields the logs that are new since the last run.
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

parameters!(ListAuditLogs {
    /// Lists only the log with this identifier.
    id: impl Into<String>,
    /// Lists only actions of this type, such as `add`, `login` or `token_create`.
    action_type: impl Into<String>,
    /// Lists only actions of the actor with this email address.
    actor_email: impl Into<String>,
    /// Lists only actions from this IP address, or from this range in CIDR notation.
    actor_ip: impl Into<String>,
    /// Lists only changes to the zone with this name.
    zone_name: impl Into<String>,
    /// Lists only logs from this date or instant on, inclusive. A date means midnight UTC.
    ///
    /// A value that is not earlier than [`before`](Self::before) is refused before sending.
    since: impl Into<DateOrDateTime>,
    /// Lists only logs before this date or instant. A date means midnight UTC:
    /// `before(date!(2026-12-01))` lists logs up to the end of November.
    ///
    /// Cloudflare does not document whether a log of exactly this instant is included.
    before: impl Into<DateOrDateTime>,
    /// Sets whether the newest logs come first ([`Direction::Desc`], the default) or the oldest.
    direction: Direction,
    /// Sets whether logs of the user level are left out. The default is `false`.
    hide_user_logs: bool,
    /// Sets the first page, counted from 1. The default is 1.
    page: u64,
    /// Sets how many logs a page has, 1 to 1000. The default is 1000.
    per_page: u64,
});

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
        self.before
            .map_or(Ok(()), |moment| moment.check("before"))?;
        match (self.since, self.before) {
            (Some(since), Some(before)) if since.instant() >= before.instant() => {
                let reason = format!(
                    "({since}) is not earlier than `before` ({before}): a date means midnight UTC, \
                     so set `before` to the next day to list a single day"
                );
                Err(Error::invalid_request("since", reason))
            }
            _ => Ok(()),
        }
    }
}

terminals!(ListAuditLogs -> Page<AuditLog>);
