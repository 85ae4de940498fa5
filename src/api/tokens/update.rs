use http::Method;
use serde::Serialize;
use time::OffsetDateTime;

use super::create::{require_instants, require_name};
use super::model::require_ranges;
use super::policy::require_effects;
use super::{Condition, Policy, Token, TokenStatus, require_token_id};
use crate::api::date;
use crate::api::model;
use crate::api::request::{Detached, terminals};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};

/// Replaces a token: read it, change what is to change, and send the whole.
///
/// `PUT /user/tokens/{token_id}`, see the [API reference]. A token needs `API Tokens Write`. What
/// [`Client::update_token`](crate::Client::update_token) or `UpdateToken::from` is given, goes back as it was read, but
/// for what is set here; what is cleared is left out, and so removed. The secret stays the same:
/// [`RollToken`](crate::RollToken) changes it.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"ed17","name":"ci","status":"disabled","policies":[]}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::TokenStatus;
///
/// // Switch a token off, and keep all else: it can be switched on again.
/// let token = client.token("ed17574386854bf78a67040be0a770b0").send()?;
/// let token = client.update_token(&token).status(TokenStatus::Disabled).send()?;
/// assert_eq!(token.status, Some(TokenStatus::Disabled));
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// Refused before anything is sent ([`is_invalid_request`](crate::Error::is_invalid_request)): a token that was read
/// without a status, or with a policy that neither allows nor denies. Set [`status`](Self::status) or
/// [`policies`](Self::policies) then.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/update/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct UpdateToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    token_id: String,
    name: String,
    status: Option<TokenStatus>,
    policies: Vec<Policy>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "date::whole_seconds"
    )]
    expires_on: Option<OffsetDateTime>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "date::whole_seconds"
    )]
    not_before: Option<OffsetDateTime>,
    // An empty condition would lock everybody out.
    #[serde(skip_serializing_if = "model::is_default")]
    condition: Condition,
}

impl UpdateToken {
    /// Makes the detached request from all that a token must have. Whatever else the token had is removed.
    pub fn new(
        token_id: impl Into<String>,
        name: impl Into<String>,
        status: TokenStatus,
        policies: impl IntoIterator<Item = Policy>,
    ) -> Self {
        Self {
            client: Detached,
            token_id: token_id.into(),
            name: name.into(),
            status: Some(status),
            policies: policies.into_iter().collect(),
            expires_on: None,
            not_before: None,
            condition: Condition::default(),
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
            name: token.name.clone().unwrap_or_default(),
            status: token.status.clone(),
            policies: token.policies.iter().map(Policy::from).collect(),
            expires_on: token.expires_on,
            not_before: token.not_before,
            condition: token.condition.clone(),
        }
    }

    /// The token's name, at most 120 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// What the token may do.
    pub fn policies(mut self, policies: impl IntoIterator<Item = Policy>) -> Self {
        self.policies = policies.into_iter().collect();
        self
    }

    /// Whether the token works: [`TokenStatus::Active`] or [`TokenStatus::Disabled`].
    pub fn status(mut self, status: TokenStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// When the token stops working, to the second.
    pub fn expires_on(mut self, instant: OffsetDateTime) -> Self {
        self.expires_on = Some(instant);
        self
    }

    /// Lets the token work for ever.
    pub fn clear_expires_on(mut self) -> Self {
        self.expires_on = None;
        self
    }

    /// When the token starts to work, to the second.
    pub fn not_before(mut self, instant: OffsetDateTime) -> Self {
        self.not_before = Some(instant);
        self
    }

    /// Lets the token work at once.
    pub fn clear_not_before(mut self) -> Self {
        self.not_before = None;
        self
    }

    /// The only client addresses that may use the token, as addresses or ranges in CIDR notation; any if empty.
    pub fn request_ip_in<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.condition.replace("in").in_ = ranges.into_iter().map(Into::into).collect();
        self
    }

    /// Lets any client address use the token, but for those that may not.
    pub fn clear_request_ip_in(mut self) -> Self {
        self.condition.replace("in").in_.clear();
        self
    }

    /// The client addresses that may not use the token, as addresses or ranges in CIDR notation; none if empty.
    pub fn request_ip_not_in<R: Into<String>>(
        mut self,
        ranges: impl IntoIterator<Item = R>,
    ) -> Self {
        self.condition.replace("not_in").not_in = ranges.into_iter().map(Into::into).collect();
        self
    }

    /// Forbids no client address in particular.
    pub fn clear_request_ip_not_in(mut self) -> Self {
        self.condition.replace("not_in").not_in.clear();
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
        require_name(&self.name)?;
        // The API refuses a token without one, and a guess might switch the token on or off.
        if self
            .status
            .as_ref()
            .is_none_or(|status| status.as_str().is_empty())
        {
            return Err(Error::invalid_request(
                "status",
                "is not known: the token that was read has none, so set one",
            ));
        }
        require_effects(&self.policies)?;
        require_ranges(&self.condition)?;
        require_instants(self.expires_on, self.not_before)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("read the token and compare it".to_owned())
    }
}

terminals!(UpdateToken -> Token);
