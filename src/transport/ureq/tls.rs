//! The TLS configuration of the default agent, and the checks of any agent's.

use ureq::config::Config;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
use ureq::tls::{RootCerts, TlsProvider};

use crate::transport::TransportError;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(super) fn config() -> ureq::tls::TlsConfig {
    let config = ureq::tls::TlsConfig::builder();
    #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
    let config = config.provider(ureq::tls::TlsProvider::NativeTls);
    // The TLS library of the operating system is used with the operating system's roots.
    #[cfg(any(feature = "platform-verifier", not(feature = "rustls")))]
    let config = config.root_certs(ureq::tls::RootCerts::PlatformVerifier);
    config.build()
}

/// Returns an error if this agent needs a feature for TLS that is off. ureq would panic without it.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(super) fn check_features(config: &Config) -> Result<(), TransportError> {
    let missing = TransportError::missing_feature;
    let config = config.tls_config();
    if config.provider() != TlsProvider::Rustls {
        if !cfg!(feature = "native-tls") {
            return Err(missing("native-tls", "the agent uses the system's TLS"));
        }
        return Ok(());
    }
    if !cfg!(feature = "rustls") {
        return Err(missing("rustls", "the agent uses rustls"));
    }
    let is_platform = matches!(config.root_certs(), RootCerts::PlatformVerifier);
    if is_platform && !cfg!(feature = "platform-verifier") {
        return Err(missing(
            "platform-verifier",
            "the agent uses the system's roots",
        ));
    }
    Ok(())
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
pub(super) fn check_features(_: &Config) -> Result<(), TransportError> {
    Err(TransportError::missing_feature(
        "rustls` or `native-tls",
        "https needs TLS",
    ))
}

/// Returns a possible reason for a refused certificate: an environment variable replaces the
/// operating system's roots with a file or directory that cannot be read.
#[cfg(all(
    unix,
    not(target_vendor = "apple"),
    any(feature = "rustls", feature = "native-tls")
))]
pub(super) fn hint(config: &Config) -> Option<String> {
    use std::env;
    use std::path::Path;

    let describe = |variable: &str, path: &Path| {
        let error = path.metadata().err()?;
        Some(format!("`{variable}` names `{}`: {error}", path.display()))
    };
    let root_certs = config.tls_config().root_certs();
    if !matches!(root_certs, RootCerts::PlatformVerifier) {
        return None;
    }
    if let Some(file) = env::var_os("SSL_CERT_FILE")
        && let Some(hint) = describe("SSL_CERT_FILE", file.as_ref())
    {
        return Some(hint);
    }
    let directories = env::var_os("SSL_CERT_DIR")?;
    env::split_paths(&directories).find_map(|directory| describe("SSL_CERT_DIR", &directory))
}

#[cfg(not(all(
    unix,
    not(target_vendor = "apple"),
    any(feature = "rustls", feature = "native-tls")
)))]
pub(super) fn hint(_: &Config) -> Option<String> {
    None
}
