//! The example `audit_follow`: it appends each log once, whatever kills it and whoever rotates its
//! output, and reports the actions that are selected.

#[path = "common/example.rs"]
mod example;

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use example::{Directory, Response, example, parameter, run, serve, start, success, wait_until};
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

/// The response to a request for these logs, in pages of at most 20.
fn page_of(logs: &Logs, line: &str) -> Response {
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

fn server_of(logs: &Logs) -> String {
    let logs = logs.clone();
    serve(move |line, _| page_of(&logs, line))
}

/// A server whose first page has these items.
fn server_of_items(items: &'static str) -> String {
    serve(move |line, _| match parameter(line, "page").as_deref() {
        Some("1") => success(items),
        _ => success("[]"),
    })
}

fn follow(server: &str, directory: &Directory) -> Command {
    let mut command = example("audit_follow", server);
    command
        .arg("--output")
        .arg(directory.path("out.jsonl"))
        .args(["--since", "2026-01-01"]);
    command
}

fn ids(lines: &str) -> Vec<usize> {
    let id = |line: &str| {
        let log: Value = serde_json::from_str(line).unwrap();
        log["id"].as_str().unwrap().parse().unwrap()
    };
    lines.lines().map(id).collect()
}

/// The position that was saved last, as text.
#[cfg(unix)]
fn saved(directory: &Directory) -> Option<String> {
    let state = fs::read_to_string(directory.path("out.jsonl.state")).ok()?;
    Some(state.lines().next()?.to_owned())
}

fn line_count(directory: &Directory) -> usize {
    let content = fs::read(directory.path("out.jsonl")).unwrap_or_default();
    content.iter().filter(|byte| **byte == b'\n').count()
}

/// Waits until the output has this many lines, and the state says that they are complete.
#[cfg(unix)]
#[track_caller]
fn wait_for_lines(directory: &Directory, count: usize) {
    wait_until(|| {
        let saved = saved(directory).unwrap_or_default();
        line_count(directory) == count && saved.contains(r#""batch":0"#)
    });
}

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
fn keeps_the_bytes_of_an_undecodable_log_but_shows_no_control_characters() {
    let item = "{\"id\":\"1\",\"interface\":5,\"n\":1.00,\"x\":\"\u{9b}2J\u{202e}\"}";
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

/// On Windows, reading the state would prevent its replacement.
#[test]
#[cfg(unix)]
fn goes_on_in_the_file_that_is_at_the_path_after_a_rotation() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 5);
    let server = server_of(&logs);
    let mut child = start(follow(&server, &directory).args(["--every", "1s"]));
    wait_for_lines(&directory, 5);
    let output = directory.path("out.jsonl");

    // `logrotate` with `create`.
    fs::rename(&output, directory.path("out.1")).unwrap();
    directory.write("out.jsonl", "");
    add_logs(&logs, 5);
    wait_for_lines(&directory, 5);
    // With `nocreate`.
    fs::rename(&output, directory.path("out.2")).unwrap();
    add_logs(&logs, 5);
    wait_for_lines(&directory, 5);
    // With `copytruncate`.
    fs::copy(&output, directory.path("out.3")).unwrap();
    directory.write("out.jsonl", "");
    add_logs(&logs, 5);
    wait_for_lines(&directory, 5);
    // A deletion.
    fs::remove_file(&output).unwrap();
    add_logs(&logs, 5);
    wait_for_lines(&directory, 5);

    child.kill().unwrap();
    child.wait().unwrap();
    let files = ["out.1", "out.2", "out.3", "out.jsonl"];
    let all: String = files.map(|name| directory.read(name)).concat();
    // Those between were deleted.
    let expected: Vec<usize> = (0..15).chain(20..25).collect();
    assert_eq!(ids(&all), expected);
}

#[test]
fn keeps_a_line_that_someone_else_appended() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 5);
    let server = server_of(&logs);
    run(&mut follow(&server, &directory)).expect(0, "");
    let mut content = directory.read("out.jsonl");
    content += "# rotated by hand\n";
    directory.write("out.jsonl", &content);
    add_logs(&logs, 5);
    run(&mut follow(&server, &directory)).expect(0, "new logs: 5");
    let after = directory.read("out.jsonl");
    assert!(after.starts_with(&content), "{after}");
    assert_eq!(ids(&after[content.len()..]), [5, 6, 7, 8, 9]);
}

#[test]
#[cfg(unix)]
fn a_full_disk_ends_a_single_run_but_not_a_loop() {
    let (logs, directory) = (Logs::default(), Directory::new());
    add_logs(&logs, 100);
    let server = server_of(&logs);
    let full = |command: &Command| example::in_shell("ulimit -f 8", command);
    let mut single = follow(&server, &directory);
    single.args(["--batch", "5"]);
    run(&mut full(&single)).expect(2, "File too large");

    let mut child = start(
        full(&single)
            .args(["--every", "1s", "--alert", "token_create"])
            .arg("-q"),
    );
    std::thread::sleep(Duration::from_secs(3));
    // There is room again.
    fs::rename(directory.path("out.jsonl"), directory.path("out.1")).unwrap();
    wait_until(|| {
        let content = fs::read_to_string(directory.path("out.jsonl")).unwrap_or_default();
        content.contains(r#""id":"30""#)
    });
    assert!(child.try_wait().unwrap().is_none(), "the loop ended");
    child.kill().unwrap();
    let ran = example::finish(child);
    assert!(ran.stderr.contains("warning: "), "{ran:?}");
    // An alert whose log could not be appended is not repeated.
    let mut alerts: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("alert"))
        .collect();
    let all = alerts.len();
    alerts.sort();
    alerts.dedup();
    assert_eq!(alerts.len(), all, "{ran:#?}");

    fs::rename(directory.path("out.jsonl"), directory.path("out.2")).unwrap();
    run(&mut single).expect(0, "");
    // The last line of a file may be torn.
    let files = ["out.1", "out.2", "out.jsonl"];
    let all = files.map(|name| directory.read(name)).join("\n");
    let (mut found, expected) = (Vec::new(), (0..100).collect::<Vec<_>>());
    for line in all.lines() {
        // A line that the disk had no room for is torn, and follows whole in the next file.
        found.extend(
            serde_json::from_str::<Value>(line)
                .map(|_| ids(line))
                .unwrap_or_default(),
        );
    }
    found.sort();
    found.dedup();
    assert_eq!(found, expected);
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

/// Reads a file as `tail -F` does: it stays with the file that is open until another one is at the
/// path.
#[cfg(unix)]
struct Reader {
    path: std::path::PathBuf,
    file: Option<fs::File>,
    read: Vec<u8>,
}

#[cfg(unix)]
impl Reader {
    fn catch_up(&mut self) {
        use std::io::{Read, Seek};
        use std::os::unix::fs::MetadataExt;
        if let Some(file) = &mut self.file {
            let position = file.stream_position().unwrap();
            if file.metadata().unwrap().len() < position {
                file.rewind().unwrap();
            }
            file.read_to_end(&mut self.read).unwrap();
        }
        let Ok(there) = fs::metadata(&self.path) else {
            return;
        };
        let is_open = |file: &fs::File| file.metadata().unwrap().ino() == there.ino();
        if !self.file.as_ref().is_some_and(is_open) {
            self.file = fs::File::open(&self.path).ok();
            self.catch_up();
        }
    }
}

/// The number of lines that warnings say may be repeated.
#[cfg(unix)]
fn announced_repetitions(stderr: &str) -> usize {
    let warnings = stderr
        .lines()
        .filter_map(|line| line.strip_suffix(" lines may be repeated"));
    warnings
        .map(|warning| {
            warning
                .rsplit(' ')
                .next()
                .unwrap()
                .parse::<usize>()
                .unwrap()
        })
        .sum()
}

#[test]
#[cfg(unix)]
fn a_reader_gets_each_log_once_whenever_it_is_killed_and_rotated() {
    use example::Signal;
    let (logs, directory) = (Logs::default(), Directory::new());
    let server = server_of(&logs);
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let output = directory.path("out.jsonl");
    let mut reader = Reader {
        path: output.clone(),
        file: None,
        read: Vec::new(),
    };
    let mut errors = String::new();
    let mut time_of_a_run = Duration::from_millis(100);
    let (mut killed, mut terminated, mut rotated, mut in_between) = (0, 0, 0, 0);
    let mut round = 0;
    while killed + terminated < example::kills() {
        round += 1;
        add_logs(&logs, random.usize(0..15));
        let begin = Instant::now();
        let mut child = start(follow(&server, &directory).args(["--batch", "3", "--quiet"]));
        let mut moments =
            [random.f64(), random.f64()].map(|part| time_of_a_run.mul_f64(part * 1.2));
        moments.sort();
        std::thread::sleep(moments[0]);
        // Rotation while it runs.
        match random.u8(0..6) {
            0 => {
                reader.catch_up();
                let renamed = fs::rename(&output, directory.path("out.1"));
                rotated += usize::from(renamed.is_ok());
                if random.bool() {
                    fs::OpenOptions::new()
                        .create(true)
                        .append(true)
                        .open(&output)
                        .unwrap();
                }
            }
            1 if output.exists() => {
                // A line that is appended between the copy and the truncation would be lost, so the
                // process is stopped for this moment.
                example::send_signal(&child, Signal::STOP);
                std::thread::sleep(Duration::from_millis(2));
                reader.catch_up();
                fs::write(&output, "").unwrap();
                rotated += 1;
                example::send_signal(&child, Signal::CONT);
            }
            _ => {}
        }
        reader.catch_up();
        std::thread::sleep(moments[1] - moments[0]);
        let signal = random.choice([
            None,
            Some(Signal::KILL),
            Some(Signal::KILL),
            Some(Signal::KILL),
            Some(Signal::TERM),
            Some(Signal::TERM),
        ]);
        match signal.unwrap() {
            Some(signal) if child.try_wait().unwrap().is_none() => {
                example::send_signal(&child, signal);
                match signal {
                    Signal::KILL => killed += 1,
                    _ => terminated += 1,
                }
            }
            _ => {}
        }
        let ran = example::finish(child);
        let state = saved(&directory).unwrap_or_default();
        in_between += usize::from(!state.is_empty() && !state.contains(r#""batch":0"#));
        if ran.code == Some(0) {
            time_of_a_run = begin.elapsed().max(Duration::from_millis(20));
        }
        assert!(
            matches!(ran.code, None | Some(0 | 143)),
            "seed {seed}: {ran:#?}"
        );
        errors += &ran.stderr;
        reader.catch_up();
    }
    let ran = run(&mut follow(&server, &directory)).expect(0, "");
    errors += &ran.stderr;
    reader.catch_up();

    let all = logs.lock().unwrap().len();
    let mut found = ids(&String::from_utf8(reader.read).unwrap());
    let repeated = found.len() - all.min(found.len());
    let announced = announced_repetitions(&errors);
    found.sort();
    found.dedup();
    // Shown with `--nocapture`.
    println!(
        "{all} logs in {round} runs; {killed} SIGKILL, {terminated} SIGTERM, {rotated} rotations; \
         {in_between} runs ended between the state and the end of a batch; {repeated} lines repeated, \
         {announced} announced"
    );
    assert_eq!(found, (0..all).collect::<Vec<_>>(), "seed {seed}");
    assert!(repeated <= announced, "seed {seed}");
    assert!(killed > 0, "no run was killed");
}

#[test]
#[cfg(unix)]
fn a_reader_gets_each_log_once_without_rotation() {
    let (logs, directory) = (Logs::default(), Directory::new());
    let server = server_of(&logs);
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut reader = Reader {
        path: directory.path("out.jsonl"),
        file: None,
        read: Vec::new(),
    };
    for _ in 0..example::kills() / 3 {
        add_logs(&logs, random.usize(0..40));
        let mut command = follow(&server, &directory);
        let mut child = command
            .args(["--batch", "3"])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_millis(random.u64(0..120));
        while Instant::now() < end {
            reader.catch_up();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(&mut follow(&server, &directory)).expect(0, "");
    reader.catch_up();
    let all = logs.lock().unwrap().len();
    let found = ids(&String::from_utf8(reader.read).unwrap());
    assert_eq!(found, (0..all).collect::<Vec<_>>(), "seed {seed}");
}
