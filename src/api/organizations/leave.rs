use crate::api::prelude::*;

/// Leaves an organization.
///
/// `DELETE /user/organizations/{organization_id}`, see the [API reference]. Cloudflare documents
/// only an email and Global API Key as the credential, and no permission for a token. Cloudflare
/// deprecated the endpoint in 2020.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/organizations/methods/delete/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct LeaveOrganization<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    organization_id: String,
}

constructors!(LeaveOrganization(organization_id: impl Into<String>));

impl<C> Endpoint for LeaveOrganization<C> {
    type Output = Deleted;
    const METHOD: Method = Method::DELETE;
    const UNWRAPPED: bool = true;

    fn path(&self) -> Vec<&str> {
        vec!["user", "organizations", &self.organization_id]
    }

    fn validate(&self) -> Result<()> {
        require_identifier("organization_id", &self.organization_id)
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("check whether the organization is still in the list".to_owned())
    }
}

terminals!(LeaveOrganization -> Deleted);
