//! Audit logs as the server sent them.

use std::borrow::Cow;

use cloudflare_user::http::Method;
use cloudflare_user::{Endpoint, ListAuditLogs, Page};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `ListAuditLogs` decodes the logs. Here they stay as the server sent them.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct RawAuditLogs(pub(crate) ListAuditLogs);

impl Endpoint for RawAuditLogs {
    type Output = Page<Box<RawValue>>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(1000);

    fn path(&self) -> Vec<&str> {
        self.0.path()
    }

    fn item_id(log: &Box<RawValue>) -> Option<Cow<'_, str>> {
        #[derive(Deserialize)]
        struct Id {
            id: String,
        }
        let log: Id = serde_json::from_str(log.get()).ok()?;
        Some(log.id.into())
    }
}
