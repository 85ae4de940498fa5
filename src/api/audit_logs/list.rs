use super::AuditLog;
use crate::api::prelude::*;

/// Lists the user's audit logs, newest first.
///
/// `GET /user/audit_logs`, see the [API reference]. A token needs `Account Settings Read` or
/// `Account Settings Write`. Cloudflare keeps audit logs for 18 months, and does not return how
/// many there are.
///
/// [`before`](Self::before) is optional. If you read more than one page and do not need the latest
/// logs, set it to a time at least 15 minutes ago: new logs then do not move items to other pages,
/// and the list can be [resumed](crate#resuming).
///
/// ```no_run
/// # let client = cloudflare_user::Client::from_env()?;
/// use time::macros::date;
///
/// // Who created tokens, and from where?
/// let november = client.audit_logs().since(date!(2026-11-01)).before(date!(2026-12-01));
/// for log in november.action_type("token_create").iter() {
///     let log = log?;
///     let email = log.actor.email.unwrap_or_default();
///     let address = log.actor.ip.unwrap_or_default();
///     println!("{email} from {address}");
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
    #[serde(skip)]
    owner: Owner,
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

constructors!(ListAuditLogs {
    owner,
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
    per_page,
});

impl<C> ListAuditLogs<C> {
    /// Lists the audit logs of an account instead of the user's: `GET
    /// /accounts/{account_id}/audit_logs`. See [accounts](crate#accounts).
    ///
    /// A token needs the same permissions as for the user's.
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }

    /// Lists only the log with this identifier.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Lists only actions of this type, such as `add`, `login` or `token_create`.
    pub fn action_type(mut self, action_type: impl Into<String>) -> Self {
        self.action_type = Some(action_type.into());
        self
    }

    /// Lists only actions of the actor with this email address.
    pub fn actor_email(mut self, actor_email: impl Into<String>) -> Self {
        self.actor_email = Some(actor_email.into());
        self
    }

    /// Lists only actions from this IP address, or from this range in CIDR notation.
    pub fn actor_ip(mut self, actor_ip: impl Into<String>) -> Self {
        self.actor_ip = Some(actor_ip.into());
        self
    }

    /// Lists only changes to the zone with this name.
    pub fn zone_name(mut self, zone_name: impl Into<String>) -> Self {
        self.zone_name = Some(zone_name.into());
        self
    }

    /// Lists only logs from this date or instant on, inclusive. A date means midnight UTC.
    ///
    /// A value that is not earlier than [`before`](Self::before) is refused before sending.
    pub fn since(mut self, since: impl Into<DateOrDateTime>) -> Self {
        self.since = Some(since.into());
        self
    }

    /// Lists only logs before this date or instant. A date means midnight UTC:
    /// `before(date!(2026-12-01))` lists logs up to the end of November.
    ///
    /// Cloudflare does not document whether a log of exactly this instant is included.
    pub fn before(mut self, before: impl Into<DateOrDateTime>) -> Self {
        self.before = Some(before.into());
        self
    }

    /// Sets whether the newest logs come first ([`Direction::Desc`], the default) or the oldest.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Sets whether logs of the user level are left out. The default is `false`.
    pub fn hide_user_logs(mut self, hide_user_logs: bool) -> Self {
        self.hide_user_logs = Some(hide_user_logs);
        self
    }

    /// Sets the first page, counted from 1. The default is 1.
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets how many logs a page has, 1 to 1000. The default is 1000. The API checks the maximum.
    pub fn per_page(mut self, per_page: u64) -> Self {
        self.per_page = Some(per_page);
        self
    }
}

impl<C> Endpoint for ListAuditLogs<C> {
    type Output = Page<AuditLog>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(1000);

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["audit_logs"])
    }

    fn item_id(log: &AuditLog) -> Option<Cow<'_, str>> {
        identifier(&log.id)
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()?;
        if let Some(since) = self.since {
            since.check("since")?;
        }
        if let Some(before) = self.before {
            before.check("before")?;
        }
        if let Some(since) = self.since
            && let Some(before) = self.before
            && since.instant() >= before.instant()
        {
            let reason = format!(
                "({since}) is not earlier than `before` ({before}): a date means midnight UTC, \
                 so set `before` to the next day to list a single day"
            );
            return Err(Error::invalid_request("since", reason));
        }
        Ok(())
    }
}

terminals!(ListAuditLogs -> Page<AuditLog>);
