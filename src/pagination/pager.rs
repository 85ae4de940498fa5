//! Fetches the pages of a list in order, and yields their items.

use std::mem;

use serde::de::DeserializeOwned;

use super::current_page::{CurrentPage, ItemId};
use super::end::{End, Next, PageSummary};
use super::fetch::{Fetched, fetch_page};
use super::fingerprint::Fingerprint;
use super::read_ahead::ReadAhead;
use super::seen::Seen;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Fault, Result};
use crate::page::PageInfo;

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

/// A list that is not over.
struct List<T> {
    client: Client,
    call: Call,
    item_id: ItemId<T>,
    /// The page whose items are being yielded; `None` between pages.
    page: Option<CurrentPage<T>>,
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

    /// Returns the `result_info` of the current page.
    pub(super) fn info(&self) -> Option<PageInfo> {
        self.current_page()?.fetched.info.clone()
    }

    /// Returns how many items of the current page are left, duplicates included.
    pub(super) fn items_left(&self) -> usize {
        self.current_page().map_or(0, CurrentPage::items_left)
    }

    fn current_page(&self) -> Option<&CurrentPage<T>> {
        match &self.state {
            State::Reading(list) => list.page.as_ref(),
            State::Failed(_) | State::Over => None,
        }
    }

    /// Decides what follows the current page, all of whose items were yielded.
    fn finish_page(&mut self) {
        let State::Reading(list) = &mut self.state else {
            return;
        };
        let Some(page) = list.page.take() else {
            return;
        };
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
    /// one.
    #[inline]
    pub(super) fn next_item(&mut self) -> Option<Result<T>> {
        let State::Reading(list) = &mut self.state else {
            return None;
        };
        let page = list.page.as_mut()?;
        let item = match page.next_item(list.item_id, &mut list.seen) {
            Some(Ok(item)) => Some(Ok(item)),
            Some(Err(fault)) => Some(Err(page.fetched.failed(&list.client, &list.call, fault))),
            None => None,
        };
        if page.items_left() == 0 {
            self.finish_page();
        }
        item
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
            previous: Fingerprint::default(),
            end: End::new(first_page, requested_size),
            seen: Seen::default(),
            read_ahead: None,
        }
    }

    /// Fetches a page, or takes it from the threads that read ahead.
    fn fetch(&mut self, number: u64) -> Result<Fetched> {
        let ahead = match &self.read_ahead {
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
        {
            let last = self.end.last_page(fetched.per_page());
            read_ahead.fetch(&self.client, &self.call, number.saturating_add(1), last);
        }
        Ok(fetched)
    }

    fn is_past_end(&self, number: u64, error: &Error) -> bool {
        self.end
            .is_past_end(number, error.status(), error.api_errors())
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
        );
        self.page = Some(page);
    }
}
