//! The example `audit_export`: it has each log once, replaces a file when it is complete, and
//! resumes only what it began.

#[path = "common/example.rs"]
mod example;

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use example::{Directory, example, parameter, run, serve, start, success, wait_until};

fn page_of(logs: &[String], line: &str) -> example::Response {
    let page: usize = parameter(line, "page").unwrap().parse().unwrap();
    let items: Vec<&str> = logs
        .iter()
        .skip((page - 1) * 20)
        .take(20)
        .map(String::as_str)
        .collect();
    success(&format!("[{}]", items.join(",")))
}

/// A server of these logs, with pages of at most 20.
fn server_of(logs: Vec<String>) -> String {
    serve(move |line, _| page_of(&logs, line))
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect()
}

fn export(server: &str, directory: &Directory) -> Command {
    let mut command = example("audit_export", server);
    command.arg("--output").arg(directory.path("out"));
    command
}

#[test]
fn writes_each_log_as_it_was_sent_and_says_how_many() {
    let log = "{\"id\":\"1\", \"n\":1.00,\n\"id\":\"2\", \"x\":\"\u{9b}\"}";
    let server = server_of(vec![log.to_owned()]);
    let directory = Directory::new();
    run(&mut export(&server, &directory)).expect(0, "exported logs: 1");
    assert_eq!(directory.read("out"), log.replace('\n', " ") + "\n");
    let ran = run(&mut example("audit_export", &server)).expect(0, "exported logs: 1");
    assert!(!ran.stdout.contains('\u{9b}'), "{ran:?}");
}

#[test]
fn a_log_that_is_not_json_does_not_end_the_export() {
    let mut logs = numbered(45);
    logs[7] = String::from(r#"{"id":nope}"#);
    logs[9] = String::from("{\"id\":\"a\u{1}b\"}");
    let server = server_of(logs);
    for flags in [&[] as &[&str], &["--csv"]] {
        let directory = Directory::new();
        let ran = run(export(&server, &directory).args(flags)).expect(0, "exported logs: 45");
        assert_eq!(ran.stderr.matches("warning: ").count(), 2, "{ran:?}");
        assert_eq!(directory.read("out").matches("malformed").count(), 2);
        let header = usize::from(!flags.is_empty());
        assert_eq!(directory.read("out").lines().count(), 45 + header);
    }
}

#[test]
fn defuses_formulas_in_csv() {
    let emails = ["=1+1", "+1", "-1", "@a", r"\tb", r"\rc", "＝1", "a=b", "'d"];
    let logs = emails.iter().enumerate();
    let logs = logs.map(|(id, email)| format!(r#"{{"id":"{id}","actor":{{"email":"{email}"}}}}"#));
    let server = server_of(logs.collect());
    let cells = |flags: &[&str]| {
        let directory = Directory::new();
        run(export(&server, &directory).args(flags)).expect(0, "");
        let mut rows = csv::Reader::from_path(directory.path("out")).unwrap();
        rows.records()
            .map(|row| row.unwrap()[3].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        cells(&["--csv"]),
        [
            "'=1+1", "'+1", "'-1", "'@a", "'\tb", "'\rc", "'＝1", "a=b", "'d"
        ]
    );
    assert_eq!(
        cells(&["--csv", "--raw-cells"]),
        ["=1+1", "+1", "-1", "@a", "\tb", "\rc", "＝1", "a=b", "'d"]
    );
}

#[test]
fn csv_of_no_log_has_a_header() {
    let (server, directory) = (server_of(Vec::new()), Directory::new());
    run(export(&server, &directory).arg("--csv")).expect(0, "exported logs: 0");
    let header = directory.read("out");
    assert!(header.starts_with("when,action.type,"), "{header}");
    assert_eq!(
        run(example("audit_export", &server).arg("--csv")).stdout,
        header
    );
    let server = server_of(numbered(1));
    let rows = run(example("audit_export", &server).arg("--csv")).stdout;
    assert!(
        rows.starts_with(&header) && rows.lines().count() == 2,
        "{rows}"
    );
}

#[test]
fn refuses_dates_that_cannot_be_meant() {
    let (server, directory) = (server_of(numbered(5)), Directory::new());
    directory.write("out", "precious\n");
    for (dates, reason) in [
        (
            &["--since", "2026-10-30", "--before", "2026-10-01"] as &[&str],
            "is not before",
        ),
        (
            &["--since", "2026-10-30", "--before", "2026-10-30"],
            "is not before",
        ),
        (&["--since", "2d", "--before", "3d"], "is not before"),
        (&["--since", "5min"], "is not before"),
        (&["--since", "2062-11-01"], "is in the future"),
        (&["--since", "soon"], "is neither a date"),
        (&["--type", "logn"], "=logn"),
        (&["--actor", ""], "value is required"),
    ] {
        run(export(&server, &directory).args(dates)).expect(2, reason);
        assert_eq!(directory.read("out"), "precious\n", "{dates:?}");
    }
    assert_eq!(directory.names(), ["out"]);
    run(export(&server, &directory).args(["--since", "7d", "--before", "6d"])).expect(0, "");
}

#[test]
#[cfg(unix)]
fn replacing_keeps_the_mode_the_owner_and_a_link() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    let (server, directory) = (server_of(numbered(5)), Directory::new());
    fs::create_dir(directory.path("elsewhere")).unwrap();
    let target = directory.path("elsewhere/target");
    for mode in [0o600, 0o664] {
        fs::write(&target, "old\n").unwrap();
        fs::set_permissions(&target, PermissionsExt::from_mode(mode)).unwrap();
        // Only the superuser may do this.
        let is_superuser = chown(&target, Some(1234), Some(4321)).is_ok();
        _ = symlink("elsewhere/target", directory.path("out"));
        run(&mut export(&server, &directory)).expect(0, "");
        let new = fs::metadata(&target).unwrap();
        assert_eq!(new.permissions().mode() & 0o777, mode);
        if is_superuser {
            assert_eq!((new.uid(), new.gid()), (1234, 4321));
        }
        assert!(
            fs::symlink_metadata(directory.path("out"))
                .unwrap()
                .is_symlink()
        );
        assert_eq!(fs::read_to_string(&target).unwrap().lines().count(), 5);
    }
    // A new file has the mode of any new file.
    let directory = Directory::new();
    run(&mut example::in_shell(
        "umask 027",
        &export(&server, &directory),
    ))
    .expect(0, "");
    let mode = fs::metadata(directory.path("out"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
#[cfg(unix)]
fn does_not_follow_links_in_the_place_of_its_own_files() {
    for name in ["out.part", "out.state", "out.state.new", "out.state.lock"] {
        let (server, directory) = (server_of(numbered(5)), Directory::new());
        directory.write("precious", "precious\n");
        std::os::unix::fs::symlink(directory.path("precious"), directory.path(name)).unwrap();
        let ran = run(&mut export(&server, &directory));
        assert_ne!(ran.code, Some(0), "{name}: {ran:#?}");
        assert_eq!(directory.read("precious"), "precious\n", "{name}");
    }
}

#[test]
#[cfg(unix)]
fn a_full_disk_leaves_the_old_file() {
    let (server, directory) = (server_of(numbered(5000)), Directory::new());
    directory.write("out", "precious\n");
    let full = |command: &Command| example::in_shell("ulimit -f 16", command);
    run(&mut full(&export(&server, &directory))).expect(1, "File too large");
    assert_eq!(directory.read("out"), "precious\n");
    run(export(&server, &directory).arg("--resume")).expect(0, "exported logs: 5000");
    let expected: String = numbered(5000)
        .iter()
        .map(|log| format!("{log}\n"))
        .collect();
    assert_eq!(directory.read("out"), expected);
}

#[test]
fn has_each_log_once_while_the_list_grows() {
    let logs = Arc::new(Mutex::new(numbered(100)));
    let server = serve(move |line, _| {
        let mut logs = logs.lock().unwrap();
        let response = page_of(&logs, line);
        // A log that becomes visible late.
        let id = logs.len();
        logs.insert(3, format!(r#"{{"id":"{id}"}}"#));
        response
    });
    let directory = Directory::new();
    run(&mut export(&server, &directory)).expect(0, "exported logs");
    let out = directory.read("out");
    let mut lines: Vec<&str> = out.lines().collect();
    let all = lines.len();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), all);
    assert!(numbered(100).iter().all(|log| lines.contains(&&**log)));
}

/// Starts an export and kills it after a few pages.
fn leave_unfinished(command: &mut Command, directory: &Directory) {
    let mut child = start(command);
    wait_until(|| {
        let part = fs::metadata(directory.path("out.part"));
        part.is_ok_and(|part| part.len() > 1000)
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!directory.path("out").exists());
}

/// A server whose responses arrive late.
fn slow_server(count: usize) -> (String, Arc<AtomicUsize>) {
    let logs = numbered(count);
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let server = serve(move |line, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(20));
        page_of(&logs, line)
    });
    (server, requests)
}

#[test]
fn resumes_only_what_it_began() {
    let (server, requests) = slow_server(500);
    let (other_server, _) = slow_server(500);
    let directory = Directory::new();
    let with_options = |server: &str| {
        let mut command = export(server, &directory);
        command.args(["--since", "2026-01-01", "--hide-user-logs"]);
        command
    };
    leave_unfinished(&mut with_options(&server), &directory);
    let before = (directory.read("out.part"), directory.read("out.state"));
    assert!(!before.1.contains("a-token-of-the-tests"));
    let sent = requests.load(Ordering::Relaxed);

    run(&mut with_options(&server)).expect(2, "pass --resume");
    run(with_options(&other_server).arg("--resume")).expect(2, "of another CLOUDFLARE_BASE_URL");
    let mut other_token = with_options(&server);
    other_token.env("CLOUDFLARE_API_TOKEN", "another-token");
    run(other_token.arg("--resume")).expect(2, "of another credential");
    for options in [
        &["--csv"] as &[&str],
        &["--before", "2026-02-01"],
        &["--zone", "example.com"],
    ] {
        run(with_options(&server).arg("--resume").args(options)).expect(2, "of other options");
    }
    run(export(&server, &directory).arg("--resume")).expect(2, "of other options");
    assert_eq!(
        before,
        (directory.read("out.part"), directory.read("out.state"))
    );
    assert_eq!(requests.load(Ordering::Relaxed), sent, "a request was sent");

    run(with_options(&server).arg("--resume")).expect(0, "exported logs: 500");
    assert_eq!(
        directory.read("out").lines().collect::<Vec<_>>(),
        numbered(500)
    );
    assert_eq!(directory.names(), ["out", "out.state.lock"]);
}

#[test]
fn refuses_to_resume_if_its_file_was_changed() {
    let (server, _) = slow_server(500);
    for change in [
        (|directory| fs::remove_file(directory.path("out.part")).unwrap()) as fn(&Directory),
        |directory| directory.write("out.part", ""),
    ] {
        let directory = Directory::new();
        leave_unfinished(&mut export(&server, &directory), &directory);
        change(&directory);
        run(export(&server, &directory).arg("--resume")).expect(2, "out.part is missing, or not");
    }
    let directory = Directory::new();
    directory.write("out.part", "precious\n");
    run(&mut export(&server, &directory)).expect(2, "out.part has content, but");
    assert_eq!(directory.read("out.part"), "precious\n");
}

/// Makes the files that an export leaves if it is killed in its last step: the file is renamed, and
/// the state is still there. On Windows, reading the state would prevent its replacement.
#[cfg(unix)]
fn leave_in_last_step(server: &str, directory: &Directory) {
    for _ in 0..1000 {
        _ = fs::remove_file(directory.path("out"));
        let mut child = start(&mut export(server, directory));
        let mut state = String::new();
        while child.try_wait().unwrap().is_none() {
            match fs::read_to_string(directory.path("out.state")) {
                Ok(read) if read.contains(r#""is_complete":true"#) => state = read,
                _ => {}
            }
        }
        let is_saved = state.contains(r#""batch":0"#);
        if is_saved && directory.path("out").exists() {
            directory.write("out.state", &state);
            return;
        }
    }
    panic!("the state was never read in the last step");
}

#[test]
#[cfg(unix)]
fn a_run_after_a_kill_in_the_last_step_is_still_the_same_export() {
    let server = server_of(numbered(30));
    let directory = Directory::new();
    leave_in_last_step(&server, &directory);
    run(export(&server, &directory).args(["--resume", "--csv"])).expect(2, "of other options");
    let mut other_token = export(&server, &directory);
    other_token.env("CLOUDFLARE_API_TOKEN", "another-token");
    run(other_token.arg("--resume")).expect(2, "of another credential");
    run(export(&server, &directory).arg("--resume")).expect(0, "exported logs: 30");
    assert_eq!(directory.names(), ["out", "out.state.lock"]);

    // Without --resume, it is a new export.
    leave_in_last_step(&server, &directory);
    run(export(&server, &directory).arg("--csv")).expect(0, "exported logs: 30");
    assert!(directory.read("out").starts_with("when,"));
}

#[test]
#[cfg(unix)]
fn each_signal_ends_it_with_its_exit_code_and_it_can_be_resumed() {
    use example::Signal;
    let (server, _) = slow_server(500);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let directory = Directory::new();
        let child = start(&mut export(&server, &directory));
        wait_until(|| directory.path("out.part").exists());
        example::send_signal(&child, signal);
        let ran = example::finish(child).expect(code, "--resume");
        assert!(!directory.path("out").exists(), "{ran:?}");
        run(export(&server, &directory).arg("--resume")).expect(0, "exported logs: 500");
        assert_eq!(
            directory.read("out").lines().collect::<Vec<_>>(),
            numbered(500)
        );
    }
}

#[test]
fn has_each_log_once_whenever_it_is_killed_and_while_the_list_grows() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut killed, mut terminated, mut exports, mut repeated) = (0, 0, 0, 0);
    while killed + terminated < example::kills() {
        let logs = Arc::new(Mutex::new(numbered(300)));
        let grown = logs.clone();
        let server = serve(move |line, _| {
            let mut logs = logs.lock().unwrap();
            if fastrand::u8(0..4) == 0 {
                // A log that becomes visible late moves all others.
                let id = logs.len();
                logs.insert(fastrand::usize(0..5), format!(r#"{{"id":"{id}"}}"#));
            }
            page_of(&logs, line)
        });
        let directory = Directory::new();
        directory.write("out", "old\n");
        loop {
            let mut command = export(&server, &directory);
            let mut child = start(command.arg("--resume"));
            thread::sleep(Duration::from_millis(random.u64(10..120)));
            if child.try_wait().unwrap().is_none() {
                if cfg!(unix) && random.u8(0..3) == 0 {
                    #[cfg(unix)]
                    example::send_signal(&child, example::Signal::TERM);
                    terminated += 1;
                } else {
                    child.kill().unwrap();
                    killed += 1;
                }
            }
            let ran = example::finish(child);
            // On Windows, a killed process has the exit code 1.
            let is_killed = ran.code.is_none() || cfg!(windows);
            let is_expected = is_killed || matches!(ran.code, Some(0 | 143));
            assert!(is_expected, "seed {seed}: {ran:#?}");
            if ran.code == Some(0) {
                break;
            }
        }
        exports += 1;
        let out = directory.read("out");
        let mut lines: Vec<&str> = out.lines().collect();
        repeated += grown.lock().unwrap().len() - 300;
        let all = lines.len();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), all, "seed {seed}: a log is there twice");
        let is_complete = numbered(300).iter().all(|log| lines.contains(&&**log));
        assert!(is_complete, "seed {seed}: a log is missing");
        assert_eq!(directory.names(), ["out", "out.state.lock"], "seed {seed}");
    }
    // Shown with `--nocapture`.
    println!(
        "{exports} exports of 300 logs, to which {repeated} were added meanwhile; {killed} SIGKILL, \
         {terminated} SIGTERM"
    );
}

#[test]
fn refuses_a_file_that_another_process_writes() {
    let slow = serve(|_, _| {
        thread::sleep(Duration::from_secs(20));
        success("[]")
    });
    let directory = Directory::new();
    let mut first = start(&mut export(&slow, &directory));
    wait_until(|| directory.path("out.state").exists());
    let second = run(export(&slow, &directory).arg("--resume"));
    first.kill().unwrap();
    first.wait().unwrap();
    second.expect(1, "out.state is in use by another process");
}
