//! Which audit logs a script reads.

use clap::Args;
use clap::builder::NonEmptyStringValueParser as Text;
use cloudflare_user::ListAuditLogs;
use serde::{Deserialize, Serialize};

use super::actions::parse_action;

#[derive(Debug, Clone, PartialEq, Args, Serialize, Deserialize)]
pub(crate) struct AuditFilters {
    /// Only actions of this type, such as login
    #[arg(long = "type", alias = "action-type", value_name = "ACTION", value_parser = parse_action)]
    action_type: Option<String>,
    /// Only actions by this email address
    #[arg(long = "actor", alias = "actor-email", value_name = "EMAIL", value_parser = Text::new())]
    actor_email: Option<String>,
    /// Only actions from this IP address or CIDR range
    #[arg(long = "ip", alias = "actor-ip", value_name = "CIDR", value_parser = Text::new())]
    actor_ip: Option<String>,
    /// Only changes to the zone with this name
    #[arg(long = "zone", alias = "zone-name", value_name = "NAME", value_parser = Text::new())]
    zone_name: Option<String>,
    /// Leave out logs of the user level
    #[arg(long)]
    hide_user_logs: bool,
    /// Read the logs of this account, and not those of the user
    #[arg(long, value_name = "ID", value_parser = Text::new())]
    account: Option<String>,
}

impl AuditFilters {
    pub(crate) fn request(&self) -> ListAuditLogs {
        let mut request = ListAuditLogs::new();
        if let Some(action_type) = &self.action_type {
            request = request.action_type(action_type);
        }
        if let Some(email) = &self.actor_email {
            request = request.actor_email(email);
        }
        if let Some(ip) = &self.actor_ip {
            request = request.actor_ip(ip);
        }
        if let Some(zone) = &self.zone_name {
            request = request.zone_name(zone);
        }
        if self.hide_user_logs {
            request = request.hide_user_logs(true);
        }
        if let Some(account) = &self.account {
            request = request.in_account(account);
        }
        request
    }
}
