//! The permission groups that policies refer to, and the search for one by name and scope.

mod find;
mod list;
mod model;

pub use self::list::ListPermissionGroups;
pub use self::model::{PermissionGroup, PermissionScope};

use crate::client::Client;

/// # Permission groups
impl Client {
    /// Lists the permission groups that a policy can contain.
    pub fn permission_groups(&self) -> ListPermissionGroups<&Client> {
        ListPermissionGroups::new().with_client(self)
    }
}
