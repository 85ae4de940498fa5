//! The warning about ureq's trace log. This file has one test, because a process has one logger.

mod common;

use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use common::tcp::Tcp;
use common::{TOKEN, builder};

/// A logger with the filter `trace`, or with `trace,ureq=debug,ureq_proto=debug`.
struct Filtered {
    is_ureq_at_debug: AtomicBool,
    lines: Mutex<Vec<String>>,
}

impl log::Log for Filtered {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        let is_trace_of_ureq =
            metadata.target().starts_with("ureq") && metadata.level() == log::Level::Trace;
        !is_trace_of_ureq || !self.is_ureq_at_debug.load(Ordering::SeqCst)
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
    mem::take(&mut LOGGER.lines.lock().unwrap())
}

#[test]
fn warns_once_if_the_trace_log_of_ureq_would_contain_credentials() {
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let server = Tcp::returning(r#"{"id":"7"}"#);

    // With the filter that the warning suggests, neither a credential nor a warning is logged.
    server.client().user().send().unwrap();
    let lines = take_lines();
    assert!(lines.iter().any(|line| line.contains("ureq")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("WARN")), "{lines:?}");
    assert!(!lines.concat().contains(TOKEN), "{lines:?}");

    LOGGER.is_ureq_at_debug.store(false, Ordering::SeqCst);
    // A custom transport does not use ureq.
    let with_transport = builder().transport(|_| Ok(Default::default()));
    with_transport.build().unwrap();
    assert_eq!(take_lines(), Vec::<String>::new());

    server.client();
    server.client();
    let lines = take_lines();
    let [warning] = lines.as_slice() else {
        panic!("{lines:#?}")
    };
    assert!(warning.starts_with("WARN cloudflare_user"), "{warning}");
    assert!(warning.contains("ureq=debug,ureq_proto=debug"), "{warning}");

    // Without the filter, ureq logs the token as a dump with 16 bytes on each line.
    server.client().user().send().unwrap();
    let lines = take_lines();
    let dumped: String = lines
        .iter()
        .filter(|line| line.starts_with("TRACE ureq_proto::util"))
        .map(|line| &line[line.len() - 16..])
        .collect();
    assert!(dumped.contains(TOKEN), "{dumped}");
}
