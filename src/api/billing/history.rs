use super::BillingItem;
use crate::api::prelude::*;

/// Lists the items that the user was charged for.
///
/// `GET /user/billing/history`, see the [API reference]. A token needs `Billing Read` or `Billing
/// Write`. Cloudflare deprecated the endpoint in 2023, and names no replacement. The API has no
/// filter for a period: compare [`BillingItem::occurred_at`] of each item instead.
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

constructors!(ListBillingHistory {
    action,
    kind,
    occurred_at,
    order,
    page,
    per_page
});

impl<C> ListBillingHistory<C> {
    /// Lists only items of this action, such as `subscription`; at most 30 characters.
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Lists only items of this kind, such as `charge`; at most 30 characters.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Lists only items that were charged at this instant.
    pub fn occurred_at(mut self, occurred_at: OffsetDateTime) -> Self {
        self.occurred_at = Some(occurred_at.into());
        self
    }

    /// Sets the field that the items are ordered by. Cloudflare documents neither the direction of
    /// the order nor the default.
    pub fn order(mut self, order: BillingOrder) -> Self {
        self.order = Some(order);
        self
    }

    /// Sets the first page, counted from 1. The default is 1.
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets how many items a page has, 5 to 50. The default is 50.
    pub fn per_page(mut self, per_page: u64) -> Self {
        self.per_page = Some(per_page);
        self
    }
}

sent_enum! {
    /// The field that the billing history is ordered by.
    pub enum BillingOrder {
        /// The kind of item.
        Type = "type",
        /// The time of the charge.
        OccurredAt = "occurred_at",
        /// The action.
        Action = "action",
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
        if let Some(occurred_at) = self.occurred_at {
            occurred_at.check("occurred_at")?;
        }
        Ok(())
    }
}

terminals!(ListBillingHistory -> Page<BillingItem>);
