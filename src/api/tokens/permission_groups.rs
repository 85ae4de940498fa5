use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::model::{debug_model, id, open_enum, or_default};
use crate::api::request::{Detached, constructors, terminals};
use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::page::Page;

/// # Permission groups
impl Client {
    /// Finds the permission group with exactly this name and this scope, in one request.
    ///
    /// `None` means that there is no such group. The same name exists with several scopes, and a policy takes the
    /// group's identifier:
    ///
    /// ```
    /// # use cloudflare_user::{Body, Client, http};
    /// # let answer = r#"{"success":true,"result":[{"id":"c8fe","name":"Zone Read","scopes":["com.cloudflare.api.account.zone"]}]}"#;
    /// # let client = Client::builder().api_token("t")
    /// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
    /// use cloudflare_user::{PermissionScope, Policy};
    ///
    /// // A policy for one zone, by the names of its permissions.
    /// let mut policy = Policy::allow().zone("023e105f4ecef8ad9ca31a8372d0c353");
    /// for name in ["Zone Read"] {
    ///     match client.find_permission_group(name, PermissionScope::Zone)? {
    ///         Some(group) => policy = policy.permission_group(group.id),
    ///         None => println!("there is no permission group named {name}"),
    ///     }
    /// }
    /// # Ok::<(), cloudflare_user::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same as for [`ListPermissionGroups`]. If no group matches and an item of the list cannot be decoded, this is
    /// the error of that item ([`is_item`](crate::Error::is_item)), since the item may be the group.
    pub fn find_permission_group(&self, name: &str, scope: PermissionScope) -> Result<Option<PermissionGroup>> {
        let mut bad_item = None;
        for group in self.permission_groups().name(name).iter() {
            match group {
                Ok(group) if group.is(name, &scope) => return Ok(Some(group)),
                Ok(_) => {}
                Err(error) if error.is_item() => bad_item = bad_item.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        bad_item.map_or(Ok(None), Err)
    }
}

impl PermissionGroup {
    fn is(&self, name: &str, scope: &PermissionScope) -> bool {
        let has_scope = |of_group: &PermissionScope| of_group.as_str() == scope.as_str();
        self.name.as_deref() == Some(name) && self.scopes.iter().any(has_scope)
    }
}

/// Lists the permission groups that policies of tokens are made of, on a single page.
///
/// `GET /user/tokens/permission_groups`, see the [API reference]. A token needs `API Tokens Read` or `API Tokens
/// Write`. To find one group by its name, use [`Client::find_permission_group`].
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"c8fe","name":"Zone Read","scopes":["com.cloudflare.api.account.zone"]}]}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// for group in client.permission_groups().iter() {
///     let group = group?;
///     println!("{} {}", group.id, group.name.unwrap_or_default());
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/subresources/permission_groups/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListPermissionGroups<C = Detached> {
    #[serde(skip)]
    client: C,
    name: Option<String>,
    scope: Option<String>,
}

impl<C> ListPermissionGroups<C> {
    /// Only groups with this name, such as `Zone Read`. Pass it unencoded.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Only groups with this scope, such as `com.cloudflare.api.account.zone`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }
}

impl<C> Endpoint for ListPermissionGroups<C> {
    type Output = Page<PermissionGroup>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", "permission_groups"]
    }
}

constructors!(ListPermissionGroups { name, scope });
terminals!(ListPermissionGroups -> Page<PermissionGroup>);

/// A set of permissions that a [`Policy`](crate::Policy) allows or denies as a whole.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct PermissionGroup {
    /// The group's identifier.
    #[serde(deserialize_with = "id", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The group's name. Groups with other scopes can have the same name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kinds of resources that the group applies to.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<PermissionScope>,
    /// What the group is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The part of Cloudflare that the group belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The fields that this crate does not know, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(PermissionGroup: id, name, scopes, description, category);

open_enum! {
    /// The kind of resources that a permission group applies to.
    pub enum PermissionScope {
        /// Accounts.
        Account = "com.cloudflare.api.account",
        /// Zones.
        Zone = "com.cloudflare.api.account.zone",
        /// Users.
        User = "com.cloudflare.api.user",
        /// R2 buckets.
        R2Bucket = "com.cloudflare.edge.r2.bucket",
    }
}
