//! Ends a script at SIGINT (Ctrl-C), SIGTERM or SIGHUP: waits end at once, and the exit code is
//! 130, 143 or 129. A second signal ends the process, unless a secret is on its way.
//!
//! On Windows, Ctrl-C and the closing of the console end it, with the exit code 130.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use cloudflare_user::{Cancel, Client};

use super::failure::{Failure, Result};
use super::print;

#[derive(Clone, Default)]
pub(crate) struct Stop {
    cancel: Cancel,
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// The exit code for the first signal.
    exit_code: Option<u8>,
    /// What must not be interrupted at the moment.
    critical: Option<String>,
}

impl Stop {
    /// Starts to listen for signals.
    pub(crate) fn listen() -> Result<Self> {
        let stop = Self::default();
        stop.listen_for_signals()
            .map_err(|error| Failure::new(format_args!("signals: {error}")))?;
        Ok(stop)
    }

    /// For a script that may end at any moment: the system ends it at a signal.
    pub(crate) fn by_the_system() -> Self {
        #[cfg(unix)]
        report_file_limits().ok();
        Self::default()
    }

    #[cfg(unix)]
    fn listen_for_signals(&self) -> io::Result<()> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

        report_file_limits()?;
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let stop = self.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                stop.stop(128 + signal as u8);
            }
        });
        Ok(())
    }

    #[cfg(not(unix))]
    fn listen_for_signals(&self) -> Result<(), ctrlc::Error> {
        let stop = self.clone();
        ctrlc::set_handler(move || stop.stop(130))
    }

    /// Makes a client whose waits end at a signal.
    pub(crate) fn applied_to(&self, client: Client) -> Client {
        client.with_cancel(&self.cancel)
    }

    /// The exit code, if there was a signal.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        self.state().exit_code
    }

    /// Waits, and returns whether there was a signal.
    pub(crate) fn wait(&self, duration: Duration) -> bool {
        let (_, changed) = &*self.shared;
        let waited =
            changed.wait_timeout_while(self.state(), duration, |state| state.exit_code.is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.exit_code.is_some()
    }

    /// Runs something that no signal ends, or returns `None` if there was a signal before. `what`
    /// completes the sentence "SIGTERM: waiting for …".
    pub(crate) fn critical<T>(&self, what: &str, run: impl FnOnce() -> T) -> Option<T> {
        {
            let mut state = self.state();
            if state.exit_code.is_some() {
                return None;
            }
            state.critical = Some(what.to_owned());
        }
        let result = run();
        self.state().critical = None;
        Some(result)
    }

    /// Reads a line from standard input; `None` after a signal.
    pub(crate) fn read_line(&self) -> Option<String> {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            // An error is an empty line.
            _ = io::stdin().read_line(&mut line);
            _ = sender.send(line);
        });
        loop {
            match receiver.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => return Some(line),
                Err(_) if self.exit_code().is_some() => return None,
                Err(_) => {}
            }
        }
    }

    fn stop(&self, exit_code: u8) {
        let mut state = self.state();
        let is_second = state.exit_code.is_some();
        state.exit_code.get_or_insert(exit_code);
        match &state.critical {
            Some(what) => print::report(format_args!("stopping: waiting for {what}")),
            None if is_second => std::process::exit(exit_code.into()),
            None => print::report("stopping; a second signal ends a request that takes long"),
        }
        let (_, changed) = &*self.shared;
        changed.notify_all();
        self.cancel.cancel();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let (state, _) = &*self.shared;
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a write beyond the limit of the process (`ulimit -f`) an error, not a deadly signal.
#[cfg(unix)]
fn report_file_limits() -> io::Result<()> {
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_ends_a_wait_at_once() {
        let stop = Stop::default();
        assert!(!stop.wait(Duration::from_millis(1)));
        assert_eq!(stop.exit_code(), None);
        let waiting = stop.clone();
        let waiter = thread::spawn(move || waiting.wait(Duration::from_secs(3600)));
        stop.stop(143);
        assert!(waiter.join().unwrap());
        assert_eq!(stop.exit_code(), Some(143));
    }

    #[test]
    fn nothing_critical_starts_after_a_signal_and_none_is_interrupted() {
        let stop = Stop::default();
        let done = stop.critical("a test", || {
            // Without `critical`, the second one would end the process.
            stop.stop(129);
            stop.stop(130);
            "done"
        });
        assert_eq!(done, Some("done"));
        assert_eq!(stop.exit_code(), Some(129), "the first signal counts");
        assert_eq!(stop.critical("another", || "done"), None);
    }
}
