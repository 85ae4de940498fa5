//! Validates the credential of a client, sets its headers, and redacts it from texts. Reads no
//! environment variable.

use std::borrow::Cow;
use std::fmt;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::encode::encode;
use crate::error::{Error, Result};
use crate::redact;

/// In bytes. A shorter secret may be an ordinary word and is not redacted, unless it is an email
/// address.
const SHORTEST_REDACTED: usize = 6;
/// Shorter secrets are not searched for in paths, because they may equal a segment of the path.
const SHORTEST_IN_PATH: usize = 16;
const EMAIL_ADDRESS: &str = "email address";

/// The value of a setting, after the name of the method or of the environment variable that set it.
pub(crate) type Setting = (&'static str, String);

/// The credential of a client and the headers that contain it.
#[derive(Clone)]
pub(crate) struct Auth {
    headers: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<SecretString>,
}

impl Auth {
    pub(crate) fn token((name, token): &Setting) -> Result<Self> {
        let token = validate(name, "API token", token)?;
        Ok(Self {
            headers: vec![(AUTHORIZATION, sensitive(name, &format!("Bearer {token}"))?)],
            secrets: vec![token.into()],
        })
    }

    pub(crate) fn key((email_name, email): &Setting, (key_name, key): &Setting) -> Result<Self> {
        let email = validate(email_name, EMAIL_ADDRESS, email)?;
        let key = validate(key_name, "Global API Key", key)?;
        Ok(Self {
            headers: vec![
                (
                    HeaderName::from_static("x-auth-email"),
                    sensitive(email_name, email)?,
                ),
                (
                    HeaderName::from_static("x-auth-key"),
                    sensitive(key_name, key)?,
                ),
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

    /// Whether a path contains this credential. Such a path would show it in the logs of servers
    /// and proxies.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        // The token or the key. An email may be an identifier.
        self.secrets.last().is_some_and(|secret| {
            let secret = secret.expose_secret();
            // The comparison with the path's length avoids encoding a secret that cannot be in the
            // path.
            let fits = (SHORTEST_IN_PATH..=path.len()).contains(&secret.len());
            fits && path.contains(&*encode(secret))
        })
    }

    /// Redacts this credential from a text, in every encoding that [`redact::redact`] finds.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut clean = Cow::Borrowed(text);
        // A short secret with `@` is an email address, which is never an ordinary word.
        let is_redacted = |secret: &&str| secret.len() >= SHORTEST_REDACTED || secret.contains('@');
        for secret in self
            .secrets
            .iter()
            .map(ExposeSecret::expose_secret)
            .filter(is_redacted)
        {
            if let Cow::Owned(redacted) = redact::redact(&clean, secret) {
                clean = Cow::Owned(redacted);
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

/// Returns the trimmed value, or an error for the common ways in which a credential is copied or
/// stored wrongly.
///
/// The error does not show the value, because even an invalid one may contain the secret.
fn validate<'v>(parameter: &'static str, noun: &str, value: &'v str) -> Result<&'v str> {
    let value = value.trim();
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’');
    let is_quoted = match noun {
        // `o'brien@example.com` is a valid address.
        EMAIL_ADDRESS => {
            value.starts_with(is_quote) || value.ends_with(is_quote) || value.contains('"')
        }
        _ => value.contains(is_quote),
    };
    let is_bearer = value
        .split(char::is_whitespace)
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("bearer"));
    // The order matters: a mistake comes before those that usually follow from it.
    let mistakes = [
        (value.is_empty(), "is empty"),
        (
            is_quoted,
            "contains quotation marks, which env files may keep: set the NOUN without them",
        ),
        (
            value.contains(['$', '{', '}']),
            "contains `$` or a brace, like a placeholder: set the NOUN itself",
        ),
        (
            value.contains('\\'),
            "contains a backslash, such as the `\\n` that env files may keep: set the NOUN without it",
        ),
        (is_bearer, "starts with `Bearer`: set the NOUN alone"),
        (
            value.contains(['\n', '\r']),
            "contains a line break: set the NOUN alone, on one line",
        ),
        (
            value.contains(char::is_whitespace),
            "contains white space: set the NOUN alone",
        ),
        (
            value.contains(char::is_control),
            "contains a control character: copy the NOUN again",
        ),
        (
            !value.is_ascii(),
            "contains a character that is not ASCII and may be invisible: copy the NOUN again",
        ),
    ];
    match mistakes.into_iter().find(|(is_made, _)| *is_made) {
        Some((_, mistake)) => Err(Error::invalid_request(
            parameter,
            mistake.replace("NOUN", noun),
        )),
        None => Ok(value),
    }
}

fn sensitive(parameter: &'static str, value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::invalid_request(parameter, "cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
