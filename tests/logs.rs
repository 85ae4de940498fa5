//! No log line contains a secret: of this crate at any level, of ureq up to `debug`. The only test
//! of its file, because a process has one logger.

mod common;

use std::sync::Mutex;

use cloudflare_user::{ClientBuilder, Policy};
use common::tcp::{Reply, Tcp};
use common::{failure, success};

const TOKEN: &str = "cfut_TheTokenOfTheClient0123456789";
const EMAIL: &str = "owner+1@example.com";
const KEY: &str = "cfk_TheKeyOfTheClient0123456789";
const CREATED: &str = "cfut_TheCreatedSecret0123456789";

/// All lines but those of ureq at `trace`, where it logs everything that it sends and receives.
struct Lines(Mutex<String>);

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.level() == log::Level::Trace && record.target().starts_with("ureq") {
            return;
        }
        let (level, target, message) = (record.level(), record.target(), record.args());
        let line = format!("{level} {target} {message}\n");
        self.0.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}

static LINES: Lines = Lines(Mutex::new(String::new()));

#[test]
fn logs_no_secret_at_any_level() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let server = echoing_server(TOKEN);
    send_all(server.builder().api_token(TOKEN));
    let server = echoing_server(&format!("{EMAIL} {KEY}"));
    send_all(server.builder().api_key(EMAIL, KEY));

    let lines = LINES.0.lock().unwrap();
    assert!(lines.contains("cloudflare_user"), "{lines}");
    assert!(lines.contains("ureq"), "{lines}");
    assert!(lines.contains("GET /user/tokens/1: 503"), "{lines}");
    assert!(lines.contains("retrying"), "{lines}");
    for secret in [TOKEN, EMAIL, KEY, CREATED] {
        assert!(!lines.contains(secret), "{lines}");
    }
}

/// A server that fails in three ways and then succeeds, again and again. All responses contain
/// `echo`, the last one also a created secret.
fn echoing_server(echo: &str) -> Tcp {
    let headers = [format!("cf-ray: {echo}"), format!("x-echo: {echo}")];
    let failed = failure(&format!(r#"{{"code":1,"message":"{echo}"}}"#));
    let created = success(&format!(r#"{{"id":"1","value":"{CREATED}"}}"#));
    Tcp::new(move |number, _| {
        let headers = [headers[0].as_str(), headers[1].as_str()];
        match number % 4 {
            0 => Reply::response(503, &headers, &failed),
            1 => Reply::response(403, &headers, &failed),
            2 => Reply::Close(Vec::new()),
            _ => Reply::response(200, &headers, &created),
        }
    })
}

fn send_all(builder: ClientBuilder) {
    let client = builder.max_retries(0).build().unwrap();
    for _ in 0..4 {
        let policy = Policy::allow().permission_group("g").all_zones();
        let _ = client.with_max_retries(1).token("1").send();
        let _ = client.audit_logs().actor_email("a@example.com").send();
        let _ = client.create_token("ci", [policy]).send();
        let _ = client.roll_token("1").send();
    }
}
