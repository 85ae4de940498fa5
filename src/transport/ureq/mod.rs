//! The transport over ureq.

mod body;
mod failure;
mod tls;
mod trace;

use std::env;
use std::fmt;
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use ureq::config::Config;
use ureq::{Agent, AsSendBody, Proxy, ProxyProtocol};

use self::body::with_body;
use self::failure::{classify, classify_through};
use super::proxy::{self, UnusableProxy, is_loopback};
use super::{AttemptTimeout, Body, Transport, TransportError, TransportErrorKind};

/// Sends requests with [ureq](https://docs.rs/ureq), over HTTP/1.1, with connections kept for reuse.
///
/// A client makes its own, whose proxy comes [from the environment](#proxies-from-the-environment). For another proxy,
/// other TLS roots or another resolver, configure an agent and pass it on:
///
/// ```
/// use cloudflare_user::{Client, UreqTransport};
///
/// let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
/// let client = Client::builder().api_token("token").transport(UreqTransport::new(agent)).build()?;
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// With any agent, no redirect is followed, the timeouts are the client's, and a request over plain http to this machine
/// uses no proxy on another one.
///
/// A request fails before anything is sent if the proxy cannot be used, if the proxy speaks SOCKS and the feature
/// `socks-proxy` is off, and if TLS is needed and the feature of its provider or verifier is off. The features are those
/// of this crate, also for an agent of the caller's.
///
/// # Proxies from the environment
///
/// A client without a [`transport`](crate::ClientBuilder::transport) reads them once, when it is built. For an https
/// base URL, the first that is set of `https_proxy`, `HTTPS_PROXY`, `all_proxy` and `ALL_PROXY` counts; for plain http,
/// of `http_proxy`, `HTTP_PROXY`, `all_proxy` and `ALL_PROXY`. An empty variable counts as unset. `HTTP_PROXY` is
/// ignored if `REQUEST_METHOD` is set, because a CGI server fills it from a request header. Loopback hosts never use a
/// proxy from the environment.
///
/// A value looks like `http://user:password@proxy.example:3128`. The scheme is `http` (the default), `https`, `socks4`,
/// `socks4a`, `socks5`, `socks5h`, or `socks`, which is SOCKS 5. The port defaults to 80, 443 for `https`, and 1080 for
/// SOCKS. A `/`, `?` or `#` in the password must be percent-encoded. If the selected value cannot be used, each request
/// fails with [`is_connect`](crate::Error::is_connect), whatever the other variables hold.
///
/// `no_proxy`, or else `NO_PROXY`, lists exceptions, separated by commas: a host, which includes its subdomains, `*` for
/// all hosts, and for a base URL with an IP address also addresses and ranges such as `10.0.0.0/8`. Each may have a
/// port: `example.com:8443`, `[fd00::1]:8443`.
pub struct UreqTransport {
    agent: Agent,
    /// The environment selects a proxy that cannot be used.
    unusable_proxy: Option<UnusableProxy>,
}

/// Idle connections are dropped after this long. Servers and load balancers commonly keep them for a minute or more,
/// so that one that is used again is rarely one that the server has closed meanwhile.
const MAX_IDLE_AGE: Duration = Duration::from_secs(15);
/// As many connections are kept as a busy program has threads.
const MAX_IDLE_CONNECTIONS: usize = 32;

impl UreqTransport {
    /// Sends requests with this agent.
    pub fn new(agent: Agent) -> Self {
        Self { agent, unusable_proxy: None }
    }

    /// Makes the agent of a client that has no transport of its own.
    pub(crate) fn with_default_agent(base_url: &str) -> Self {
        trace::warn_of_credentials();
        let (proxy, unusable_proxy) = match proxy::from_env(base_url, env::var_os) {
            Ok(proxy) => (proxy, None),
            Err(unusable) => (None, Some(unusable)),
        };
        let config = Agent::config_builder()
            .proxy(proxy)
            .max_idle_age(MAX_IDLE_AGE)
            .max_idle_connections(MAX_IDLE_CONNECTIONS)
            .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS);
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let config = config.tls_config(tls::config());
        Self { agent: config.build().into(), unusable_proxy }
    }

    /// The proxy that a request goes through.
    fn proxy_for(&self, uri: &Uri) -> Option<&Proxy> {
        let config = self.agent.config();
        let proxy = config.proxy().filter(|proxy| !proxy.is_no_proxy(uri));
        proxy.filter(|_| !avoids_proxy(config, uri))
    }

    /// Why a request cannot be sent as configured. ureq would panic, or bypass the proxy.
    fn obstacle(&self, uri: &Uri) -> Option<String> {
        if let Some(UnusableProxy { variable }) = self.unusable_proxy {
            return Some(format!(
                "`{variable}` is not a usable proxy; it should look like `http://user:password@proxy.example:3128`, \
                with `/`, `?` and `#` in the password percent-encoded"
            ));
        }
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let protocol = self.proxy_for(uri).map(Proxy::protocol);
        let is_socks = |protocol| !matches!(protocol, ProxyProtocol::Http | ProxyProtocol::Https);
        if !cfg!(feature = "socks-proxy") && protocol.is_some_and(is_socks) {
            return Some(needed("socks-proxy", "the proxy speaks SOCKS"));
        }
        if is_https || protocol == Some(ProxyProtocol::Https) {
            return tls::obstacle(self.agent.config());
        }
        None
    }

    fn run<B: AsSendBody>(&self, request: http::Request<B>) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let timeout = request.extensions().get::<AttemptTimeout>().copied();
        let through_proxy = !avoids_proxy(self.agent.config(), request.uri());
        let mut config = self
            .agent
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false);
        if !through_proxy {
            config = config.proxy(None);
        }
        if let Some(timeout) = timeout {
            let total = timeout.total;
            config = config.timeout_resolve(Some(timeout.connect)).timeout_connect(Some(timeout.connect));
            config = if timeout.streaming {
                config
                    .timeout_global(None)
                    .timeout_per_call(None)
                    .timeout_recv_body(None)
                    .timeout_send_request(Some(total))
                    .timeout_recv_response(Some(total))
                    .timeout_per_read(Some(total))
            } else {
                config.timeout_global(Some(total))
            };
        }
        self.agent.run(config.build())
    }
}

impl Transport for UreqTransport {
    fn execute(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Body>, TransportError> {
        if let Some(reason) = self.obstacle(request.uri()) {
            return Err(TransportError::misconfigured(reason));
        }
        let proxy = self.proxy_for(request.uri());
        let timeout = request.extensions().get::<AttemptTimeout>();
        let streaming = timeout.is_some_and(|timeout| timeout.streaming);
        let response = if request.body().is_empty() { self.run(request.map(drop)) } else { self.run(request) };
        let response = response.map_err(|error| match proxy {
            Some(proxy) => classify_through(proxy, error),
            None => classify(error),
        });
        let response = response.map_err(|error| match error.kind() {
            TransportErrorKind::Certificate => error.with_hint(tls::hint(self.agent.config())),
            _ => error,
        })?;
        Ok(with_body(response, streaming))
    }
}

impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransport").finish_non_exhaustive()
    }
}

/// Whether a request would go over plain http to this machine, through a proxy on another one: the credential would
/// be readable on its way there, and the proxy would look for the API on itself.
fn avoids_proxy(config: &Config, uri: &Uri) -> bool {
    let Some(proxy) = config.proxy() else {
        return false;
    };
    uri.scheme() == Some(&Scheme::HTTP) && uri.host().is_some_and(is_loopback) && !is_loopback(proxy.host())
}

/// What a request lacks if a feature is off.
fn needed(feature: &str, reason: &str) -> String {
    format!("{reason}, enable the feature `{feature}` of cloudflare-user")
}
