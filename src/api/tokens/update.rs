use super::fields::TokenFields;
use super::{Policy, Token, TokenStatus, require_token_id};
use crate::api::prelude::*;

/// Updates a token. [`RollToken`](crate::RollToken) replaces its secret.
///
/// `PUT /user/tokens/{token_id}`, see the [API reference]. A token needs `API Tokens Write`.
///
/// The API replaces the whole token. [`Client::update_token`](crate::Client::update_token) and
/// `UpdateToken::from` take a token that was read, and send back everything that you do not set,
/// including the unknown fields of its policies and of its condition. Other fields in
/// [`Token::extra`](crate::Token::extra) are not sent, because a response may contain fields that a
/// request must not.
///
/// ```no_run
/// # let client = cloudflare_user::Client::from_env()?;
/// use cloudflare_user::TokenStatus;
///
/// // Disable a token and keep everything else, so that it can be enabled again.
/// let token = client.token("ed17574386854bf78a67040be0a770b0").send()?;
/// client.update_token(&token).status(TokenStatus::Disabled).send()?;
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// Invalid input is refused before sending
/// ([`is_invalid_request`](crate::Error::is_invalid_request)): the same as for
/// [`CreateToken`](crate::CreateToken), for everything that you set. Fields that were read with the
/// token are sent back unchecked, with two exceptions:
///
/// * Only the statuses active and disabled can be sent. If the status is another one, such as
///   `expired` or `revoked (exposed)`, or is missing, set [`status`](Self::status).
/// * A policy without an effect is refused, because it does not say whether it allows or denies.
///   Set [`policies`](Self::policies).
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/update/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct UpdateToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    owner: Owner,
    #[serde(skip)]
    token_id: String,
    status: Option<TokenStatus>,
    #[serde(flatten)]
    fields: TokenFields,
}

impl UpdateToken {
    /// Makes a detached request from the required fields of a token. Cloudflare may remove fields
    /// that you do not set.
    pub fn new(
        token_id: impl Into<String>,
        name: impl Into<String>,
        status: TokenStatus,
        policies: impl IntoIterator<Item = Policy>,
    ) -> Self {
        let fields = TokenFields::new(name, policies);
        Self {
            client: Detached,
            owner: Owner::default(),
            token_id: token_id.into(),
            status: Some(status),
            fields,
        }
    }

    pub(super) fn with_client<C>(self, client: C) -> UpdateToken<C> {
        UpdateToken {
            client,
            owner: self.owner,
            token_id: self.token_id,
            status: self.status,
            fields: self.fields,
        }
    }
}

impl From<&Token> for UpdateToken {
    /// Makes a detached request that leaves the token as it was read.
    fn from(token: &Token) -> Self {
        Self {
            client: Detached,
            owner: Owner::default(),
            token_id: token.id.clone(),
            status: token.status.clone(),
            fields: token.into(),
        }
    }
}

impl<C> UpdateToken<C> {
    /// Updates a token of an account instead of the user's:
    /// `PUT /accounts/{account_id}/tokens/{token_id}`.
    ///
    /// A token that was read does not contain its account, so call this method for each update of
    /// an account's token. The client's token needs `Account API Tokens Write`. See
    /// [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }

    /// Sets the token's name, at most 120 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.fields.set_name(name);
        self
    }

    /// Replaces all policies of the token.
    pub fn policies(mut self, policies: impl IntoIterator<Item = Policy>) -> Self {
        self.fields.set_policies(policies);
        self
    }

    /// Sets the status: [`TokenStatus::Active`] or [`TokenStatus::Disabled`].
    pub fn status(mut self, status: TokenStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets when the token expires, to the second. Without an expiry, a token never expires.
    pub fn expires_on(mut self, instant: OffsetDateTime) -> Self {
        self.fields.set_expires_on(Some(instant));
        self
    }

    /// Removes the expiry, so that the token never expires.
    pub fn clear_expires_on(mut self) -> Self {
        self.fields.set_expires_on(None);
        self
    }

    /// Sets when the token becomes valid, to the second. Without a start, a token is valid at once.
    ///
    /// If the server's clock is behind this machine's, a token that starts now is not valid yet.
    pub fn not_before(mut self, instant: OffsetDateTime) -> Self {
        self.fields.set_not_before(Some(instant));
        self
    }

    /// Removes the start, so that the token is valid at once.
    pub fn clear_not_before(mut self) -> Self {
        self.fields.set_not_before(None);
        self
    }

    /// Allows only these client addresses to use the token: IP addresses, and ranges in CIDR
    /// notation.
    ///
    /// An empty list is refused before sending, because it would restrict nothing.
    pub fn request_ip_in<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.fields.set_request_ip_in(ranges);
        self
    }

    /// Allows all client addresses to use the token, except those of
    /// [`request_ip_not_in`](Self::request_ip_not_in).
    ///
    /// The list is left out of the request. The API has been reported to keep a condition that a
    /// request leaves out, so check `condition.request_ip.in_` of the returned token. If it is not
    /// empty, create a new token, for example with [`copy_token`](crate::Client::copy_token).
    pub fn clear_request_ip_in(mut self) -> Self {
        self.fields.clear_request_ip_in();
        self
    }

    /// Prevents these client addresses from using the token: IP addresses, and ranges in CIDR
    /// notation.
    ///
    /// An empty list is refused before sending, because it would restrict nothing.
    pub fn request_ip_not_in<R: Into<String>>(
        mut self,
        ranges: impl IntoIterator<Item = R>,
    ) -> Self {
        self.fields.set_request_ip_not_in(ranges);
        self
    }

    /// Removes the list of [`request_ip_not_in`](Self::request_ip_not_in).
    ///
    /// The API may keep a condition that a request leaves out: see
    /// [`clear_request_ip_in`](Self::clear_request_ip_in), and check `condition.request_ip.not_in`
    /// of the returned token.
    pub fn clear_request_ip_not_in(mut self) -> Self {
        self.fields.clear_request_ip_not_in();
        self
    }
}

impl<C> Endpoint for UpdateToken<C> {
    type Output = Token;
    const METHOD: Method = Method::PUT;

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["tokens", &self.token_id])
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()?;
        require_token_id(&self.token_id)?;
        require_status(self.status.as_ref())?;
        self.fields.validate()
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("read the token and compare it".to_owned())
    }
}

terminals!(UpdateToken -> Token);

/// Refuses a status that cannot be sent, and a missing one: a default might enable or disable the
/// token against the caller's intention.
fn require_status(status: Option<&TokenStatus>) -> Result<()> {
    let problem = match status.map(TokenStatus::as_str) {
        Some("active" | "disabled") => return Ok(()),
        None | Some("") => "is missing from the token that was read".to_owned(),
        Some(status) => format!("is {status:?}, which only Cloudflare can set"),
    };
    let reason = format!(
        "{problem}: call `.status(TokenStatus::Active)` or `.status(TokenStatus::Disabled)`"
    );
    Err(Error::invalid_request("status", reason))
}
