//! Warns of the credentials in ureq's own log.

use std::sync::Once;

/// The target under which ureq logs what it sends and receives.
const TARGET: &str = "ureq_proto::util";

/// Warns once a process if ureq's trace log is on. It is the application's to turn off: a `max_level` feature of `log`
/// would hold for the whole program.
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
