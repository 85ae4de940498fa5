//! Following the audit log: each log is yielded once, over many runs with failures and
//! interruptions.

mod common;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudflare_user::{AuditLogCursor, Body, Client, ListAuditLogs, TransportError, http};
use common::{ScriptedResponse, ok, scripted, success};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const OVERLAP: i64 = 60;

/// An account whose logs become visible one after the other, some of them later than newer ones.
struct Account {
    /// For each log: its second, the second from which it is visible, and its JSON.
    logs: Vec<(i64, i64, String)>,
    visible: usize,
    /// The second in which the current run began. All logs are in the past, so `before` does not
    /// limit them.
    run_started: i64,
    random: fastrand::Rng,
    fails: bool,
}

impl Account {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut second = 0;
        let logs = (0..random.usize(0..120)).map(|number| {
            // Several logs in one second, pauses longer than the overlap, and logs that become
            // visible late.
            second += [0, 0, 1, 20, OVERLAP * 3][random.usize(0..5)];
            let when = (second - [0, 0, random.i64(0..=OVERLAP)][random.usize(0..3)]).max(0);
            let time = (START + time::Duration::seconds(when))
                .format(&Rfc3339)
                .unwrap();
            let json = match number % 10 {
                7 => format!(r#"{{"when":"{time}","action":{{"info":"{number}"}}}}"#),
                8 => format!(r#"{{"id":"{number}","when":"{time}","interface":5}}"#),
                _ => format!(r#"{{"id":"{number}","when":"{time}"}}"#),
            };
            (when, second, json)
        });
        let logs = logs.collect();
        Self {
            logs,
            visible: 0,
            run_started: 0,
            random,
            fails: true,
        }
    }

    fn respond(&mut self, query: &str) -> Result<String, TransportError> {
        if self.fails && self.random.u8(0..6) == 0 {
            return Err(TransportError::interrupted("reset"));
        }
        self.visible = (self.visible + self.random.usize(0..8)).min(self.logs.len());
        let parameters: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        assert_eq!(parameters["direction"], "asc");
        let instant = |name: &str| OffsetDateTime::parse(&parameters[name], &Rfc3339).unwrap();
        let (since, before) = (instant("since"), instant("before"));
        let number = |name: &str| parameters[name].parse::<usize>().unwrap();
        if number("page") == 1 {
            let latest = self.logs[..self.visible]
                .last()
                .map_or(0, |(_, visible, _)| *visible);
            self.run_started = if self.visible == self.logs.len() {
                i64::MAX
            } else {
                latest
            };
        }
        let is_requested =
            |when| (since..before).contains(&(START + time::Duration::seconds(when)));
        let visible = self.logs[..self.visible].iter();
        let mut logs: Vec<_> = visible
            .filter(|(when, ..)| *when < self.run_started && is_requested(*when))
            .collect();
        logs.sort_by_key(|(when, ..)| *when);
        let page = logs
            .into_iter()
            .skip((number("page") - 1) * number("per_page"))
            .take(number("per_page"));
        Ok(success(&format!(
            "[{}]",
            page.map(|(.., json)| json.as_str())
                .collect::<Vec<_>>()
                .join(",")
        )))
    }
}

/// Returns the number of a log: its `id`, its `info` if it has no `id`, or the `id` in the body of
/// its error.
fn name(
    log: cloudflare_user::Result<cloudflare_user::AuditLog>,
) -> Result<String, cloudflare_user::Error> {
    match log {
        Ok(log) if log.id.is_empty() => Ok(log.action.info.unwrap()),
        Ok(log) => Ok(log.id),
        Err(error) if error.is_item() => {
            let item: serde_json::Value = serde_json::from_slice(error.body().unwrap()).unwrap();
            Ok(item["id"].as_str().unwrap().to_owned())
        }
        Err(error) => Err(error),
    }
}

#[test]
fn yields_each_log_once_over_failed_and_killed_runs() {
    for seed in 0..120 {
        let account = Arc::new(Mutex::new(Account::new(seed)));
        let server = account.clone();
        let transport = move |request: http::Request<Vec<u8>>| {
            let body = server
                .lock()
                .unwrap()
                .respond(request.uri().query().unwrap())?;
            Ok(http::Response::new(Body::from(body)))
        };
        let client = Client::builder()
            .api_token("a-token")
            .transport(transport)
            .max_retries(0)
            .build()
            .unwrap();
        let request = ListAuditLogs::new().per_page(3);
        let mut random = fastrand::Rng::with_seed(seed);
        let cursor =
            AuditLogCursor::starting_at(START).overlap(Duration::from_secs(OVERLAP as u64));
        let mut saved = serde_json::to_string(&cursor).unwrap();
        let mut written: Vec<String> = Vec::new();
        let mut quiet_runs = 0;
        while quiet_runs < 3 {
            let all = account.lock().unwrap().logs.len();
            let cursor: AuditLogCursor = serde_json::from_str(&saved).unwrap();
            let mut logs = client.follow(&request, &cursor);
            let (mut unsaved, mut failed) = (Vec::new(), false);
            while let Some(log) = logs.next() {
                match name(log) {
                    Ok(name) => unsaved.push(name),
                    Err(error) => {
                        assert!(!error.is_invalid_request(), "{error}");
                        failed = true;
                    }
                }
                match random.u8(0..12) {
                    // The program is killed: the logs since the last save are not written.
                    0 => {
                        unsaved.clear();
                        failed = true;
                        break;
                    }
                    1..=4 => {
                        let position = |saved: &str| {
                            let cursor: serde_json::Value = serde_json::from_str(saved).unwrap();
                            OffsetDateTime::parse(cursor["position"].as_str().unwrap(), &Rfc3339)
                                .unwrap()
                        };
                        let new = serde_json::to_string(&logs.cursor()).unwrap();
                        assert!(position(&new) >= position(&saved), "seed {seed}");
                        saved = new;
                        written.append(&mut unsaved);
                    }
                    _ => {}
                }
            }
            // The program also saves after an error, unless it was killed.
            if !failed || !unsaved.is_empty() {
                saved = serde_json::to_string(&logs.cursor()).unwrap();
            }
            let nothing_new = unsaved.is_empty();
            written.append(&mut unsaved);
            let everything_is_visible = account.lock().unwrap().visible == all;
            quiet_runs = if !failed && nothing_new && everything_is_visible {
                quiet_runs + 1
            } else {
                0
            };
        }
        let mut numbers: Vec<usize> = written.iter().map(|name| name.parse().unwrap()).collect();
        numbers.sort_unstable();
        let all = account.lock().unwrap().logs.len();
        assert_eq!(numbers, (0..all).collect::<Vec<_>>(), "seed {seed}");
    }
}

fn page(items: &str) -> ScriptedResponse {
    ok(success(items))
}

#[test]
fn keeps_the_cursor_if_nothing_is_yielded() {
    let (client, requests) = scripted(vec![page("[]")]);
    let cursor = AuditLogCursor::starting_at(datetime!(2026-11-01 12:00:00.7 UTC));
    let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
    assert!(logs.next().is_none() && logs.next().is_none());
    assert_eq!(logs.cursor(), cursor);
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 1);
    assert!(
        requests[0]
            .target
            .contains("since=2026-11-01T12%3A00%3A00Z"),
        "{:?}",
        requests[0]
    );
}

#[test]
fn limits_the_position_to_now() {
    let (client, requests) = scripted(vec![
        page(r#"[{"id":"1","when":"2999-01-01T00:00:00Z"}]"#),
        page("[]"),
        page("[]"),
    ]);
    let cursor = AuditLogCursor::starting_at(datetime!(2026-01-01 0:00 UTC));
    let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
    assert_eq!(logs.by_ref().count(), 1);
    let next = logs.cursor();
    assert!(
        serde_json::to_value(&next).unwrap()["position"]
            .as_str()
            .unwrap()
            < "2990"
    );
    assert_eq!(client.follow(&ListAuditLogs::new(), &next).count(), 0);
    assert!(
        !requests
            .lock()
            .unwrap()
            .last()
            .unwrap()
            .target
            .contains("since=29")
    );
}

#[test]
fn keeps_a_position_in_the_future() {
    let (client, requests) = scripted(vec![
        page(r#"[{"id":"1","when":"2900-01-01T00:00:00Z"}]"#),
        page("[]"),
    ]);
    let future = AuditLogCursor::starting_at(datetime!(2900-01-01 0:00 UTC));
    let mut logs = client.follow(&ListAuditLogs::new(), &future);
    assert_eq!(logs.by_ref().count(), 1);
    let position =
        |cursor: &AuditLogCursor| serde_json::to_value(cursor).unwrap()["position"].clone();
    assert_eq!(position(&logs.cursor()), position(&future));
    assert!(
        requests.lock().unwrap()[0]
            .target
            .contains("before=2900-01-01T00%3A00%3A01Z")
    );
}

#[test]
fn refuses_parameters_that_the_cursor_sets() {
    let (client, requests) = scripted(vec![page("[]")]);
    let cursor = AuditLogCursor::starting_at(START);
    for request in [
        ListAuditLogs::new().since(START),
        ListAuditLogs::new().before(START),
        ListAuditLogs::new().direction(cloudflare_user::Direction::Desc),
        ListAuditLogs::new().page(1),
    ] {
        let mut logs = client.follow(&request, &cursor);
        assert!(logs.next().unwrap().unwrap_err().is_invalid_request());
        assert!(logs.next().is_none());
        assert_eq!(logs.cursor(), cursor);
    }
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn refuses_a_malformed_cursor() {
    for text in [
        "{}",
        "7",
        r#"{"position":"soon","floor":"soon","overlap":{"secs":1,"nanos":0},"yielded":[]}"#,
    ] {
        assert!(
            serde_json::from_str::<AuditLogCursor>(text).is_err(),
            "{text}"
        );
    }
}

#[test]
fn remembers_only_logs_within_the_overlap() {
    let items: Vec<_> = (0..1000)
        .map(|second| {
            let time = (START + time::Duration::seconds(second))
                .format(&Rfc3339)
                .unwrap();
            format!(r#"{{"id":"{second}","when":"{time}"}}"#)
        })
        .collect();
    let (client, _) = scripted(vec![page(&format!("[{}]", items.join(","))), page("[]")]);
    let cursor = AuditLogCursor::starting_at(START).overlap(Duration::from_secs(9));
    let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
    assert_eq!(logs.by_ref().count(), 1000);
    let saved = serde_json::to_value(logs.cursor()).unwrap();
    assert_eq!(saved["yielded"].as_array().unwrap().len(), 10);
}
