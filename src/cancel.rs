//! A switch with which one thread cancels calls on other threads. It ends their waits. It does not
//! interrupt an attempt in flight.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// A switch that ends the calls of a client, for example when the user presses Ctrl-C.
///
/// Pass it to [`Client::with_cancel`](crate::Client::with_cancel). After
/// [`cancel`](Self::cancel), a wait for a retry or for the rate limit ends at once, and nothing
/// more is sent: the call fails with [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled). An
/// attempt in flight is not interrupted. If its result ends the call, it is returned as it is.
///
/// Clones are the same switch. A switch cannot be reset: make a new one for the next task.
///
/// ```no_run
/// use cloudflare_user::{Cancel, Client};
///
/// let cancel = Cancel::new();
/// let client = Client::from_env()?.with_cancel(&cancel);
/// let handler = cancel.clone();
/// ctrlc::set_handler(move || handler.cancel())?;
///
/// for token in client.tokens().iter() {
///     println!("{}", token?.id);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Cancel(Arc<Switch>);

#[derive(Default)]
struct Switch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_cancelled: bool,
    /// The switches that are cancelled with this one.
    children: Vec<Weak<Switch>>,
}

impl Cancel {
    /// Makes a switch that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the calls of all clients that have this switch.
    ///
    /// It takes a lock, so it must not be called in a raw signal handler. The handlers of the crate
    /// `ctrlc` run on a thread of their own.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Returns `true` after [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.lock().is_cancelled
    }

    /// Makes a switch that is cancelled with this one, and can be cancelled alone.
    pub(crate) fn child(&self) -> Self {
        let child = Self::new();
        // The lock is held until the child is in the list, so that no `cancel` misses it.
        let mut state = self.0.lock();
        if state.is_cancelled {
            child.cancel();
        }
        // Dropped children are removed, so that the list does not grow as long as the client lives.
        state.children.retain(|other| other.strong_count() > 0);
        state.children.push(Arc::downgrade(&child.0));
        child
    }

    /// Sleeps until the time is over or [`cancel`](Self::cancel) is called.
    pub(crate) fn sleep(&self, duration: Duration) {
        let switch = &self.0;
        let is_waiting = |state: &mut State| !state.is_cancelled;
        let woken = switch
            .changed
            .wait_timeout_while(switch.lock(), duration, is_waiting);
        // This releases the lock. It does not matter here why the wait ended.
        drop(woken);
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel")
            .field("is_cancelled", &self.is_cancelled())
            .finish()
    }
}

impl Switch {
    fn cancel(&self) {
        let children = {
            let mut state = self.lock();
            state.is_cancelled = true;
            std::mem::take(&mut state.children)
        };
        self.changed.notify_all();
        for child in children.iter().filter_map(Weak::upgrade) {
            child.cancel();
        }
    }

    /// Locks the state, even if a thread panicked while it held the lock: every change of the state
    /// leaves it valid.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_cancelled_with_its_parent_and_alone() {
        let parent = Cancel::new();
        let (first, second) = (parent.child(), parent.child());
        first.cancel();
        assert!(first.is_cancelled() && !second.is_cancelled() && !parent.is_cancelled());
        parent.cancel();
        assert!(second.is_cancelled() && parent.is_cancelled());
        assert!(parent.child().is_cancelled(), "a child made afterwards");
    }

    #[test]
    fn forgets_children_that_are_gone() {
        let parent = Cancel::new();
        for _ in 0..9 {
            drop(parent.child());
        }
        assert_eq!(parent.0.lock().children.len(), 1);
    }

    #[test]
    fn ends_a_sleep_on_another_thread() {
        let cancel = Cancel::new();
        let sleeper = cancel.clone();
        let thread = std::thread::spawn(move || sleeper.sleep(Duration::from_secs(3600)));
        cancel.cancel();
        thread.join().unwrap();
    }
}
