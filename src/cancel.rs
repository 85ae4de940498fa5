use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Ends the waits of calls on other threads, and prevents their next attempt.
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

    /// Sleeps until the time is over or [`cancel`](Self::cancel) is called.
    pub(crate) fn sleep(&self, duration: Duration) {
        drop(
            self.changed
                .wait_timeout_while(self.lock(), duration, |cancelled| !*cancelled),
        );
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
