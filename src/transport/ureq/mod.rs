//! The default transport, over ureq. No other folder uses ureq.

mod body;
mod classify;
#[cfg(feature = "gzip")]
mod gzip;
mod proxy;
mod tls;

use std::env;
use std::fmt;
use std::sync::Once;
use std::time::{Duration, Instant};

use http::Uri;
#[cfg(feature = "gzip")]
use http::header::{ACCEPT_ENCODING, HeaderValue};
use http::uri::Scheme;
#[cfg(feature = "gzip")]
use ureq::config::{AutoHeaderValue, Config};
use ureq::{Agent, AsSendBody, Proxy, ProxyProtocol};

use self::body::with_body;
use self::classify::classify;
use self::proxy::is_socks;
use super::host::is_loopback;
use super::proxy::ProxyVariable;
use super::{AttemptOptions, Body, Transport, TransportError, TransportErrorKind};

/// A [`Transport`] over [ureq](https://docs.rs/ureq): HTTP/1.1, with connections that are reused.
///
/// A client creates one by default, whose proxy comes from
/// [`ClientBuilder::proxy`](crate::ClientBuilder::proxy) or [from the
/// environment](#proxies-from-the-environment). Create one from your own agent to use other
/// certificate roots or another resolver:
///
/// ```
/// use cloudflare_user::{Client, UreqTransport};
///
/// let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
/// let client = Client::builder().api_token("token").transport(UreqTransport::new(agent)).build()?;
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// With any agent, the client sets the timeouts, redirects are not followed, and a request over
/// plain http to this machine does not use a proxy on another one.
///
/// A request fails before anything is sent, with the kind
/// [`Configuration`](crate::ErrorKind::Configuration), if the proxy is invalid, or if the request
/// needs a feature of this crate that is off: `socks-proxy` for a SOCKS proxy, and for TLS the
/// feature of the agent's provider (`rustls` or `native-tls`) and verifier (`platform-verifier`).
///
/// # Proxies from the environment
///
/// A client with neither a custom [`transport`](crate::ClientBuilder::transport) nor an explicit
/// [`proxy`](crate::ClientBuilder::proxy) reads the environment once, when it is built. An https
/// base URL selects the first that is set of `https_proxy`, `HTTPS_PROXY`, `all_proxy` and
/// `ALL_PROXY`; plain http selects from `http_proxy`, `HTTP_PROXY`, `all_proxy` and `ALL_PROXY`. An
/// empty variable counts as unset. `HTTP_PROXY` is ignored if `REQUEST_METHOD` is set, because a
/// CGI server fills it from a request header. On Windows, where it is the same variable as
/// `http_proxy`, both are ignored then. Loopback hosts never use a proxy from the environment.
///
/// The format is `http://user:password@proxy.example:3128`. The scheme is `http` (the default),
/// `https`, `socks4`, `socks4a`, `socks5`, `socks5h`, or `socks`, which is SOCKS 5. The port
/// defaults to 80, 443 for `https`, and 1080 for SOCKS. A `/`, `?` or `#` in the password must be
/// percent-encoded. If the selected value is invalid, each request fails with the kind
/// [`Configuration`](crate::ErrorKind::Configuration), even if another variable is valid.
/// [`parameter`](crate::Error::parameter) then returns the name of the variable.
///
/// `no_proxy`, or else `NO_PROXY`, lists hosts that use no proxy, separated by commas. An entry is
/// a host, which includes its subdomains, or `*` for all hosts. For a base URL with an IP address,
/// it can be an address or a range such as `10.0.0.0/8`. Each entry can have a port:
/// `example.com:8443`, `[fd00::1]:8443`.
///
/// # Features of ureq
///
/// This crate enables as few features of ureq as it can. If another crate of the program enables
/// one, Cargo enables it here too:
///
/// | feature of ureq | what changes |
/// | --- | --- |
/// | `gzip`, which is one of its defaults | ureq decompresses by itself. An empty body with `Content-Encoding: gzip`, and bytes after a compressed stream, are then interruptions. In your own `Cargo.toml`, disable the default features of ureq. |
/// | `cookies` | ureq sends the cookies of earlier responses with later requests of the same client. |
/// | `charset` | ureq converts bodies with a `Content-Type` of `text/…` in another charset to UTF-8. JSON is not converted. |
/// | `brotli` | ureq decompresses brotli, although the client asks for gzip only. |
///
/// # Limitations of ureq
///
/// These come from ureq 3.5. [`ClientBuilder::transport`](crate::ClientBuilder::transport) accepts
/// another HTTP client.
///
/// | limitation | workaround |
/// | --- | --- |
/// | It tries the addresses of a host one after another. An unreachable first address takes at least half of the connect timeout. | A shorter `connect_timeout`, or an agent with `ip_family(IpFamily::Ipv4Only)`. |
/// | It starts a short-lived thread for each request, which resolves the host name. If the thread cannot be started, it panics. | A proxy that resolves the host name. |
/// | A forked child shares the idle connections of its parent, so their responses mix up. | Build the client after the fork. |
/// | Plain http through a proxy uses CONNECT, which many proxies allow for port 443 only. | An https base URL, or an entry in `no_proxy`. |
/// | It reads at most 20 headers of the response to CONNECT, and accepts only status 200. | Another proxy, or an entry in `no_proxy`. |
/// | `ureq::Proxy` uses the default port instead of one above 65535: it takes `http://127.0.0.1:99999` for port 80. | None is needed: this transport refuses such a proxy. |
/// | With SOCKS 4 and 5, it resolves the host itself and tries only its first address. | `socks5h` or `socks4a`. |
/// | A `100 Continue` with headers, folded header lines, and more than 128 headers are errors. | A server that does not send them. |
/// | A chunk whose size line, with its extensions, is longer than 20 bytes is an error of kind `Malformed`. ureq discards that chunk and what it read together with it, so after a write, [`Error::body`](crate::Error::body) can lack a new secret. | A server or proxy that sends no chunk extensions. |
pub struct UreqTransport {
    agent: Agent,
    /// The environment variable that is selected and invalid.
    unusable_proxy: Option<&'static str>,
}

/// How long an idle connection is kept. Servers and load balancers commonly close theirs after a
/// minute or later, so a connection that is reused is rarely one that the server has just closed.
const MAX_IDLE_AGE: Duration = Duration::from_secs(15);
/// How many idle connections are kept: as many as a busy program has threads.
const MAX_IDLE_CONNECTIONS: usize = 32;

impl UreqTransport {
    /// Creates a transport that sends requests with this agent.
    pub fn new(agent: Agent) -> Self {
        Self {
            agent,
            unusable_proxy: None,
        }
    }

    /// Creates the transport of a client whose proxy the environment names.
    pub(crate) fn with_proxy_from_env(base_url: &str) -> Self {
        match ProxyVariable::select(base_url, env::var_os) {
            Some(variable) => Self::with_proxy_variable(&variable),
            None => Self::without_proxy(),
        }
    }

    fn with_proxy_variable(variable: &ProxyVariable) -> Self {
        match variable.value.to_str().and_then(proxy::parse) {
            Some(proxy) => Self::with_default_agent(Some(proxy)),
            None => Self {
                unusable_proxy: Some(variable.name),
                ..Self::without_proxy()
            },
        }
    }

    /// Creates the transport of a client with an explicit proxy, or returns why it cannot be used.
    pub(crate) fn with_proxy(url: &str) -> Result<Self, TransportError> {
        let Some(proxy) = proxy::parse(url) else {
            return Err(unusable_proxy("proxy"));
        };
        let transport = Self::with_default_agent(Some(proxy.clone()));
        transport.check_proxy(&proxy)?;
        Ok(transport)
    }

    /// Creates the transport of a client without a proxy.
    pub(crate) fn without_proxy() -> Self {
        Self::with_default_agent(None)
    }

    fn with_default_agent(proxy: Option<Proxy>) -> Self {
        warn_of_credentials_in_logs();
        let config = Agent::config_builder()
            .proxy(proxy)
            .max_idle_age(MAX_IDLE_AGE)
            .max_idle_connections(MAX_IDLE_CONNECTIONS)
            .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS);
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let config = config.tls_config(tls::config());
        Self::new(config.build().into())
    }

    /// Returns the proxy for a request.
    fn proxy_for(&self, uri: &Uri) -> Option<&Proxy> {
        let proxy = self.agent.config().proxy()?;
        // A proxy on another machine could read the credential of a request over plain http to this
        // machine, and would send the request to itself.
        let is_http_to_loopback =
            uri.scheme() == Some(&Scheme::HTTP) && uri.host().is_some_and(is_loopback);
        let is_misled = is_http_to_loopback && !is_loopback(proxy.host());
        if is_misled || proxy.is_no_proxy(uri) {
            None
        } else {
            Some(proxy)
        }
    }

    /// Returns an error if a request cannot be sent as configured. ureq would panic, or bypass the
    /// proxy.
    fn check(&self, uri: &Uri, proxy: Option<&Proxy>) -> Result<(), TransportError> {
        if let Some(variable) = self.unusable_proxy {
            return Err(unusable_proxy(variable));
        }
        if let Some(proxy) = proxy {
            self.check_proxy(proxy)?;
        }
        if uri.scheme() == Some(&Scheme::HTTPS) {
            tls::check_features(self.agent.config())?;
        }
        Ok(())
    }

    fn check_proxy(&self, proxy: &Proxy) -> Result<(), TransportError> {
        if !proxy::has_valid_port(proxy) {
            return Err(TransportError::configuration(
                "the port of the proxy is not a number from 1 to 65535",
            ));
        }
        if proxy.protocol() == ProxyProtocol::Https {
            tls::check_features(self.agent.config())?;
        }
        if is_socks(proxy.protocol()) && !cfg!(feature = "socks-proxy") {
            return Err(TransportError::missing_feature(
                "socks-proxy",
                "the proxy uses SOCKS",
            ));
        }
        Ok(())
    }

    fn run(
        &self,
        request: http::Request<impl AsSendBody>,
        proxy: Option<&Proxy>,
        options: Option<AttemptOptions>,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let mut config = self
            .agent
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false);
        if proxy.is_none() && self.agent.config().proxy().is_some() {
            config = config.proxy(None);
        }
        if let Some(options) = options {
            config = config
                .timeout_resolve(Some(options.connect))
                .timeout_connect(Some(options.connect));
            config = if options.streaming {
                config
                    .timeout_global(None)
                    .timeout_per_call(None)
                    .timeout_recv_body(None)
                    .timeout_send_request(Some(options.total))
                    .timeout_recv_response(Some(options.total))
                    .timeout_per_read(Some(options.total))
            } else {
                config.timeout_global(Some(options.total))
            };
            if options.new_connection {
                // ureq uses a connection that is younger than this, and closes the others to this
                // host. The new connection is kept as the agent's configuration says.
                config = config.max_idle_age(Duration::ZERO);
            }
        }
        self.agent.run(config.build())
    }

    /// Completes the classification of an error by what this transport has observed.
    fn refine(
        &self,
        error: TransportError,
        options: Option<AttemptOptions>,
        elapsed: Duration,
    ) -> TransportError {
        match error.kind() {
            TransportErrorKind::Connect => {
                // Resolving and connecting each end after `connect`. Later, "host unreachable" is
                // about a connection.
                let is_late = options.is_some_and(|options| elapsed / 2 > options.connect);
                if is_late {
                    TransportError::interrupted(error.to_string())
                } else {
                    error
                }
            }
            TransportErrorKind::Certificate => match tls::hint(self.agent.config()) {
                Some(hint) => error.map_text(&|text| format!("{text} ({hint})")),
                None => error,
            },
            _ => error,
        }
    }
}

impl Transport for UreqTransport {
    fn execute(
        &self,
        #[cfg_attr(not(feature = "gzip"), expect(unused_mut))] mut request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Body>, TransportError> {
        #[cfg(feature = "gzip")]
        accept_gzip(&mut request, self.agent.config());
        let proxy = self.proxy_for(request.uri());
        self.check(request.uri(), proxy)?;
        let options: Option<AttemptOptions> = request.extensions().get().copied();
        let is_streaming = options.is_some_and(|options| options.streaming);
        let started = Instant::now();
        let response = if request.body().is_empty() {
            // For ureq, an empty `Vec` is a body, which a GET cannot have.
            self.run(request.map(drop), proxy, options)
        } else {
            self.run(request, proxy, options)
        };
        match response {
            Ok(response) => Ok(with_body(response, is_streaming)),
            Err(error) => Err(self.refine(classify(proxy, error), options, started.elapsed())),
        }
    }
}

impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransport").finish_non_exhaustive()
    }
}

/// Asks for a compressed response, unless the request or the agent's configuration has an
/// `Accept-Encoding`.
#[cfg(feature = "gzip")]
fn accept_gzip(request: &mut http::Request<Vec<u8>>, config: &Config) {
    if matches!(config.accept_encoding(), AutoHeaderValue::Default) {
        let encoding = request.headers_mut().entry(ACCEPT_ENCODING);
        encoding.or_insert(HeaderValue::from_static("gzip"));
    }
}

/// Returns the error about a setter or an environment variable that is not a proxy.
fn unusable_proxy(parameter: &'static str) -> TransportError {
    let reason = "is not a usable proxy: it should look like `http://user:password@proxy.example:3128`, with `/`, `?` \
        and `#` in the password percent-encoded";
    TransportError::unusable(parameter, reason)
}

/// Logs one warning a process if ureq logs whole requests. The crate cannot turn that off, because
/// a `max_level` feature of `log` applies to the whole program.
fn warn_of_credentials_in_logs() {
    static WARNED: Once = Once::new();
    if log::log_enabled!(target: "ureq_proto::util", log::Level::Trace) {
        WARNED.call_once(|| {
            log::warn!(
                "ureq logs requests and responses at trace, credentials included; append \
                `,ureq=debug,ureq_proto=debug` to the filter of env_logger (`RUST_LOG`) or of tracing's EnvFilter"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn refuses_a_variable_that_is_not_unicode() {
        use std::os::unix::ffi::OsStringExt;

        let variable = ProxyVariable {
            name: "https_proxy",
            value: std::ffi::OsString::from_vec(vec![0xff]),
        };
        let transport = UreqTransport::with_proxy_variable(&variable);
        let request = http::Request::get("http://localhost:1");
        let error = transport
            .execute(request.body(Vec::new()).unwrap())
            .unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Configuration, "{error}");
        assert_eq!(error.parameter(), Some("https_proxy"));
    }

    #[test]
    fn refuses_an_explicit_proxy_without_showing_it() {
        for url in [
            "",
            "http://",
            "ftp://user:s3cr3t@proxy.example",
            "http://user:s3c/r3t@proxy.example",
            "http://user:s3cr3t@proxy.example:99999",
            " http://user:s3cr3t@proxy.example",
        ] {
            let error = UreqTransport::with_proxy(url).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Configuration, "{url}");
            assert_eq!(error.parameter(), Some("proxy"), "{url}");
            assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
        }
        assert!(UreqTransport::with_proxy("http://user:pass@proxy.example:3128").is_ok());
    }

    #[cfg(not(feature = "socks-proxy"))]
    #[test]
    fn names_the_feature_that_an_explicit_proxy_needs() {
        for url in ["socks5://127.0.0.1:1", "socks4a://user@proxy.example"] {
            let error = UreqTransport::with_proxy(url).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Configuration, "{url}");
            assert!(error.to_string().contains("`socks-proxy`"), "{error}");
        }
    }
}
