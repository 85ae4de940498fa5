use http::Method;
use serde::Serialize;

use crate::api::field;
use crate::api::model::{model, open_enum};
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

model! {
    /// A set of permissions, which a [`Policy`](crate::Policy) allows or denies as a whole.
    pub struct PermissionGroup [PartialEq Serialize] {
        /// Identifies the group.
        pub id: String = "id" (field::id),
        /// The name, which other groups may have too.
        pub name: Option<String> = "name",
        /// What kinds of resources the group applies to.
        pub scopes: Vec<PermissionScope> = "scopes",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The part of Cloudflare that it belongs to.
        pub category: Option<String> = "category",
    }
}

open_enum! {
    /// The kind of resources that a permission group applies to.
    pub enum PermissionScope {
        /// Accounts.
        Account = "com.cloudflare.api.account",
        /// Zones.
        Zone = "com.cloudflare.api.account.zone",
        /// The user.
        User = "com.cloudflare.api.user",
        /// R2 buckets.
        R2Bucket = "com.cloudflare.edge.r2.bucket",
    }
}
