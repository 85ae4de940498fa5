use http::Method;
use serde::Serialize;

use super::Organization;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;

/// Answers one organization that the user belongs to.
///
/// `GET /user/organizations/{organization_id}`, see the [API reference]. Cloudflare documents it for an email with a
/// Global API Key, lists no permission for a token, does not say what it answers, and calls it deprecated since 2020.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r##"{"success":true,"result":{"id":"023e","permissions":["#zones:read"]}}"##;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// let organization = client.organization("023e105f4ecef8ad9ca31a8372d0c353").send()?;
/// let may_edit_zones = organization.permissions.iter().any(|permission| permission == "#zones:edit");
/// assert!(!may_edit_zones);
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
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

constructors!(GetOrganization(organization_id));
terminals!(GetOrganization -> Organization);
