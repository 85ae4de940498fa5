//! The credential of a client: takes secrets, validates them, sets the headers, and redacts them from
//! texts. Reads no environment variable.

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

const X_AUTH_EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
const X_AUTH_KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// A secret that [`ClientBuilder::api_token`](crate::ClientBuilder::api_token) and
/// [`ClientBuilder::api_key`](crate::ClientBuilder::api_key) accept: text, or a
/// [`SecretString`](crate::SecretString), for example from a settings file.
///
/// This trait is sealed. It is implemented for `&str`, `&String`, `String`, `Cow<str>` and
/// `SecretString`.
pub trait IntoSecret: sealed::Sealed {
    #[doc(hidden)]
    fn into_secret(self) -> SecretString;
}

impl IntoSecret for &str {
    fn into_secret(self) -> SecretString {
        self.into()
    }
}

impl IntoSecret for &String {
    fn into_secret(self) -> SecretString {
        self.as_str().into()
    }
}

impl IntoSecret for String {
    fn into_secret(self) -> SecretString {
        self.into()
    }
}

impl IntoSecret for Cow<'_, str> {
    fn into_secret(self) -> SecretString {
        self.into_owned().into()
    }
}

impl IntoSecret for SecretString {
    fn into_secret(self) -> SecretString {
        self
    }
}

mod sealed {
    use super::{Cow, SecretString};

    pub trait Sealed {}
    impl Sealed for &str {}
    impl Sealed for &String {}
    impl Sealed for String {}
    impl Sealed for Cow<'_, str> {}
    impl Sealed for SecretString {}
}

/// The value of a setting.
pub(crate) struct Setting<T> {
    /// The method or the environment variable that set it.
    pub(crate) name: &'static str,
    pub(crate) value: T,
}

/// The credential of a client.
#[derive(Clone)]
pub(crate) enum Auth {
    Token(SentSecret),
    Key { email: SentSecret, key: SentSecret },
}

/// A part of a credential and the header value that contains it.
#[derive(Clone)]
pub(crate) struct SentSecret {
    secret: SecretString,
    header: HeaderValue,
}

impl Auth {
    pub(crate) fn token(token: &Setting<SecretString>) -> Result<Self> {
        let text = validate(CredentialPart::Token, token)?;
        Ok(Self::Token(SentSecret {
            secret: text.into(),
            header: sensitive(token.name, &format!("Bearer {text}"))?,
        }))
    }

    pub(crate) fn key(email: &Setting<SecretString>, key: &Setting<SecretString>) -> Result<Self> {
        let email_text = validate(CredentialPart::Email, email)?;
        let key_text = validate(CredentialPart::Key, key)?;
        Ok(Self::Key {
            email: SentSecret {
                secret: email_text.into(),
                header: sensitive(email.name, email_text)?,
            },
            key: SentSecret {
                secret: key_text.into(),
                header: sensitive(key.name, key_text)?,
            },
        })
    }

    pub(crate) fn is_bearer(&self) -> bool {
        matches!(self, Self::Token(_))
    }

    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        match self {
            Self::Token(token) => {
                headers.insert(AUTHORIZATION, token.header.clone());
            }
            Self::Key { email, key } => {
                headers.insert(X_AUTH_EMAIL, email.header.clone());
                headers.insert(X_AUTH_KEY, key.header.clone());
            }
        }
    }

    /// Whether a path contains the token or the key. Such a path would show it in the logs of
    /// servers and proxies. An email address may be an identifier.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        let secret = match self {
            Self::Token(token) => token,
            Self::Key { key, .. } => key,
        };
        let secret = secret.secret.expose_secret();
        // The comparison with the path's length avoids encoding a secret that cannot be in the
        // path.
        let fits = (SHORTEST_IN_PATH..=path.len()).contains(&secret.len());
        fits && path.contains(&*encode(secret))
    }

    /// Returns what the documented prefix of the credential says about a request that the API
    /// refused, if it does not fit.
    pub(crate) fn hint(&self, path: &str) -> Option<&'static str> {
        let is_user_path = path == "/user" || path.starts_with("/user/");
        match self {
            Self::Token(token) => {
                let token = token.secret.expose_secret();
                if token.starts_with("cfk_") {
                    return Some("`cfk_` is a Global API Key: call `api_key(email, key)`");
                }
                let is_of_account = token.starts_with("cfat_");
                (is_of_account && is_user_path)
                    .then_some("`cfat_` is a token of an account: call `.in_account(id)`")
            }
            Self::Key { key, .. } => {
                let key = key.secret.expose_secret();
                let is_token = key.starts_with("cfut_") || key.starts_with("cfat_");
                is_token.then_some("the key is an API token by its prefix: call `api_token(token)`")
            }
        }
    }

    /// Redacts this credential from a text, in every encoding that [`redact::redact`] finds.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let secrets = match self {
            Self::Token(token) => vec![token],
            Self::Key { email, key } => vec![email, key],
        };
        let mut clean = Cow::Borrowed(text);
        for secret in secrets {
            let secret = secret.secret.expose_secret();
            // A short secret with `@` is an email address, which is never an ordinary word.
            if secret.len() < SHORTEST_REDACTED && !secret.contains('@') {
                continue;
            }
            if let Cow::Owned(redacted) = redact::redact(&clean, secret) {
                clean = Cow::Owned(redacted);
            }
        }
        clean
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "api token [redacted]",
            Self::Key { .. } => "email and api key [redacted]",
        })
    }
}

/// A part of a credential.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CredentialPart {
    Token,
    Email,
    Key,
}

/// Returns the trimmed value, or an error for the common ways in which a credential is copied or
/// stored wrongly.
///
/// The error does not show the value, because even an invalid one may contain the secret.
fn validate(part: CredentialPart, setting: &Setting<SecretString>) -> Result<&str> {
    let value = setting.value.expose_secret().trim();
    match mistake(part, value) {
        Some(reason) => Err(Error::configuration(setting.name, reason)),
        None => Ok(value),
    }
}

/// Describes the first mistake in a trimmed value. A mistake is checked before those that usually
/// follow from it.
fn mistake(part: CredentialPart, value: &str) -> Option<String> {
    let noun = match part {
        CredentialPart::Token => "API token",
        CredentialPart::Email => "email address",
        CredentialPart::Key => "Global API Key",
    };
    if value.is_empty() {
        Some("is empty".to_owned())
    } else if is_quoted(part, value) {
        Some(format!(
            "contains quotation marks, which env files may keep: set the {noun} without them"
        ))
    } else if value.contains(['$', '{', '}']) {
        Some(format!(
            "contains `$` or a brace, like a placeholder: set the {noun} itself"
        ))
    } else if value.contains(['<', '>']) {
        Some(format!(
            "contains `<` or `>`, like a placeholder: set the {noun} itself"
        ))
    } else if value.contains('\\') {
        Some(format!(
            "contains a backslash, such as the `\\n` that env files may keep: set the {noun} without it"
        ))
    } else if is_bearer(value) {
        Some(format!("starts with `Bearer`: set the {noun} alone"))
    } else if value.contains(['\n', '\r']) {
        Some(format!(
            "contains a line break: set the {noun} alone, on one line"
        ))
    } else if value.contains(char::is_whitespace) {
        Some(format!("contains white space: set the {noun} alone"))
    } else if value.contains(char::is_control) {
        Some(format!(
            "contains a control character: copy the {noun} again"
        ))
    } else if !value.is_ascii() {
        Some(format!(
            "contains a character that is not ASCII and may be invisible: copy the {noun} again"
        ))
    } else {
        None
    }
}

/// Whether a value contains quotation marks. An email address may contain some of them:
/// `o'brien@example.com` is valid.
fn is_quoted(part: CredentialPart, value: &str) -> bool {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’');
    if part == CredentialPart::Email {
        value.starts_with(is_quote) || value.ends_with(is_quote) || value.contains('"')
    } else {
        value.contains(is_quote)
    }
}

fn is_bearer(value: &str) -> bool {
    let mut words = value.split(char::is_whitespace);
    words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("bearer"))
}

fn sensitive(name: &'static str, value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::configuration(name, "cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
