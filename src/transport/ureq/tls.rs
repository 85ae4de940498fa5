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

/// Returns which feature this agent needs for TLS, if it is off. ureq would panic without it.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(super) fn obstacle(config: &Config) -> Option<String> {
    let config = config.tls_config();
    let is_rustls = config.provider() == TlsProvider::Rustls;
    let is_platform = is_rustls && matches!(config.root_certs(), RootCerts::PlatformVerifier);
    let missing = [
        (
            is_rustls && !cfg!(feature = "rustls"),
            "rustls",
            "the agent uses rustls",
        ),
        (
            !is_rustls && !cfg!(feature = "native-tls"),
            "native-tls",
            "the agent uses the system's TLS",
        ),
        (
            is_platform && !cfg!(feature = "platform-verifier"),
            "platform-verifier",
            "the agent uses the system's roots",
        ),
    ];
    missing
        .iter()
        .find(|(is_missing, ..)| *is_missing)
        .map(|(_, feature, reason)| needed(feature, reason))
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
pub(super) fn obstacle(_: &Config) -> Option<String> {
    Some(needed("rustls` or `native-tls", "https needs TLS"))
}

/// Returns a possible reason for a refused certificate: an environment variable replaces the
/// operating system's roots with a file or directory that cannot be read.
#[cfg(all(
    unix,
    not(target_vendor = "apple"),
    any(feature = "rustls", feature = "native-tls")
))]
pub(super) fn hint(config: &Config) -> Option<String> {
    if !matches!(
        config.tls_config().root_certs(),
        RootCerts::PlatformVerifier
    ) {
        return None;
    }
    let file = std::env::var_os("SSL_CERT_FILE").map(|value| ("SSL_CERT_FILE", value.into()));
    let directories = std::env::var_os("SSL_CERT_DIR").unwrap_or_default();
    let directories = std::env::split_paths(&directories).map(|path| ("SSL_CERT_DIR", path));
    file.into_iter()
        .chain(directories)
        .find_map(|(name, path)| {
            let error = path.metadata().err()?;
            Some(format!("`{name}` names `{}`: {error}", path.display()))
        })
}

#[cfg(not(all(
    unix,
    not(target_vendor = "apple"),
    any(feature = "rustls", feature = "native-tls")
)))]
pub(super) fn hint(_: &Config) -> Option<String> {
    None
}
