use super::{Organization, OrganizationStatus};
use crate::api::prelude::*;

/// Lists the organizations that the user belongs to or is invited to.
///
/// `GET /user/organizations`, see the [API reference]. A token needs `Memberships Read` or
/// `Memberships Write`. Cloudflare's examples use an email and Global API Key. Cloudflare
/// deprecated the endpoint in 2020.
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

constructors!(ListOrganizations {
    name,
    order,
    direction,
    match_,
    status,
    page,
    per_page,
});

impl<C> ListOrganizations<C> {
    /// Lists only the organization with this name, at most 100 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the field that the organizations are ordered by.
    pub fn order(mut self, order: OrganizationOrder) -> Self {
        self.order = Some(order);
        self
    }

    /// Sets the direction of the order.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Sets how many of the filters an organization must match. The default is [`Match::All`].
    pub fn match_(mut self, filters: Match) -> Self {
        self.match_ = Some(filters);
        self
    }

    /// Lists only organizations that the user is a member of, or only those that the user is
    /// invited to.
    pub fn status(mut self, status: OrganizationStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the first page, counted from 1. The default is 1.
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets how many organizations a page has, 5 to 50. The default is 50.
    pub fn per_page(mut self, per_page: u64) -> Self {
        self.per_page = Some(per_page);
        self
    }
}

sent_enum! {
    /// The field that organizations are ordered by.
    pub enum OrganizationOrder {
        /// The identifier.
        Id = "id",
        /// The name.
        Name = "name",
        /// The status.
        Status = "status",
    }
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
