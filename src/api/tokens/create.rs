use http::Method;
use serde::Serialize;
use time::OffsetDateTime;

use super::model::require_ranges;
use super::policy::require_effects;
use super::{Condition, CreatedToken, Policy};
use crate::api::date::{self, DateOrDateTime};
use crate::api::model;
use crate::api::request::{Detached, terminals};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};

/// Makes a token. Its secret, [`CreatedToken::value`], is answered once, and never again.
///
/// `POST /user/tokens`, see the [API reference]. A token needs `API Tokens Write`, and gives none more than it has.
/// Never sent twice unless it surely did not happen: a second token would be one that nobody holds.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"ed17","name":"backup","value":"s3cr3t"}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// # fn save(_: &str) {}
/// use cloudflare_user::{ExposeSecret, Policy};
/// use time::macros::datetime;
///
/// // The identifier of a permission group: see `ListPermissionGroups`.
/// let zone_read = Policy::allow()
///     .permission_group("c8fed203ed3043cba015a93ad1616f1f")
///     .resource("com.cloudflare.api.account.zone.*", "*");
/// let created = client
///     .create_token("backup", [zone_read])
///     .expires_on(datetime!(2027-01-01 0:00 UTC))
///     .request_ip_in(["198.51.100.0/24", "2001:db8::/32"])
///     .send()?;
/// save(created.value.expose_secret());
/// println!("{:?} is {}", created.token.name, created.token.id);
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// After one that [may have been applied](crate::Error::may_have_been_applied) there may be a token whose secret nobody
/// holds: look for its name, and delete it. If the answer came and could not be understood
/// ([`is_decode`](crate::Error::is_decode)), [`body`](crate::Error::body) holds the only copy of the secret.
///
/// ```
/// # use cloudflare_user::{Body, Client, Policy, TransportError, http};
/// # let client = Client::builder().api_token("t")
/// #     .transport(|_: http::Request<Vec<u8>>| Err::<http::Response<Body>, _>(TransportError::interrupted("reset")))
/// #     .build()?;
/// # let policy = Policy::allow().permission_group("c8fe").resource("com.cloudflare.api.account.zone.*", "*");
/// let error = client.create_token("backup", [policy]).send().unwrap_err();
/// assert!(error.may_have_been_applied());
/// assert_eq!(error.attempts(), 1);
/// assert!(error.to_string().contains("look for a token named \"backup\""));
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/create/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct CreateToken<C = Detached> {
    #[serde(skip)]
    client: C,
    name: String,
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

impl CreateToken {
    /// Makes the detached request: a name of at most 120 characters, and what the token may do.
    pub fn new(name: impl Into<String>, policies: impl IntoIterator<Item = Policy>) -> Self {
        Self::on(Detached, name, policies)
    }
}

impl<C> CreateToken<C> {
    pub(super) fn on(
        client: C,
        name: impl Into<String>,
        policies: impl IntoIterator<Item = Policy>,
    ) -> Self {
        Self {
            client,
            name: name.into(),
            policies: policies.into_iter().collect(),
            expires_on: None,
            not_before: None,
            condition: Condition::default(),
        }
    }

    /// When the token stops working, to the second; never if unset.
    pub fn expires_on(mut self, instant: OffsetDateTime) -> Self {
        self.expires_on = Some(instant);
        self
    }

    /// When the token starts to work, to the second; at once if unset. The clocks of two machines differ: an instant
    /// that is just now may be in the server's future.
    pub fn not_before(mut self, instant: OffsetDateTime) -> Self {
        self.not_before = Some(instant);
        self
    }

    /// The only client addresses that may use the token, as addresses or ranges in CIDR notation; any if unset or
    /// empty.
    pub fn request_ip_in<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.condition.request_ip.in_ = ranges.into_iter().map(Into::into).collect();
        self
    }

    /// The client addresses that may not use the token, as addresses or ranges in CIDR notation; none if unset or
    /// empty.
    pub fn request_ip_not_in<R: Into<String>>(
        mut self,
        ranges: impl IntoIterator<Item = R>,
    ) -> Self {
        self.condition.request_ip.not_in = ranges.into_iter().map(Into::into).collect();
        self
    }
}

impl<C> Endpoint for CreateToken<C> {
    type Output = CreatedToken;
    const METHOD: Method = Method::POST;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens"]
    }

    fn validate(&self) -> Result<()> {
        require_name(&self.name)?;
        require_effects(&self.policies)?;
        require_ranges(&self.condition)?;
        require_instants(self.expires_on, self.not_before)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some(format!(
            "look for a token named {:?}, whose secret nobody holds, and delete it",
            self.name
        ))
    }
}

terminals!(CreateToken -> CreatedToken);

pub(super) fn require_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        Err(Error::invalid_request("name", "is empty"))
    } else {
        Ok(())
    }
}

pub(super) fn require_instants(
    expires_on: Option<OffsetDateTime>,
    not_before: Option<OffsetDateTime>,
) -> Result<()> {
    expires_on.map_or(Ok(()), |instant| {
        DateOrDateTime::from(instant).check("expires_on")
    })?;
    not_before.map_or(Ok(()), |instant| {
        DateOrDateTime::from(instant).check("not_before")
    })
}
