//! The organizations that the user belongs to.

mod get;
mod leave;
mod list;
mod model;

pub use self::get::GetOrganization;
pub use self::leave::LeaveOrganization;
pub use self::list::{ListOrganizations, OrganizationOrder};
pub use self::model::{Organization, OrganizationStatus};

use crate::client::Client;

/// # Organizations
impl Client {
    /// Lists the organizations that the user belongs to or is invited to.
    pub fn organizations(&self) -> ListOrganizations<&Client> {
        ListOrganizations::new().with_client(self)
    }

    /// Gets an organization.
    pub fn organization(&self, organization_id: impl Into<String>) -> GetOrganization<&Client> {
        GetOrganization::new(organization_id).with_client(self)
    }

    /// Leaves an organization.
    pub fn leave_organization(
        &self,
        organization_id: impl Into<String>,
    ) -> LeaveOrganization<&Client> {
        LeaveOrganization::new(organization_id).with_client(self)
    }
}
