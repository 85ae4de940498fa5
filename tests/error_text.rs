//! The text of an error: what it shows, on one line and in a limited length.

mod common;

use std::error::Error as _;
use std::io;

use cloudflare_user::{Client, Error, Policy, TransportError, http};
use common::{Api, builder, client_returning, scripted_client, status, success};

fn policy() -> Policy {
    Policy::allow().permission_group("g").all_zones()
}

/// The error of a creation that returns this response.
#[track_caller]
fn creation_error(client: &Client) -> Error {
    client.create_token("ci", [policy()]).send().unwrap_err()
}

#[test]
fn shows_request_and_response_but_not_the_query_in_an_error() {
    let body = r#"{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}]}"#;
    let api = Api::responding_as(403, "application/json", body);
    let client = api.client();
    let request = client.audit_logs().actor_email("private@example.com");
    let error = request.send().unwrap_err();
    let text = error.to_string();
    let parts = [
        "GET",
        "/user/audit_logs",
        "403",
        "9109",
        "Invalid access token",
        "8f2b7c1d3e4a5b6c-FRA",
        "1 attempt",
    ];
    for part in parts {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("private"), "{text}");
    assert!(!format!("{error:?}").contains("private"), "{error:?}");
    assert_eq!(error.ray_id(), Some("8f2b7c1d3e4a5b6c-FRA"));
    assert_eq!(error.body(), Some(body.as_bytes()));
    assert!(error.is_unauthorized());
    assert!(!error.is_not_found());
    assert!(!error.is_rate_limited());
}

#[test]
fn shows_messages_of_a_server_on_one_line_and_truncated() {
    let padding = "x".repeat(1 << 20);
    let message = format!(r"\u001b[2Jgone\r\nfake: line\u202e{padding}");
    let errors = vec![format!(r#"{{"code":1,"message":"{message}"}}"#); 3].join(",");
    let body = format!(r#"{{"success":false,"errors":[{errors}]}}"#);
    let error = client_returning(body).user().send().unwrap_err();
    let text = error.to_string();
    let escaped = r"1 \u{1b}[2Jgone\r\nfake: line\u{202e}x";
    assert!(text.contains(escaped), "{}", &text[..200]);
    assert!(text.len() < 600);
    assert!(text.ends_with("[1 attempt]"));
    assert!(!text.contains(char::is_control));
    assert!(!text.contains('\u{202e}'));
    assert_eq!(error.api_errors()[0].to_string().chars().count(), 500);
    // `messages` returns the text unchanged.
    let message = error.messages().next().unwrap();
    assert!(message.starts_with("\u{1b}[2Jgone\r\n"));
}

#[test]
fn limits_an_error_to_500_characters_after_method_and_path() {
    let long = "n\u{e9}".repeat(50_000);
    let failure = format!(r#"{{"success":false,"errors":[{{"code":1,"message":"{long}"}}]}}"#);
    let with_long_headers = |status: u16, body: String| {
        let response = http::Response::builder()
            .status(status)
            .header("retry-after", "9999999999")
            .header("cf-ray", "r".repeat(5000))
            .header("content-type", "t".repeat(5000))
            .body(body);
        scripted_client([Ok(response.unwrap())])
    };
    let interrupted = |_: http::Request<Vec<u8>>| {
        let text = "x".repeat(100_000);
        Err::<http::Response<_>, _>(TransportError::interrupted(text))
    };
    let interrupted = builder().transport(interrupted).max_retries(0);
    let interrupted = interrupted.build().unwrap();
    let refused = scripted_client([status(400, failure.clone())]);
    let failed = scripted_client([status(500, failure)]);
    let rate_limited = with_long_headers(429, String::new());
    let text = with_long_headers(200, "x".repeat(5000));
    let json = with_long_headers(200, format!(r#"{{"{long}":1}}"#));
    let errors = [
        refused.token(&long).send().unwrap_err(),
        creation_error(&failed),
        rate_limited.user().send().unwrap_err(),
        text.user().send().unwrap_err(),
        json.roll_token("1").send().unwrap_err(),
        failed.create_token(&long, [policy()]).send().unwrap_err(),
        interrupted.delete_token(&long).send().unwrap_err(),
    ];
    for error in errors {
        let text = error.to_string();
        // An error of an invalid request has neither method nor path.
        let rest = match text
            .split_once(" /")
            .and_then(|(_, rest)| rest.split_once(": "))
        {
            Some((path, rest)) => {
                assert!(path.chars().count() < 200, "{text}");
                rest
            }
            None => &text,
        };
        assert_limited(rest);
        assert!(format!("{error:?}").len() < 4000, "{text}");
    }
    let invalid = Error::invalid_request(long.clone(), long);
    assert_limited(&invalid.to_string());
    assert!(format!("{invalid:?}").len() < 4000, "{invalid}");
}

/// Asserts that a text is one line of at most 500 characters.
#[track_caller]
fn assert_limited(text: &str) {
    let length = text.chars().count();
    assert!(length <= 500, "{length}: {text}");
    assert!(!text.contains('\n'), "{text}");
}

#[test]
fn has_no_source_that_repeats_the_text() {
    let transport = |_: http::Request<Vec<u8>>| {
        let source = io::Error::other("connection refused");
        Err::<http::Response<_>, _>(TransportError::connect(source))
    };
    let builder = builder().transport(transport).max_retries(0);
    let error = builder.build().unwrap().user().send().unwrap_err();
    assert!(error.to_string().contains("connection refused"), "{error}");
    assert!(error.source().is_none());
}

#[test]
fn states_that_a_write_was_applied_only_after_a_success() {
    let without_success = [
        "<html>log in</html>",
        "",
        r#"{"ok":1}"#,
        r#"{"success":true,"result":{"id":"1""#,
    ];
    for body in without_success {
        let error = creation_error(&client_returning(body));
        assert!(error.may_have_been_applied(), "{error}");
        let expected =
            r#"may have been applied: before sending it again, look for a token named "ci""#;
        assert!(error.to_string().contains(expected), "{error}");
    }

    let client = client_returning(success("5"));
    let error = client.delete_token("1").send().unwrap_err();
    let expected = "was applied, and `Error::body` holds the response [";
    assert!(error.to_string().contains(expected), "{error}");

    let error = client.roll_token("1").send().unwrap_err();
    let expected = "which may hold the only copy of a new secret";
    assert!(error.to_string().contains(expected), "{error}");

    let client = client_returning(success(r#""""#));
    let error = client.roll_token("1").send().unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert!(error.may_have_been_applied(), "{error}");
}

#[test]
fn keeps_long_words_of_an_error_message() {
    let word = "com.cloudflare.edge.r2.bucket.0123456789abcdef0123456789abcdef_default_media-files";
    let error = format!(r#"{{"code":1001,"message":"unknown resource {word}"}}"#);
    let body = format!(r#"{{"success":false,"errors":[{error}]}}"#);
    for code in [200, 400] {
        let client = scripted_client([status(code, body.clone())]);
        let error = creation_error(&client);
        assert!(error.to_string().contains(word), "{error}");
    }
}
