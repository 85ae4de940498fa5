//! The example `token_rotate`: each token has one of four outcomes, and no secret is lost at a
//! signal.

#[path = "common/example.rs"]
mod example;

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use example::{Directory, Response, example, run, serve, success};

const TOKENS: &str = r#"[
    {"id":"a1","name":"deploy one","issued_on":"2020-01-01T00:00:00Z"},
    {"id":"b2","name":"deploy two","issued_on":"2020-01-01T00:00:00Z","modified_on":"2026-11-29T00:00:00Z"},
    {"id":"c3","name":"deploy three","issued_on":"2020-01-01T00:00:00Z"},
    {"id":"d4","name":"other"}
]"#;

/// A server where the token `a1` is in use, and these are the responses to rolls. Also returns the
/// identifiers of the tokens whose roll was requested.
fn server_with(
    roll: impl Fn(&str) -> Response + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let rolled = Arc::new(Mutex::new(Vec::new()));
    let log = rolled.clone();
    let server = serve(
        move |line, _| match line.strip_prefix("PUT /user/tokens/") {
            Some(rest) => {
                let id = rest.split('/').next().unwrap();
                log.lock().unwrap().push(id.to_owned());
                roll(id)
            }
            None if line.contains("/verify") => success(r#"{"id":"a1","status":"active"}"#),
            None => success(TOKENS),
        },
    );
    (server, rolled)
}

fn secret(id: &str) -> Response {
    success(&format!("\"secret-of-{id}\""))
}

fn rotate(server: &str, directory: &Directory) -> Command {
    let mut command = example("token_rotate", server);
    command.arg("--output").arg(directory.path("secrets"));
    command.args(["--yes", "--retries", "0", "deploy*"]);
    command
}

#[test]
fn rolls_the_token_in_use_last_and_says_so() {
    let (server, rolled) = server_with(secret);
    let directory = Directory::new();
    let ran = run(&mut rotate(&server, &directory)).expect(0, "the token in use is among them");
    assert_eq!(*rolled.lock().unwrap(), ["b2", "c3", "a1"]);
    assert_eq!(directory.read("secrets/a1.secret"), "secret-of-a1");
    assert!(
        ran.stdout.contains("a1 deploy one (in use): to roll"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("b2 deploy two: rolled: "), "{ran:?}");
    assert!(!ran.stdout.contains("secret-of"), "{ran:?}");
}

#[test]
fn each_token_has_one_outcome_and_the_others_are_still_rolled() {
    let (server, _) = server_with(|id| match id {
        "b2" => (
            403,
            "",
            r#"{"success":false,"errors":[{"code":9109,"message":"no"}],"result":null}"#.into(),
        ),
        "c3" => (500, "", String::new()),
        id => secret(id),
    });
    let directory = Directory::new();
    let ran = run(&mut rotate(&server, &directory)).expect(1, "");
    for outcome in [
        "a1 deploy one: rolled",
        "b2 deploy two: failed",
        "c3 deploy three: unknown",
    ] {
        assert!(ran.stdout.contains(outcome), "{ran:#?}");
    }
    assert!(directory.read("secrets/c3.secret").starts_with("UNKNOWN: "));
    assert!(!directory.path("secrets/b2.secret").exists());

    // A later run shows what this one left, also with --dry-run.
    for flags in [&["--dry-run"] as &[&str], &[]] {
        let ran = run(rotate(&server, &directory).args(flags));
        for outcome in [
            "a1 deploy one (in use): skipped",
            "c3 deploy three: unknown: see ",
        ] {
            assert!(ran.stdout.contains(outcome), "{ran:#?}");
        }
        assert!(ran.stdout.contains("b2 deploy two: to roll"), "{ran:#?}");
    }
    assert_eq!(directory.read("secrets/a1.secret"), "secret-of-a1");
}

#[test]
fn a_kill_during_a_roll_is_unknown_in_the_next_run() {
    let (server, rolled) = server_with(|id| {
        thread::sleep(Duration::from_millis(500));
        secret(id)
    });
    let directory = Directory::new();
    let mut child = example::start(&mut rotate(&server, &directory));
    example::wait_until(|| !rolled.lock().unwrap().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = run(rotate(&server, &directory).arg("--dry-run"));
    assert!(
        ran.stdout.contains("b2 deploy two: unknown: see "),
        "{ran:#?}"
    );
    let ran = run(&mut rotate(&server, &directory)).expect(1, "");
    assert!(
        ran.stdout
            .contains("b2 deploy two: unknown: left by an earlier run"),
        "{ran:#?}"
    );
    assert!(!ran.stdout.contains("failed"), "{ran:#?}");
    assert!(
        directory
            .read("secrets/b2.secret")
            .contains("roll the token again")
    );
}

#[test]
#[cfg(unix)]
fn a_signal_saves_the_current_secret_and_rolls_nothing_more() {
    use example::Signal;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (server, rolled) = server_with(|id| {
            thread::sleep(Duration::from_millis(500));
            secret(id)
        });
        let directory = Directory::new();
        let child = example::start(&mut rotate(&server, &directory));
        example::wait_until(|| !rolled.lock().unwrap().is_empty());
        for _ in 0..2 {
            example::send_signal(&child, signal);
            thread::sleep(Duration::from_millis(20));
        }
        let ran = example::finish(child).expect(code, "waiting for the response");
        assert!(ran.stdout.contains("b2 deploy two: rolled"), "{ran:?}");
        assert_eq!(directory.read("secrets/b2.secret"), "secret-of-b2");
        assert_eq!(*rolled.lock().unwrap(), ["b2"]);
    }
}

#[test]
fn rolls_only_what_matches_and_is_old_enough() {
    let (server, rolled) = server_with(secret);
    let directory = Directory::new();
    run(rotate(&server, &directory).args(["--older-than", "90d"])).expect(0, "");
    assert_eq!(*rolled.lock().unwrap(), ["c3", "a1"]);
    let mut unknown = example("token_rotate", &server);
    unknown.arg("--output").arg(directory.path("secrets"));
    run(unknown.args(["--yes", "nobody"])).expect(2, "\"nobody\" is not the name");
}

#[test]
fn asks_before_it_rolls() {
    let (server, rolled) = server_with(secret);
    let directory = Directory::new();
    let mut command = example("token_rotate", &server);
    command
        .arg("--output")
        .arg(directory.path("secrets"))
        .arg("deploy*");
    run(&mut command).expect(2, "not confirmed");
    assert!(rolled.lock().unwrap().is_empty());
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn a_folder_that_is_renamed_meanwhile_is_not_reported_as_rolled() {
    let directory = Directory::new();
    let [from, to] = ["secrets", "moved"].map(|name| directory.path(name));
    let (server, _) = server_with(move |id| {
        _ = fs::rename(&from, &to);
        secret(id)
    });
    let ran = run(&mut rotate(&server, &directory)).expect(1, "");
    assert!(!ran.stdout.contains(": rolled: "), "{ran:#?}");
    assert!(
        ran.stdout.contains("b2 deploy two: unknown: rolled, but"),
        "{ran:#?}"
    );
    assert_eq!(directory.read("moved/b2.secret"), "secret-of-b2");
}

#[test]
#[cfg(unix)]
fn a_signal_ends_the_question() {
    use std::process::Stdio;
    let (server, rolled) = server_with(secret);
    let directory = Directory::new();
    let mut command = example("token_rotate", &server);
    command
        .arg("--output")
        .arg(directory.path("secrets"))
        .arg("deploy*");
    // Standard input stays open.
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take();
    thread::sleep(Duration::from_secs(1));
    example::send_signal(&child, example::Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
    assert!(rolled.lock().unwrap().is_empty());
}
