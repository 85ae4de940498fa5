//! The warning about credentials in ureq's own log.

use std::sync::Once;

/// The log target of ureq for the requests and responses.
const TARGET: &str = "ureq_proto::util";

/// Logs one warning a process if ureq's trace log is on. The crate cannot turn it off, because a `max_level` feature of
/// `log` applies to the whole program.
pub(super) fn warn_of_credentials() {
    static WARNED: Once = Once::new();
    if log::log_enabled!(target: TARGET, log::Level::Trace) {
        WARNED.call_once(|| {
            log::warn!(
                "ureq logs requests and responses at trace, credentials included; append `,ureq=debug,ureq_proto=debug` \
                to the filter of env_logger (`RUST_LOG`) or of tracing's EnvFilter"
            );
        });
    }
}
