use http::Method;
use serde::Serialize;
use time::OffsetDateTime;

use super::create::require_name;
use super::policy::{require_effects, require_policies};
use super::fields::Restrictions;
use super::{Policy, Token, TokenStatus, require_token_id};
use crate::api::request::{Detached, terminals};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};

/// Replaces a token, except its secret, which [`RollToken`](crate::RollToken) replaces.
///
/// `PUT /user/tokens/{token_id}`, see the [API reference]. A token needs `API Tokens Write`.
///
/// The API replaces the whole token. [`Client::update_token`](crate::Client::update_token) and `UpdateToken::from` take
/// a token that was read: everything that is not set here goes back as it was read, unknown fields of its policies and of
/// its condition included. Other fields in [`Token::extra`](crate::Token::extra) are not sent, because a response may hold
/// what a request must not.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"ed17","name":"ci","status":"disabled","policies":[]}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::TokenStatus;
///
/// // Disable a token and keep everything else, so that it can be enabled again.
/// let token = client.token("ed17574386854bf78a67040be0a770b0").send()?;
/// let token = client.update_token(&token).status(TokenStatus::Disabled).send()?;
/// assert_eq!(token.status, Some(TokenStatus::Disabled));
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// Wrong input is refused before anything is sent ([`is_invalid_request`](crate::Error::is_invalid_request)): the same
/// as for [`CreateToken`](crate::CreateToken), for what is set here. What was read with the token is sent back
/// unchecked, with two exceptions:
///
/// * A status other than active or disabled, such as `expired` or `revoked (exposed)`, cannot be sent, and neither can
///   a missing one. Set [`status`](Self::status).
/// * A policy without an effect might allow or deny. Set [`policies`](Self::policies).
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/update/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct UpdateToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    token_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    status: Option<TokenStatus>,
    policies: Vec<Policy>,
    #[serde(flatten)]
    restrictions: Restrictions,
    #[serde(skip)]
    sets_name: bool,
    #[serde(skip)]
    sets_policies: bool,
}

impl UpdateToken {
    /// Makes the detached request from everything that a token must have. Everything else of the token is removed.
    pub fn new(
        token_id: impl Into<String>,
        name: impl Into<String>,
        status: TokenStatus,
        policies: impl IntoIterator<Item = Policy>,
    ) -> Self {
        Self {
            client: Detached,
            token_id: token_id.into(),
            name: Some(name.into()),
            status: Some(status),
            policies: policies.into_iter().collect(),
            restrictions: Restrictions::default(),
            sets_name: true,
            sets_policies: true,
        }
    }
}

impl From<&Token> for UpdateToken {
    /// Makes the detached request that would leave the token as it was read.
    fn from(token: &Token) -> Self {
        Self::of(Detached, token)
    }
}

impl<C> UpdateToken<C> {
    pub(super) fn of(client: C, token: &Token) -> Self {
        Self {
            client,
            token_id: token.id.clone(),
            name: token.name.clone(),
            status: token.status.clone(),
            policies: token.policies.iter().map(Policy::from).collect(),
            restrictions: Restrictions::from(token),
            sets_name: false,
            sets_policies: false,
        }
    }

    /// Sets the token's name, at most 120 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self.sets_name = true;
        self
    }

    /// Replaces all policies of the token.
    pub fn policies(mut self, policies: impl IntoIterator<Item = Policy>) -> Self {
        self.policies = policies.into_iter().collect();
        self.sets_policies = true;
        self
    }

    /// Sets the status: [`TokenStatus::Active`] or [`TokenStatus::Disabled`].
    pub fn status(mut self, status: TokenStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets when the token expires, to the second.
    pub fn expires_on(mut self, instant: OffsetDateTime) -> Self {
        self.restrictions.expires_on(Some(instant));
        self
    }

    /// Removes the expiry, so that the token never expires.
    pub fn clear_expires_on(mut self) -> Self {
        self.restrictions.expires_on(None);
        self
    }

    /// Sets when the token becomes valid, to the second.
    pub fn not_before(mut self, instant: OffsetDateTime) -> Self {
        self.restrictions.not_before(Some(instant));
        self
    }

    /// Removes the start, so that the token is valid at once.
    pub fn clear_not_before(mut self) -> Self {
        self.restrictions.not_before(None);
        self
    }

    /// Allows only these client addresses to use the token.
    ///
    /// Takes IP addresses and ranges in CIDR notation. An empty list is refused when the request is sent: to allow any
    /// address, call [`clear_request_ip_in`](Self::clear_request_ip_in).
    pub fn request_ip_in<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.restrictions.request_ip_in(ranges);
        self
    }

    /// Allows any client address to use the token, except those of [`request_ip_not_in`](Self::request_ip_not_in).
    ///
    /// The list is left out of the request. The API has been reported to keep a condition that a request leaves out, so
    /// look at the token that it returns:
    ///
    /// ```
    /// # use cloudflare_user::{Body, Client, http};
    /// # let answer = r#"{"success":true,"result":{"id":"ed17","name":"ci","status":"active","policies":[]}}"#;
    /// # let client = Client::builder().api_token("t")
    /// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
    /// let token = client.token("ed17574386854bf78a67040be0a770b0").send()?;
    /// let token = client.update_token(&token).clear_request_ip_in().send()?;
    /// if !token.condition.request_ip.in_.is_empty() {
    ///     println!("still restricted to {:?}: create a new token", token.condition.request_ip.in_);
    /// }
    /// # Ok::<(), cloudflare_user::Error>(())
    /// ```
    pub fn clear_request_ip_in(mut self) -> Self {
        self.restrictions.clear_request_ip_in();
        self
    }

    /// Forbids these client addresses to use the token.
    ///
    /// Takes IP addresses and ranges in CIDR notation. An empty list is refused when the request is sent: to forbid no
    /// address, call [`clear_request_ip_not_in`](Self::clear_request_ip_not_in).
    pub fn request_ip_not_in<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.restrictions.request_ip_not_in(ranges);
        self
    }

    /// Forbids no client address.
    ///
    /// The API may keep a condition that is left out: see [`clear_request_ip_in`](Self::clear_request_ip_in), and look at
    /// `condition.request_ip.not_in` of the token that it returns.
    pub fn clear_request_ip_not_in(mut self) -> Self {
        self.restrictions.clear_request_ip_not_in();
        self
    }
}

impl<C> Endpoint for UpdateToken<C> {
    type Output = Token;
    const METHOD: Method = Method::PUT;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", &self.token_id]
    }

    fn validate(&self) -> Result<()> {
        require_token_id(&self.token_id)?;
        // A guess might enable the token or disable it.
        let found = match &self.status {
            Some(TokenStatus::Active | TokenStatus::Disabled) => None,
            Some(status) if !status.as_str().is_empty() => {
                Some(format!("is {:?}, which only Cloudflare can set", status.as_str()))
            }
            _ => Some("is missing from the token that was read".to_owned()),
        };
        if let Some(found) = found {
            let remedy = "call `.status(TokenStatus::Active)` or `.status(TokenStatus::Disabled)`";
            return Err(Error::invalid_request("status", format!("{found}: {remedy}")));
        }
        if let (true, Some(name)) = (self.sets_name, &self.name) {
            require_name(name)?;
        }
        if self.sets_policies {
            require_policies(&self.policies)?;
        } else {
            require_effects(&self.policies)?;
        }
        self.restrictions.validate()
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("read the token and compare it".to_owned())
    }
}

terminals!(UpdateToken -> Token);
