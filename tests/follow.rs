//! Following the audit log: each log is yielded once, over many runs with failures and
//! interruptions.

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudflare_user::{
    AuditLog, AuditLogCursor, Body, Client, Direction, Error, Follow, ListAuditLogs,
    TransportError, http,
};
use common::{builder, ok, query_parameter, scripted, scripted_client, success};
use fastrand::Rng;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

/// The overlap of the simulated runs in seconds.
const OVERLAP: i64 = 60;

/// A time as RFC 3339, this many seconds after the start.
fn time_at(second: i64) -> String {
    let time = START + time::Duration::seconds(second);
    time.format(&Rfc3339).unwrap()
}

/// A log of the simulated account. Its times are seconds after the start.
struct SimulatedLog {
    when: i64,
    visible_from: i64,
    json: String,
}

/// An account whose logs become visible one after the other, some of them later than newer ones.
struct Account {
    logs: Vec<SimulatedLog>,
    visible: usize,
    /// The second in which the current run began. All logs are in the past, so `before` does not
    /// limit them.
    run_started: i64,
    rng: Rng,
}

impl Account {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut second = 0;
        let logs = (0..rng.usize(0..120)).map(|number| {
            // Several logs in one second, pauses longer than the overlap, and logs that become
            // visible late.
            second += [0, 0, 1, 20, OVERLAP * 3][rng.usize(0..5)];
            let delay = [0, 0, rng.i64(0..=OVERLAP)][rng.usize(0..3)];
            let when = (second - delay).max(0);
            let time = time_at(when);
            let json = match number % 10 {
                7 => format!(r#"{{"when":"{time}","action":{{"info":"{number}"}}}}"#),
                8 => format!(r#"{{"id":"{number}","when":"{time}","interface":5}}"#),
                _ => format!(r#"{{"id":"{number}","when":"{time}"}}"#),
            };
            SimulatedLog {
                when,
                visible_from: second,
                json,
            }
        });
        let logs = logs.collect();
        Self {
            logs,
            visible: 0,
            run_started: 0,
            rng,
        }
    }

    fn respond(&mut self, request: &http::Request<Vec<u8>>) -> Result<String, TransportError> {
        if self.rng.u8(0..6) == 0 {
            return Err(TransportError::interrupted("reset"));
        }
        self.visible = (self.visible + self.rng.usize(0..8)).min(self.logs.len());
        let parameter = |name: &str| query_parameter(request, name).unwrap();
        let number = |name: &str| parameter(name).parse::<usize>().unwrap();
        let instant = |name: &str| OffsetDateTime::parse(&parameter(name), &Rfc3339).unwrap();
        assert_eq!(parameter("direction"), "asc");
        let (page, per_page) = (number("page"), number("per_page"));
        if page == 1 {
            self.run_started = self.latest_visible();
        }
        let requested = instant("since")..instant("before");
        let mut logs: Vec<&SimulatedLog> = self.logs[..self.visible]
            .iter()
            .filter(|log| log.when < self.run_started)
            .filter(|log| requested.contains(&(START + time::Duration::seconds(log.when))))
            .collect();
        logs.sort_by_key(|log| log.when);
        let items: Vec<&str> = logs
            .into_iter()
            .skip((page - 1) * per_page)
            .take(per_page)
            .map(|log| log.json.as_str())
            .collect();
        Ok(success(&format!("[{}]", items.join(","))))
    }

    /// The second from which the last visible log is visible; after all logs, the end of time.
    fn latest_visible(&self) -> i64 {
        if self.visible == self.logs.len() {
            return i64::MAX;
        }
        let last = self.logs[..self.visible].last();
        last.map_or(0, |log| log.visible_from)
    }
}

/// Returns the number of a log: its `id`, its `info` if it has no `id`, or the `id` in the body of
/// its error.
fn number(log: Result<AuditLog, Error>) -> Result<usize, Error> {
    let text = match log {
        Ok(log) if log.id.is_empty() => log.action.info.unwrap(),
        Ok(log) => log.id,
        Err(error) if error.is_item() => {
            let item: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
            item["id"].as_str().unwrap().to_owned()
        }
        Err(error) => return Err(error),
    };
    Ok(text.parse().unwrap())
}

/// A program that follows the audit log, and saves what it read and the cursor together.
struct Program {
    rng: Rng,
    saved_cursor: String,
    saved_numbers: Vec<usize>,
}

#[derive(Debug, PartialEq)]
enum Run {
    /// The whole log was read, and this many logs were saved at its end.
    Complete(usize),
    Failed,
    Killed,
}

impl Program {
    fn new(seed: u64) -> Self {
        let overlap = Duration::from_secs(OVERLAP as u64);
        let cursor = AuditLogCursor::starting_at(START).overlap(overlap);
        Self {
            rng: Rng::with_seed(seed),
            saved_cursor: serde_json::to_string(&cursor).unwrap(),
            saved_numbers: Vec::new(),
        }
    }

    fn run(&mut self, client: &Client) -> Run {
        let cursor: AuditLogCursor = serde_json::from_str(&self.saved_cursor).unwrap();
        let request = ListAuditLogs::new().per_page(3);
        let mut logs = client.follow(&request, &cursor);
        let mut unsaved = Vec::new();
        let mut has_failed = false;
        while let Some(log) = logs.next() {
            match number(log) {
                Ok(number) => unsaved.push(number),
                Err(error) => {
                    assert!(!error.is_invalid_request(), "{error}");
                    has_failed = true;
                }
            }
            match self.rng.u8(0..12) {
                // The logs since the last save are lost.
                0 => return Run::Killed,
                1..=4 => self.save(&logs, &mut unsaved),
                _ => {}
            }
        }
        let rest = unsaved.len();
        self.save(&logs, &mut unsaved);
        if has_failed {
            Run::Failed
        } else {
            Run::Complete(rest)
        }
    }

    fn save(&mut self, logs: &Follow, unsaved: &mut Vec<usize>) {
        let new = serde_json::to_string(&logs.cursor()).unwrap();
        assert!(position(&new) >= position(&self.saved_cursor));
        self.saved_cursor = new;
        self.saved_numbers.append(unsaved);
    }
}

/// The position of a saved cursor.
fn position(cursor: &str) -> OffsetDateTime {
    let cursor: Value = serde_json::from_str(cursor).unwrap();
    OffsetDateTime::parse(cursor["position"].as_str().unwrap(), &Rfc3339).unwrap()
}

#[test]
fn yields_each_log_once_over_failed_and_killed_runs() {
    for seed in 0..120 {
        let account = Arc::new(Mutex::new(Account::new(seed)));
        let server = account.clone();
        let transport = move |request: http::Request<Vec<u8>>| {
            let body = server.lock().unwrap().respond(&request)?;
            Ok(http::Response::new(Body::from(body)))
        };
        let builder = builder().transport(transport).max_retries(0);
        let client = builder.build().unwrap();

        let all = account.lock().unwrap().logs.len();
        let mut program = Program::new(seed);
        let mut quiet_runs = 0;
        while quiet_runs < 3 {
            let run = program.run(&client);
            let is_everything_visible = account.lock().unwrap().visible == all;
            if run == Run::Complete(0) && is_everything_visible {
                quiet_runs += 1;
            } else {
                quiet_runs = 0;
            }
        }
        program.saved_numbers.sort_unstable();
        let expected: Vec<usize> = (0..all).collect();
        assert_eq!(program.saved_numbers, expected, "seed {seed}");
    }
}

#[test]
fn keeps_the_cursor_if_nothing_is_yielded() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let cursor = AuditLogCursor::starting_at(datetime!(2026-11-01 12:00:00.7 UTC));
    let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
    assert!(logs.next().is_none());
    assert!(logs.next().is_none());
    assert_eq!(logs.cursor(), cursor);
    assert_eq!(requests.count(), 1);
    let target = requests.last().target;
    let since = "since=2026-11-01T12%3A00%3A00Z";
    assert!(target.contains(since), "{target}");
}

#[test]
fn limits_the_position_to_now() {
    let items = r#"[{"id":"1","when":"2999-01-01T00:00:00Z"}]"#;
    let (client, requests) = scripted([items, "[]", "[]"].map(|items| ok(success(items))));
    let cursor = AuditLogCursor::starting_at(datetime!(2026-01-01 0:00 UTC));
    let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
    assert_eq!(logs.by_ref().count(), 1);
    let next = logs.cursor();
    let saved = serde_json::to_value(&next).unwrap();
    assert!(saved["position"].as_str().unwrap() < "2990", "{saved}");
    assert_eq!(client.follow(&ListAuditLogs::new(), &next).count(), 0);
    let target = requests.last().target;
    assert!(!target.contains("since=29"), "{target}");
}

#[test]
fn keeps_a_position_in_the_future() {
    let items = r#"[{"id":"1","when":"2900-01-01T00:00:00Z"}]"#;
    let (client, requests) = scripted([items, "[]"].map(|items| ok(success(items))));
    let future = AuditLogCursor::starting_at(datetime!(2900-01-01 0:00 UTC));
    let mut logs = client.follow(&ListAuditLogs::new(), &future);
    assert_eq!(logs.by_ref().count(), 1);
    let before = serde_json::to_value(&future).unwrap();
    let after = serde_json::to_value(logs.cursor()).unwrap();
    assert_eq!(after["position"], before["position"]);
    let target = &requests.all()[0].target;
    let one_second_after = "before=2900-01-01T00%3A00%3A01Z";
    assert!(target.contains(one_second_after), "{target}");
}

#[test]
fn refuses_parameters_that_the_cursor_sets() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let cursor = AuditLogCursor::starting_at(START);
    let refused = [
        ListAuditLogs::new().since(START),
        ListAuditLogs::new().before(START),
        ListAuditLogs::new().direction(Direction::Desc),
        ListAuditLogs::new().page(1),
    ];
    for request in refused {
        let mut logs = client.follow(&request, &cursor);
        assert!(logs.next().unwrap().unwrap_err().is_invalid_request());
        assert!(logs.next().is_none());
        assert_eq!(logs.cursor(), cursor);
    }
    assert_eq!(requests.count(), 0);
}

#[test]
fn refuses_a_malformed_cursor() {
    let malformed = [
        "{}",
        "7",
        r#"{"position":"soon","floor":"soon","overlap":{"secs":1,"nanos":0},"yielded":[]}"#,
    ];
    for text in malformed {
        let cursor = serde_json::from_str::<AuditLogCursor>(text);
        assert!(cursor.is_err(), "{text}");
    }
}

#[test]
fn remembers_only_logs_within_the_overlap() {
    let log = |second| format!(r#"{{"id":"{second}","when":"{}"}}"#, time_at(second));
    let logs: Vec<_> = (0..1000).map(log).collect();
    let items = format!("[{}]", logs.join(","));
    let client = scripted_client([items.as_str(), "[]"].map(|items| ok(success(items))));
    let cursor = AuditLogCursor::starting_at(START).overlap(Duration::from_secs(9));
    let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
    assert_eq!(logs.by_ref().count(), 1000);
    let saved = serde_json::to_value(logs.cursor()).unwrap();
    assert_eq!(saved["yielded"].as_array().unwrap().len(), 10);
}

#[test]
fn returns_the_json_of_the_log_that_was_yielded_last() {
    let logs = [
        r#"{"id":"a", "when":"2026-01-01T00:00:00Z", "unknown" :1.50}"#,
        r#"{"id":"b","action":"no object"}"#,
        r#"{"metadata":{"z":1,"a":2}}"#,
    ];
    let client = scripted_client([
        ok(success(&format!("[{}]", logs.join(",")))),
        ok(success("[]")),
    ]);
    let mut follow = client
        .audit_logs()
        .follow(&AuditLogCursor::starting_at(START));
    assert_eq!(follow.json(), b"");
    for (json, is_decoded) in logs.iter().zip([true, false, true]) {
        assert_eq!(follow.next().unwrap().is_ok(), is_decoded, "{json}");
        assert_eq!(follow.json(), json.as_bytes());
    }
    assert!(follow.next().is_none());
    assert_eq!(follow.json(), b"");
}
