use super::{PermissionGroup, PermissionScope};
use crate::api::prelude::*;

/// # Finding a permission group
impl Client {
    /// Finds the first permission group with exactly this name and this scope, in one request.
    ///
    /// Returns `None` if there is no such group. A token needs `API Tokens Read` or `API Tokens
    /// Write`. A [`Policy`](crate::Policy) takes the group's identifier;
    /// [`CreateToken`](crate::CreateToken) has an example.
    ///
    /// It searches the groups for tokens of the user. For tokens of an account, use
    /// [`permission_groups`](Self::permission_groups) with
    /// [`in_account`](crate::ListPermissionGroups::in_account).
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
        let mut first_bad_item = None;
        for group in self.permission_groups().name(name).iter() {
            match group {
                Ok(group) => {
                    if group.name.as_deref() == Some(name) && has_scope(&group, &scope) {
                        return Ok(Some(group));
                    }
                }
                Err(error) if error.is_item() => {
                    first_bad_item.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match first_bad_item {
            Some(error) => Err(error),
            None => Ok(None),
        }
    }
}

fn has_scope(group: &PermissionGroup, scope: &PermissionScope) -> bool {
    // Compared as text, because `Other` can hold the text of a variant.
    group
        .scopes
        .iter()
        .any(|known| known.as_str() == scope.as_str())
}
