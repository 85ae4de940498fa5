use super::Organization;
use crate::api::prelude::*;

/// Gets an organization that the user belongs to.
///
/// `GET /user/organizations/{organization_id}`, see the [API reference]. Cloudflare documents only
/// an email and Global API Key as the credential, no permission for a token, and no response.
/// Cloudflare deprecated the endpoint in 2020.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/organizations/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetOrganization<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    organization_id: String,
}

constructors!(GetOrganization(organization_id: impl Into<String>));

impl<C> Endpoint for GetOrganization<C> {
    type Output = Organization;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user", "organizations", &self.organization_id]
    }

    fn validate(&self) -> Result<()> {
        require_identifier("organization_id", &self.organization_id)
    }
}

terminals!(GetOrganization -> Organization);
