//! No log line contains a secret: of this crate at any level, of ureq up to `debug`. The only test
//! of its file, because a process has one logger.

mod common;

use std::sync::Mutex;

use cloudflare_user::{Client, Policy};
use common::success;
use common::tcp::{Reply, Tcp, response};

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
        self.0.lock().unwrap().push_str(&format!(
            "{} {} {}\n",
            record.level(),
            record.target(),
            record.args()
        ));
    }

    fn flush(&self) {}
}

static LINES: Lines = Lines(Mutex::new(String::new()));

#[test]
fn logs_no_secret_at_any_level() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    for (index, echo) in [TOKEN.to_owned(), format!("{EMAIL} {KEY}")]
        .into_iter()
        .enumerate()
    {
        let headers = format!("cf-ray: {echo}\r\nx-echo: {echo}\r\n");
        let failed = format!(r#"{{"success":false,"errors":[{{"code":1,"message":"{echo}"}}]}}"#);
        let created = success(&format!(r#"{{"id":"1","value":"{CREATED}"}}"#));
        let server = Tcp::new(move |number, _| match number % 4 {
            0 => Reply::Send(response("503 x", &headers, &failed)),
            1 => Reply::Send(response("403 x", &headers, &failed)),
            2 => Reply::Close(Vec::new()),
            _ => Reply::Send(response("200 OK", &headers, &created)),
        });
        let builder = Client::builder().base_url(server.url());
        let builder = if index == 0 {
            builder.api_token(TOKEN)
        } else {
            builder.api_key(EMAIL, KEY)
        };
        let client = builder.max_retries(0).build().unwrap();
        for _ in 0..4 {
            let _ = client.with_max_retries(1).token("1").send();
            let _ = client.audit_logs().actor_email("a@example.com").send();
            let _ = client
                .create_token("ci", [Policy::allow().permission_group("g").all_zones()])
                .send();
            let _ = client.roll_token("1").send();
        }
    }
    let lines = LINES.0.lock().unwrap();
    assert!(
        lines.contains("cloudflare_user") && lines.contains("ureq"),
        "{lines}"
    );
    assert!(lines.contains("GET /user/tokens/1: 503"), "{lines}");
    assert!(lines.contains("retrying"), "{lines}");
    for secret in [TOKEN, EMAIL, KEY, CREATED] {
        assert!(!lines.contains(secret), "{lines}");
    }
}
