//! Fetches pages on threads while the consumer works on those before them.

use std::iter;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use super::fetch::{Fetched, fetch_page};
use crate::call::Call;
use crate::cancel::Cancel;
use crate::client::Client;
use crate::error::Result;

/// More threads gain nothing: the rate limit is four requests a second.
const MOST_PAGES: usize = 32;

/// One thread for each page in flight. Of `n` threads, each fetches every `n`th page.
///
/// Dropping it returns at once. Requests in flight end by themselves, within their timeout.
pub(super) struct ReadAhead {
    pages: usize,
    workers: Vec<Worker>,
    first_page: u64,
    /// The last page that is worth a request.
    last_page: Arc<AtomicU64>,
    cancel: Arc<Cancel>,
}

struct Worker {
    /// Has no room, so that the worker fetches its next page only after the consumer took the one before.
    pages: Receiver<Result<Fetched>>,
    thread: Option<JoinHandle<()>>,
}

impl ReadAhead {
    pub(super) fn new(pages: usize) -> Self {
        Self {
            pages: pages.min(MOST_PAGES),
            workers: Vec::new(),
            first_page: 0,
            last_page: Arc::default(),
            cancel: Arc::default(),
        }
    }

    /// Waits for page `number`. `None` if no worker fetches it.
    pub(super) fn page(&mut self, number: u64) -> Option<Result<Fetched>> {
        let worker = number.checked_sub(self.first_page)? % self.pages as u64;
        let worker = self.workers.get_mut(worker as usize)?;
        let page = worker.pages.recv().ok();
        if page.is_none()
            && let Some(Err(panic)) = worker.thread.take().map(JoinHandle::join)
        {
            resume_unwind(panic);
        }
        page
    }

    /// Fetches the pages from `next` on, up to `last`. Only the first call decides where to start.
    pub(super) fn fetch(&mut self, client: &Client, call: &Call, next: u64, last: Option<u64>) {
        self.last_page.store(last.unwrap_or(u64::MAX), Ordering::Relaxed);
        if !self.workers.is_empty() {
            return;
        }
        self.first_page = next;
        for offset in 0..self.pages {
            // A page without a thread is fetched when its turn comes.
            let Ok(worker) = self.spawn(client, call, next.saturating_add(offset as u64)) else {
                return;
            };
            self.workers.push(worker);
        }
    }

    fn spawn(&self, client: &Client, call: &Call, first: u64) -> std::io::Result<Worker> {
        let (client, call) = (client.clone(), call.clone());
        let (last, cancel) = (Arc::clone(&self.last_page), Arc::clone(&self.cancel));
        let (taken, pages) = sync_channel(0);
        let step = self.pages as u64;
        let work = move || {
            let pages = iter::successors(Some(first), |number| number.checked_add(step));
            for number in pages.take_while(|number| *number <= last.load(Ordering::Relaxed)) {
                let page = fetch_page(&client, call.clone(), number, Vec::new(), Some(&cancel));
                if taken.send(page).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("cloudflare-user read ahead".to_owned());
        Ok(Worker { pages, thread: Some(thread.spawn(work)?) })
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
