use http::Method;
use serde::Serialize;

use crate::api::deleted::Deleted;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::{Endpoint, require_identifier};
use crate::error::Result;

/// Leaves an organization.
///
/// `DELETE /user/organizations/{organization_id}`, see the [API reference]. Cloudflare documents it for an email with a
/// Global API Key, lists no permission for a token, and calls it deprecated since 2020.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"id":"023e105f4ecef8ad9ca31a8372d0c353"}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// match client.leave_organization("023e105f4ecef8ad9ca31a8372d0c353").send() {
///     Ok(_) => println!("left"),
///     Err(error) if error.is_not_found() => println!("no member of it anyway"),
///     Err(error) => return Err(error),
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
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
        Some("look whether the organization is still listed".to_owned())
    }
}

constructors!(LeaveOrganization(organization_id));
terminals!(LeaveOrganization -> Deleted);
