//! Fetches pages on threads while the consumer works on those before them.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use super::fetch::{Fetched, fetch_page};
use crate::call::Call;
use crate::cancel::Cancel;
use crate::client::Client;
use crate::error::Result;

/// The most pages in flight. The rate limit averages four requests a second, so more threads rarely
/// help.
const MOST_PAGES: usize = 32;

/// Fetches pages on threads, one for each page in flight. Of `n` threads, each fetches every `n`th
/// page.
///
/// Dropping it returns at once. Requests in flight end by themselves, within their timeout.
pub(super) struct ReadAhead {
    pages: usize,
    /// Each channel has no room, so that its thread fetches its next page only after the consumer
    /// took the one before.
    workers: Vec<Receiver<Result<Fetched>>>,
    first_page: u64,
    /// The last page that is worth a request.
    last_page: Arc<AtomicU64>,
    /// Cancels the requests of the threads.
    cancel: Cancel,
}

impl ReadAhead {
    pub(super) fn new(client: &Client, pages: usize) -> Self {
        let pages = pages.min(MOST_PAGES);
        Self {
            pages,
            workers: Vec::new(),
            first_page: 0,
            last_page: Arc::default(),
            cancel: client.cancel.child(),
        }
    }

    /// Waits for page `number`. `None` if no thread fetches it, or if its thread panicked.
    pub(super) fn page(&self, number: u64) -> Option<Result<Fetched>> {
        let worker = number.checked_sub(self.first_page)? % self.pages as u64;
        self.workers.get(worker as usize)?.recv().ok()
    }

    /// Fetches the pages from `next` on, up to `last`. Only the first call decides where to start.
    pub(super) fn fetch(&mut self, client: &Client, call: &Call, next: u64, last: Option<u64>) {
        self.last_page
            .store(last.unwrap_or(u64::MAX), Ordering::Relaxed);
        if !self.workers.is_empty() {
            return;
        }
        self.first_page = next;
        for offset in 0..self.pages {
            // The consumer fetches the pages of a thread that cannot be started.
            let Ok(worker) = self.spawn(client, call, next.saturating_add(offset as u64)) else {
                return;
            };
            self.workers.push(worker);
        }
    }

    fn spawn(
        &self,
        client: &Client,
        call: &Call,
        first: u64,
    ) -> std::io::Result<Receiver<Result<Fetched>>> {
        let (client, call) = (client.with_cancel(&self.cancel), call.clone());
        let last = Arc::clone(&self.last_page);
        let (taken, pages) = sync_channel(0);
        let step = self.pages as u64;
        let work = move || {
            let pages = iter::successors(Some(first), |number| number.checked_add(step));
            for number in pages.take_while(|number| *number <= last.load(Ordering::Relaxed)) {
                let page = fetch_page(&client, call.clone(), number);
                if taken.send(page).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("cloudflare-user read ahead".to_owned());
        thread.spawn(work).map(|_| pages)
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
