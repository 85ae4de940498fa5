use super::ListAuditLogs;
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::transport::Body;

impl ListAuditLogs<&Client> {
    /// Answers the logs as CSV, as it arrives: see [`Client::export`].
    ///
    /// # Errors
    ///
    /// See [`Client::export`].
    pub fn export(&self) -> Result<Body> {
        self.client.export(self)
    }
}

/// # The export of audit logs
impl Client {
    /// Answers the audit logs that a request selects as CSV, as it arrives.
    ///
    /// `GET /user/audit_logs?export=true`, see the [API reference]. The body is read at the caller's own pace: the
    /// timeout covers the headers and each single read, and neither the deadline nor the largest size of an answer
    /// bounds the whole. The columns are Cloudflare's, which documents none of them.
    ///
    /// ```
    /// # use cloudflare_user::{Body, Client, http};
    /// # let client = Client::builder().api_token("t").transport(|_: http::Request<Vec<u8>>| {
    /// #     Ok(http::Response::new(Body::from("when,action\n2026-11-01T00:00:00Z,login\n")))
    /// # }).build()?;
    /// use cloudflare_user::ListAuditLogs;
    /// use time::macros::date;
    ///
    /// let november = ListAuditLogs::new().since(date!(2026-11-01)).before(date!(2026-12-01));
    /// let mut csv = client.export(&november)?;
    /// std::io::copy(&mut csv, &mut std::io::stdout().lock())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), until the body begins. A body that breaks off is an [`io::Error`](std::io::Error)
    /// of its reader, around a [`TransportError`](crate::TransportError).
    ///
    /// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/audit_logs/methods/list/
    pub fn export<C>(&self, request: &ListAuditLogs<C>) -> Result<Body> {
        let mut call = Call::of(request)?;
        call.streaming = true;
        call.accept = "text/csv, */*;q=0.5";
        // The largest page is for listings: an export that heeded it would be cut.
        if request.per_page.is_none() {
            call.query.retain(|(name, _)| name != "per_page");
        }
        call.set_parameter("export", "true".to_owned());
        self.open(&call)
    }
}
