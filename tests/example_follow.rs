//! The example `audit_follow`: it writes each log once, whenever it is killed, and reports the
//! actions that are selected.

#[path = "common/example.rs"]
mod example;

use std::fs;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use example::{Directory, example, parameter, serve, success};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

type Logs = Arc<Mutex<Vec<String>>>;

/// Adds a log for every 20 seconds, so that the overlap of 15 minutes contains 45. Every seventh
/// log cannot be decoded.
fn add_logs(logs: &Logs, count: usize) {
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

/// A server of these logs, with pages of at most 20.
fn server_of(logs: &Logs) -> String {
    let logs = logs.clone();
    serve(move |line, _| {
        let instant =
            |name| OffsetDateTime::parse(&parameter(line, name).unwrap(), &Rfc3339).unwrap();
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
    })
}

fn follow(server: &str, directory: &Directory) -> Command {
    let mut command = example("audit_follow", server);
    command
        .arg("--output")
        .arg(directory.path("out.jsonl"))
        .args(["--since", "2026-01-01"]);
    command.stdout(Stdio::null());
    command
}

fn ids(lines: &str) -> Vec<usize> {
    let id = |line: &str| {
        let log: Value = serde_json::from_str(line).unwrap();
        log["id"].as_str().unwrap().parse().unwrap()
    };
    lines.lines().map(id).collect()
}

fn saved_length(directory: &Directory) -> Option<usize> {
    let state = fs::read(directory.path("out.jsonl.state")).ok()?;
    let state: Value = serde_json::from_slice(&state).unwrap();
    Some(state["length"].as_u64().unwrap() as usize)
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn writes_each_log_once_whenever_it_is_killed() {
    let (logs, directory) = (Logs::default(), Directory::new());
    let server = server_of(&logs);
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let run = || {
        let mut command = follow(&server, &directory);
        command.args(["--batch", "3"]).stderr(Stdio::null());
        command
    };
    // Runs are killed after a random part of the time that a complete run takes on this machine.
    let mut time_of_a_run = Duration::from_millis(50);
    let (mut killed, mut unsaved) = (0, 0);
    for round in 0..60 {
        add_logs(&logs, random.usize(0..40));
        let start = Instant::now();
        let mut child = run().spawn().unwrap();
        if round % 20 == 0 {
            assert!(child.wait().unwrap().success(), "seed {seed}");
            time_of_a_run = start.elapsed();
        } else {
            thread::sleep(time_of_a_run.mul_f64(random.f64() * 1.2));
            killed += usize::from(child.try_wait().unwrap().is_none());
            // SIGKILL on Unix.
            child.kill().unwrap();
            child.wait().unwrap();
        }
        if let Some(length) = saved_length(&directory) {
            let output = directory.read("out.jsonl");
            let saved = ids(&output[..length]);
            assert_eq!(
                saved,
                (0..saved.len()).collect::<Vec<_>>(),
                "seed {seed}, round {round}"
            );
            unsaved += usize::from(output.len() > length);
        }
    }
    assert!(run().status().unwrap().success(), "seed {seed}");
    let all = logs.lock().unwrap().len();
    assert_eq!(
        ids(&directory.read("out.jsonl")),
        (0..all).collect::<Vec<_>>(),
        "seed {seed}"
    );
    // Shown with `--nocapture`.
    println!(
        "{all} logs; killed {killed} of 60 runs, {unsaved} of them between the output and its state"
    );
    assert!(killed > 0, "no run was killed");
}

#[test]
fn reports_the_listed_actions_except_those_of_excluded_actors() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 40);
    let server = server_of(&logs);
    let alert = [
        "--alert",
        "token_roll, token_create",
        "--except",
        "CI@example.com",
    ];
    let output = follow(&server, &directory).args(alert).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let alerts: Vec<String> = stderr(&output)
        .lines()
        .filter(|line| line.starts_with("alert:"))
        .map(str::to_owned)
        .collect();
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    assert_eq!(
        alerts[0],
        "alert: 2026-01-01T00:04:20Z token_create by ops@example.com from -, id 13"
    );
    // The cursor was saved, so the next run does not report the same actions.
    assert_eq!(
        follow(&server, &directory)
            .args(alert)
            .output()
            .unwrap()
            .status
            .code(),
        Some(0)
    );
    assert_eq!(ids(&directory.read("out.jsonl")).len(), 40);
}

#[test]
fn writes_and_reports_a_malformed_log() {
    let directory = Directory::new();
    let server = serve(|line, _| match parameter(line, "page").as_deref() {
        Some("1") => success(r#"[{"id":"1","when":"2026-01-01T00:00:00Z"},{"id":nope}]"#),
        _ => success("[]"),
    });
    let output = follow(&server, &directory)
        .args(["--alert", "token_create"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let lines = directory.read("out.jsonl");
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(
        (lines.lines().count(), &last["malformed"]),
        (2, &Value::from(r#"{"id":nope}"#))
    );
    assert_eq!(
        follow(&server, &directory).status().unwrap().code(),
        Some(0)
    );
    assert_eq!(directory.read("out.jsonl"), lines);
}

#[test]
fn refuses_a_state_that_another_process_uses() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 5);
    let server = server_of(&logs);
    let mut first = follow(&server, &directory)
        .args(["--every", "1h"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| saved_length(&directory) > Some(0));
    let second = follow(&server, &directory).output().unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(
        stderr(&second).contains("out.jsonl.state is in use by another process"),
        "{}",
        stderr(&second)
    );
    assert_eq!(
        follow(&server, &directory).output().unwrap().status.code(),
        Some(0)
    );
    assert_eq!(ids(&directory.read("out.jsonl")), [0, 1, 2, 3, 4]);
}

#[test]
fn reports_a_missing_or_truncated_output() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 5);
    let server = server_of(&logs);
    assert!(follow(&server, &directory).status().unwrap().success());
    let (path, moved) = (directory.path("out.jsonl"), directory.path("moved.jsonl"));
    let content = directory.read("out.jsonl");

    fs::write(&path, &content[..content.len() - 1]).unwrap();
    let output = follow(&server, &directory).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("lines are lost"),
        "{}",
        stderr(&output)
    );
    assert_eq!(
        directory.read("out.jsonl").len(),
        content.len() - 1,
        "the file was changed"
    );

    fs::rename(&path, moved).unwrap();
    let output = follow(&server, &directory).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("out.jsonl is missing"),
        "{}",
        stderr(&output)
    );
    assert!(!path.exists());

    add_logs(&logs, 2);
    assert!(
        follow(&server, &directory)
            .arg("--new-output")
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(ids(&directory.read("out.jsonl")), [5, 6]);

    fs::remove_file(directory.path("out.jsonl.state")).unwrap();
    let output = follow(&server, &directory).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("out.jsonl is not empty"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn ends_a_single_run_at_a_rate_limit_but_waits_in_a_loop() {
    let directory = Directory::new();
    let limited = || {
        (
            429,
            "retry-after: 240\r\n",
            r#"{"success":false,"errors":[],"result":null}"#.to_owned(),
        )
    };
    let server = serve(move |_, _| limited());
    let output = follow(&server, &directory).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("; run again after 20"),
        "{}",
        stderr(&output)
    );

    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = requests.clone();
    let server = serve(move |_, _| {
        log.lock().unwrap().push(Instant::now());
        match log.lock().unwrap().len() {
            // Longer than the interval, and too long for the client to wait.
            1 => (503, "retry-after: 3\r\n", String::new()),
            _ => success("[]"),
        }
    });
    let mut child = follow(&server, &directory)
        .args(["--every", "1s"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| requests.lock().unwrap().len() > 2);
    assert!(child.try_wait().unwrap().is_none(), "the loop ended");
    child.kill().unwrap();
    child.wait().unwrap();
    let requests = requests.lock().unwrap();
    assert!(requests[1] - requests[0] >= Duration::from_secs(3));
}

#[test]
#[cfg(unix)]
fn saves_everything_before_ctrl_c_ends_a_loop() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 30);
    let server = server_of(&logs);
    let mut child = follow(&server, &directory)
        .args(["--every", "1h"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| saved_length(&directory) > Some(0));
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert!(child.wait().unwrap().success());
    let output = directory.read("out.jsonl");
    assert_eq!(saved_length(&directory), Some(output.len()));
}

#[track_caller]
fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the condition did not become true within 30 seconds"
        );
        thread::sleep(Duration::from_millis(5));
    }
}
