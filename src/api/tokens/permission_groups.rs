use crate::api::prelude::*;

/// # Permission groups
impl Client {
    /// Finds the first permission group with exactly this name and this scope, in one request.
    ///
    /// Returns `None` if there is no such group. A token needs `API Tokens Read` or `API Tokens
    /// Write`. A [`Policy`](crate::Policy) takes the group's identifier;
    /// [`CreateToken`](crate::CreateToken) has an example.
    ///
    /// # Errors
    ///
    /// The same as for [`send`](Self::send). If no group matches and an item of the list cannot be
    /// decoded, this is the error of that item ([`is_item`](crate::Error::is_item)), because the
    /// item may be the group.
    pub fn find_permission_group(
        &self,
        name: &str,
        scope: PermissionScope,
    ) -> Result<Option<PermissionGroup>> {
        // Compared as text, because `Other` can hold the text of a variant.
        let has_scope = |group: &PermissionGroup| {
            group
                .scopes
                .iter()
                .any(|known| known.as_str() == scope.as_str())
        };
        let mut bad_item = None;
        for group in self.permission_groups().name(name).iter() {
            match group {
                Ok(group) if group.name.as_deref() == Some(name) && has_scope(&group) => {
                    return Ok(Some(group));
                }
                Ok(_) => {}
                Err(error) if error.is_item() => bad_item = bad_item.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        bad_item.map_or(Ok(None), Err)
    }
}

/// Lists the permission groups that a policy can contain, on a single page.
///
/// `GET /user/tokens/permission_groups`, see the [API reference]. A token needs `API Tokens Read`
/// or `API Tokens Write`. To find one group by its name, use [`Client::find_permission_group`].
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

parameters!(ListPermissionGroups {
    /// Lists only groups with this name, such as `Zone Read`. Pass it unencoded.
    name: impl Into<String>,
    /// Lists only groups with this scope, such as `com.cloudflare.api.account.zone`.
    scope: impl Into<String>,
});

impl<C> Endpoint for ListPermissionGroups<C> {
    type Output = Page<PermissionGroup>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "tokens", "permission_groups"]
    }
}

terminals!(ListPermissionGroups -> Page<PermissionGroup>);

model! {
    /// A group of permissions that a [`Policy`](crate::Policy) allows or denies.
    pub struct PermissionGroup {
        /// The group's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The group's name. Groups with other scopes can have the same name.
        pub name: Option<String>,
        /// The kinds of resources that the group applies to.
        #[serde(deserialize_with = "or_default")]
        pub scopes: Vec<PermissionScope>,
        /// The purpose of the group.
        pub description: Option<String>,
        /// The part of Cloudflare that the group belongs to.
        pub category: Option<String>,
    }
}

open_enum! {
    /// The kind of resources that a permission group applies to.
    pub enum PermissionScope {
        /// Accounts: `com.cloudflare.api.account`.
        Account = "com.cloudflare.api.account",
        /// Zones: `com.cloudflare.api.account.zone`.
        Zone = "com.cloudflare.api.account.zone",
        /// Users: `com.cloudflare.api.user`.
        User = "com.cloudflare.api.user",
        /// R2 buckets: `com.cloudflare.edge.r2.bucket`.
        R2Bucket = "com.cloudflare.edge.r2.bucket",
    }
}
