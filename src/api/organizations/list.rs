use std::borrow::Cow;

use http::Method;
use serde::Serialize;

use super::{Organization, OrganizationStatus};
use crate::api::order::{Direction, Match};
use crate::api::request::{Detached, constructors, identifier, terminals};
use crate::endpoint::Endpoint;
use crate::page::Page;

/// Lists the organizations that the user belongs to, or is invited to.
///
/// `GET /user/organizations`, see the [API reference]. A token needs `Memberships Read` or `Memberships Write`;
/// Cloudflare documents it for an email with a Global API Key, and calls it deprecated since 2020.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"023e","name":"Example Inc.","roles":["Admin"]}],"result_info":{"total_pages":1}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// use cloudflare_user::OrganizationStatus;
///
/// for organization in client.organizations().status(OrganizationStatus::Member).iter() {
///     let organization = organization?;
///     println!("{:?} as {}", organization.name, organization.roles.join(", "));
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
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

/// What organizations are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganizationOrder {
    /// By identifier.
    Id,
    /// By name.
    Name,
    /// By status.
    Status,
}

impl<C> ListOrganizations<C> {
    /// Only the organization with this name, at most 100 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What to order by.
    pub fn order(mut self, order: OrganizationOrder) -> Self {
        self.order = Some(order);
        self
    }

    /// Which way to order.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Whether all filters must fit, or any; [`Match::All`] if unset.
    pub fn match_(mut self, match_: Match) -> Self {
        self.match_ = Some(match_);
        self
    }

    /// Only organizations that the user is a member of, or only those that the user is invited to.
    pub fn status(mut self, status: OrganizationStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// The page to send, or to start from, counted from 1; 1 if unset.
    pub fn page(mut self, number: u64) -> Self {
        self.page = Some(number);
        self
    }

    /// How many organizations a page holds, 5 to 50; 50 if unset.
    pub fn per_page(mut self, organizations: u64) -> Self {
        self.per_page = Some(organizations);
        self
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

constructors!(ListOrganizations { name, order, direction, match_, status, page, per_page });
terminals!(ListOrganizations -> Page<Organization>);
