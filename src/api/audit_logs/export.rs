use super::ListAuditLogs;
use crate::api::prelude::*;
use crate::call::Call;
use crate::transport::Body;

impl ListAuditLogs<&Client> {
    /// Exports the logs as a stream of CSV. See [`Client::export`].
    pub fn export(&self) -> Result<Body> {
        self.client.export(self)
    }
}

/// # The export of audit logs
impl Client {
    /// Exports the audit logs that a request selects, as a stream of CSV.
    ///
    /// `GET /user/audit_logs?export=true`, see the [API reference]. `timeout` limits the response
    /// head and each read of the body. The body as a whole has no deadline and no size limit.
    /// Cloudflare does not document the columns. A failure as JSON and a web page are errors; any
    /// other body is returned as it is.
    ///
    /// ```no_run
    /// # let client = cloudflare_user::Client::from_env()?;
    /// use cloudflare_user::ListAuditLogs;
    /// use time::macros::date;
    ///
    /// let november = ListAuditLogs::new().since(date!(2026-11-01)).before(date!(2026-12-01));
    /// let mut csv = client.export(&november)?;
    /// std::io::copy(&mut csv, &mut std::fs::File::create("november.csv")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same as for [`send`](Self::send), until the body begins. If the body breaks off, its
    /// reader returns an [`io::Error`](std::io::Error) that holds a
    /// [`TransportError`](crate::TransportError).
    ///
    /// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/audit_logs/methods/list/
    pub fn export<C>(&self, request: &ListAuditLogs<C>) -> Result<Body> {
        let mut call = Call::of(request)?;
        call.streaming = true;
        call.accept = "text/csv, */*;q=0.5";
        // The default `per_page` is for lists. A server that applies it to an export would truncate
        // the export.
        if request.per_page.is_none() {
            call.query.retain(|(name, _)| name != "per_page");
        }
        call.set_parameter("export", "true".to_owned());
        self.open(&call)
    }
}
