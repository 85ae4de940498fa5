//! The example `token_create`: it saves the secret, or the response or instructions if there is no
//! secret, and never prints it.

#[path = "common/example.rs"]
mod example;

use std::fs;
use std::process::Output;
use std::sync::{Arc, Mutex};

use example::{Directory, Response, example, parameter, serve, success};
use serde_json::{Value, json};

const SECRET: &str = "cfut_8M7wS6hCpXVcDoRnPPYUCWPgy8aea4Wy6kCe5T0aB1cD2e";

/// Runs the example against a server with this response to the creation. Returns the output of the
/// example and the bodies that it sent.
fn create(directory: &Directory, arguments: &[&str], response: Response) -> (Output, Vec<Value>) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let log = bodies.clone();
    let server = serve(move |line, body| {
        if line.starts_with("POST") {
            log.lock()
                .unwrap()
                .push(serde_json::from_str(body).unwrap());
            return response.clone();
        }
        let name = parameter(line, "name").unwrap();
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
    let mut command = example("token_create", &server);
    command
        .arg("--output")
        .arg(directory.path("secret"))
        .args(["backup", "--permission", "Zone Read"])
        .args(arguments);
    let output = command.output().unwrap();
    let printed = [output.stdout.clone(), output.stderr.clone()].concat();
    assert!(!String::from_utf8(printed).unwrap().contains(SECRET));
    let bodies = bodies.lock().unwrap().clone();
    (output, bodies)
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
    assert_eq!(output.status.code(), Some(0), "{output:?}");
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
        let arguments = [arguments, &["--expires-on", "2999-01-01"]].concat();
        let (output, bodies) = create(&Directory::new(), &arguments, created());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let policy = &bodies[0]["policies"][0];
        assert_eq!(
            (&policy["permission_groups"][0]["id"], &policy["resources"]),
            (&json!(group), &resources)
        );
        assert_eq!(bodies[0]["expires_on"], "2999-01-01T00:00:00Z");
    }
}

#[test]
fn creates_nothing_if_the_secret_cannot_be_saved_or_an_argument_is_invalid() {
    let directory = Directory::new();
    fs::write(directory.path("secret"), "another secret").unwrap();
    let (output, bodies) = create(&directory, ZONE, created());
    assert_eq!((output.status.code(), bodies.len()), (Some(1), 0));
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
            (output.status.code(), bodies.len()),
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
    assert_eq!(output.status.code(), Some(1));
    assert!(!directory.path("secret").exists());
}

#[test]
fn writes_instructions_and_does_not_retry_if_the_response_is_lost() {
    let directory = Directory::new();
    let (output, bodies) = create(&directory, ZONE, (500, "", "{}".into()));
    assert_eq!((output.status.code(), bodies.len()), (Some(3), 1));
    assert!(
        directory
            .read("secret")
            .contains("look for a token named \"backup\""),
        "{}",
        directory.read("secret")
    );
    let (output, bodies) = create(&directory, ZONE, created());
    assert_eq!(
        (output.status.code(), bodies.len()),
        (Some(1), 0),
        "a second token was requested although the file exists"
    );
}

#[test]
fn saves_a_response_that_cannot_be_decoded() {
    let directory = Directory::new();
    let response = success(&json!({"id": "ed17", "name": {}, "value": SECRET}).to_string());
    let (output, _) = create(&directory, ZONE, response.clone());
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(directory.read("secret"), response.2);
}
