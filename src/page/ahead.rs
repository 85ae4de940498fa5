//! Fetching ahead: pages fetched and checked on threads, handed over in order.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use super::listing::Fetched;
use crate::cancel::Cancel;
use crate::client::Client;
use crate::endpoint::Call;
use crate::envelope::step_over;
use crate::error::Result;

/// More threads gain nothing: the whole budget of a user is four requests a second.
const MOST_PAGES: usize = 32;

/// The pages on their way. The workers take turns, so that the next page to land is always of the one whose turn it is
/// longest.
pub(super) struct Ahead {
    pages: usize,
    workers: Vec<Worker>,
    /// How many pages were sent for, and how many landed.
    launched: usize,
    landed: usize,
    cancel: Arc<Cancel>,
    /// Pages whose allocations are used again.
    spares: Vec<Fetched>,
}

/// A thread that fetches the pages it is told to, one after the other, until nobody can tell it any more.
struct Worker {
    orders: Sender<(u64, Fetched)>,
    pages: Receiver<(Fetched, Result<()>)>,
    thread: JoinHandle<()>,
}

impl Ahead {
    pub(super) fn new(pages: usize) -> Self {
        Self {
            pages: pages.min(MOST_PAGES),
            workers: Vec::new(),
            launched: 0,
            landed: 0,
            cancel: Arc::default(),
            spares: Vec::new(),
        }
    }

    /// Waits for the next page that is on its way, if any is, and puts it in the place of `page`.
    pub(super) fn land(&mut self, page: &mut Fetched) -> Option<Result<()>> {
        if self.landed == self.launched {
            return None;
        }
        let turn = self.landed % self.workers.len();
        self.landed += 1;
        let Ok((landed, outcome)) = self.workers[turn].pages.recv() else {
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

    /// Sends for pages from `next` on, until enough are on their way, but for none after `last`.
    pub(super) fn launch(&mut self, client: &Client, call: &Call, next: u64, last: Option<u64>) {
        while self.launched - self.landed < self.pages {
            let number = next.saturating_add((self.launched - self.landed) as u64);
            if last.is_some_and(|last| number > last) {
                return;
            }
            if self.launched == self.workers.len() && self.workers.len() < self.pages {
                match Worker::hire(client.clone(), call.clone(), Arc::clone(&self.cancel)) {
                    Ok(worker) => self.workers.push(worker),
                    // As many as there are will do; without any, a page is fetched when its turn comes.
                    Err(_) => self.pages = self.workers.len(),
                }
                continue;
            }
            let turn = self.launched % self.workers.len();
            let page = self.spares.pop().unwrap_or_default();
            if self.workers[turn].orders.send((number, page)).is_err() {
                return;
            }
            self.launched += 1;
        }
    }

    /// Forgets the pages on their way. Their requests end by themselves, and no further one is sent.
    pub(super) fn stop(&mut self) {
        self.cancel.cancel();
        self.workers.clear();
        self.launched = self.landed;
        self.pages = 0;
    }
}

impl Worker {
    fn hire(client: Client, mut call: Call, cancel: Arc<Cancel>) -> std::io::Result<Self> {
        let (orders, to_do) = mpsc::channel::<(u64, Fetched)>();
        let (done, pages) = mpsc::channel();
        let work = move || {
            for (number, mut page) in to_do {
                let outcome = page.fill(&client, &mut call, number, &mut step_over, Some(&cancel));
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
            thread,
        })
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.stop();
    }
}
