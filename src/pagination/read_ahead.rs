//! Fetches pages on threads while the consumer works on those before them.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::pager::{Fetched, fetch_page};
use crate::call::Call;
use crate::cancel::Cancel;
use crate::client::Client;
use crate::error::Result;

/// More threads gain nothing: the rate limit is four requests a second.
const MOST_PAGES: usize = 32;

/// The pages in flight, in order. Dropping it cancels them.
pub(super) struct ReadAhead {
    pages: usize,
    in_flight: VecDeque<JoinHandle<Result<Fetched>>>,
    cancel: Arc<Cancel>,
}

impl ReadAhead {
    pub(super) fn new(pages: usize) -> Self {
        Self {
            pages: pages.min(MOST_PAGES),
            in_flight: VecDeque::new(),
            cancel: Arc::default(),
        }
    }

    /// Waits for the oldest page in flight; `None` if there is none.
    pub(super) fn next_page(&mut self) -> Option<Result<Fetched>> {
        let page = self.in_flight.pop_front()?.join();
        Some(page.unwrap_or_else(|panic| resume_unwind(panic)))
    }

    /// Requests the pages from `next` on, until enough are in flight, but none after `last`.
    pub(super) fn request(&mut self, client: &Client, call: &Call, next: u64, last: Option<u64>) {
        while self.in_flight.len() < self.pages {
            let number = next.saturating_add(self.in_flight.len() as u64);
            if last.is_some_and(|last| number > last) {
                return;
            }
            let (client, call, cancel) = (client.clone(), call.clone(), Arc::clone(&self.cancel));
            let fetch = move || fetch_page(&client, call, number, Vec::new(), Some(&cancel));
            let thread = thread::Builder::new().name("cloudflare-user read ahead".to_owned());
            match thread.spawn(fetch) {
                Ok(page) => self.in_flight.push_back(page),
                // Without a thread, the page is fetched when its turn comes.
                Err(_) => return,
            }
        }
    }
}

impl Drop for ReadAhead {
    /// Returns at once. Requests in flight end by themselves, within their timeout.
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
