use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::model::{debug_model, id, open_enum, or_default};
use crate::api::request::{Detached, detached_default, terminals};
use crate::endpoint::Endpoint;
use crate::page::Page;

/// Lists the permission groups that policies of tokens are made of, all on one page.
///
/// `GET /user/tokens/permission_groups`, see the [API reference]. A token needs `API Tokens Read` or `API Tokens
/// Write`. A name may stand for several groups with different scopes: keep the identifier.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"c8fe","name":"Zone Read","scopes":["com.cloudflare.api.account.zone"]}]}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::{PermissionScope, Policy};
///
/// let groups = client.permission_groups().name("Zone Read").send()?;
/// let of_zones = groups.items.iter().find(|group| group.scopes.contains(&PermissionScope::Zone));
/// let policy = of_zones.map(|group| {
///     Policy::allow().permission_group(&group.id).resource("com.cloudflare.api.account.zone.*", "*")
/// });
/// assert!(policy.is_some());
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

impl ListPermissionGroups {
    /// Makes the detached request, without a filter.
    pub fn new() -> Self {
        Self::on(Detached)
    }
}

impl<C> ListPermissionGroups<C> {
    pub(super) fn on(client: C) -> Self {
        Self {
            client,
            name: None,
            scope: None,
        }
    }

    /// Only groups with this name, such as `Zone Read`. As it is: it is encoded on its way.
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

detached_default!(ListPermissionGroups);
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
