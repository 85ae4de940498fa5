use super::{Organization, OrganizationStatus};
use crate::api::prelude::*;

/// Lists the organizations that the user belongs to or is invited to.
///
/// `GET /user/organizations`, see the [API reference]. A token needs `Memberships Read` or
/// `Memberships Write`. Cloudflare's examples use an email and Global API Key. It deprecated the
/// endpoint in 2020.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/organizations/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListOrganizations<C = Detached> {
    #[serde(skip)]
    client: C,
    name: Option<String>,
    order: Option<OrganizationOrder>,
    direction: Option<Direction>,
    #[serde(rename = "match")]
    match_: Option<Match>,
    status: Option<OrganizationStatus>,
    page: Option<u64>,
    per_page: Option<u64>,
}

parameters!(ListOrganizations {
    /// Lists only the organization with this name, at most 100 characters.
    name: impl Into<String>,
    /// Sets the field that the organizations are ordered by.
    order: OrganizationOrder,
    /// Sets the direction of the order.
    direction: Direction,
    /// Sets how many of the filters an organization must match. The default is [`Match::All`].
    match_: Match,
    /// Lists only organizations that the user is a member of, or only those that the user is
    /// invited to.
    status: OrganizationStatus,
    /// Sets the first page, counted from 1. The default is 1.
    page: u64,
    /// Sets how many organizations a page has, 5 to 50. The default is 50.
    per_page: u64,
});

/// The field that organizations are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganizationOrder {
    /// The identifier.
    Id,
    /// The name.
    Name,
    /// The status.
    Status,
}

impl<C> Endpoint for ListOrganizations<C> {
    type Output = Page<Organization>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(50);

    fn path(&self) -> Vec<&str> {
        vec!["user", "organizations"]
    }

    fn item_id(organization: &Organization) -> Option<Cow<'_, str>> {
        identifier(&organization.id)
    }
}

terminals!(ListOrganizations -> Page<Organization>);
