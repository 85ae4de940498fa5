use std::borrow::Cow;
use std::fmt;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::encode::encode;
use crate::error::{Error, Result};
use crate::redact::redact;

const X_AUTH_EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
const X_AUTH_KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// Shorter credentials are not looked for in texts, where they may be a word like any other.
const SHORTEST_SCRUBBED: usize = 6;
/// Nor are these in paths, which are made of words.
const SHORTEST_KNOWN: usize = 16;

/// The credential of a client, as the headers that carry it.
#[derive(Clone)]
pub(crate) struct Auth {
    headers: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<SecretString>,
}

impl Auth {
    pub(crate) fn token(token: &str) -> Result<Self> {
        let token = checked("api_token", token)?;
        Ok(Self {
            headers: vec![(
                AUTHORIZATION,
                sensitive("api_token", &format!("Bearer {token}"))?,
            )],
            secrets: vec![token.into()],
        })
    }

    pub(crate) fn key(email: &str, key: &str) -> Result<Self> {
        let (email, key) = (checked("email", email)?, checked("api_key", key)?);
        Ok(Self {
            headers: vec![
                (X_AUTH_EMAIL, sensitive("email", email)?),
                (X_AUTH_KEY, sensitive("api_key", key)?),
            ],
            secrets: vec![email.into(), key.into()],
        })
    }

    pub(crate) fn is_bearer(&self) -> bool {
        self.headers.len() == 1
    }

    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// Whether a path holds this credential, which it then would show to every log on its way.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        self.secrets.iter().any(|secret| {
            let secret = secret.expose_secret();
            let fits = (SHORTEST_KNOWN..=path.len()).contains(&secret.len());
            fits && path.contains(&*encode(secret))
        })
    }

    /// The text without this credential in it, whatever way it is spelled.
    pub(crate) fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut clean = Cow::Borrowed(text);
        for secret in &self.secrets {
            let secret = secret.expose_secret();
            // Words this short are in any text; no credential of Cloudflare's is.
            if secret.len() < SHORTEST_SCRUBBED && !secret.contains('@') {
                continue;
            }
            if let Cow::Owned(without) = redact(&clean, secret) {
                clean = Cow::Owned(without);
            }
        }
        clean
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_bearer() {
            "api token [redacted]"
        } else {
            "email and api key [redacted]"
        })
    }
}

/// The value without white space around it, if a header may carry it as a credential.
fn checked<'v>(parameter: &'static str, value: &'v str) -> Result<&'v str> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Error::invalid_request(parameter, "is empty"));
    }
    // The value is not shown: it is a secret even if it is wrong.
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::invalid_request(
            parameter,
            "holds white space, a line break, a control or a non-ASCII character: pass the value alone, without `Bearer` before it",
        ));
    }
    Ok(value)
}

fn sensitive(parameter: &'static str, value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::invalid_request(parameter, "cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
