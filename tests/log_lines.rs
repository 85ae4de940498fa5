//! The log lines of this crate: one for each request, each retry and each end of a list. The only
//! test of its file, because a process has one logger.

mod common;

use std::sync::Mutex;
use std::time::Duration;

use cloudflare_user::{Body, Client, TransportError, http};
use common::success;

struct Lines(Mutex<Vec<String>>);

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target().starts_with("cloudflare_user") {
            let line = format!("{} {}", record.level(), record.args());
            self.0.lock().unwrap().push(line);
        }
    }

    fn flush(&self) {}
}

static LINES: Lines = Lines(Mutex::new(Vec::new()));

/// Returns the lines of a call, with `#` in place of each number of milliseconds.
fn lines_of(call: impl FnOnce()) -> Vec<String> {
    LINES.0.lock().unwrap().clear();
    call();
    let lines = std::mem::take(&mut *LINES.0.lock().unwrap());
    lines
        .into_iter()
        .map(|line| {
            let words = line.split(' ').collect::<Vec<_>>();
            let is_duration = |index: usize| {
                words
                    .get(index + 1)
                    .is_some_and(|next| next.starts_with("ms"))
                    && words[index].parse::<u64>().is_ok()
            };
            let shown = (0..words.len()).map(|index| {
                if is_duration(index) {
                    "#"
                } else {
                    words[index]
                }
            });
            shown.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

const QUERY: &str = "value-of-a-query";
const HEADER: &str = "value-of-a-header";
const BODY: &str = "text-of-a-body";

/// A client whose transport returns these statuses and bodies in order, the last one for every
/// further request. Status 0 is a connection error.
fn client_returning(responses: &'static [(u16, &'static str)]) -> Client {
    let sent = Mutex::new(0);
    let transport = move |_: http::Request<Vec<u8>>| {
        let mut sent = sent.lock().unwrap();
        let (status, body) = responses[(*sent).min(responses.len() - 1)];
        *sent += 1;
        if status == 0 {
            return Err(TransportError::connect("connection refused"));
        }
        let response = http::Response::builder()
            .status(status)
            .header("x-header", HEADER);
        let response = response.header("cf-ray", "8f2b7c1d-FRA");
        Ok(response.body(Body::from(body.to_owned())).unwrap())
    };
    let client = Client::builder().api_token("a-token-of-the-tests");
    client
        .transport(transport)
        .deadline(Duration::from_secs(20))
        .build()
        .unwrap()
}

const FAILURE: &str =
    r#"{"success":false,"errors":[{"code":1234,"message":"text-of-a-body value-of-a-query"}]}"#;

#[test]
fn logs_each_request_and_retry_without_query_headers_and_body() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let success: &'static str = success("[]").leak();
    let send = |client: &Client| {
        let _ = client.audit_logs().actor_email(QUERY).send();
    };

    let client = client_returning(vec![(503, FAILURE), (200, success)].leak());
    let lines = lines_of(|| send(&client));
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert_eq!(
        lines[0],
        "DEBUG GET /user/audit_logs: 503, attempt 1, # ms, cf-ray 8f2b7c1d-FRA"
    );
    assert!(
        lines[1].starts_with("WARN GET /user/audit_logs: 503"),
        "{}",
        lines[1]
    );
    assert!(lines[1].ends_with("; retrying in # ms"), "{}", lines[1]);
    assert!(
        lines[1].contains("1234") && lines[1].contains("8f2b7c1d-FRA"),
        "{}",
        lines[1]
    );
    assert_eq!(
        lines[2],
        "DEBUG GET /user/audit_logs: 200, attempt 2, # ms, cf-ray 8f2b7c1d-FRA"
    );
    let all = lines.join("\n");

    let client = client_returning(&[
        (0, ""),
        (502, "<html>text-of-a-body"),
        (504, "text-of-a-body value-of-a-query"),
    ]);
    let lines = lines_of(|| send(&client));
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(
        lines[0].starts_with("DEBUG GET /user/audit_logs: no response (Connect), attempt 1, # ms"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("WARN GET /user/audit_logs: could not connect: connection refused"),
        "{}",
        lines[1]
    );
    assert!(
        lines[3].starts_with("WARN GET /user/audit_logs: 502 Bad Gateway: no code ["),
        "{}",
        lines[3]
    );
    // Each attempt is a line, and so is each retry. The last failure is returned and not logged.
    let levels: Vec<_> = lines.iter().map(|line| &line[..4]).collect();
    assert_eq!(levels, ["DEBU", "WARN", "DEBU", "WARN", "DEBU"]);
    let all = all + &lines.join("\n");

    // No line contains the body of a write.
    let client = client_returning(vec![(429, FAILURE), (200, success)].leak());
    let lines = lines_of(|| {
        let _ = client.edit_user().first_name(BODY).send();
    });
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let all = all + &lines.join("\n");

    let page: &'static str = common::success(r#"[{"id":"1"}]"#).leak();
    let client = client_returning(vec![(200, page), (200, success)].leak());
    let lines = lines_of(|| assert_eq!(client.audit_logs().iter().count(), 1));
    assert_eq!(lines.last().unwrap(), "DEBUG list ended: page 2 is empty");
    let past = r#"{"success":false,"errors":[{"code":1004,"message":"page out of range"}]}"#;
    let client = client_returning(vec![(200, page), (400, past)].leak());
    let lines = lines_of(|| assert_eq!(client.audit_logs().iter().count(), 1));
    assert_eq!(
        lines.last().unwrap(),
        "DEBUG list ended: page 2 does not exist"
    );

    for hidden in [QUERY, HEADER, BODY, "a-token-of-the-tests"] {
        assert!(!all.contains(hidden), "{hidden}: {all}");
    }
}
