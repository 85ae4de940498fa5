//! Fetches the pages of a list in order, and yields their items.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::mem;

use serde::de::DeserializeOwned;

use super::bad_items::{BadItem, BadItems};
use super::current_page::{CurrentPage, ItemId};
use super::end::{End, Next, PageSummary};
use super::fetch::{Fetched, fetch_page};
use super::fingerprint::Fingerprint;
use super::read_ahead::ReadAhead;
use super::seen::Seen;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::json::Budget;
use crate::page::Page;

/// A paginated list that is being read.
pub(super) struct Pager<T> {
    /// The first page that was not started yet.
    next: u64,
    pub(super) total: Option<u64>,
    state: State<T>,
}

enum State<T> {
    Reading(Box<List<T>>),
    /// The error is yielded next, after which the list is over.
    Failed(Error),
    Over,
}

/// The items of a page that were not yielded before.
pub(super) struct WholePage<T> {
    pub(super) page: Page<T>,
    pub(super) bad_items: BadItems<T>,
}

/// The items of a page so far. A panic while the next one is decoded loses none of them.
struct Collected<T> {
    items: Vec<T>,
    bad: VecDeque<BadItem>,
    budget: Budget,
}

/// A list that is not over.
struct List<T> {
    client: Client,
    call: Call,
    item_id: ItemId<T>,
    /// The page whose items are being yielded; `None` between pages.
    page: Option<CurrentPage<T>>,
    /// The items of the page that were decoded so far, if it is yielded as a whole.
    collected: Option<Collected<T>>,
    /// The page before it.
    previous: Fingerprint,
    end: End,
    seen: Seen,
    read_ahead: Option<ReadAhead>,
}

impl<T> Pager<T> {
    /// Starts a list; `call` is an error if the request was refused.
    pub(super) fn new(client: Client, call: Result<Call>, item_id: ItemId<T>) -> Self {
        match call {
            Ok(call) => {
                let first_page = call.page().unwrap_or(1);
                Self {
                    next: first_page,
                    total: None,
                    state: State::Reading(Box::new(List::new(client, call, item_id, first_page))),
                }
            }
            Err(error) => Self {
                next: 1,
                total: None,
                state: State::Failed(error),
            },
        }
    }

    pub(super) fn read_ahead(&mut self, pages: usize) {
        if let State::Reading(list) = &mut self.state {
            list.read_ahead = (pages > 0).then(|| ReadAhead::new(&list.client, pages));
        }
    }

    /// Returns the first page that was not yet yielded whole.
    pub(super) fn next_page(&self) -> u64 {
        match self.current_page() {
            Some(page) => page.number,
            None => self.next,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Whether items of a page are left to be yielded.
    pub(super) fn is_in_page(&self) -> bool {
        self.current_page().is_some()
    }

    fn current_page(&self) -> Option<&CurrentPage<T>> {
        match &self.state {
            State::Reading(list) => list.page.as_ref(),
            State::Failed(_) | State::Over => None,
        }
    }

    /// Decides what follows the current page, all of whose items were yielded, and returns it.
    fn finish_page(&mut self) -> Option<Fetched> {
        let State::Reading(list) = &mut self.state else {
            return None;
        };
        let page = list.page.take()?;
        self.next = page.number.saturating_add(1);
        match list.after(&page) {
            Next::Page => {}
            Next::End(reason) => {
                log::debug!("list ended: {reason}");
                self.state = State::Over;
            }
            Next::Failure(reason) => {
                self.next = page.number;
                let fault = Fault::Decode(reason.into());
                let error = page.fetched.failed(&list.client, &list.call, fault);
                self.state = State::Failed(error);
            }
        }
        Some(page.fetched)
    }
}

impl<T: DeserializeOwned> Pager<T> {
    /// Goes to the next page; `None` if the list is over. The page may turn out to have no new
    /// item.
    pub(super) fn advance(&mut self) -> Option<Result<()>> {
        match mem::replace(&mut self.state, State::Over) {
            State::Failed(error) => return Some(Err(error)),
            state => self.state = state,
        }
        let State::Reading(list) = &mut self.state else {
            return None;
        };
        let number = self.next;
        match list.fetch(number) {
            Ok(fetched) => {
                self.total = fetched.total_count().or(self.total);
                list.start_page(number, fetched);
                Some(Ok(()))
            }
            Err(error) if list.is_past_end(number, &error) => {
                log::debug!("list ended: page {number} does not exist");
                self.state = State::Over;
                None
            }
            Err(error) => {
                self.state = State::Over;
                Some(Err(error))
            }
        }
    }

    /// Returns the next item of the current page that was not yielded before; `None` after the last
    /// one. `read` gets the JSON of a good item.
    #[inline]
    pub(super) fn next_item(&mut self, read: impl FnOnce(&[u8])) -> Option<Result<T>> {
        let State::Reading(list) = &mut self.state else {
            return None;
        };
        let page = list.page.as_mut()?;
        let mut budget = Budget::Each(list.client.shared.max_response_size);
        let item = match page.next_item(&mut budget, list.item_id, &mut list.seen) {
            Some(Ok(())) => {
                read(page.last_json());
                page.take_item().map(Ok)
            }
            Some(Err(bad)) => Some(Err(bad.error::<T>(&list.client, &list.call, &page.fetched))),
            None => None,
        };
        if page.items_left() == 0 {
            self.finish_page();
        }
        item
    }

    /// Returns the items of the current page that were not yielded before. `None` between pages.
    pub(super) fn whole_page(&mut self) -> Option<WholePage<T>> {
        let State::Reading(list) = &mut self.state else {
            return None;
        };
        let page = list.page.as_mut()?;
        let limit = list.client.shared.max_response_size;
        let collected = list
            .collected
            .get_or_insert_with(|| Collected::for_page(page, limit));
        let budget = &mut collected.budget;
        while let Some(item) = page.next_item(budget, list.item_id, &mut list.seen) {
            match item {
                Ok(()) => {
                    if let Some(item) = page.take_item() {
                        collected.items.push(item);
                    }
                }
                Err(bad) => collected.bad.push_back(bad),
            }
        }
        let Collected { items, bad, .. } = list.collected.take()?;
        let (number, info) = (page.number, page.fetched.info.clone());
        let (client, call) = (list.client.clone(), list.call.clone());
        let page = self.finish_page()?;
        Some(WholePage {
            page: Page { items, info },
            bad_items: BadItems {
                client,
                call,
                number,
                page,
                left: bad,
                model: PhantomData,
            },
        })
    }
}

impl<T> Collected<T> {
    fn for_page(page: &CurrentPage<T>, limit: usize) -> Self {
        let most_items = limit / size_of::<T>().max(1);
        let items = page.items_left();
        Self {
            items: Vec::with_capacity(items.min(most_items)),
            bad: VecDeque::new(),
            budget: Budget::for_page::<T>(&page.fetched.body, items, limit),
        }
    }
}

impl<T> List<T> {
    fn new(client: Client, call: Call, item_id: ItemId<T>, first_page: u64) -> Self {
        let requested_size = call
            .parameter("per_page")
            .and_then(|size| size.parse().ok());
        Self {
            client,
            call,
            item_id,
            page: None,
            collected: None,
            previous: Fingerprint::default(),
            end: End::new(first_page, requested_size),
            seen: Seen::default(),
            read_ahead: None,
        }
    }

    /// Fetches a page, or takes it from the threads that read ahead.
    fn fetch(&mut self, number: u64) -> Result<Fetched> {
        let ahead = match &mut self.read_ahead {
            Some(read_ahead) => read_ahead.page(number),
            None => None,
        };
        let fetched = match ahead {
            Some(fetched) => fetched?,
            None => fetch_page(&self.client, self.call.clone(), number)?,
        };
        if let Some(info) = &fetched.info {
            self.end.note_totals(info);
        }
        if let Some(read_ahead) = &mut self.read_ahead
            && !self.call.single_page
            && let Some(next) = number.checked_add(1)
        {
            let last = self.end.last_page(fetched.per_page());
            read_ahead.fetch(&self.client, &self.call, next, last);
        }
        Ok(fetched)
    }

    /// Whether an error means that page `number` is past the end. A gateway does not know.
    fn is_past_end(&self, number: u64, error: &Error) -> bool {
        error.kind() != ErrorKind::Gateway
            && error
                .status()
                .is_some_and(|status| self.end.is_past_end(number, status, error.api_errors()))
    }

    /// Decides what follows a page, all of whose items were yielded.
    fn after(&mut self, page: &CurrentPage<T>) -> Next {
        let summary = PageSummary {
            number: page.number,
            items: page.fetched.items.len() as u64,
            new_items: page.yielded,
            equals_previous: page.fingerprint == self.previous,
            per_page: page.fetched.per_page(),
        };
        self.previous = page.fingerprint;
        if self.call.single_page {
            Next::End("it has one page".to_owned())
        } else if page.number == u64::MAX {
            Next::End("there is no larger page number".to_owned())
        } else {
            self.end.after(summary)
        }
    }
}

impl<T: DeserializeOwned> List<T> {
    fn start_page(&mut self, number: u64, fetched: Fetched) {
        let page = CurrentPage::start(
            number,
            fetched,
            &self.previous,
            self.item_id,
            &mut self.seen,
            self.client.shared.max_response_size,
        );
        self.page = Some(page);
    }
}
