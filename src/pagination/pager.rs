//! Fetches the pages of a list in order, and decodes their items one by one.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::de::DeserializeOwned;

use super::end::{End, Next, PageSummary};
use super::fetch::{Fetched, fetch_page};
use super::read_ahead::ReadAhead;
use super::seen::Seen;
use crate::call::Call;
use crate::client::Client;
use crate::envelope::decode_item;
use crate::error::{Error, Fault, Result};
use crate::page::PageInfo;

/// The current page of a list, and the state that leads to the next one.
pub(super) struct Pager<T> {
    client: Client,
    /// `None` if the request was refused.
    call: Option<Call>,
    item_id: fn(&T) -> Option<Cow<'_, str>>,
    /// The error to yield next, after which the list is over.
    error: Option<Error>,
    next: u64,
    page: Option<CurrentPage<T>>,
    previous: Fingerprint,
    pub(super) total: Option<u64>,
    end: End,
    seen: Seen,
    read_ahead: Option<ReadAhead>,
    is_over: bool,
}

/// A page whose items are being yielded.
struct CurrentPage<T> {
    number: u64,
    fetched: Fetched,
    /// The index of the first item that was not decoded yet.
    next: usize,
    /// Items that were decoded and not yielded yet.
    decoded: VecDeque<Result<T, Fault>>,
    new_items: u64,
    fingerprint: Fingerprint,
}

/// Identifies the items of a page, to compare it with other pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Fingerprint {
    /// A hash of all items in their order, by their identifiers where they have one.
    items: u64,
    /// A hash of the items without an identifier.
    without_id: u64,
    count_without_id: usize,
}

/// Whether an item was yielded before, judged by its identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    New,
    Duplicate,
    /// It has no identifier, or cannot be decoded.
    Unknown,
}

impl<T> Pager<T> {
    pub(super) fn new(
        client: Client,
        call: Result<Call>,
        item_id: fn(&T) -> Option<Cow<'_, str>>,
    ) -> Self {
        let (call, error) =
            call.map_or_else(|error| (None, Some(error)), |call| (Some(call), None));
        let parameter = |name| call.as_ref()?.parameter(name)?.parse().ok();
        let next = parameter("page").unwrap_or(1);
        Self {
            end: End::new(next, parameter("per_page")),
            client,
            call,
            item_id,
            error,
            next,
            page: None,
            previous: Fingerprint::default(),
            total: None,
            seen: Seen::default(),
            read_ahead: None,
            is_over: false,
        }
    }

    pub(super) fn read_ahead(&mut self, pages: usize) {
        self.read_ahead = (pages > 0).then(|| ReadAhead::new(&self.client, pages));
    }

    /// Returns the first page that was not yet yielded whole.
    pub(super) fn next_page(&self) -> u64 {
        self.page.as_ref().map_or(self.next, |page| page.number)
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over && self.page.is_none() && self.error.is_none()
    }

    /// Returns the `result_info` of the current page.
    pub(super) fn info(&self) -> Option<PageInfo> {
        self.page.as_ref()?.fetched.info.clone()
    }

    /// Returns how many items of the current page are left, duplicates included.
    pub(super) fn items_left(&self) -> usize {
        let left =
            |page: &CurrentPage<T>| page.fetched.items.len() - page.next + page.decoded.len();
        self.page.as_ref().map_or(0, left)
    }

    fn stop(&mut self) {
        self.is_over = true;
        self.read_ahead = None;
    }

    /// Decides what follows the current page, all of whose items were yielded.
    fn finish_page(&mut self) {
        let Some(page) = self.page.take() else { return };
        let summary = PageSummary {
            number: page.number,
            items: page.fetched.items.len() as u64,
            new_items: page.new_items,
            equals_previous: page.fingerprint == self.previous,
            per_page: page.fetched.per_page(),
        };
        self.previous = page.fingerprint;
        self.next = page.number.saturating_add(1);
        let next = match &self.call {
            Some(call) if call.single_page => Next::End("it has one page".to_owned()),
            _ if page.number == u64::MAX => Next::End("there is no larger page number".to_owned()),
            _ => self.end.after(summary),
        };
        match next {
            Next::Page => {}
            Next::End(reason) => {
                log::debug!("list ended: {reason}");
                self.stop();
            }
            Next::Failure(reason) => {
                self.next = page.number;
                let failed = |call| {
                    page.fetched
                        .failed(&self.client, call, Fault::Decode(reason.into()))
                };
                self.error = self.call.as_ref().map(failed);
                self.stop();
            }
        }
    }
}

impl<T: DeserializeOwned> Pager<T> {
    /// Goes to the next page; `None` if the list is over. The page may turn out to have no new
    /// item.
    pub(super) fn advance(&mut self) -> Option<Result<()>> {
        if let Some(error) = self.error.take() {
            self.stop();
            return Some(Err(error));
        }
        if self.is_over {
            return None;
        }
        let number = self.next;
        let call = self.call.as_ref()?;
        let ahead = self
            .read_ahead
            .as_ref()
            .and_then(|ahead| ahead.page(number));
        let fetched = match ahead.unwrap_or_else(|| fetch_page(&self.client, call.clone(), number))
        {
            Ok(fetched) => fetched,
            Err(error) => {
                self.stop();
                if self
                    .end
                    .is_past_end(number, error.status(), error.api_errors())
                {
                    log::debug!("list ended: page {number} does not exist");
                    return None;
                }
                return Some(Err(error));
            }
        };
        if let Some(info) = &fetched.info {
            self.end.note_totals(info);
            self.total = info.total_count.or(self.total);
        }
        if let (Some(ahead), false) = (&mut self.read_ahead, call.single_page) {
            let last = self.end.last_page(fetched.per_page());
            ahead.fetch(&self.client, call, number.saturating_add(1), last);
        }
        self.start_page(number, fetched);
        Some(Ok(()))
    }

    /// Returns the next item of the current page that was not yielded before; `None` after the last
    /// one.
    #[inline]
    pub(super) fn next_item(&mut self) -> Option<Result<T>> {
        loop {
            let call = self.call.as_ref()?;
            let page = self.page.as_mut()?;
            let item = match page.decoded.pop_front() {
                Some(item) => item,
                None => match page.decode_next(self.item_id, &mut self.seen) {
                    Some((_, Identity::Duplicate)) => continue,
                    Some((item, _)) => item,
                    None => {
                        self.finish_page();
                        return None;
                    }
                },
            };
            page.new_items += 1;
            let item = item.map_err(|fault| page.fetched.failed(&self.client, call, fault));
            if self.items_left() == 0 {
                self.finish_page();
            }
            return Some(item);
        }
    }

    /// Decodes the items of a page up to the first new one, or all if there is none.
    ///
    /// Items without an identifier are new if any other item of the page is, or if they are not
    /// those of the page before. So they are kept until that is known.
    fn start_page(&mut self, number: u64, fetched: Fetched) {
        let mut page = CurrentPage {
            number,
            fetched,
            next: 0,
            decoded: VecDeque::new(),
            new_items: 0,
            fingerprint: Fingerprint::default(),
        };
        loop {
            match page.decode_next(self.item_id, &mut self.seen) {
                Some((_, Identity::Duplicate)) => {}
                Some((item, identity)) => {
                    page.decoded.push_back(item);
                    if identity == Identity::New {
                        break;
                    }
                }
                None => {
                    if page.repeats_items_without_id(&self.previous, &mut self.seen) {
                        page.decoded.clear();
                    }
                    break;
                }
            }
        }
        self.page = Some(page);
    }
}

impl<T: DeserializeOwned> CurrentPage<T> {
    #[inline]
    fn decode_next(
        &mut self,
        item_id: fn(&T) -> Option<Cow<'_, str>>,
        seen: &mut Seen,
    ) -> Option<(Result<T, Fault>, Identity)> {
        let index = self.next;
        let text = &self.fetched.text[self.fetched.items.get(index)?.clone()];
        self.next += 1;
        let item = decode_item(self.fetched.page, text, index);
        let id = item.as_ref().ok().and_then(item_id).map(|id| seen.hash(id));
        let identity = match id {
            Some(hash) => {
                self.fingerprint.add(hash);
                if seen.insert(hash) {
                    Identity::New
                } else {
                    Identity::Duplicate
                }
            }
            None => {
                self.fingerprint.add_without_id(seen.hash(text));
                Identity::Unknown
            }
        };
        Some((item, identity))
    }

    /// Whether the items without an identifier of a page that has no other new item were yielded
    /// before.
    fn repeats_items_without_id(&self, previous: &Fingerprint, seen: &mut Seen) -> bool {
        let Fingerprint {
            items,
            without_id,
            count_without_id,
        } = self.fingerprint;
        if count_without_id == 0 {
            return true;
        }
        let is_of_previous =
            (without_id, count_without_id) == (previous.without_id, previous.count_without_id);
        if count_without_id < self.fetched.items.len() {
            return is_of_previous;
        }
        !seen.insert(seen.hash(("page", items)))
    }
}

impl Fingerprint {
    fn add(&mut self, hash: u64) {
        self.items = mix(self.items, hash);
    }

    fn add_without_id(&mut self, hash: u64) {
        self.add(hash);
        self.without_id = mix(self.without_id, hash);
        self.count_without_id += 1;
    }
}

fn mix(hash: u64, next: u64) -> u64 {
    hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(next)
}
