//! Fetching ahead: pages fetched and decoded on threads, handed over in order.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use serde::de::DeserializeOwned;

use super::pager::Fetched;
use crate::call::Call;
use crate::cancel::Cancel;
use crate::client::Client;
use crate::envelope::step_over;
use crate::error::Result;

/// More threads gain nothing: the whole budget of a user is four requests a second.
const MOST_PAGES: usize = 32;

/// The pages on their way. The workers take turns, so that the next page to land is always of the one whose turn it is
/// longest.
pub(super) struct Ahead<T> {
    pages: usize,
    /// Known to be possible where `T` may go to other threads.
    hire: Hire<T>,
    workers: Vec<Worker<T>>,
    /// How many pages were sent for, and how many landed.
    launched: usize,
    landed: usize,
    cancel: Arc<Cancel>,
    /// Pages whose allocations are used again.
    spares: Vec<Fetched<T>>,
}

/// A thread that fetches the pages it is told to, one after the other, until nobody can tell it any more.
struct Worker<T> {
    orders: Sender<(u64, Fetched<T>)>,
    pages: Receiver<(Fetched<T>, Result<()>)>,
    /// The consumer waits for the page, and will decode itself what is not decoded yet.
    wanted: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

type Hire<T> = fn(Client, Call, Arc<Cancel>) -> std::io::Result<Worker<T>>;

impl<T: DeserializeOwned + Send + 'static> Ahead<T> {
    pub(super) fn new(pages: usize) -> Self {
        Self {
            hire: Worker::hire,
            pages: pages.min(MOST_PAGES),
            workers: Vec::new(),
            launched: 0,
            landed: 0,
            cancel: Arc::default(),
            spares: Vec::new(),
        }
    }
}

impl<T> Ahead<T> {
    /// Waits for the next page that is on its way, if any is, and puts it in the place of `page`.
    pub(super) fn land(&mut self, page: &mut Fetched<T>) -> Option<Result<()>> {
        if self.landed == self.launched {
            return None;
        }
        let turn = self.landed % self.workers.len();
        self.landed += 1;
        let worker = &self.workers[turn];
        worker.wanted.store(true, Ordering::Relaxed);
        let Ok((landed, outcome)) = worker.pages.recv() else {
            // It ended without an answer, as only a panic makes it.
            let thread = self.workers.swap_remove(turn).thread;
            self.stop();
            match thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => return None,
            }
        };
        self.spares.push(std::mem::replace(page, landed));
        Some(outcome)
    }

    /// Forgets the pages on their way. Their requests end by themselves, and no further one is sent.
    pub(super) fn stop(&mut self) {
        self.cancel.cancel();
        for worker in self.workers.drain(..) {
            worker.wanted.store(true, Ordering::Relaxed);
        }
        self.launched = self.landed;
        self.pages = 0;
    }

    /// Sends for pages from `next` on, until enough are on their way, but for none after `last`.
    pub(super) fn launch(&mut self, client: &Client, call: &Call, next: u64, last: Option<u64>) {
        while self.launched - self.landed < self.pages {
            let number = next.saturating_add((self.launched - self.landed) as u64);
            if last.is_some_and(|last| number > last) {
                return;
            }
            if self.launched == self.workers.len() && self.workers.len() < self.pages {
                match (self.hire)(client.clone(), call.clone(), Arc::clone(&self.cancel)) {
                    Ok(worker) => self.workers.push(worker),
                    // As many as there are will do; without any, a page is fetched when its turn comes.
                    Err(_) => self.pages = self.workers.len(),
                }
                continue;
            }
            let turn = self.launched % self.workers.len();
            let page = self.spares.pop().unwrap_or_default();
            self.workers[turn].wanted.store(false, Ordering::Relaxed);
            if self.workers[turn].orders.send((number, page)).is_err() {
                return;
            }
            self.launched += 1;
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Worker<T> {
    fn hire(client: Client, mut call: Call, cancel: Arc<Cancel>) -> std::io::Result<Self> {
        let (orders, to_do) = mpsc::channel::<(u64, Fetched<T>)>();
        let (done, pages) = mpsc::channel();
        let wanted = Arc::<AtomicBool>::default();
        let waited_for = Arc::clone(&wanted);
        let work = move || {
            for (number, mut page) in to_do {
                let outcome = page.fill(&client, &mut call, number, &mut step_over, Some(&cancel));
                if outcome.is_ok() {
                    page.decode_until(|| waited_for.load(Ordering::Relaxed));
                }
                if done.send((page, outcome)).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("cloudflare-user read ahead".to_owned())
            .spawn(work)?;
        Ok(Self {
            orders,
            pages,
            wanted,
            thread,
        })
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.stop();
    }
}
