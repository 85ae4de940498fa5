//! A server whose audit log grows, and `audit_follow` over it.

#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

use super::example::{Directory, Response, example, parameter, serve, success, wait_until};

pub const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

pub type Logs = Arc<Mutex<Vec<String>>>;

/// Adds a log for every 20 seconds, so that the overlap of 15 minutes contains 45. Every seventh
/// log cannot be decoded.
pub fn add_logs(logs: &Logs, count: usize) {
    let mut logs = logs.lock().unwrap();
    for _ in 0..count {
        let number = logs.len();
        let when = (START + time::Duration::seconds(20 * number as i64))
            .format(&Rfc3339)
            .unwrap();
        let interface = if number % 7 == 6 { "5" } else { r#""UI""# };
        let action = if number % 10 == 3 {
            "token_create"
        } else {
            "login"
        };
        let actor = if number % 20 == 3 {
            "ci@example.com"
        } else {
            "ops@example.com"
        };
        logs.push(format!(
            r#"{{"id":"{number}","when":"{when}","interface":{interface},
            "action":{{"type":"{action}"}},"actor":{{"email":"{actor}"}}}}"#
        ));
    }
}

/// The response to a request for these logs, in pages of at most 20.
pub fn page_of(logs: &Logs, line: &str) -> Response {
    let instant = |name| OffsetDateTime::parse(&parameter(line, name).unwrap(), &Rfc3339).unwrap();
    let (since, before) = (instant("since"), instant("before"));
    let page: usize = parameter(line, "page").unwrap().parse().unwrap();
    let logs = logs.lock().unwrap();
    let is_requested = |number: &usize| {
        let when = START + time::Duration::seconds(20 * *number as i64);
        since <= when && when < before
    };
    let requested = (0..logs.len())
        .filter(is_requested)
        .map(|number| logs[number].as_str());
    let items: Vec<&str> = requested.skip((page - 1) * 20).take(20).collect();
    success(&format!("[{}]", items.join(",")))
}

pub fn server_of(logs: &Logs) -> String {
    let logs = logs.clone();
    serve(move |line, _| page_of(&logs, line))
}

/// A server whose first page has these items.
pub fn server_of_items(items: &'static str) -> String {
    serve(move |line, _| match parameter(line, "page").as_deref() {
        Some("1") => success(items),
        _ => success("[]"),
    })
}

pub fn follow(server: &str, directory: &Directory) -> Command {
    let mut command = example("audit_follow", server);
    command
        .arg("--output")
        .arg(directory.path("out.jsonl"))
        .args(["--since", "2026-01-01"]);
    command
}

pub fn ids(lines: &str) -> Vec<usize> {
    let id = |line: &str| {
        let log: Value = serde_json::from_str(line).unwrap();
        log["id"].as_str().unwrap().parse().unwrap()
    };
    lines.lines().map(id).collect()
}

/// The position that was saved last, as text.
pub fn saved(directory: &Directory) -> Option<String> {
    let state = fs::read_to_string(directory.path("out.jsonl.state")).ok()?;
    Some(state.lines().next()?.to_owned())
}

pub fn line_count(directory: &Directory) -> usize {
    let content = fs::read(directory.path("out.jsonl")).unwrap_or_default();
    content.iter().filter(|byte| **byte == b'\n').count()
}

/// Waits until the output has this many lines, and the state says that they are complete.
#[track_caller]
pub fn wait_for_lines(directory: &Directory, count: usize) {
    wait_until(|| {
        let saved = saved(directory).unwrap_or_default();
        line_count(directory) == count && saved.contains(r#""batch":0"#)
    });
}
