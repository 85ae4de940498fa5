//! The items of a page that could not be decoded, and their errors.

use std::collections::VecDeque;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::fetch::Fetched;
use crate::call::Call;
use crate::client::Client;
use crate::envelope::{too_large_item, undecodable_item};
use crate::error::Error;

/// The index of an item that could not be decoded.
#[derive(Debug, Clone, Copy)]
pub(super) enum BadItem {
    Undecodable(usize),
    /// It was not decoded, because of the memory that it would take.
    TooLarge(usize),
}

impl BadItem {
    /// Returns the error of this item.
    // It is made when it is yielded, because an error can take much more memory than its item.
    pub(super) fn error<T: DeserializeOwned>(
        self,
        client: &Client,
        call: &Call,
        page: &Fetched,
    ) -> Error {
        let fault = match self {
            Self::Undecodable(index) => undecodable_item::<T>(page.number, page.item(index), index),
            Self::TooLarge(index) => too_large_item(page.number, page.item(index), index),
        };
        page.failed(client, call, fault)
    }
}

/// The bad items of a page whose good ones were yielded.
pub(super) struct BadItems<T> {
    pub(super) client: Client,
    pub(super) call: Call,
    pub(super) number: u64,
    pub(super) page: Fetched,
    pub(super) left: VecDeque<BadItem>,
    pub(super) model: PhantomData<fn() -> T>,
}

impl<T> BadItems<T> {
    pub(super) fn len(&self) -> usize {
        self.left.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }
}

impl<T: DeserializeOwned> BadItems<T> {
    pub(super) fn next_error(&mut self) -> Option<Error> {
        let bad = self.left.pop_front()?;
        Some(bad.error::<T>(&self.client, &self.call, &self.page))
    }
}
