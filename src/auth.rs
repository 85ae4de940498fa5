//! The credential of a client: its validation, the headers that carry it, and its redaction from texts.

use std::borrow::Cow;
use std::fmt;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::encode::encode;
use crate::error::{Error, Result};
use crate::redact;

const X_AUTH_EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
const X_AUTH_KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// Shorter secrets are not redacted from texts, because they may be ordinary words. Cloudflare's are longer.
const SHORTEST_REDACTED: usize = 6;
/// Shorter secrets are not searched for in paths, because they may equal a segment of the path.
const SHORTEST_IN_PATH: usize = 16;

/// The credential of a client and the headers that carry it.
#[derive(Clone)]
pub(crate) struct Auth {
    headers: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<SecretString>,
}

impl Auth {
    pub(crate) fn token(token: &str) -> Result<Self> {
        let token = Parameter::API_TOKEN.validate(token)?;
        Ok(Self {
            headers: vec![(AUTHORIZATION, sensitive("api_token", &format!("Bearer {token}"))?)],
            secrets: vec![token.into()],
        })
    }

    pub(crate) fn key(email: &str, key: &str) -> Result<Self> {
        let email = Parameter::EMAIL.validate(email)?;
        let key = Parameter::API_KEY.validate(key)?;
        Ok(Self {
            headers: vec![(X_AUTH_EMAIL, sensitive("email", email)?), (X_AUTH_KEY, sensitive("api_key", key)?)],
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

    /// Whether a path contains this credential. Such a path would show it in the logs of servers and proxies.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        // The token or the key. An email may be an identifier.
        self.secrets.last().is_some_and(|secret| {
            let secret = secret.expose_secret();
            // The comparison with the path's length avoids encoding a secret that cannot be in the path.
            let fits = (SHORTEST_IN_PATH..=path.len()).contains(&secret.len());
            fits && path.contains(&*encode(secret))
        })
    }

    /// Redacts this credential from a text, in every spelling that [`redact`] finds.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut clean = Cow::Borrowed(text);
        for secret in &self.secrets {
            let secret = secret.expose_secret();
            // A short secret with `@` is an email address, which is never an ordinary word.
            if secret.len() < SHORTEST_REDACTED && !secret.contains('@') {
                continue;
            }
            if let Cow::Owned(without) = redact::redact(&clean, secret) {
                clean = Cow::Owned(without);
            }
        }
        clean
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_bearer() { "api token [redacted]" } else { "email and api key [redacted]" })
    }
}

/// A parameter that is part of a credential, and what a user calls it.
struct Parameter {
    name: &'static str,
    noun: &'static str,
}

impl Parameter {
    const API_TOKEN: Self = Self { name: "api_token", noun: "API token" };
    const EMAIL: Self = Self { name: "email", noun: "email address" };
    const API_KEY: Self = Self { name: "api_key", noun: "Global API Key" };

    /// Returns the value without surrounding white space, or an error if it cannot be this part of a credential.
    ///
    /// The error does not show the value, because even an invalid one may contain the secret.
    fn validate<'v>(&self, value: &'v str) -> Result<&'v str> {
        let value = value.trim();
        match self.mistake(value) {
            Some(mistake) => Err(Error::invalid_request(self.name, mistake)),
            None => Ok(value),
        }
    }

    /// Says what is wrong with a value and what to do. Each case is a common way to copy or store a credential.
    fn mistake(&self, value: &str) -> Option<String> {
        let noun = self.noun;
        // The order matters: a mistake comes before those that usually follow from it.
        let mistake = if value.is_empty() {
            "is empty".to_owned()
        } else if self.is_quoted(value) {
            format!("contains quotation marks, which env files may keep: set the {noun} without them")
        } else if value.contains(['$', '{', '}']) {
            format!("contains `$` or a brace, as in a placeholder that was not replaced: set the {noun} itself")
        } else if value.contains('\\') {
            format!("contains a backslash, such as the `\\n` that env files may keep: set the {noun} without it")
        } else if starts_with_bearer(value) {
            format!("starts with `Bearer`: set the {noun} alone")
        } else if value.contains(['\n', '\r']) {
            format!("contains a line break: set the {noun} alone, on one line")
        } else if value.contains(char::is_whitespace) {
            format!("contains white space: set the {noun} alone")
        } else if value.contains(char::is_control) {
            format!("contains a control character: copy the {noun} again")
        } else if !value.is_ascii() {
            format!("contains a character that is not ASCII and may be invisible: copy the {noun} again")
        } else {
            return None;
        };
        Some(mistake)
    }

    fn is_quoted(&self, value: &str) -> bool {
        let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’');
        if self.name == Self::EMAIL.name {
            // `o'brien@example.com` is a valid address.
            value.starts_with(is_quote) || value.ends_with(is_quote) || value.contains('"')
        } else {
            value.contains(is_quote)
        }
    }
}

/// Whether a value is a whole `Authorization` header instead of the token, which may be empty.
fn starts_with_bearer(value: &str) -> bool {
    let scheme = value.split(char::is_whitespace).next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

fn sensitive(parameter: &'static str, value: &str) -> Result<HeaderValue> {
    let mut value =
        HeaderValue::from_str(value).map_err(|_| Error::invalid_request(parameter, "cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
