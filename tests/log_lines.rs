//! The log lines of this crate: one for each request, each retry and each end of a list. The only
//! test of its file, because a process has one logger.

mod common;

use std::mem;
use std::sync::Mutex;
use std::time::Duration;

use cloudflare_user::{Client, http};
use common::{ScriptedResponse, TOKEN, refused, scripted, scripted_client, success};

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
    let lines = mem::take(&mut *LINES.0.lock().unwrap());
    lines.iter().map(|line| hide_milliseconds(line)).collect()
}

fn hide_milliseconds(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    for unit in 1..words.len() {
        if words[unit].starts_with("ms") && words[unit - 1].parse::<u64>().is_ok() {
            words[unit - 1] = "#";
        }
    }
    words.join(" ")
}

const QUERY: &str = "value-of-a-query";
const HEADER: &str = "value-of-a-header";
const BODY: &str = "text-of-a-body";

const FAILURE: &str =
    r#"{"success":false,"errors":[{"code":1234,"message":"text-of-a-body value-of-a-query"}]}"#;

fn response(status: u16, body: &str) -> ScriptedResponse {
    let response = http::Response::builder()
        .status(status)
        .header("x-header", HEADER)
        .header("cf-ray", "8f2b7c1d-FRA")
        .body(body.to_owned());
    Ok(response.unwrap())
}

/// A client that retries twice.
fn client(responses: impl IntoIterator<Item = ScriptedResponse>) -> Client {
    scripted_client(responses)
        .with_max_retries(2)
        .with_deadline(Duration::from_secs(20))
}

fn send(client: &Client) {
    let _ = client.audit_logs().actor_email(QUERY).send();
}

#[test]
fn logs_each_request_and_retry_without_query_headers_and_body() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let lines = [
        check_lines_of_a_retry(),
        check_lines_of_a_failure(),
        check_lines_of_a_write(),
        check_lines_of_a_ray_id_with_a_secret(),
        check_lines_of_a_list(),
        check_lines_of_a_wait_for_the_rate_limit(),
    ];
    let all = lines.concat().join("\n");
    for hidden in [QUERY, HEADER, BODY, TOKEN] {
        assert!(!all.contains(hidden), "{hidden}: {all}");
    }
}

fn check_lines_of_a_retry() -> Vec<String> {
    let client = client([response(503, FAILURE), response(200, &success("[]"))]);
    let lines = lines_of(|| send(&client));
    let [failed, retry, succeeded] = lines.as_slice() else {
        panic!("{lines:#?}")
    };
    assert_eq!(
        failed,
        "DEBUG GET /user/audit_logs: 503, attempt 1, # ms, cf-ray 8f2b7c1d-FRA"
    );
    assert!(
        retry.starts_with("WARN GET /user/audit_logs: 503"),
        "{retry}"
    );
    assert!(retry.ends_with("; retrying in # ms"), "{retry}");
    assert!(retry.contains("1234"), "{retry}");
    assert!(retry.contains("8f2b7c1d-FRA"), "{retry}");
    assert_eq!(
        succeeded,
        "DEBUG GET /user/audit_logs: 200, attempt 2, # ms, cf-ray 8f2b7c1d-FRA"
    );
    lines
}

/// Each attempt is a line, and so is each retry. The last failure is returned and not logged.
fn check_lines_of_a_failure() -> Vec<String> {
    let client = client([
        refused(),
        response(502, "<html>text-of-a-body"),
        response(504, "text-of-a-body value-of-a-query"),
    ]);
    let lines = lines_of(|| send(&client));
    let [first, first_retry, second, second_retry, last] = lines.as_slice() else {
        panic!("{lines:#?}")
    };
    assert!(
        first.starts_with("DEBUG GET /user/audit_logs: no response (Connect), attempt 1, # ms"),
        "{first}"
    );
    assert!(
        first_retry.starts_with("WARN GET /user/audit_logs: could not connect: connection refused"),
        "{first_retry}"
    );
    assert!(second.starts_with("DEBUG "), "{second}");
    assert!(
        second_retry.starts_with("WARN GET /user/audit_logs: 502 Bad Gateway: no code ["),
        "{second_retry}"
    );
    assert!(last.starts_with("DEBUG "), "{last}");
    lines
}

fn check_lines_of_a_write() -> Vec<String> {
    let client = client([response(429, FAILURE), response(200, &success("[]"))]);
    let lines = lines_of(|| {
        let _ = client.edit_user().first_name(BODY).send();
    });
    assert_eq!(lines.len(), 3, "{lines:#?}");
    lines
}

/// A `cf-ray` that is not like Cloudflare's may be a new secret. A longer one is none.
fn check_lines_of_a_ray_id_with_a_secret() -> Vec<String> {
    let longest = "r".repeat(40);
    let too_long = "r".repeat(41);
    let rays = [
        ("8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T", "[redacted]"),
        ("8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5", "[redacted]"),
        ("8M7wS6hCpXVcDoRn", "[redacted]"),
        ("8f2b7c1d3e4a5b6c7", "[redacted]"),
        ("8f2b7c1d-8M7wS6hC", "[redacted]"),
        (&longest, "[redacted]"),
        ("8f2b7c1d3e4a5b6c-FRA", "8f2b7c1d3e4a5b6c-FRA"),
        ("8f2b7c1d3e4a5b6c", "8f2b7c1d3e4a5b6c"),
        (&too_long, ""),
        ("two words", ""),
    ];
    let responses = rays.map(|(ray_id, _)| {
        let mut response = response(200, &success("[]"));
        let headers = response.as_mut().unwrap().headers_mut();
        headers.insert("cf-ray", ray_id.parse().unwrap());
        response
    });
    let client = client(responses);
    let lines = lines_of(|| rays.iter().for_each(|_| send(&client)));
    let start = "DEBUG GET /user/audit_logs: 200, attempt 1, # ms";
    let expected = rays.map(|(_, shown)| match shown {
        "" => start.to_owned(),
        ray_id => format!("{start}, cf-ray {ray_id}"),
    });
    assert_eq!(lines, expected);
    lines
}

fn check_lines_of_a_list() -> Vec<String> {
    let first = || response(200, &success(r#"[{"id":"1"}]"#));
    let read = |last: ScriptedResponse| {
        let client = client([first(), last]);
        lines_of(|| assert_eq!(client.audit_logs().iter().count(), 1))
    };
    let empty = read(response(200, &success("[]")));
    assert_eq!(empty.last().unwrap(), "DEBUG list ended: page 2 is empty");
    let out_of_range = r#"{"success":false,"errors":[{"code":1,"message":"page out of range"}]}"#;
    let missing = read(response(400, out_of_range));
    assert_eq!(
        missing.last().unwrap(),
        "DEBUG list ended: page 2 does not exist"
    );
    [empty, missing].concat()
}

fn check_lines_of_a_wait_for_the_rate_limit() -> Vec<String> {
    let mut refusal = response(429, FAILURE);
    let headers = refusal.as_mut().unwrap().headers_mut();
    headers.insert("retry-after", "1".parse().unwrap());
    let (client, _) = scripted([refusal, response(200, &success("[]"))]);
    send(&client);
    let lines = lines_of(|| send(&client));
    let [wait, sent] = lines.as_slice() else {
        panic!("{lines:#?}")
    };
    assert_eq!(wait, "DEBUG waiting # ms for the rate limit");
    assert!(
        sent.starts_with("DEBUG GET /user/audit_logs: 200"),
        "{sent}"
    );
    lines
}
