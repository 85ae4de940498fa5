//! Fetches pages on threads while the consumer works on those before them.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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
    /// The page that the first thread starts with.
    first_page: u64,
    workers: Vec<Worker>,
    wanted: Arc<Wanted>,
    /// Cancels the requests of the threads.
    cancel: Cancel,
}

struct Worker {
    /// The channel has no room, so that the thread fetches its next page only after the consumer
    /// took the one before.
    pages: Receiver<NumberedPage>,
    /// The first page that it can still send.
    next: u64,
}

struct NumberedPage {
    number: u64,
    page: Result<Fetched>,
}

impl ReadAhead {
    pub(super) fn new(client: &Client, pages: usize) -> Self {
        Self {
            pages: pages.min(MOST_PAGES),
            first_page: 0,
            workers: Vec::new(),
            wanted: Arc::default(),
            cancel: client.cancel.child(),
        }
    }

    /// Waits for page `number`. `None` if no thread fetches it, or if its thread panicked.
    pub(super) fn page(&mut self, number: u64) -> Option<Result<Fetched>> {
        if !self.wanted.includes(number) {
            return None;
        }
        let step = self.pages as u64;
        let worker = number.checked_sub(self.first_page)? % step;
        let worker = self.workers.get_mut(worker as usize)?;
        // After a panic of the consumer, it asks for the same page again.
        while number >= worker.next {
            let received = worker.pages.recv().ok()?;
            worker.next = received.number.saturating_add(step);
            // An earlier page is one that the consumer fetched itself.
            if received.number == number {
                return Some(received.page);
            }
        }
        None
    }

    /// Fetches the pages from `next` on, up to `last`. Only the first call decides where to start.
    pub(super) fn fetch(&mut self, client: &Client, call: &Call, next: u64, last: Option<u64>) {
        self.wanted.set(next, last.unwrap_or(u64::MAX));
        if self.workers.is_empty() {
            self.first_page = next;
        }
        while self.workers.len() < self.pages {
            let first = self.first_page.saturating_add(self.workers.len() as u64);
            // The consumer fetches the pages of a thread that cannot be started.
            if !self.wanted.includes(first) || self.start_worker(client, call, first).is_err() {
                return;
            }
        }
    }

    fn start_worker(&mut self, client: &Client, call: &Call, first: u64) -> io::Result<()> {
        let (client, call) = (client.with_cancel(&self.cancel), call.clone());
        let wanted = Arc::clone(&self.wanted);
        let step = self.pages as u64;
        let (sender, receiver) = sync_channel(0);
        let work = move || {
            let mut next = first;
            while let Some(number) = wanted.wait(next, step) {
                let page = fetch_page(&client, call.clone(), number);
                let is_taken = sender.send(NumberedPage { number, page }).is_ok();
                match number.checked_add(step) {
                    Some(following) if is_taken => next = following,
                    _ => return,
                }
            }
        };
        let thread = thread::Builder::new().name("cloudflare-user read ahead".to_owned());
        thread.spawn(work)?;
        self.workers.push(Worker {
            pages: receiver,
            next: first,
        });
        Ok(())
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.wanted.end();
    }
}

/// Which pages are worth a request. The consumer changes it, and the threads wait for their turn.
#[derive(Default)]
struct Wanted {
    pages: Mutex<WantedPages>,
    changed: Condvar,
}

#[derive(Default)]
struct WantedPages {
    /// The page that the consumer needs next, after the one it has.
    first: u64,
    /// The last page by the totals, which can grow.
    last: u64,
    is_over: bool,
}

impl Wanted {
    fn set(&self, first: u64, last: u64) {
        let mut pages = self.lock();
        pages.first = first;
        pages.last = last;
        self.changed.notify_all();
    }

    fn end(&self) {
        self.lock().is_over = true;
        self.changed.notify_all();
    }

    fn includes(&self, number: u64) -> bool {
        number <= self.lock().last
    }

    /// Waits until a page is wanted, of `next` and every `step`th page after it. `None` after the
    /// end.
    fn wait(&self, next: u64, step: u64) -> Option<u64> {
        let mut pages = self.lock();
        loop {
            if pages.is_over {
                return None;
            }
            let skipped = pages.first.saturating_sub(next).div_ceil(step);
            let number = next.checked_add(skipped.checked_mul(step)?)?;
            if number <= pages.last {
                return Some(number);
            }
            pages = self
                .changed
                .wait(pages)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, WantedPages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
