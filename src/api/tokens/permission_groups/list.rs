use super::PermissionGroup;
use crate::api::prelude::*;

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
    #[serde(skip)]
    owner: Owner,
    name: Option<String>,
    scope: Option<String>,
}

constructors!(ListPermissionGroups { owner, name, scope });

impl<C> ListPermissionGroups<C> {
    /// Lists the permission groups that a policy of an account's token can contain:
    /// `GET /accounts/{account_id}/tokens/permission_groups`.
    ///
    /// A token needs `Account API Tokens Read` or `Account API Tokens Write`. See
    /// [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }

    /// Lists only groups with this name, such as `Zone Read`. Pass it unencoded.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Lists only groups with this scope, such as `com.cloudflare.api.account.zone`.
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
        self.owner.path(&["tokens", "permission_groups"])
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()
    }
}

terminals!(ListPermissionGroups -> Page<PermissionGroup>);
