//! The example `token_create`: it saves the secret, or the response or instructions if there is no
//! secret, and never prints it.

#[path = "common/example.rs"]
mod example;

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};

use example::{Directory, Ran, Response, example, parameter, run, serve, success};
use serde_json::{Value, json};

const SECRET: &str = "cfut_8M7wS6hCpXVcDoRnPPYUCWPgy8aea4Wy6kCe5T0aB1cD2e";

/// A server with this response to the creation, and the bodies that were sent to it.
fn server_with(
    response: impl Fn() -> Response + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<Value>>>) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let log = bodies.clone();
    let server = serve(move |line, body| {
        if line.starts_with("POST") {
            log.lock()
                .unwrap()
                .push(serde_json::from_str(body).unwrap());
            return response();
        }
        let name = parameter(line, "name").unwrap_or("Zone Read".into());
        let scopes = [
            "com.cloudflare.api.account",
            "com.cloudflare.api.account.zone",
            "com.cloudflare.edge.r2.bucket",
        ];
        let groups = scopes.iter().filter(|_| name.ends_with("Read")).enumerate();
        let groups =
            groups.map(|(index, scope)| json!({"id": format!("{name} {index}"), "name": name, "scopes": [scope]}));
        success(&Value::Array(groups.collect()).to_string())
    });
    (server, bodies)
}

fn command(server: &str, directory: &Directory, arguments: &[&str]) -> Command {
    let mut command = example("token_create", server);
    command
        .arg("--output")
        .arg(directory.path("secret"))
        .args(["backup", "--permission", "Zone Read"])
        .args(arguments);
    command
}

/// Runs the example against a server with this response to the creation. Returns what the example
/// left and the bodies that it sent.
fn create(directory: &Directory, arguments: &[&str], response: Response) -> (Ran, Vec<Value>) {
    let (server, bodies) = server_with(move || response.clone());
    let ran = run(&mut command(&server, directory, arguments));
    assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET));
    let bodies = bodies.lock().unwrap().clone();
    (ran, bodies)
}

fn created() -> Response {
    success(&json!({"id": "ed17", "name": "backup", "value": SECRET}).to_string())
}

const ZONE: &[&str] = &["--zone", "023e", "--expires-in", "90d"];

#[test]
fn writes_the_secret_to_a_file_that_only_its_owner_can_read() {
    let directory = Directory::new();
    let arguments = [
        ZONE,
        &["--permission", "DNS Read", "--ip", "198.51.100.0/24"],
    ]
    .concat();
    let (output, bodies) = create(&directory, &arguments, created());
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(directory.read("secret"), SECRET);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(directory.path("secret"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let policy = &bodies[0]["policies"][0];
    assert_eq!(
        policy["permission_groups"],
        json!([{"id": "Zone Read 1"}, {"id": "DNS Read 1"}])
    );
    assert_eq!(
        policy["resources"],
        json!({"com.cloudflare.api.account.zone.023e": "*"})
    );
    assert_eq!(
        bodies[0]["condition"]["request_ip"]["in"],
        json!(["198.51.100.0/24"])
    );
}

#[test]
fn selects_permission_groups_with_the_scope_of_the_resources() {
    for (arguments, group, resources) in [
        (
            &["--all-zones"] as &[_],
            "Zone Read 1",
            json!({"com.cloudflare.api.account.zone.*": "*"}),
        ),
        (
            &["--all-zones-in", "a1"],
            "Zone Read 1",
            json!({"com.cloudflare.api.account.a1": {"com.cloudflare.api.account.zone.*": "*"}}),
        ),
        (
            &["--account", "a1"],
            "Zone Read 0",
            json!({"com.cloudflare.api.account.a1": "*"}),
        ),
        (
            &["--r2-bucket", "a1/b"],
            "Zone Read 2",
            json!({"com.cloudflare.edge.r2.bucket.a1_default_b": "*"}),
        ),
        (
            &["--r2-bucket", "a1/eu/b"],
            "Zone Read 2",
            json!({"com.cloudflare.edge.r2.bucket.a1_eu_b": "*"}),
        ),
    ] {
        let arguments = [arguments, &["--expires-on", "2030-01-01"]].concat();
        let (output, bodies) = create(&Directory::new(), &arguments, created());
        assert_eq!(output.code, Some(0), "{output:?}");
        let policy = &bodies[0]["policies"][0];
        assert_eq!(
            (&policy["permission_groups"][0]["id"], &policy["resources"]),
            (&json!(group), &resources)
        );
        assert_eq!(bodies[0]["expires_on"], "2030-01-01T00:00:00Z");
    }
}

#[test]
fn creates_nothing_if_the_secret_cannot_be_saved_or_an_argument_is_invalid() {
    let directory = Directory::new();
    fs::write(directory.path("secret"), "another secret").unwrap();
    let (output, bodies) = create(&directory, ZONE, created());
    assert_eq!((output.code, bodies.len()), (Some(1), 0));
    assert_eq!(directory.read("secret"), "another secret");
    for (code, arguments) in [
        (
            1,
            &[
                "--zone",
                "023e",
                "--expires-in",
                "90d",
                "--permission",
                "Zone Reed",
            ] as &[_],
        ),
        (2, &["--zone", "023e", "--expires-on", "2020-01-01"]),
        (2, &["--r2-bucket", "b", "--expires-in", "90d"]),
        (2, &["--zone", "023e", "--expires-on", "2999-01-01"]),
        (2, &["--zone", "023e", "--expires-in", "0s"]),
        (2, &["--zone", "", "--expires-in", "90d"]),
        (
            2,
            &[
                "--zone",
                "023e",
                "--expires-in",
                "90d",
                "--ip",
                "everywhere",
            ],
        ),
        (2, &["--zone", "023e"]),
        (2, &["--expires-in", "90d"]),
        (
            2,
            &["--zone", "023e", "--account", "a1", "--expires-in", "90d"],
        ),
    ] {
        let directory = Directory::new();
        let (output, bodies) = create(&directory, arguments, created());
        assert_eq!(
            (output.code, bodies.len()),
            (Some(code), 0),
            "{arguments:?}: {output:?}"
        );
        assert!(!directory.path("secret").exists());
    }
}

#[test]
fn leaves_no_file_if_the_creation_is_refused() {
    let directory = Directory::new();
    let refused = (
        403,
        "",
        r#"{"success":false,"errors":[{"code":9109,"message":"Unauthorized"}],"result":null}"#
            .into(),
    );
    let (output, _) = create(&directory, ZONE, refused);
    assert_eq!(output.code, Some(1));
    assert!(!directory.path("secret").exists());
}

#[test]
fn writes_instructions_and_does_not_retry_if_the_response_is_lost() {
    let directory = Directory::new();
    let (output, bodies) = create(&directory, ZONE, (500, "", "{}".into()));
    assert_eq!((output.code, bodies.len()), (Some(3), 1));
    assert!(
        directory
            .read("secret")
            .contains("look for a token named \"backup\""),
        "{}",
        directory.read("secret")
    );
    let (output, bodies) = create(&directory, ZONE, created());
    assert_eq!(
        (output.code, bodies.len()),
        (Some(1), 0),
        "a second token was requested although the file exists"
    );
}

#[test]
fn saves_a_response_that_cannot_be_decoded() {
    let directory = Directory::new();
    let response = success(&json!({"id": "ed17", "name": {}, "value": SECRET}).to_string());
    let (output, _) = create(&directory, ZONE, response.clone());
    assert_eq!(output.code, Some(3), "{output:?}");
    assert_eq!(directory.read("secret"), response.2);
}

#[test]
fn lists_the_permission_groups() {
    let (server, _) = server_with(created);
    let ran = run(example("token_create", &server).arg("--list-permissions"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 3, "{ran:?}");
    assert!(
        ran.stdout.contains("com.cloudflare.edge.r2.bucket"),
        "{ran:?}"
    );
}

#[test]
fn prints_the_identifier() {
    let (ran, _) = create(&Directory::new(), ZONE, created());
    assert!(ran.stdout.starts_with("created: ed17\n"), "{ran:?}");
}

#[test]
fn refuses_an_empty_name() {
    let (server, bodies) = server_with(created);
    let directory = Directory::new();
    for name in ["", "  "] {
        let mut command = example("token_create", &server);
        command.arg("--output").arg(directory.path("secret"));
        command.args([name, "--permission", "Zone Read"]).args(ZONE);
        run(&mut command).expect(2, "name");
    }
    assert!(bodies.lock().unwrap().is_empty());
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
#[cfg(unix)]
fn a_signal_during_the_creation_does_not_lose_the_secret() {
    use example::Signal;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        for count in [1, 3] {
            let (server, bodies) = server_with(|| {
                std::thread::sleep(std::time::Duration::from_millis(500));
                created()
            });
            let directory = Directory::new();
            let child = example::start(&mut command(&server, &directory, ZONE));
            example::wait_until(|| !bodies.lock().unwrap().is_empty());
            for _ in 0..count {
                example::send_signal(&child, signal);
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            let ran = example::finish(child).expect(code, "waiting for the response");
            assert_eq!(directory.read("secret"), SECRET);
            assert!(ran.stdout.contains("created: ed17"), "{ran:?}");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_kill_during_the_creation_leaves_instructions() {
    let (server, bodies) = server_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(500));
        created()
    });
    let directory = Directory::new();
    let mut child = example::start(&mut command(&server, &directory, ZONE));
    example::wait_until(|| !bodies.lock().unwrap().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(directory.read("secret").starts_with("UNKNOWN: "));
    run(&mut command(&server, &directory, ZONE)).expect(1, "secret");
    assert_eq!(
        bodies.lock().unwrap().len(),
        1,
        "a second token was requested"
    );
}

#[test]
fn says_that_the_secret_is_not_in_its_file_if_the_folder_was_renamed() {
    let directory = Directory::new();
    fs::create_dir(directory.path("folder")).unwrap();
    let [from, to] = ["folder", "moved"].map(|name| directory.path(name));
    let (server, _) = server_with(move || {
        fs::rename(&from, &to).unwrap();
        created()
    });
    let mut command = example("token_create", &server);
    command.arg("--output").arg(directory.path("folder/secret"));
    command
        .args(["backup", "--permission", "Zone Read"])
        .args(ZONE);
    let ran = run(&mut command).expect(3, "the token ed17 was created");
    assert!(!ran.stdout.contains("secret:"), "{ran:?}");
    assert_eq!(directory.read("moved/secret"), SECRET);
}

#[test]
#[cfg(unix)]
fn creates_nothing_if_the_disk_is_full() {
    let (server, bodies) = server_with(created);
    let directory = Directory::new();
    let command = command(&server, &directory, ZONE);
    run(&mut example::in_shell("ulimit -f 8", &command)).expect(1, "File too large");
    assert!(bodies.lock().unwrap().is_empty());
    assert_eq!(directory.names(), [""; 0]);
}
