//! The text of an HTTP status.

use http::StatusCode;

/// Returns the status with its name, such as `404 Not Found`. The statuses of Cloudflare's edge,
/// such as 522, have no name, for which the `http` crate prints `<unknown status code>`.
pub(crate) fn status_text(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(name) => format!("{} {name}", status.as_str()),
        None => status.as_str().to_owned(),
    }
}
