//! Where the data of the examples come from: without a credential, they read and write nothing,
//! unless `--demo` is given.

#[path = "common/example.rs"]
mod example;

use std::process::Command;

use example::{Directory, example, example_without_credential, run, serve, success};

/// Each example with a command line that writes to `out`, as far as it writes at all.
const COMMAND_LINES: &[(&str, &[&str])] = &[
    ("audit_export", &["--output", "out"]),
    ("audit_follow", &["--output", "out", "--since", "7d"]),
    ("audit_report", &["--output", "out"]),
    ("custom_endpoint", &[]),
    ("prune_tokens", &["--yes"]),
    (
        "token_create",
        &[
            "a",
            "--permission",
            "Zone Read",
            "--all-zones",
            "--expires-in",
            "1d",
            "--output",
            "out",
        ],
    ),
    ("token_review", &[]),
    ("token_rotate", &["--yes", "--output", "out", "deploy"]),
];

fn commands(directory: &Directory) -> impl Iterator<Item = (&'static str, Command)> {
    COMMAND_LINES.iter().map(|(name, arguments)| {
        let mut command = example_without_credential(name);
        command.args(*arguments).current_dir(&directory.0);
        (*name, command)
    })
}

#[test]
fn without_a_credential_nothing_is_written() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("none", &[]),
        ("an empty token", &[("CLOUDFLARE_API_TOKEN", "")]),
        ("a blank token", &[("CLOUDFLARE_API_TOKEN", " \n")]),
        (
            "half a credential",
            &[("CLOUDFLARE_EMAIL", "a@example.com")],
        ),
        ("the other half", &[("CLOUDFLARE_API_KEY", "key")]),
        (
            "a base URL alone",
            &[("CLOUDFLARE_BASE_URL", "http://127.0.0.1:1")],
        ),
        (
            "an empty base URL",
            &[
                ("CLOUDFLARE_API_TOKEN", "token"),
                ("CLOUDFLARE_BASE_URL", ""),
            ],
        ),
    ];
    for (case, variables) in cases {
        let directory = Directory::new();
        directory.write("out", "precious\n");
        for (name, mut command) in commands(&directory) {
            let ran = run(command.envs(variables.iter().copied()));
            assert_eq!(ran.code, Some(2), "{name}, {case}: {ran:#?}");
            assert_eq!(ran.stdout, "", "{name}, {case}");
            assert!(ran.stderr.contains("--demo"), "{name}, {case}: {ran:#?}");
            let is_named = ran.stderr.contains("CLOUDFLARE_API_TOKEN")
                || variables
                    .iter()
                    .any(|(variable, _)| ran.stderr.contains(variable));
            assert!(is_named, "{name}, {case}: {ran:#?}");
        }
        assert_eq!(directory.read("out"), "precious\n", "{case}");
        assert_eq!(directory.names(), ["out"], "{case}");
    }
}

#[test]
fn demo_is_refused_beside_a_credential() {
    let directory = Directory::new();
    for (name, mut command) in commands(&directory) {
        for variable in [
            "CLOUDFLARE_API_TOKEN",
            "CLOUDFLARE_API_KEY",
            "CLOUDFLARE_BASE_URL",
        ] {
            let ran = run(command.arg("--demo").env(variable, "x"));
            assert_eq!(ran.code, Some(2), "{name}: {ran:#?}");
            assert!(ran.stderr.contains("--demo"), "{name}: {ran:#?}");
        }
    }
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn demo_does_not_write_to_a_file_that_exists() {
    for (name, _) in COMMAND_LINES
        .iter()
        .filter(|(_, line)| line.contains(&"out"))
    {
        let directory = Directory::new();
        directory.write("out", "precious\n");
        let (_, mut command) = commands(&directory)
            .find(|(known, _)| known == name)
            .unwrap();
        let ran = run(command.arg("--demo"));
        assert!(matches!(ran.code, Some(1 | 2)), "{name}: {ran:#?}");
        assert!(ran.stderr.contains("exists"), "{name}: {ran:#?}");
        assert_eq!(directory.read("out"), "precious\n", "{name}");
    }
}

#[test]
fn demo_does_not_use_a_state_of_real_data() {
    let server = serve(|_, _| success("[]"));
    let directory = Directory::new();
    let arguments = ["--state", "state", "--output", "-", "--since", "7d"];
    let mut real = example("audit_follow", &server);
    run(real.args(arguments).current_dir(&directory.0)).expect(0, "");
    let saved = directory.read("state");
    let mut demo = example_without_credential("audit_follow");
    demo.args(arguments).current_dir(&directory.0).arg("--demo");
    run(&mut demo).expect(2, "state is of another CLOUDFLARE_BASE_URL");
    assert_eq!(directory.read("state"), saved);
}

#[test]
fn demo_works_for_each_example() {
    let directory = Directory::new();
    for (name, mut command) in commands(&directory) {
        let ran = run(command.arg("--demo"));
        let is_finding = name == "token_review" && ran.code == Some(1);
        assert!(ran.code == Some(0) || is_finding, "{name}: {ran:#?}");
        std::fs::remove_dir_all(directory.path("out")).ok();
        std::fs::remove_file(directory.path("out")).ok();
    }
}

#[test]
fn quickstart_shows_made_up_data_only_if_no_variable_is_set() {
    let ran = run(&mut example_without_credential("quickstart"));
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(
        ran.stdout.starts_with("These are made-up data."),
        "{ran:#?}"
    );
    for (variable, value) in [
        ("CLOUDFLARE_API_TOKEN", ""),
        ("CLOUDFLARE_EMAIL", "a@example.com"),
        ("CLOUDFLARE_BASE_URL", "http://127.0.0.1:1"),
    ] {
        let ran = run(example_without_credential("quickstart").env(variable, value));
        assert_eq!(
            (ran.code, &*ran.stdout),
            (Some(2), ""),
            "{variable}: {ran:#?}"
        );
    }
}

#[test]
fn help_names_the_environment_the_permission_the_exit_codes_and_a_line_for_cron() {
    let names = COMMAND_LINES.iter().map(|(name, _)| *name);
    for name in names.chain(["quickstart"]) {
        let ran = run(example_without_credential(name).arg("--help"));
        assert_eq!(ran.code, Some(0), "{name}");
        let cron = format!("; {name}");
        for text in [
            "CLOUDFLARE_API_TOKEN",
            "permission",
            "Exit codes: 0",
            "In cron:",
            &cron,
        ] {
            assert!(ran.stdout.contains(text), "{name}: {text}: {}", ran.stdout);
        }
        let ran = run(example_without_credential(name).arg("--version"));
        assert_eq!(
            ran.stdout,
            format!("{name} {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}
