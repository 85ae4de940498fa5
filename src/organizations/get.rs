use http::Method;
use serde::Serialize;

use super::Organization;
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;
use crate::request::{Detached, terminals};

/// Answers one organization that the user belongs to.
///
/// `GET /user/organizations/{organization_id}`, see the [API reference]. Cloudflare calls it deprecated since 2020, and
/// does not document what it answers.
///
/// ```
/// # fn example(client: &cloudflare_user::Client) -> cloudflare_user::Result<()> {
/// let organization = client.organization("023e105f4ecef8ad9ca31a8372d0c353").send()?;
/// println!("{:?}", organization.permissions);
/// # Ok(())
/// # }
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/organizations/methods/get/
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetOrganization<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    organization_id: String,
}

impl GetOrganization {
    /// Makes the detached request.
    pub fn new(organization_id: impl Into<String>) -> Self {
        Self::on(Detached, organization_id)
    }
}

impl<C> GetOrganization<C> {
    pub(super) fn on(client: C, organization_id: impl Into<String>) -> Self {
        Self {
            client,
            organization_id: organization_id.into(),
        }
    }
}

impl<C> Endpoint for GetOrganization<C> {
    type Output = Organization;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "organizations", &self.organization_id]
    }

    fn check(&self) -> Result<()> {
        require_identifier("organization_id", &self.organization_id)
    }
}

terminals!(GetOrganization -> Organization);
