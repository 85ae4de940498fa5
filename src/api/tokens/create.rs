use super::fields::TokenFields;
use super::{CreatedToken, Policy, Token};
use crate::api::prelude::*;

/// Creates a token. Only this response contains its secret, [`CreatedToken::value`].
///
/// `POST /user/tokens`, see the [API reference]. The client's token needs `API Tokens Write`. It
/// can then create tokens for [any resource of the user], so restrict its addresses and its
/// lifetime. Cloudflare may refuse a new token with status 403 for some seconds after its creation.
///
/// The request is retried only if the server did not process it, because a retry could create a
/// second token. [`copy_of`](Self::copy_of) starts from a token that was read.
///
/// ```no_run
/// # let client = cloudflare_user::Client::from_env()?;
/// # fn save(_: &str) {}
/// use cloudflare_user::{ExposeSecret, PermissionScope, Policy};
/// use time::macros::datetime;
///
/// // A token that can read one zone.
/// let zone_read = client
///     .find_permission_group("Zone Read", PermissionScope::Zone)?
///     .expect("a built-in group");
/// let policy = Policy::allow()
///     .permission_group(zone_read.id)
///     .zone("023e105f4ecef8ad9ca31a8372d0c353");
/// let created = client
///     .create_token("backup", [policy])
///     .expires_on(datetime!(2027-01-01 0:00 UTC))
///     .request_ip_in(["198.51.100.0/24", "2001:db8::/32"])
///     .send()?;
/// save(created.value.expose_secret());
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// Invalid input is refused before sending
/// ([`is_invalid_request`](crate::Error::is_invalid_request)): a name that is empty or longer than
/// 120 characters, no policies, an incomplete [policy](Policy), a range that is neither an IP
/// address nor in CIDR notation, an empty list of ranges, a year after 9999, or `expires_on` not
/// after `not_before`.
///
/// If a failed creation [may have been applied](crate::Error::may_have_been_applied),
/// [`body`](crate::Error::body) may hold the only copy of the secret, if the status is 2xx. If it
/// holds none, look for a token with this name, and delete or roll it. Cloudflare does not document
/// whether names must be unique, and how soon a new token is listed.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/create/
/// [any resource of the user]: https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct CreateToken<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    owner: Owner,
    #[serde(flatten)]
    fields: TokenFields,
}

impl CreateToken {
    /// Makes a detached request from a name of at most 120 characters and at least one policy.
    pub fn new(name: impl Into<String>, policies: impl IntoIterator<Item = Policy>) -> Self {
        Self {
            client: Detached,
            owner: Owner::default(),
            fields: TokenFields::new(name, policies),
        }
    }

    /// Makes a detached request that copies a token that was read, under another name.
    ///
    /// The policies, times and conditions are those of the token, including the unknown fields of
    /// its policies and of its condition, so that no restriction of them is lost. Other fields in
    /// [`Token::extra`](crate::Token::extra) are not sent. What was read is not validated, except
    /// that a policy without an effect is refused. Times are sent as they were read, even if they
    /// are in the past. The setters change the copy.
    ///
    /// A creation has no status, so the copy of a disabled token is active. The copy belongs to the
    /// user, unless [`in_account`](Self::in_account) is called.
    ///
    /// ```no_run
    /// # let client = cloudflare_user::Client::from_env()?;
    /// use time::macros::datetime;
    ///
    /// // Replace a token by one with the same permissions that expires later.
    /// let token = client.token("ed17574386854bf78a67040be0a770b0").send()?;
    /// let created = client
    ///     .copy_token(&token, "backup 2027")
    ///     .expires_on(datetime!(2028-01-01 0:00 UTC))
    ///     .send()?;
    /// # Ok::<(), cloudflare_user::Error>(())
    /// ```
    pub fn copy_of(token: &Token, name: impl Into<String>) -> Self {
        let mut fields = TokenFields::from(token);
        fields.set_name(name);
        Self {
            client: Detached,
            owner: Owner::default(),
            fields,
        }
    }

    pub(super) fn with_client<C>(self, client: C) -> CreateToken<C> {
        CreateToken {
            client,
            owner: self.owner,
            fields: self.fields,
        }
    }
}

impl<C> CreateToken<C> {
    /// Creates a token of an account instead of the user's: `POST /accounts/{account_id}/tokens`.
    ///
    /// The client's token needs `Account API Tokens Write`. See [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }

    /// Replaces all policies of the token.
    pub fn policies(mut self, policies: impl IntoIterator<Item = Policy>) -> Self {
        self.fields.set_policies(policies);
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
    pub fn clear_request_ip_not_in(mut self) -> Self {
        self.fields.clear_request_ip_not_in();
        self
    }
}

impl<C> Endpoint for CreateToken<C> {
    type Output = CreatedToken;
    const METHOD: Method = Method::POST;
    const RETURNS_SECRET: bool = true;

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["tokens"])
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()?;
        self.fields.validate()
    }

    fn recovery_hint(&self) -> Option<String> {
        Some(format!(
            "look for a token named {:?}, and roll or delete it if you do not have its secret",
            self.fields.name()
        ))
    }
}

terminals!(CreateToken -> CreatedToken);
