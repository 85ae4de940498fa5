//! The TLS configuration of the default agent, and the checks of any agent's.

use ureq::config::Config;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
use ureq::tls::{RootCerts, TlsProvider};

use super::needed;

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

/// Returns why this agent cannot use TLS: a feature is off. ureq would panic.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(super) fn obstacle(config: &Config) -> Option<String> {
    let config = config.tls_config();
    let is_rustls = config.provider() == TlsProvider::Rustls;
    let verifies_by_platform = matches!(config.root_certs(), RootCerts::PlatformVerifier);
    if is_rustls && !cfg!(feature = "rustls") {
        Some(needed("rustls", "the agent uses rustls"))
    } else if !is_rustls && !cfg!(feature = "native-tls") {
        Some(needed("native-tls", "the agent uses the operating system's TLS"))
    } else if is_rustls && verifies_by_platform && !cfg!(feature = "platform-verifier") {
        Some(needed("platform-verifier", "the agent uses the operating system's certificate roots"))
    } else {
        None
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
pub(super) fn obstacle(_: &Config) -> Option<String> {
    Some(needed("rustls` or `native-tls", "https needs TLS"))
}

/// Returns a possible reason for a refused certificate: an environment variable replaces the operating system's roots
/// with a file or directory that cannot be read.
#[cfg(all(unix, not(target_vendor = "apple"), any(feature = "rustls", feature = "native-tls")))]
pub(super) fn hint(config: &Config) -> Option<String> {
    if !matches!(config.tls_config().root_certs(), RootCerts::PlatformVerifier) {
        return None;
    }
    let unreadable = |name: &str| {
        let value = std::env::var_os(name)?;
        let paths: Vec<_> = match name {
            "SSL_CERT_FILE" => vec![value.into()],
            _ => std::env::split_paths(&value).collect(),
        };
        let error = |path: &std::path::PathBuf| Some((path.clone(), path.metadata().err()?));
        let (path, error) = paths.iter().find_map(error)?;
        Some(format!("`{name}` names `{}`: {error}", path.display()))
    };
    unreadable("SSL_CERT_FILE").or_else(|| unreadable("SSL_CERT_DIR"))
}

#[cfg(not(all(unix, not(target_vendor = "apple"), any(feature = "rustls", feature = "native-tls"))))]
pub(super) fn hint(_: &Config) -> Option<String> {
    None
}
