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
    /// Lists the organizations that the user belongs to, or is invited to.
    pub fn organizations(&self) -> ListOrganizations<&Client> {
        ListOrganizations::on(self)
    }

    /// One organization.
    pub fn organization(&self, organization_id: impl Into<String>) -> GetOrganization<&Client> {
        GetOrganization::on(self, organization_id)
    }

    /// Leaves an organization.
    pub fn leave_organization(&self, organization_id: impl Into<String>) -> LeaveOrganization<&Client> {
        LeaveOrganization::on(self, organization_id)
    }
}
