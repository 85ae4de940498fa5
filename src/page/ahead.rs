//! Fetching ahead: pages fetched and decoded on threads, handed over in order.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use serde::de::DeserializeOwned;

use super::listing::Fetched;
use crate::cancel::Cancel;
use crate::client::Client;
use crate::endpoint::Call;
use crate::error::Result;

/// The pages on their way, the next one first.
pub(super) struct Ahead<T> {
    pages: usize,
    flights: VecDeque<JoinHandle<(Fetched<T>, Result<()>)>>,
    cancel: Arc<Cancel>,
    /// Pages whose allocations are used again.
    spares: Vec<Fetched<T>>,
    // A pointer, so that what can be sent to a thread need not be told wherever a listing is named.
    launch: Launch<T>,
}

/// More threads gain nothing: the whole budget of a user is four requests a second.
pub(super) const MOST_PAGES: usize = 32;

type Launch<T> = fn(
    Client,
    Call,
    u64,
    Fetched<T>,
    Arc<Cancel>,
) -> std::io::Result<JoinHandle<(Fetched<T>, Result<()>)>>;

impl<T: DeserializeOwned + Send + 'static> Ahead<T> {
    pub(super) fn new(pages: usize) -> Self {
        Self {
            pages: pages.min(MOST_PAGES),
            flights: VecDeque::new(),
            cancel: Arc::default(),
            spares: Vec::new(),
            launch: |client, mut call, number, mut page, cancel| {
                thread::Builder::new()
                    .name(format!("page {number}"))
                    .spawn(move || {
                        let outcome = page.fill(&client, &mut call, number, Some(&cancel));
                        (page, outcome)
                    })
            },
        }
    }
}

impl<T> Ahead<T> {
    /// Waits for the next page that is on its way, if any is, and puts it in the place of `page`.
    pub(super) fn land(&mut self, page: &mut Fetched<T>) -> Option<Result<()>> {
        let flight = self.flights.pop_front()?;
        let (landed, outcome) = flight.join().unwrap_or_else(|panic| resume_unwind(panic));
        self.spares.push(std::mem::replace(page, landed));
        Some(outcome)
    }

    /// Sends for pages from `next` on, until enough are on their way, but for none after `last`.
    pub(super) fn launch(&mut self, client: &Client, call: &Call, next: u64, last: Option<u64>) {
        while self.flights.len() < self.pages {
            let number = next.saturating_add(self.flights.len() as u64);
            if last.is_some_and(|last| number > last) {
                return;
            }
            let page = self.spares.pop().unwrap_or_default();
            match (self.launch)(
                client.clone(),
                call.clone(),
                number,
                page,
                Arc::clone(&self.cancel),
            ) {
                Ok(flight) => self.flights.push_back(flight),
                // Without a thread the page is fetched when its turn comes.
                Err(_) => return,
            }
        }
    }

    /// Forgets the pages on their way. Their requests end by themselves, and no further one is sent.
    pub(super) fn stop(&mut self) {
        self.cancel.cancel();
        self.flights.clear();
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.stop();
    }
}
