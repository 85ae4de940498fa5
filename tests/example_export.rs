//! The example `audit_export`: it defuses formulas in CSV, resumes after it is killed, and locks
//! its files.

#[path = "common/example.rs"]
mod example;

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use example::{Directory, example, parameter, serve, success};

/// A server of these logs, with pages of at most 20.
fn server_of(logs: Vec<String>) -> String {
    serve(move |line, _| {
        let page: usize = parameter(line, "page").unwrap().parse().unwrap();
        let items: Vec<&str> = logs
            .iter()
            .skip((page - 1) * 20)
            .take(20)
            .map(String::as_str)
            .collect();
        success(&format!("[{}]", items.join(",")))
    })
}

fn export(server: &str, directory: &Directory) -> Command {
    let mut command = example("audit_export", server);
    command
        .arg("--output")
        .arg(directory.path("out"))
        .stderr(Stdio::null());
    command
}

#[test]
fn defuses_formulas_in_csv() {
    let emails = ["=1+1", "+1", "-1", "@a", r"\tb", r"\rc", "a=b", "'d"];
    let logs = emails.iter().enumerate();
    let logs = logs.map(|(id, email)| format!(r#"{{"id":"{id}","actor":{{"email":"{email}"}}}}"#));
    let server = server_of(logs.collect());
    let cells = |flags: &[&str]| {
        let directory = Directory::new();
        assert!(
            export(&server, &directory)
                .args(flags)
                .status()
                .unwrap()
                .success()
        );
        let mut rows = csv::Reader::from_path(directory.path("out")).unwrap();
        rows.records()
            .map(|row| row.unwrap()[3].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        cells(&["--csv"]),
        ["'=1+1", "'+1", "'-1", "'@a", "'\tb", "'\rc", "a=b", "'d"]
    );
    assert_eq!(
        cells(&["--csv", "--raw-cells"]),
        ["=1+1", "+1", "-1", "@a", "\tb", "\rc", "a=b", "'d"]
    );
}

#[test]
fn resumes_whenever_it_is_killed() {
    let logs: Vec<String> = (0..500).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let (server, directory) = (server_of(logs.clone()), Directory::new());
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut killed = 0;
    for _ in 0..200 {
        let mut child = export(&server, &directory).arg("--resume").spawn().unwrap();
        thread::sleep(Duration::from_millis(random.u64(0..60)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    if !directory.path("out").exists() {
        assert!(
            export(&server, &directory)
                .arg("--resume")
                .status()
                .unwrap()
                .success(),
            "seed {seed}"
        );
    }
    assert_eq!(
        directory.read("out").lines().collect::<Vec<_>>(),
        logs,
        "seed {seed}, killed {killed} times"
    );
    assert!(!directory.path("out.part").exists() && !directory.path("out.state").exists());
}

#[test]
fn refuses_a_file_that_another_process_writes() {
    let slow = serve(|_, _| {
        thread::sleep(Duration::from_secs(20));
        success("[]")
    });
    let directory = Directory::new();
    let mut first = export(&slow, &directory).spawn().unwrap();
    let start = Instant::now();
    while !directory.path("out.state").exists() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the first process did not start"
        );
        thread::sleep(Duration::from_millis(5));
    }
    let second = export(&slow, &directory)
        .arg("--resume")
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let text = String::from_utf8(second.stderr).unwrap();
    assert!(
        text.contains("out.state is in use by another process"),
        "{text}"
    );
}
