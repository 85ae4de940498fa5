//! The user's audit logs.

mod cursor;
mod export;
mod follow;
mod identity;
mod list;
mod model;

pub use self::cursor::AuditLogCursor;
pub use self::follow::Follow;
pub use self::list::ListAuditLogs;
pub use self::model::{ActorKind, AuditAction, AuditActor, AuditLog, AuditOwner, AuditResource};

use crate::client::Client;

/// # Audit logs
impl Client {
    /// Lists the user's audit logs, newest first.
    pub fn audit_logs(&self) -> ListAuditLogs<&Client> {
        ListAuditLogs::new().with_client(self)
    }
}
