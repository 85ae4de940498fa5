//! The credential of a client: an API token, or an email with a Global API Key. This module
//! validates it, sets its headers, and redacts it from texts. It reads no environment variable.

use std::borrow::Cow;
use std::fmt;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::encode::encode;
use crate::error::{Error, Result};
use crate::redact;

/// The length in bytes of the shortest secret that is redacted. A shorter one may be an ordinary
/// word. An email address is redacted whatever its length.
const SHORTEST_REDACTED: usize = 6;
/// The length in bytes of the shortest secret that is searched for in paths. A shorter one may
/// equal a segment of a path.
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
            header: sensitive_header(token.name, &format!("Bearer {text}"))?,
        }))
    }

    pub(crate) fn key(email: &Setting<SecretString>, key: &Setting<SecretString>) -> Result<Self> {
        let email_text = validate(CredentialPart::Email, email)?;
        let key_text = validate(CredentialPart::Key, key)?;
        Ok(Self::Key {
            email: SentSecret {
                secret: email_text.into(),
                header: sensitive_header(email.name, email_text)?,
            },
            key: SentSecret {
                secret: key_text.into(),
                header: sensitive_header(key.name, key_text)?,
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
    /// servers and proxies. The email address is not searched for, because a path may contain one
    /// as an identifier.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        let part = match self {
            Self::Token(token) => token,
            Self::Key { key, .. } => key,
        };
        let secret = part.secret.expose_secret();
        if secret.len() < SHORTEST_IN_PATH {
            return false;
        }
        // This saves the encoding of the secret in most calls.
        if secret.len() > path.len() {
            return false;
        }
        path.contains(&*encode(secret))
    }

    /// Returns a hint for a request that the API refused, if the credential is of the wrong kind:
    /// what its prefix shows it to be, and which method to call.
    ///
    /// The documented prefixes are `cfut_` for a token of a user, `cfat_` for a token of an
    /// account, and `cfk_` for a Global API Key.
    pub(crate) fn hint(&self, path: &str) -> Option<&'static str> {
        let is_user_path = path == "/user" || path.starts_with("/user/");
        match self {
            Self::Token(token) => {
                let token = token.secret.expose_secret();
                if token.starts_with("cfk_") {
                    Some("`cfk_` is a Global API Key: call `api_key(email, key)`")
                } else if token.starts_with("cfat_") && is_user_path {
                    Some("`cfat_` is a token of an account: call `.in_account(id)`")
                } else {
                    None
                }
            }
            Self::Key { key, .. } => {
                let key = key.secret.expose_secret();
                if key.starts_with("cfut_") || key.starts_with("cfat_") {
                    Some("the key is an API token by its prefix: call `api_token(token)`")
                } else {
                    None
                }
            }
        }
    }

    /// Redacts this credential from a text, in every encoding that [`redact::redact`] finds.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let parts = match self {
            Self::Token(token) => vec![token],
            Self::Key { email, key } => vec![email, key],
        };
        let mut clean = Cow::Borrowed(text);
        for part in parts {
            let secret = part.secret.expose_secret();
            // A short secret with `@` is an email address, which is never an ordinary word.
            if secret.len() < SHORTEST_REDACTED && !secret.contains('@') {
                continue;
            }
            // A borrowed result is `clean` itself: it does not contain the secret.
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

/// Describes the first mistake in a trimmed value.
///
/// The order matters, because one mistake can cause another: `Bearer` is checked before the white
/// space after it, and a line break before other control characters.
fn mistake(part: CredentialPart, value: &str) -> Option<String> {
    let noun = match part {
        CredentialPart::Token => "API token",
        CredentialPart::Email => "email address",
        CredentialPart::Key => "Global API Key",
    };
    if value.is_empty() {
        Some("is empty".to_owned())
    } else if has_quotation_marks(part, value) {
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
            "contains a backslash, such as the `\\n` that env files may keep: set the {noun} \
             without it"
        ))
    } else if starts_with_bearer(value) {
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

/// Whether a value contains quotation marks that cannot be part of it. An email address may contain
/// some between its ends: `o'brien@example.com` is valid.
fn has_quotation_marks(part: CredentialPart, value: &str) -> bool {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’');
    if part == CredentialPart::Email {
        value.starts_with(is_quote) || value.ends_with(is_quote) || value.contains('"')
    } else {
        value.contains(is_quote)
    }
}

/// Whether the first word of a value is `Bearer`, in any letter case.
fn starts_with_bearer(value: &str) -> bool {
    let mut words = value.split(char::is_whitespace);
    words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("bearer"))
}

fn sensitive_header(name: &'static str, value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::configuration(name, "cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
