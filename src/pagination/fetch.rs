//! Fetches one page of a list, and finds its items.

use std::ops::Range;

use crate::call::{Call, CompleteResponse, ResponseHead};
use crate::client::Client;
use crate::envelope::RawResponse;
use crate::error::{Error, Fault, Result};
use crate::page::PageInfo;

/// A page as it was received.
pub(super) struct Fetched {
    /// Its number, unless the list has one page only.
    pub(super) number: Option<u64>,
    pub(super) head: ResponseHead,
    pub(super) body: Vec<u8>,
    /// Where each item is in the body.
    pub(super) items: Vec<Range<usize>>,
    pub(super) info: Option<PageInfo>,
}

impl Fetched {
    /// Returns the error for this page, or for one of its items.
    pub(super) fn failed(&self, client: &Client, call: &Call, fault: Fault) -> Error {
        client.undecodable(call, &self.head, &self.body, fault)
    }

    /// Returns the JSON of the item at `index`.
    pub(super) fn item(&self, index: usize) -> &[u8] {
        &self.body[self.items[index].clone()]
    }

    pub(super) fn total_count(&self) -> Option<u64> {
        self.info.as_ref()?.total_count
    }

    pub(super) fn per_page(&self) -> Option<u64> {
        self.info.as_ref()?.per_page
    }
}

/// Fetches page `number` of a list.
pub(super) fn fetch_page(client: &Client, mut call: Call, number: u64) -> Result<Fetched> {
    if !call.single_page {
        call.set_parameter("page", number.to_string());
    }
    let CompleteResponse { head, body } = client.fetch(&call)?;
    let response = RawResponse {
        call: &call,
        head: &head,
        body: &body,
    };
    match response.list() {
        Ok(page) => Ok(Fetched {
            number: call.page(),
            head,
            body,
            items: page.items,
            info: page.info,
        }),
        Err(fault) => Err(client.undecodable(&call, &head, &body, fault)),
    }
}
