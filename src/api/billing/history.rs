use std::borrow::Cow;

use http::Method;
use serde::Serialize;
use time::OffsetDateTime;

use super::BillingItem;
use crate::api::date::DateOrDateTime;
use crate::api::request::{Detached, constructors, identifier, terminals};
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::page::Page;

/// Lists what was charged to the user.
///
/// `GET /user/billing/history`, see the [API reference]. A token needs `Billing Read` or `Billing Write`. Cloudflare
/// calls it deprecated since 2023, and names nothing in its place.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"id":"1","amount":20},{"id":"2","amount":"3.45 usd"}],"result_info":{"total_pages":1}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// // An amount is a number or a text such as `3.45 usd`: see `Amount`.
/// let mut total = 0.0;
/// for item in client.billing_history().kind("charge").iter() {
///     total += item?.amount.and_then(|amount| amount.as_f64()).unwrap_or_default();
/// }
/// assert_eq!(format!("{total:.2}"), "23.45");
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/billing/subresources/history/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListBillingHistory<C = Detached> {
    #[serde(skip)]
    client: C,
    action: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    occurred_at: Option<DateOrDateTime>,
    order: Option<BillingOrder>,
    page: Option<u64>,
    per_page: Option<u64>,
}

/// What the billing history is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingOrder {
    /// By the kind of item.
    Type,
    /// By time.
    OccurredAt,
    /// By action.
    Action,
}

impl<C> ListBillingHistory<C> {
    /// Only items of this action, such as `subscription`; at most 30 characters.
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Only items of this kind, such as `charge`; at most 30 characters.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Only what was charged at this instant.
    pub fn occurred_at(mut self, instant: OffsetDateTime) -> Self {
        self.occurred_at = Some(instant.into());
        self
    }

    /// What to order the items by.
    pub fn order(mut self, order: BillingOrder) -> Self {
        self.order = Some(order);
        self
    }

    /// The page to send, or to start from, counted from 1; 1 if unset.
    pub fn page(mut self, number: u64) -> Self {
        self.page = Some(number);
        self
    }

    /// How many items a page holds, 5 to 50; 50 if unset.
    pub fn per_page(mut self, items: u64) -> Self {
        self.per_page = Some(items);
        self
    }
}

impl<C> Endpoint for ListBillingHistory<C> {
    type Output = Page<BillingItem>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(50);

    fn path(&self) -> Vec<&str> {
        vec!["user", "billing", "history"]
    }

    fn item_id(item: &BillingItem) -> Option<Cow<'_, str>> {
        identifier(&item.id)
    }

    fn validate(&self) -> Result<()> {
        self.occurred_at.map_or(Ok(()), |instant| instant.check("occurred_at"))
    }
}

constructors!(ListBillingHistory { action, kind, occurred_at, order, page, per_page });
terminals!(ListBillingHistory -> Page<BillingItem>);
