use http::Method;
use serde::Serialize;
use time::OffsetDateTime;

use super::policy::require_policies;
use super::fields::Restrictions;
use super::{CreatedToken, Policy};
use crate::api::request::{Detached, terminals};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};

/// Creates a token. The response contains its secret, [`CreatedToken::value`]; no later one does.
///
/// `POST /user/tokens`, see the [API reference]. A token needs `API Tokens Write`, and can grant only permissions that
/// it has itself. Cloudflare may refuse a new token with status 403 for some seconds after its creation.
///
/// The request is retried only if the server did not process it, since a second token would be one that nobody uses.
///
/// A token for one zone, by the name of its permission:
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let client = Client::builder().api_token("t").transport(|request: http::Request<Vec<u8>>| {
/// #     let answer = if request.method() == http::Method::GET {
/// #         r#"{"success":true,"result":[{"id":"c8fe","name":"Zone Read","scopes":["com.cloudflare.api.account.zone"]}]}"#
/// #     } else {
/// #         r#"{"success":true,"result":{"id":"ed17","name":"backup","value":"s3cr3t"}}"#
/// #     };
/// #     Ok(http::Response::new(Body::from(answer)))
/// # }).build()?;
/// # fn save(_: &str) {}
/// use cloudflare_user::{ExposeSecret, PermissionScope, Policy};
/// use time::macros::datetime;
///
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
/// println!("created token {}", created.token.id);
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Errors
///
/// Wrong input is refused before anything is sent ([`is_invalid_request`](crate::Error::is_invalid_request)): an empty
/// name or one of more than 120 characters, no policies, a [policy](Policy) that is incomplete, a range that is neither
/// an IP address nor in CIDR notation, and an expiry that is not later than the start.
///
/// If the token was created but the response could not be decoded ([`is_decode`](crate::Error::is_decode)),
/// [`body`](crate::Error::body) holds the only copy of the secret. After any other error that
/// [may have been applied](crate::Error::may_have_been_applied), there may be a token whose secret nobody has: look for
/// its name and delete it.
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
    #[serde(flatten)]
    restrictions: Restrictions,
}

impl CreateToken {
    /// Makes the detached request from a name of at most 120 characters and at least one policy.
    pub fn new(name: impl Into<String>, policies: impl IntoIterator<Item = Policy>) -> Self {
        Self::on(Detached, name, policies)
    }
}

impl<C> CreateToken<C> {
    pub(super) fn on(client: C, name: impl Into<String>, policies: impl IntoIterator<Item = Policy>) -> Self {
        Self {
            client,
            name: name.into(),
            policies: policies.into_iter().collect(),
            restrictions: Restrictions::default(),
        }
    }

    /// Sets when the token expires, to the second. Without it, the token never expires.
    pub fn expires_on(mut self, instant: OffsetDateTime) -> Self {
        self.restrictions.expires_on(Some(instant));
        self
    }

    /// Sets when the token becomes valid, to the second. Without it, the token is valid from its creation.
    ///
    /// Clocks differ: the current time of this machine may be in the future of the server.
    pub fn not_before(mut self, instant: OffsetDateTime) -> Self {
        self.restrictions.not_before(Some(instant));
        self
    }

    /// Allows only these client addresses to use the token. Without it, any may.
    ///
    /// Takes IP addresses and ranges in CIDR notation. An empty list is refused when the request is sent, since it
    /// would restrict nothing.
    pub fn request_ip_in<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.restrictions.request_ip_in(ranges);
        self
    }

    /// Forbids these client addresses to use the token.
    ///
    /// Takes IP addresses and ranges in CIDR notation. An empty list is refused when the request is sent, since it
    /// would restrict nothing.
    pub fn request_ip_not_in<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.restrictions.request_ip_not_in(ranges);
        self
    }
}

impl<C> Endpoint for CreateToken<C> {
    type Output = CreatedToken;
    const METHOD: Method = Method::POST;
    const RETURNS_SECRET: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens"]
    }

    fn validate(&self) -> Result<()> {
        require_name(&self.name)?;
        require_policies(&self.policies)?;
        self.restrictions.validate()
    }

    fn recovery_hint(&self) -> Option<String> {
        Some(format!("look for a token named {:?}, whose secret nobody holds, and delete it", self.name))
    }
}

terminals!(CreateToken -> CreatedToken);

/// Refuses names that the API does not take.
pub(super) fn require_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid_request("name", "is empty"));
    }
    let length = name.chars().count();
    if length > 120 {
        let reason = format!("has {length} characters: the API allows at most 120");
        return Err(Error::invalid_request("name", reason));
    }
    Ok(())
}
