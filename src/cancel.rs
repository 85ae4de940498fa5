use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A word to calls on other threads that their answers are no longer wanted.
#[derive(Debug, Default)]
pub(crate) struct Cancel {
    cancelled: Mutex<bool>,
    changed: Condvar,
}

impl Cancel {
    pub(crate) fn cancel(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        *self.lock()
    }

    /// Sleeps, unless it is cancelled before or meanwhile.
    pub(crate) fn sleep(&self, duration: Duration) {
        // The guard that comes back tells nothing more, and neither does a poisoned one.
        drop(self.changed.wait_timeout_while(self.lock(), duration, |cancelled| !*cancelled));
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
