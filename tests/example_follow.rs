//! The example `audit_follow`: it appends each log once, whatever kills it and whoever rotates its
//! output, and reports the actions that are selected.

#[path = "common/example.rs"]
mod example;
#[path = "common/followed.rs"]
mod followed;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use example::{Directory, example, parameter, run, serve, start, success, wait_until};
use followed::{
    Logs, START, add_logs, follow, ids, line_count, server_of, server_of_items, wait_for_lines,
};
use serde_json::Value;

#[test]
fn appends_what_is_new_and_says_how_far_it_is() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 30);
    let server = server_of(&logs);
    run(&mut follow(&server, &directory))
        .expect(0, "new logs: 30; position 2026-01-01T00:09:40Z, ");
    add_logs(&logs, 5);
    run(&mut follow(&server, &directory)).expect(0, "new logs: 5; position 2026-01-01T00:11:20Z, ");
    let ran = run(follow(&server, &directory).arg("--quiet"));
    assert_eq!(ran.stderr.matches("new logs").count(), 0, "{ran:?}");
    assert_eq!(
        ids(&directory.read("out.jsonl")),
        (0..35).collect::<Vec<_>>()
    );
}

#[test]
fn sends_the_filters_and_refuses_a_state_of_other_ones() {
    let (lines, directory) = (Arc::new(Mutex::new(Vec::new())), Directory::new());
    let log = lines.clone();
    let server = serve(move |line, _| {
        log.lock().unwrap().push(line.to_owned());
        success("[]")
    });
    let filters = [
        "--type",
        "login",
        "--actor",
        "a@b.c",
        "--zone",
        "z.com",
        "--account",
        "a1",
    ];
    run(follow(&server, &directory).args(filters)).expect(0, "");
    let line = lines.lock().unwrap().pop().unwrap();
    assert!(line.starts_with("GET /accounts/a1/audit_logs?"), "{line}");
    for (name, value) in [
        ("action.type", "login"),
        ("actor.email", "a@b.c"),
        ("zone.name", "z.com"),
    ] {
        assert_eq!(parameter(&line, name).as_deref(), Some(value), "{line}");
    }
    run(&mut follow(&server, &directory)).expect(2, "is of other options");
}

#[test]
fn writes_to_standard_output_and_saves_the_position_after_it() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 25);
    let server = server_of(&logs);
    let to_stdout = || {
        let mut command = example("audit_follow", &server);
        command.arg("--state").arg(directory.path("state"));
        command.args(["--since", "2026-01-01"]);
        command
    };
    let ran = run(&mut to_stdout()).expect(0, "");
    assert_eq!(ids(&ran.stdout), (0..25).collect::<Vec<_>>());
    add_logs(&logs, 2);
    assert_eq!(ids(&run(&mut to_stdout()).stdout), [25, 26]);
    // An invalid command line: there is no state for standard output.
    run(&mut example("audit_follow", &server)).expect(2, "--state");
}

#[test]
#[cfg(unix)]
fn does_not_move_the_position_if_standard_output_is_closed_or_fails() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 2500);
    let server = server_of(&logs);
    let mut command = example("audit_follow", &server);
    command.arg("--state").arg(directory.path("state"));
    command.args(["--since", "2026-01-01"]);
    for redirection in ["exec >&-", "exec >/dev/full"] {
        run(&mut example::in_shell(redirection, &command)).expect(2, "standard output");
    }
    let into_head = r#""$0" "$@" | head -n 1; exit"#;
    let ran = run(&mut example::in_shell(into_head, &command));
    assert!(ran.stdout.lines().count() <= 1, "{ran:?}");
    let ran = run(&mut command).expect(0, "");
    // At most what `head` could take was not repeated.
    assert!(ids(&ran.stdout).len() >= 500, "{}", ran.stderr);
    // A shell's /dev/null is meant.
    run(&mut example::in_shell("exec >/dev/null", &command)).expect(0, "");
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
    let ran = run(follow(&server, &directory).args(alert)).expect(1, "alert:");
    let alerts: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("alert:"))
        .collect();
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    assert_eq!(
        alerts[0],
        "alert: 2026-01-01T00:04:20Z token_create by ops@example.com from -, id 13"
    );
    // The cursor was saved, so the next run does not report the same actions.
    run(follow(&server, &directory).args(alert)).expect(0, "");
    assert_eq!(ids(&directory.read("out.jsonl")).len(), 40);
}

#[test]
fn an_action_that_cannot_be_read_is_an_alert() {
    for item in [
        r#"[{"id":"1","action":"token_create"}]"#,
        r#"[{"id":"1","action":{"type":["token_create"]}}]"#,
        r#"[{"id":"1","action":{"type":"token_create"},"interface":5}]"#,
        r#"[{"id":nope}]"#,
    ] {
        let directory = Directory::new();
        let server = server_of_items(item);
        let ran = run(follow(&server, &directory).args(["--alert", "token_create"]));
        assert_eq!(ran.code, Some(1), "{item}: {ran:#?}");
        assert!(ran.stderr.contains("alert: "), "{item}: {ran:#?}");
    }
    // A typing error would never report anything.
    let server = server_of_items("[]");
    let directory = Directory::new();
    for option in ["--alert", "--type"] {
        run(follow(&server, &directory).args([option, "logn"])).expect(2, "=logn");
        assert_eq!(directory.names(), [""; 0]);
    }
    run(follow(&server, &directory).args(["--alert", "=logn"])).expect(0, "");
}

#[test]
fn writes_and_reports_a_malformed_log() {
    let directory = Directory::new();
    let server = server_of_items(r#"[{"id":"1","when":"2026-01-01T00:00:00Z"},{"id":nope}]"#);
    run(&mut follow(&server, &directory)).expect(0, "warning: ");
    let lines = directory.read("out.jsonl");
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(
        (lines.lines().count(), &last["malformed"]),
        (2, &Value::from(r#"{"id":nope}"#))
    );
    run(&mut follow(&server, &directory)).expect(0, "new logs: 0");
    assert_eq!(directory.read("out.jsonl"), lines);
}

#[test]
fn keeps_the_bytes_of_each_log_but_shows_no_control_characters() {
    // The first one cannot be decoded.
    for interface in ["5", r#""UI""#] {
        let rest = "\"n\":1.00,\"x\":\"\u{9b}2J\u{202e}\"";
        keeps_the_bytes_of(&format!(r#"{{"id":"1","interface":{interface},{rest}}}"#));
    }
}

fn keeps_the_bytes_of(item: &str) {
    let server = server_of_items(format!("[{item}]").leak());
    let directory = Directory::new();
    run(&mut follow(&server, &directory)).expect(0, "");
    assert_eq!(directory.read("out.jsonl"), format!("{item}\n"));

    let mut command = example("audit_follow", &server);
    command.arg("--state").arg(directory.path("state"));
    let ran = run(command.args(["--since", "2026-01-01", "--verbose"])).expect(0, "");
    for output in [&ran.stdout, &ran.stderr] {
        assert!(!output.contains(['\u{9b}', '\u{202e}']), "{ran:?}");
    }
    let value = |json: &str| serde_json::from_str::<Value>(json).unwrap();
    assert_eq!(value(&ran.stdout), value(item));
}

#[test]
fn refuses_a_state_that_another_process_uses() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 5);
    let server = server_of(&logs);
    let mut first = start(follow(&server, &directory).args(["--every", "1h"]));
    wait_until(|| line_count(&directory) == 5);
    let second = run(&mut follow(&server, &directory));
    first.kill().unwrap();
    first.wait().unwrap();
    second.expect(2, "out.jsonl.state is in use by another process");
    run(&mut follow(&server, &directory)).expect(0, "");
    assert_eq!(ids(&directory.read("out.jsonl")), [0, 1, 2, 3, 4]);
}

#[test]
fn refuses_a_start_in_the_future() {
    let (server, directory) = (server_of_items("[]"), Directory::new());
    let mut command = example("audit_follow", &server);
    command.arg("--output").arg(directory.path("out.jsonl"));
    run(command.args(["--since", "2062-11-01"])).expect(2, "is in the future");
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn reports_a_position_in_the_future_on_every_run() {
    let (server, directory) = (server_of_items("[]"), Directory::new());
    run(&mut follow(&server, &directory)).expect(0, "");
    // As if the clock had been ahead at the first run.
    let state = directory.read("out.jsonl.state");
    let latest = START.unix_timestamp().to_string();
    assert!(state.contains(&latest), "{state}");
    directory.write("out.jsonl.state", &state.replace(&latest, "2929824000"));
    for _ in 0..2 {
        run(follow(&server, &directory).arg("--quiet")).expect(0, "2062-11-04");
    }
}

#[test]
fn destroys_no_file_that_does_not_belong_to_the_state() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 5);
    let server = server_of(&logs);
    run(&mut follow(&server, &directory)).expect(0, "");
    add_logs(&logs, 5);
    let precious = "precious\n".repeat(2000);
    directory.write("precious.txt", &precious);
    let with_state = |state: &str| {
        let mut command = example("audit_follow", &server);
        command.arg("--output").arg(directory.path("precious.txt"));
        command.arg("--state").arg(directory.path(state));
        command
    };
    run(&mut with_state("out.jsonl.state"))
        .expect(2, "out.jsonl.state is of --output another file");
    run(&mut with_state("new.state")).expect(2, "precious.txt has content, but");
    assert_eq!(directory.read("precious.txt"), precious);
}

#[test]
fn refuses_a_state_that_cannot_be_used() {
    let (server, directory) = (server_of_items("[]"), Directory::new());
    run(&mut follow(&server, &directory)).expect(0, "");
    let good = directory.read("out.jsonl.state");
    for bad in [
        "",
        &good[..good.len() / 2],
        "{}\n",
        &good.replace("n\":1", "n\":2"),
    ] {
        directory.write("out.jsonl.state", bad);
        run(&mut follow(&server, &directory)).expect(2, "out.jsonl.state cannot be used: ");
        assert_eq!(directory.read("out.jsonl.state"), bad);
    }
}

#[test]
#[cfg(unix)]
fn does_not_follow_links_in_the_place_of_its_own_files() {
    for name in [
        "out.jsonl.state",
        "out.jsonl.state.new",
        "out.jsonl.state.lock",
    ] {
        let (server, directory) = (server_of_items("[]"), Directory::new());
        directory.write("precious", "precious\n");
        std::os::unix::fs::symlink(directory.path("precious"), directory.path(name)).unwrap();
        run(&mut follow(&server, &directory)).expect(2, "is a link");
        assert_eq!(directory.read("precious"), "precious\n");
    }
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
    run(&mut follow(&server, &directory)).expect(2, "; run again after 20");

    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = requests.clone();
    let server = serve(move |_, _| {
        log.lock().unwrap().push(Instant::now());
        match log.lock().unwrap().len() {
            // Longer than the interval.
            1 => (429, "retry-after: 61\r\n", String::new()),
            _ => success("[]"),
        }
    });
    let directory = Directory::new();
    let mut child = start(follow(&server, &directory).args(["--every", "1s"]));
    wait_until(|| requests.lock().unwrap().len() == 1);
    std::thread::sleep(Duration::from_secs(4));
    assert!(child.try_wait().unwrap().is_none(), "the loop ended");
    assert_eq!(requests.lock().unwrap().len(), 1, "the loop did not wait");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_loop_ignores_a_retry_after_of_more_than_an_hour() {
    let (requests, directory) = (Arc::new(Mutex::new(0)), Directory::new());
    let count = requests.clone();
    let server = serve(move |_, _| {
        *count.lock().unwrap() += 1;
        (429, "retry-after: 99999999999\r\n", String::new())
    });
    let mut child = start(follow(&server, &directory).args(["--every", "1s", "--retries", "0"]));
    wait_until(|| *requests.lock().unwrap() > 3);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn says_for_what_it_waits_if_it_waits_long() {
    let (requests, directory) = (Arc::new(Mutex::new(0)), Directory::new());
    let count = requests.clone();
    let server = serve(move |_, _| {
        *count.lock().unwrap() += 1;
        match *count.lock().unwrap() {
            1 => (429, "retry-after: 4\r\n", String::new()),
            _ => success("[]"),
        }
    });
    let ran = run(&mut follow(&server, &directory)).expect(0, "waiting ");
    let waits = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("waiting "));
    assert_eq!(waits.count(), 1, "{ran:#?}");
}

#[test]
#[cfg(unix)]
fn each_signal_ends_a_loop_with_its_exit_code_after_everything_was_saved() {
    use example::Signal;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (logs, directory) = (Logs::default(), Directory::new());
        add_logs(&logs, 30);
        let server = server_of(&logs);
        let child = start(follow(&server, &directory).args(["--every", "1h"]));
        wait_for_lines(&directory, 30);
        example::send_signal(&child, signal);
        let ran = example::finish(child);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        run(&mut follow(&server, &directory)).expect(0, "new logs: 0");
    }
}

#[test]
#[cfg(unix)]
fn a_signal_ends_the_wait_for_a_rate_limit() {
    let (requests, directory) = (Arc::new(Mutex::new(0)), Directory::new());
    let count = requests.clone();
    let server = serve(move |_, _| {
        *count.lock().unwrap() += 1;
        (429, "retry-after: 50\r\n", String::new())
    });
    let begin = Instant::now();
    let child = start(&mut follow(&server, &directory));
    wait_until(|| *requests.lock().unwrap() > 0);
    // Until the client waits.
    std::thread::sleep(Duration::from_millis(500));
    example::send_signal(&child, example::Signal::TERM);
    example::finish(child).expect(143, "stopping");
    assert!(begin.elapsed() < Duration::from_secs(30));
}
