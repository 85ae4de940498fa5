//! Shows log lines of the crate on standard error: with `--verbose` all of level debug, and without
//! it those about a wait of more than three seconds.

use std::time::Duration;

use log::{Level, LevelFilter, Log, Metadata, Record};

use super::print;
use super::times::rounded;

const LONG: Duration = Duration::from_secs(3);

struct Logger {
    is_verbose: bool,
}

pub(crate) fn start(is_verbose: bool) {
    let logger = Box::new(Logger { is_verbose });
    if log::set_boxed_logger(logger).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("cloudflare_user") && metadata.level() <= Level::Debug
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = record.args().to_string();
        if self.is_verbose {
            print::report(format_args!("{}: {line}", record.level()));
        } else if let Some(wait) = wait_in(&line).filter(|wait| *wait > LONG) {
            print::report(format_args!("waiting {}: {line}", rounded(wait)));
        }
    }

    fn flush(&self) {}
}

/// The wait that a line announces: "…; retrying in 8000 ms", or "waiting 8000 ms for the rate
/// limit".
fn wait_in(line: &str) -> Option<Duration> {
    let (_, wait) = line
        .rsplit_once("retrying in ")
        .or_else(|| line.split_once("waiting "))?;
    let (number, _) = wait.split_once(" ms")?;
    number.parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_wait_in_a_line() {
        for (line, seconds) in [
            ("GET /user: 503; retrying in 8000 ms", Some(8)),
            ("waiting 4000 ms for the rate limit", Some(4)),
            ("GET /user: 200, attempt 1, 12 ms", None),
        ] {
            assert_eq!(wait_in(line), seconds.map(Duration::from_secs), "{line}");
        }
    }
}
