//! The files of `audit_follow`: rotation, a full disk, and kills at random moments.

#[path = "common/example.rs"]
mod example;
#[path = "common/followed.rs"]
mod followed;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use example::{Directory, run, start, wait_until};
use followed::{Logs, add_logs, follow, ids, saved, server_of, wait_for_lines};
use serde_json::Value;

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
