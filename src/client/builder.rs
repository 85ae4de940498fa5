//! Builds clients: the settings, their defaults and their validation. [`Auth`] validates
//! credentials.

use std::env::{self, VarError};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;
use secrecy::SecretString;
use url::Url;

use super::limiter::RateLimiter;
use super::limits::Limits;
use super::{Client, Shared};
use crate::auth::{Auth, IntoSecret, Setting};
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::transport::{AttemptOptions, Transport, TransportError, UreqTransport, is_loopback};

const BASE_URL: &str = "https://api.cloudflare.com/client/v4";
const USER_AGENT: &str = concat!("cloudflare-user/", env!("CARGO_PKG_VERSION"));

const TOKEN_VARIABLE: &str = "CLOUDFLARE_API_TOKEN";
const EMAIL_VARIABLE: &str = "CLOUDFLARE_EMAIL";
const KEY_VARIABLE: &str = "CLOUDFLARE_API_KEY";
const BASE_URL_VARIABLE: &str = "CLOUDFLARE_BASE_URL";
/// The name that other programs use for the token.
const OTHER_TOKEN_VARIABLE: &str = "CF_API_TOKEN";

/// Builds a [`Client`] with a credential, limits, or a transport of your choice.
///
/// [`Client::builder`] starts without a credential; [`from_env`](Self::from_env) starts with the
/// environment's. [`build`](Self::build) validates the settings; the setters do not.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloudflare_user::Client;
///
/// // An interactive tool fails soon, and names itself in Cloudflare's logs.
/// let client = Client::builder()
///     .api_token("your-token")
///     .user_agent("my-cli/1.2")
///     .max_retries(1)
///     .timeout(Duration::from_secs(5))
///     .deadline(Duration::from_secs(10))
///     .build()?;
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    /// An error if no credential is set, or if the environment's is unusable.
    credential: Result<Credential>,
    /// An error if the environment's is unusable.
    base_url: Result<Setting<String>>,
    allow_http: bool,
    user_agent: Option<String>,
    connect_timeout: Duration,
    limits: Limits,
    max_response_size: usize,
    proxy: ProxySetting,
    transport: Option<Box<dyn Transport>>,
}

enum Credential {
    Token(Setting<SecretString>),
    Key {
        email: Setting<SecretString>,
        key: Setting<SecretString>,
    },
}

/// Which proxy a client without a custom transport uses.
enum ProxySetting {
    Environment,
    None,
    Url(String),
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        let attempt = AttemptOptions::default();
        Self {
            credential: Err(Error::configuration(
                "api_token",
                "is not set: call `api_token`, or `api_key` with an email and a key",
            )),
            base_url: Ok(Setting {
                name: "base_url",
                value: BASE_URL.to_owned(),
            }),
            allow_http: false,
            user_agent: None,
            connect_timeout: attempt.connect,
            limits: Limits {
                timeout: attempt.total,
                deadline: Duration::from_secs(300),
                max_retries: 2,
                max_retry_wait: Duration::from_secs(60),
            },
            max_response_size: 64 << 20,
            proxy: ProxySetting::Environment,
            transport: None,
        }
    }

    /// Creates a builder with the credential and the base URL of the environment.
    ///
    /// The variables are those of [`Client::from_env`]. Use that function if you need the defaults
    /// for everything else.
    ///
    /// This function reads the variables now and does not fail. [`build`](Self::build) returns an
    /// error if a variable is missing or unusable, unless its value is set explicitly:
    /// [`api_token`](Self::api_token) and [`api_key`](Self::api_key) replace all three variables of
    /// the credential, and [`base_url`](Self::base_url) replaces `CLOUDFLARE_BASE_URL`.
    pub fn from_env() -> Self {
        let mut builder = Self::new();
        builder.credential = Credential::from_env();
        match read_variable(BASE_URL_VARIABLE) {
            Ok(Some(base_url)) => builder.base_url = Ok(base_url),
            Ok(None) => {}
            Err(error) => builder.base_url = Err(error),
        }
        builder
    }

    /// Sets an API token as the credential. Surrounding white space is removed. Replaces a
    /// credential that was set before.
    pub fn api_token(mut self, token: impl IntoSecret) -> Self {
        self.credential = Ok(Credential::Token(Setting {
            name: "api_token",
            value: token.into_secret(),
        }));
        self
    }

    /// Sets an email address and its Global API Key as the credential. Replaces a credential that
    /// was set before.
    pub fn api_key(mut self, email: impl Into<String>, key: impl IntoSecret) -> Self {
        self.credential = Ok(Credential::Key {
            email: Setting {
                name: "email",
                value: email.into().into(),
            },
            key: Setting {
                name: "api_key",
                value: key.into_secret(),
            },
        });
        self
    }

    /// Sets the base URL of the API, with or without a trailing slash. The default is
    /// `https://api.cloudflare.com/client/v4`.
    ///
    /// Plain http is accepted for loopback hosts only (`localhost`, `127.0.0.0/8`, `[::1]`),
    /// because it exposes the credential. [`allow_http`](Self::allow_http) accepts it for any host.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Ok(Setting {
            name: "base_url",
            value: url.into(),
        });
        self
    }

    /// Sets whether the credential may be sent over plain http to any host. The default is `false`.
    ///
    /// Anyone on the network path can then read the credential.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Sets the name and version of the program, such as `my-cli/1.2`. In `User-Agent` they precede
    /// those of this crate.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Sets the time limit for resolving the host, and that for connecting with the TLS handshake.
    /// The default is 10 s for each.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the time limit of one attempt, including its body. The default is 60 s.
    ///
    /// For an [export](Client::export), it limits the response head, and then each read of the
    /// body.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Sets the time limit of a whole call, including its retries and waits. The default is 300 s.
    /// Each page of a paginated list is a call. The call of an [export](Client::export) ends when
    /// the body begins. If the other time limits could exceed the deadline of an export, another
    /// thread waits for the response.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// Sets how often a failed request may be retried. The default is 2.
    ///
    /// A refusal by the rate limit does not count if other requests of the client were in flight,
    /// or were accepted since the attempt before. The [`deadline`](Self::deadline) then ends the
    /// call.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.limits.max_retries = retries;
        self
    }

    /// Sets the longest wait before a retry or for a rate limit. The default is 60 s. With zero,
    /// nothing is retried.
    ///
    /// If a 429 requests a longer wait, of up to an hour, the call fails at once, and
    /// [`retry_after`](crate::Error::retry_after) returns it. A 429 that requests more than an hour
    /// is retried with the client's own backoff. Cloudflare requests up to five minutes. To wait as
    /// long, set a longer [`deadline`](Self::deadline) as well. If any other response requests a
    /// longer wait, the call is retried after `max_retry_wait`.
    pub fn max_retry_wait(mut self, wait: Duration) -> Self {
        self.limits.max_retry_wait = wait;
        self
    }

    /// Sets the largest accepted body of a response, in bytes after decompression. The default is
    /// 64 MiB. An [export](Client::export) is streamed and has no limit.
    ///
    /// It also limits the memory that a value takes once it is decoded, by an estimate, because
    /// some JSON takes 200 times its size. In a list, it limits each item, and with `send` and
    /// `pages` the items of a page together. An item that would take more is an error of that item.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sends requests through this proxy, such as `http://user:password@proxy.example:3128`,
    /// instead of the environment's. Replaces [`no_proxy`](Self::no_proxy).
    ///
    /// The format is that of [a proxy from the
    /// environment](UreqTransport#proxies-from-the-environment). The proxy serves every host: the
    /// variable `NO_PROXY` is ignored. With a loopback base URL over plain http, a proxy on another
    /// machine is ignored without an error. A custom [`transport`](Self::transport) has its own
    /// proxy, so [`build`](Self::build) fails if both are set.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = ProxySetting::Url(url.into());
        self
    }

    /// Sends requests without a proxy, even if an environment variable sets one. Replaces
    /// [`proxy`](Self::proxy).
    pub fn no_proxy(mut self) -> Self {
        self.proxy = ProxySetting::None;
        self
    }

    /// Sends requests with a [`Transport`] instead of the default one: to configure [proxies and
    /// certificate roots](crate#corporate-networks), or to [test a program](crate#testing) without
    /// a network.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Builds the client without sending anything.
    ///
    /// # Errors
    ///
    /// Returns an error if the credential is missing or invalid, or if the base URL, the user agent
    /// or the [`proxy`](Self::proxy) is invalid. The error names the setter, or the environment
    /// variable of a value that [`from_env`](Self::from_env) read. It does not show the value.
    pub fn build(self) -> Result<Client> {
        let auth = self.credential?.into_auth()?;
        let base_url = validate_base_url(&self.base_url?, self.allow_http)?;
        let user_agent = user_agent_header(self.user_agent.as_deref())?;
        let transport = choose_transport(self.transport, self.proxy, &base_url)?;
        let shared = Shared {
            transport,
            auth,
            base_url,
            user_agent,
            connect_timeout: self.connect_timeout,
            max_response_size: self.max_response_size,
            rate_limiter: RateLimiter::default(),
        };
        Ok(Client {
            shared: Arc::new(shared),
            limits: self.limits,
            cancel: Cancel::new(),
        })
    }
}

/// Shows neither the credential nor the base URL, which may contain one by mistake.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Credential {
    fn from_env() -> Result<Self> {
        let token = read_variable(TOKEN_VARIABLE)?;
        let email = read_variable(EMAIL_VARIABLE)?;
        let key = read_variable(KEY_VARIABLE)?;
        if token.is_some() && key.is_some() {
            return Err(Error::configuration(
                TOKEN_VARIABLE,
                "is set together with `CLOUDFLARE_API_KEY`: unset one of the two",
            ));
        }
        if let Some(token) = token {
            return Ok(Self::Token(token.into_secret()));
        }
        match (email, key) {
            (Some(email), Some(key)) => Ok(Self::Key {
                email: email.into_secret(),
                key: key.into_secret(),
            }),
            (Some(_), None) => Err(Error::configuration(
                EMAIL_VARIABLE,
                "is set without `CLOUDFLARE_API_KEY`: set both, or `CLOUDFLARE_API_TOKEN` alone",
            )),
            (None, Some(_)) => Err(Error::configuration(
                KEY_VARIABLE,
                "is set without `CLOUDFLARE_EMAIL`: set both, or `CLOUDFLARE_API_TOKEN` alone",
            )),
            (None, None) => Err(Error::configuration(
                TOKEN_VARIABLE,
                why_no_credential_is_set(),
            )),
        }
    }

    fn into_auth(self) -> Result<Auth> {
        match self {
            Self::Token(token) => Auth::token(&token),
            Self::Key { email, key } => Auth::key(&email, &key),
        }
    }
}

impl Setting<String> {
    fn into_secret(self) -> Setting<SecretString> {
        Setting {
            name: self.name,
            value: self.value.into(),
        }
    }
}

/// Returns the reason of the error for an environment without a credential.
fn why_no_credential_is_set() -> &'static str {
    let is_set_by_other_name =
        env::var_os(OTHER_TOKEN_VARIABLE).is_some_and(|value| !value.is_empty());
    if is_set_by_other_name {
        "is not set, but `CF_API_TOKEN` is: rename it to `CLOUDFLARE_API_TOKEN`"
    } else {
        "is not set: set it, or `CLOUDFLARE_EMAIL` with `CLOUDFLARE_API_KEY`"
    }
}

/// Reads an environment variable. An empty one counts as unset.
fn read_variable(name: &'static str) -> Result<Option<Setting<String>>> {
    match env::var(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(Setting { name, value })),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::configuration(name, "is not Unicode")),
    }
}

/// Returns the custom transport, or the default one with the proxy that is set.
fn choose_transport(
    custom: Option<Box<dyn Transport>>,
    proxy: ProxySetting,
    base_url: &str,
) -> Result<Box<dyn Transport>> {
    if let Some(transport) = custom {
        if matches!(proxy, ProxySetting::Url(_)) {
            let reason = "is set together with `transport`: set the proxy of the transport instead";
            return Err(Error::configuration("proxy", reason));
        }
        return Ok(transport);
    }
    let transport = match proxy {
        ProxySetting::Environment => UreqTransport::with_proxy_from_env(base_url),
        ProxySetting::None => UreqTransport::without_proxy(),
        ProxySetting::Url(url) => UreqTransport::with_proxy(&url).map_err(proxy_error)?,
    };
    Ok(Box::new(transport))
}

/// Converts an error about the proxy that is set.
fn proxy_error(error: TransportError) -> Error {
    match error.parameter() {
        Some(setter) => Error::configuration(setter, error.into_reason()),
        // Only an error about a feature of this crate names no parameter.
        None => Error::missing_feature(error.into_reason()),
    }
}

/// Returns the base URL without a trailing slash, or an error if it is invalid or if credentials
/// may not be sent there.
///
/// The error does not show the URL, because it may contain a secret.
fn validate_base_url(setting: &Setting<String>, allow_http: bool) -> Result<String> {
    let text = &setting.value;
    let invalid = |reason: &'static str| Err(Error::configuration(setting.name, reason));
    // `Url` would remove line breaks without an error.
    if text.chars().any(char::is_control) {
        return invalid("contains a line break or a control character");
    }
    let Ok(url) = Url::parse(text) else {
        return invalid("is not a URL: it should look like `https://api.cloudflare.com/client/v4`");
    };
    let is_loopback = url.host_str().is_some_and(is_loopback);
    match url.scheme() {
        "https" => {}
        "http" if is_loopback || allow_http => {}
        "http" => {
            return invalid(
                "is plain http, which exposes the credential: use https, or `allow_http(true)`",
            );
        }
        _ => return invalid("is neither https nor http"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid(
            "contains a user name or a password: set the credential of the client instead",
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return invalid(
            "contains a `?` or a `#`: remove it, because paths are appended to the base URL",
        );
    }
    let url = url.as_str().trim_end_matches('/');
    if http::Uri::try_from(url).is_err() {
        return invalid("is too long, or contains a character that is not allowed in a request");
    }
    Ok(url.to_owned())
}

fn user_agent_header(product: Option<&str>) -> Result<HeaderValue> {
    let Some(product) = product else {
        return Ok(HeaderValue::from_static(USER_AGENT));
    };
    let product = product.trim_matches(' ');
    let is_allowed = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if product.is_empty() || !product.bytes().all(is_allowed) {
        let reason = "is empty, or contains a line break, a control character or a non-ASCII character: it should look like `my-cli/1.2`";
        return Err(Error::configuration("user_agent", reason));
    }
    HeaderValue::try_from(format!("{product} {USER_AGENT}"))
        .map_err(|_| Error::configuration("user_agent", "cannot be sent in a header"))
}
