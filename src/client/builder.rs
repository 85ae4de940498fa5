//! Builds clients: the settings, their defaults and their validation. [`Auth`] validates
//! credentials.

use std::env::{self, VarError};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;
use url::{Host, Url};

use super::limiter::RateLimiter;
use super::limits::{LONGEST, Limits};
use super::{Client, Shared};
use crate::auth::{Auth, Setting};
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::transport::{AttemptOptions, Transport, UreqTransport};

const BASE_URL: &str = "https://api.cloudflare.com/client/v4";
const USER_AGENT: &str = concat!("cloudflare-user/", env!("CARGO_PKG_VERSION"));

const TOKEN: &str = "CLOUDFLARE_API_TOKEN";
const EMAIL: &str = "CLOUDFLARE_EMAIL";
const KEY: &str = "CLOUDFLARE_API_KEY";

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
    credential: Credential,
    base_url: Setting,
    allow_http: bool,
    user_agent: Option<String>,
    connect_timeout: Duration,
    limits: Limits,
    max_response_size: usize,
    transport: Option<Box<dyn Transport>>,
}

enum Credential {
    None,
    Token(Setting),
    Key { email: Setting, key: Setting },
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        let attempt = AttemptOptions::default();
        Self {
            credential: Credential::None,
            base_url: Setting {
                name: "base_url",
                value: BASE_URL.to_owned(),
            },
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
            transport: None,
        }
    }

    /// Creates a builder with the credential and the base URL of the environment.
    ///
    /// The variables are those of [`Client::from_env`]. Use that function if you need the defaults
    /// for everything else.
    ///
    /// # Errors
    ///
    /// Returns an error if no credential is set, if only one of email and key is set, or if both a
    /// token and a key are set. Invalid values are an error of [`build`](Self::build). Both errors
    /// name the environment variables.
    pub fn from_env() -> Result<Self> {
        let credential = Credential::from_env()?;
        let builder = Self::new();
        let base_url = variable("CLOUDFLARE_BASE_URL")?.unwrap_or(builder.base_url);
        Ok(Self {
            credential,
            base_url,
            ..builder
        })
    }

    /// Sets an API token as the credential, without surrounding white space. Replaces a credential
    /// that was set before.
    pub fn api_token(mut self, token: impl Into<String>) -> Self {
        self.credential = Credential::Token(Setting {
            name: "api_token",
            value: token.into(),
        });
        self
    }

    /// Sets an email address and its Global API Key as the credential. Replaces a credential that
    /// was set before.
    pub fn api_key(mut self, email: impl Into<String>, key: impl Into<String>) -> Self {
        self.credential = Credential::Key {
            email: Setting {
                name: "email",
                value: email.into(),
            },
            key: Setting {
                name: "api_key",
                value: key.into(),
            },
        };
        self
    }

    /// Sets the base URL of the API, with or without a trailing slash. The default is
    /// `https://api.cloudflare.com/client/v4`.
    ///
    /// Plain http is accepted for loopback hosts only (`localhost`, `127.0.0.0/8`, `[::1]`),
    /// because it exposes the credential. [`allow_http`](Self::allow_http) accepts it for any host.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Setting {
            name: "base_url",
            value: url.into(),
        };
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

    /// Sets the time limit for resolving the host, connecting, and the TLS handshake. The default
    /// is 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the time limit of one attempt, including its body. The default is 60 s.
    ///
    /// For an [export](Client::export), it limits the response head and each read of the body.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Sets the time limit of a whole call, including its retries and waits. The default is 300 s.
    /// Each page of a paginated list is a call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// Sets how often a failed request may be retried. The default is 2.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.limits.max_retries = retries;
        self
    }

    /// Sets the longest wait before a retry or for a rate limit. The default is 60 s.
    ///
    /// If the server requests a longer wait, of up to an hour, the call fails at once, and
    /// [`retry_after`](crate::Error::retry_after) returns it. Cloudflare requests up to five
    /// minutes. To wait as long, set a longer [`deadline`](Self::deadline) as well.
    pub fn max_retry_wait(mut self, wait: Duration) -> Self {
        self.limits.max_retry_wait = wait;
        self
    }

    /// Sets the largest accepted body of a response, in bytes after decompression. The default is
    /// 64 MiB. An [export](Client::export) is streamed and has no limit.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
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
    /// Returns an error if the credential is missing or invalid, or if the base URL or the user
    /// agent is invalid. The error names the setter, or the environment variable of a value that
    /// [`from_env`](Self::from_env) read. It does not show the value.
    pub fn build(self) -> Result<Client> {
        let auth = match &self.credential {
            Credential::Token(token) => Auth::token(token)?,
            Credential::Key { email, key } => Auth::key(email, key)?,
            Credential::None => {
                let reason = "is not set: call `api_token`, or `api_key` with an email and a key";
                return Err(Error::configuration("api_token", reason));
            }
        };
        let base_url = base_url(&self.base_url, self.allow_http)?;
        let user_agent = user_agent(self.user_agent.as_deref())?;
        let transport = self
            .transport
            .unwrap_or_else(|| Box::new(UreqTransport::with_default_agent(&base_url)));
        let shared = Shared {
            transport,
            auth,
            base_url,
            user_agent,
            connect_timeout: self.connect_timeout.min(LONGEST),
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
        let token = variable(TOKEN)?;
        let email = variable(EMAIL)?;
        let key = variable(KEY)?;
        if token.is_some() && key.is_some() {
            return Err(Error::configuration(
                TOKEN,
                "is set together with `CLOUDFLARE_API_KEY`: unset one of the two",
            ));
        }
        if let Some(token) = token {
            return Ok(Self::Token(token));
        }
        match (email, key) {
            (Some(email), Some(key)) => Ok(Self::Key { email, key }),
            (Some(_), None) => Err(Error::configuration(
                EMAIL,
                "is set without `CLOUDFLARE_API_KEY`: set both, or `CLOUDFLARE_API_TOKEN` alone",
            )),
            (None, Some(_)) => Err(Error::configuration(
                KEY,
                "is set without `CLOUDFLARE_EMAIL`: set both, or `CLOUDFLARE_API_TOKEN` alone",
            )),
            (None, None) => Err(Error::configuration(
                TOKEN,
                "is not set: set it, or `CLOUDFLARE_EMAIL` with `CLOUDFLARE_API_KEY`",
            )),
        }
    }
}

/// Reads an environment variable. An empty one counts as unset.
fn variable(name: &'static str) -> Result<Option<Setting>> {
    match env::var(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(Setting { name, value })),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::configuration(name, "is not Unicode")),
    }
}

/// Returns the base URL without a trailing slash, or an error if credentials may not be sent there.
///
/// The error does not show the URL, because it may contain a secret.
fn base_url(setting: &Setting, allow_http: bool) -> Result<String> {
    let text = &setting.value;
    let invalid = |reason: &'static str| Err(Error::configuration(setting.name, reason));
    // `Url` would remove them without an error.
    if text.chars().any(char::is_control) {
        return invalid("contains a line break or a control character");
    }
    let Ok(url) = Url::parse(text) else {
        return invalid("is not a URL: it should look like `https://api.cloudflare.com/client/v4`");
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
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

fn user_agent(product: Option<&str>) -> Result<HeaderValue> {
    let Some(product) = product else {
        return Ok(HeaderValue::from_static(USER_AGENT));
    };
    let product = product.trim_matches(' ');
    let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if product.is_empty() || !product.bytes().all(is_visible) {
        let reason = "is empty, or contains a line break, a control character or a non-ASCII character: it should look like `my-cli/1.2`";
        return Err(Error::configuration("user_agent", reason));
    }
    HeaderValue::try_from(format!("{product} {USER_AGENT}"))
        .map_err(|_| Error::configuration("user_agent", "cannot be sent in a header"))
}
