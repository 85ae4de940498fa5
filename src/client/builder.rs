use std::env::{self, VarError};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;
use url::{Host, Url};

use super::rate_limit::RateLimiter;
use super::retry::{LONGEST, Limits, RetryPolicy};
use super::{Client, Shared};
use crate::auth::Auth;
use crate::error::{Error, Result};
use crate::transport::{Transport, UreqTransport};

const BASE_URL: &str = "https://api.cloudflare.com/client/v4";
const USER_AGENT: &str = concat!("cloudflare-user/", env!("CARGO_PKG_VERSION"));

/// Makes a [`Client`]. Nothing is checked before [`build`](Self::build).
///
/// ```
/// use std::time::Duration;
/// use cloudflare_user::Client;
///
/// // For a job at night: it has time, and a name in Cloudflare's logs.
/// let client = Client::builder()
///     .api_token("your-token")
///     .user_agent("nightly-export/1.2")
///     .max_retries(5)
///     .max_retry_wait(Duration::from_secs(5 * 60))
///     .deadline(Duration::from_secs(30 * 60))
///     .build()?;
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
#[must_use = "a builder makes nothing until it is built"]
pub struct ClientBuilder {
    credential: Credential,
    base_url: String,
    allow_http: bool,
    user_agent: Option<String>,
    connect_timeout: Duration,
    limits: Limits,
    max_response_size: usize,
    transport: Option<Box<dyn Transport>>,
}

enum Credential {
    None,
    Token(String),
    Key { email: String, key: String },
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            credential: Credential::None,
            base_url: BASE_URL.to_owned(),
            allow_http: false,
            user_agent: None,
            connect_timeout: Duration::from_secs(10),
            limits: Limits {
                timeout: Duration::from_secs(60),
                deadline: Duration::from_secs(300),
                retry: RetryPolicy { max_retries: 2 },
                max_retry_wait: Duration::from_secs(60),
            },
            max_response_size: 64 << 20,
            transport: None,
        }
    }

    pub(crate) fn from_env() -> Result<Self> {
        let token = variable("CLOUDFLARE_API_TOKEN")?;
        let (email, key) = (
            variable("CLOUDFLARE_EMAIL")?,
            variable("CLOUDFLARE_API_KEY")?,
        );
        let builder = match (token, email, key) {
            (Some(_), _, Some(_)) => {
                let reason = "is set together with `CLOUDFLARE_API_KEY`: unset one of the two";
                return Err(Error::invalid_request("CLOUDFLARE_API_TOKEN", reason));
            }
            (Some(token), _, None) => Self::new().api_token(token),
            (None, Some(email), Some(key)) => Self::new().api_key(email, key),
            (None, Some(_), None) => {
                let reason = "is set without `CLOUDFLARE_API_KEY`: set both, or `CLOUDFLARE_API_TOKEN` alone";
                return Err(Error::invalid_request("CLOUDFLARE_EMAIL", reason));
            }
            (None, None, Some(_)) => {
                let reason =
                    "is set without `CLOUDFLARE_EMAIL`: set both, or `CLOUDFLARE_API_TOKEN` alone";
                return Err(Error::invalid_request("CLOUDFLARE_API_KEY", reason));
            }
            (None, None, None) => {
                let reason = "is not set: set it, or `CLOUDFLARE_EMAIL` with `CLOUDFLARE_API_KEY`";
                return Err(Error::invalid_request("CLOUDFLARE_API_TOKEN", reason));
            }
        };
        Ok(match variable("CLOUDFLARE_BASE_URL")? {
            Some(base_url) => builder.base_url(base_url),
            None => builder,
        })
    }

    /// Sends this API token. Replaces any credential set before.
    pub fn api_token(mut self, token: impl Into<String>) -> Self {
        self.credential = Credential::Token(token.into());
        self
    }

    /// Sends this email and Global API Key. Replaces any credential set before.
    pub fn api_key(mut self, email: impl Into<String>, key: impl Into<String>) -> Self {
        self.credential = Credential::Key {
            email: email.into(),
            key: key.into(),
        };
        self
    }

    /// Where the API is, with or without a slash at the end; `https://api.cloudflare.com/client/v4` if unset.
    ///
    /// Credentials go over https only, or over http to this machine itself (`localhost`, `127.0.0.0/8`, `[::1]`),
    /// unless [`allow_http`](Self::allow_http) says otherwise.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Lets the credential go over plain http to any host, where everybody on the way can read it. Off if unset.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// The name and version of the program, such as `my-cli/1.2`, put before the crate's own.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// How long resolving the name, connecting and the TLS handshake may take; 10 s if unset.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt with its whole body may take; 60 s if unset.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long a call may take with all its repeats and waits; 300 s if unset. Of a listing, each page is a call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// How often a request may be sent again; 2 if unset.
    pub fn max_retries(mut self, repeats: u32) -> Self {
        self.limits.retry.max_retries = repeats;
        self
    }

    /// The longest wait before a repeat or for a rate limit; 60 s if unset. Where the server asks for more, the call
    /// ends at once, and its error says for how much. Cloudflare asks for up to five minutes: to wait as long, the
    /// [`deadline`](Self::deadline) must be longer than that too.
    pub fn max_retry_wait(mut self, wait: Duration) -> Self {
        self.limits.max_retry_wait = wait;
        self
    }

    /// The largest body of an answer, in bytes after unpacking; 64 MiB if unset. An [export](Client::export) streams,
    /// and has no limit.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sends requests with this transport instead of ureq: with [an agent of one's own](crate#corporate-networks), or in
    /// tests with [a function](crate#tests-of-your-own).
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Names what cannot be right: the credential, the base URL, or the user agent.
    pub fn build(self) -> Result<Client> {
        let auth = match &self.credential {
            Credential::Token(token) => Auth::token(token)?,
            Credential::Key { email, key } => Auth::key(email, key)?,
            Credential::None => {
                let reason = "is not set: call `api_token`, or `api_key` with an email and a key";
                return Err(Error::invalid_request("api_token", reason));
            }
        };
        let base_url = base_url(&self.base_url, self.allow_http)?;
        let connect_timeout = self.connect_timeout.min(LONGEST);
        let user_agent = user_agent(self.user_agent.as_deref())?;
        let transport = self
            .transport
            .unwrap_or_else(|| Box::new(UreqTransport::with_default_agent(&base_url)));
        let shared = Shared {
            transport,
            auth,
            base_url,
            user_agent,
            connect_timeout,
            max_response_size: self.max_response_size,
            rate_limiter: RateLimiter::default(),
        };
        Ok(Client {
            shared: Arc::new(shared),
            limits: self.limits,
        })
    }
}

/// No credential, and nothing of the base URL, which may hold one by mistake.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A variable of the environment; an empty one counts as unset.
fn variable(name: &'static str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::invalid_request(name, "is not Unicode")),
    }
}

/// The base URL without a slash at its end, if credentials may go there. What is wrong with it is not shown: it may
/// hold a secret.
fn base_url(text: &str, allow_http: bool) -> Result<String> {
    let wrong = |reason: &'static str| Err(Error::invalid_request("base_url", reason));
    // `Url` would drop them in silence.
    if text.chars().any(char::is_control) {
        return wrong("holds a line break or a control character");
    }
    let Ok(url) = Url::parse(text) else {
        return wrong("is no URL: it should look like `https://api.cloudflare.com/client/v4`");
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
            return wrong(
                "is plain http: the credential would be readable on its way; use https, or `allow_http(true)`",
            );
        }
        _ => return wrong("is neither https nor http"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("holds a user name or a password: the credential of a client is set apart");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("holds a `?` or a `#`: paths are put behind it");
    }
    let url = url.as_str().trim_end_matches('/');
    if http::Uri::try_from(url).is_err() {
        return wrong("cannot be sent: it is too long, or holds a character that no request may");
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
        let reason = "is empty, or holds a line break, a control or a non-ASCII character: it should look like `my-cli/1.2`";
        return Err(Error::invalid_request("user_agent", reason));
    }
    HeaderValue::try_from(format!("{product} {USER_AGENT}"))
        .map_err(|_| Error::invalid_request("user_agent", "cannot be sent in a header"))
}
