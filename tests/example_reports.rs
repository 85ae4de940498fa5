//! The examples that only read: `audit_report`, `token_review`, `custom_endpoint` and
//! `prune_tokens`.

#[path = "common/example.rs"]
mod example;

use std::sync::Mutex;

use example::{example, example_without_credential, parameter, run, serve, success};
use serde_json::Value;

#[test]
#[cfg(unix)]
fn a_full_disk_leaves_the_old_picture() {
    let server = serve(|_, _| success("[]"));
    let directory = example::Directory::new();
    directory.write("picture.svg", "precious\n");
    let mut command = example("audit_report", &server);
    command.arg("--output").arg(directory.path("picture.svg"));
    let full = &mut example::in_shell("ulimit -f 4", &command);
    run(full).expect(1, "picture.svg: File too large");
    assert_eq!(directory.read("picture.svg"), "precious\n");
    assert_eq!(directory.names(), ["picture.svg"]);
    run(&mut command).expect(0, "");
    assert!(directory.read("picture.svg").contains("<svg"));
}

#[test]
#[cfg(unix)]
fn a_picture_that_is_replaced_keeps_its_mode_and_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let server = serve(|_, _| success("[]"));
    let directory = example::Directory::new();
    directory.write("target.svg", "old\n");
    let private = PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(directory.path("target.svg"), private).unwrap();
    symlink("target.svg", directory.path("picture.svg")).unwrap();
    let mut command = example("audit_report", &server);
    command.arg("--output").arg(directory.path("picture.svg"));
    run(&mut command).expect(0, "");
    let target = std::fs::metadata(directory.path("target.svg")).unwrap();
    assert_eq!(target.permissions().mode() & 0o777, 0o600);
    assert!(directory.read("target.svg").contains("<svg"));
    assert!(directory.path("picture.svg").is_symlink());
}

/// The texts of a picture that contain a word, with their positions from the left.
fn texts(picture: &str, word: &str) -> Vec<(f64, String)> {
    let mut found = Vec::new();
    for element in picture.split("<text").skip(1) {
        let (attributes, rest) = element.split_once('>').unwrap();
        let text = rest.split_once('<').unwrap().0.trim().to_owned();
        if text.contains(word) {
            let (_, x) = attributes.split_once(" x=\"").unwrap();
            found.push((x.split_once('"').unwrap().0.parse().unwrap(), text));
        }
    }
    found
}

#[test]
fn dates_do_not_overlap_for_a_year() {
    let server = serve(|_, _| success("[]"));
    for days in ["1", "12", "30", "31", "90", "180", "366"] {
        let mut command = example("audit_report", &server);
        let ran = run(command.args(["--output", "-", "--days", days])).expect(0, "");
        let dates = texts(&ran.stdout, "-");
        assert!(!dates.is_empty(), "{days}");
        for pair in dates.windows(2) {
            // A date in a wide font takes 85 pixels.
            assert!(pair[1].0 - pair[0].0 > 95.0, "{days} days: {pair:?}");
        }
    }
}

#[test]
fn a_long_name_shortens_its_label_and_not_the_bars() {
    let picture_of = |name: &str| {
        let now = time::OffsetDateTime::now_utc().date();
        let log = format!(
            r#"[{{"id":"1","when":"{now}T00:00:00Z","action":{{"type":"{name}"}},"actor":{{"email":"{name}"}}}}]"#
        );
        let server = serve(move |line, _| match parameter(line, "page").as_deref() {
            Some("1") => success(&log),
            _ => success("[]"),
        });
        run(example("audit_report", &server).args(["--output", "-"]))
            .expect(0, "")
            .stdout
    };
    let picture = picture_of(&"a-very-long-name-".repeat(20));
    let labels = texts(&picture, "a-very-long");
    assert!(!labels.is_empty());
    for (_, label) in labels {
        assert!(
            label.chars().count() <= 24 && label.ends_with('…'),
            "{label}"
        );
    }
}

#[test]
fn the_report_reads_the_logs_of_an_account() {
    let server = serve(|line, _| {
        assert!(line.starts_with("GET /accounts/a1/audit_logs?"), "{line}");
        success("[]")
    });
    let mut command = example("audit_report", &server);
    run(command.args(["--output", "-", "--account", "a1"])).expect(0, "");
}

#[test]
fn zones_are_printed_once_while_the_list_grows_and_a_bad_one_does_not_end_it() {
    let zones: Vec<String> = (0..60)
        .map(|number| match number {
            7 => String::from(r#"{"id":7,"name":[]}"#),
            _ => format!(r#"{{"id":"{number}","name":"site-{number}.example"}}"#),
        })
        .collect();
    let zones = Mutex::new(zones);
    let server = serve(move |line, _| {
        let page: usize = parameter(line, "page").unwrap().parse().unwrap();
        let mut zones = zones.lock().unwrap();
        let items: Vec<&str> = zones
            .iter()
            .skip((page - 1) * 20)
            .take(20)
            .map(|zone| &**zone)
            .collect();
        let response = success(&format!("[{}]", items.join(",")));
        let new = zones.len();
        zones.insert(
            0,
            format!(r#"{{"id":"{new}","name":"site-{new}.example"}}"#),
        );
        response
    });
    let ran = run(&mut example("custom_endpoint", &server)).expect(1, "error: GET /zones");
    for number in (0..60).filter(|number| *number != 7) {
        let name = format!("site-{number}.example ");
        assert_eq!(ran.stdout.matches(&name).count(), 1, "{name}: {ran:#?}");
    }
}

/// Runs `token_review` for one token.
fn review(token: &str, arguments: &[&str]) -> example::Ran {
    let tokens = format!("[{token}]");
    let server = serve(move |_, _| success(&tokens));
    run(example("token_review", &server).args(arguments))
}

const OFFICE: &str = r#""condition":{"request_ip":{"in":["198.51.100.0/24"]}}"#;

#[test]
fn the_review_finds_what_is_a_risk() {
    let soon = (time::OffsetDateTime::now_utc() + time::Duration::days(10)).date();
    let good =
        format!(r#""id":"1","name":"n","status":"active","last_used_on":"{soon}T00:00:00Z""#);
    let soon = format!(r#""expires_on":"{soon}T00:00:00Z""#);
    let creates = r#""policies":[{"effect":"allow","permission_groups":[{"id":"1","name":"API Tokens Write"}],"resources":{}}]"#;
    let halves = r#""condition":{"request_ip":{"in":["0.0.0.0/1","128.0.0.0/1"]}}"#;
    for (token, finding) in [
        (format!("{{{good},{OFFICE},{soon}}}"), None),
        (
            format!("{{{good},{OFFICE},{soon},{creates}}}"),
            Some("can create tokens"),
        ),
        (
            format!("{{{good},{halves},{soon}}}"),
            Some("works from any IP address"),
        ),
        (
            format!(r#"{{{good},{OFFICE},"expires_on":"2064-01-01T00:00:00Z"}}"#),
            Some("expires in more than ten years"),
        ),
        (format!("{{{good},{OFFICE}}}"), Some("never expires")),
    ] {
        let ran = review(&token, &["--expires-within", "1d"]);
        assert_eq!(
            ran.code,
            Some(i32::from(finding.is_some())),
            "{token}: {ran:#?}"
        );
        assert!(
            ran.stdout.contains(finding.unwrap_or("nothing found")),
            "{ran:#?}"
        );
    }
    let token = format!("{{{good},{OFFICE},{soon}}}");
    let ran = review(&token, &["--expires-within", "14d"]).expect(1, "");
    assert!(ran.stdout.contains("expires soon"), "{ran:#?}");
    let ran = review(&token, &["--expires-within", "14d", "--ignore", "n"]).expect(0, "");
    assert!(ran.stdout.contains("1 ignored"), "{ran:#?}");
}

#[test]
fn the_review_has_the_exit_codes_of_nagios() {
    let nagios = &["--format", "nagios"];
    let expiring = r#""expires_on":"2030-01-01T00:00:00Z""#;
    for (token, code, state) in [
        (r#"{"id":"1","status":"disabled"}"#.to_owned(), 0, "OK"),
        (
            format!(r#"{{"id":"1","status":"active",{expiring}}}"#),
            1,
            "WARNING",
        ),
        (
            format!(r#"{{"id":"1","status":"revoked (exposed)",{OFFICE},{expiring}}}"#),
            2,
            "CRITICAL",
        ),
        (
            r#"{"id":"1","status":"disabled","name":[]}"#.to_owned(),
            3,
            "UNKNOWN",
        ),
    ] {
        let ran = review(&token, nagios);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        assert!(
            ran.stdout.starts_with(&format!("TOKENS {state} - ")),
            "{ran:#?}"
        );
    }
    let server = serve(|_, _| (500, "", String::new()));
    let mut failing = example("token_review", &server);
    let ran = run(failing.args(nagios).args(["--retries", "0"])).expect(3, "");
    assert!(ran.stdout.starts_with("TOKENS UNKNOWN - GET"), "{ran:#?}");
}

#[test]
fn the_review_as_json_is_one_value_without_control_characters() {
    let ran = review("{\"id\":\"1\",\"name\":\"\u{9b}2J\u{202e}\"}", &["--json"]).expect(1, "");
    assert!(!ran.stdout.contains(['\u{9b}', '\u{202e}']), "{ran:?}");
    let reviews: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(reviews[0]["token"]["name"], "\u{9b}2J\u{202e}");
}

#[test]
fn tokens_are_deleted_with_yes_only() {
    let ran = run(example_without_credential("prune_tokens").arg("--demo")).expect(0, "");
    assert_eq!(ran.stdout, "old laptop: expired; --yes deletes it\n");
    let ran = run(example_without_credential("prune_tokens").args(["--demo", "--yes"]));
    assert_eq!(ran.stdout, "old laptop: deleted\n");
}

#[test]
#[cfg(unix)]
fn a_closed_standard_output_is_an_error_of_every_example_that_prints_data() {
    for (name, arguments) in [
        ("audit_export", &[] as &[&str]),
        ("audit_report", &["--output", "-"]),
        ("custom_endpoint", &[]),
        ("token_review", &[]),
        ("quickstart", &[]),
    ] {
        let mut command = example_without_credential(name);
        command.arg("--demo").args(arguments);
        let ran = run(&mut example::in_shell("exec >&-", &command));
        assert!(matches!(ran.code, Some(1 | 2)), "{name}: {ran:?}");
        assert!(
            ran.stderr.contains("standard output: is closed"),
            "{name}: {ran:?}"
        );
        let ran = run(&mut example::in_shell(
            r#""$0" "$@" | head -n 1 >/dev/null; exit"#,
            &command,
        ));
        assert!(!ran.stderr.contains("error"), "{name}: {ran:?}");
    }
}
