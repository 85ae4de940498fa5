//! The warning about ureq's trace log. This file has one test, because a process has one logger.

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use cloudflare_user::Client;
use common::success;
use common::tcp::Tcp;

/// A logger with the filter `trace`, or with `trace,ureq=debug,ureq_proto=debug`.
struct Filtered {
    is_ureq_at_debug: AtomicBool,
    lines: Mutex<Vec<String>>,
}

impl log::Log for Filtered {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        let is_ureq_at_debug = self.is_ureq_at_debug.load(Ordering::SeqCst);
        !(is_ureq_at_debug
            && metadata.target().starts_with("ureq")
            && metadata.level() == log::Level::Trace)
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = format!("{} {}: {}", record.level(), record.target(), record.args());
            self.lines.lock().unwrap().push(line);
        }
    }

    fn flush(&self) {}
}

static LOGGER: Filtered = Filtered {
    is_ureq_at_debug: AtomicBool::new(true),
    lines: Mutex::new(Vec::new()),
};

fn take_lines() -> Vec<String> {
    std::mem::take(&mut LOGGER.lines.lock().unwrap())
}

#[test]
fn warns_once_if_the_trace_log_of_ureq_would_contain_credentials() {
    const TOKEN: &str = "a-token-of-the-tests";
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let server = Tcp::responding("200 OK", "", &success(r#"{"id":"7"}"#));
    let build = || {
        let client = Client::builder().api_token(TOKEN).base_url(server.url());
        client.build().unwrap()
    };

    // With the filter that the warning suggests, neither a credential nor a warning is logged.
    build().user().send().unwrap();
    let lines = take_lines();
    assert!(lines.iter().any(|line| line.contains("ureq")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("WARN")), "{lines:?}");
    assert!(!lines.concat().contains(TOKEN), "{lines:?}");

    LOGGER.is_ureq_at_debug.store(false, Ordering::SeqCst);
    // A custom transport does not use ureq.
    let transport = |_| Ok(Default::default());
    let client = Client::builder().api_token(TOKEN).transport(transport);
    client.build().unwrap();
    assert_eq!(take_lines(), Vec::<String>::new());

    build();
    build();
    let lines = take_lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("WARN cloudflare_user"), "{lines:?}");
    assert!(
        lines[0].contains("ureq=debug,ureq_proto=debug"),
        "{lines:?}"
    );

    // Without the filter, ureq logs the token as a dump with 16 bytes on each line.
    build().user().send().unwrap();
    let lines = take_lines();
    let dumped: String = lines
        .iter()
        .filter(|line| line.starts_with("TRACE ureq_proto::util"))
        .map(|line| &line[line.len() - 16..])
        .collect();
    assert!(dumped.contains(TOKEN), "{dumped}");
}
