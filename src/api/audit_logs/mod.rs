//! Who changed what, and when.

mod export;
mod follow;
mod list;
mod model;

pub use self::follow::{AuditLogCursor, Follow};
pub use self::list::ListAuditLogs;
pub use self::model::{ActorKind, AuditAction, AuditActor, AuditLog, AuditOwner, AuditResource};

use crate::client::Client;

/// # Audit logs
impl Client {
    /// Lists what was done with the user's account, the newest first.
    pub fn audit_logs(&self) -> ListAuditLogs<&Client> {
        ListAuditLogs::on(self)
    }
}
