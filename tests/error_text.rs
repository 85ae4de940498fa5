//! The text of an error: what it shows, on one line and in a limited length.

mod common;

use cloudflare_user::{Client, Error, Policy, http};
use common::{Api, client_returning, ok, scripted, status, success};

#[test]
fn shows_request_and_response_but_not_the_query_in_an_error() {
    let body = r#"{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}]}"#;
    let api = Api::responding_as(403, "application/json", body);
    let error = api
        .client()
        .audit_logs()
        .actor_email("private@example.com")
        .send()
        .unwrap_err();
    let text = error.to_string();
    for part in [
        "GET",
        "/user/audit_logs",
        "403",
        "9109",
        "Invalid access token",
        "8f2b7c1d3e4a5b6c-FRA",
        "1 attempt",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        !text.contains("private") && !format!("{error:?}").contains("private"),
        "{text}"
    );
    assert_eq!(error.ray_id(), Some("8f2b7c1d3e4a5b6c-FRA"));
    assert_eq!(error.body(), Some(body.as_bytes()));
    assert!(error.is_unauthorized() && !error.is_not_found() && !error.is_rate_limited());
}

#[test]
fn shows_messages_of_a_server_on_one_line_and_truncated() {
    let message = format!(
        "\\u001b[2Jgone\\r\\nfake: line\\u202e{}",
        "x".repeat(1 << 20)
    );
    let errors = vec![format!(r#"{{"code":1,"message":"{message}"}}"#); 3].join(",");
    let body = format!(r#"{{"success":false,"errors":[{errors}]}}"#);
    let error = client_returning(body).user().send().unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(r"1 \u{1b}[2Jgone\r\nfake: line\u{202e}x"),
        "{}",
        &text[..200]
    );
    assert!(text.len() < 600 && text.ends_with("[1 attempt]"));
    assert!(!text.contains(|letter: char| letter.is_control() || letter == '\u{202e}'));
    assert!(error.api_errors()[0].to_string().chars().count() == 500);
    // `messages` returns the text unchanged.
    assert!(
        error
            .messages()
            .next()
            .unwrap()
            .starts_with("\u{1b}[2Jgone\r\n")
    );
}

#[test]
fn limits_an_error_to_500_characters_after_method_and_path() {
    let long = "n\u{e9}".repeat(50_000);
    let body = format!(r#"{{"success":false,"errors":[{{"code":1,"message":"{long}"}}]}}"#);
    let policy = Policy::allow().permission_group("g").all_zones();
    let interrupted = || {
        Err(cloudflare_user::TransportError::interrupted(
            "x".repeat(100_000),
        ))
    };
    let head = |status: u16| {
        let response = http::Response::builder()
            .status(status)
            .header("retry-after", "9999999999");
        response
            .header("cf-ray", "r".repeat(5000))
            .header("content-type", "t".repeat(5000))
    };
    let mut errors = vec![
        scripted(vec![status(400, body.clone())])
            .0
            .token(&long)
            .send()
            .unwrap_err(),
        scripted(vec![status(500, body)])
            .0
            .create_token("n", [policy.clone()])
            .send()
            .unwrap_err(),
        scripted(vec![Ok(head(429).body(String::new()).unwrap())])
            .0
            .user()
            .send()
            .unwrap_err(),
        scripted(vec![Ok(head(200).body("x".repeat(5000)).unwrap())])
            .0
            .user()
            .send()
            .unwrap_err(),
        scripted(vec![Ok(head(200)
            .body(format!(r#"{{"{long}":1}}"#))
            .unwrap())])
        .0
        .roll_token("1")
        .send()
        .unwrap_err(),
        scripted(vec![ok("{}")])
            .0
            .create_token(&long, [policy.clone()])
            .send()
            .unwrap_err(),
        Error::invalid_request(long.clone(), long.clone()),
    ];
    let client = Client::builder().transport(move |_: http::Request<Vec<u8>>| interrupted());
    let client = client.api_token("a-token").max_retries(0).build().unwrap();
    errors.push(client.delete_token(&long).send().unwrap_err());
    for error in errors {
        let text = error.to_string();
        let rest = text
            .split_once(" /")
            .and_then(|(_, rest)| rest.split_once(": "));
        let rest = rest.map_or(text.as_str(), |(path, rest)| {
            assert!(path.chars().count() < 200, "{text}");
            rest
        });
        assert!(
            rest.chars().count() <= 500,
            "{} {text}",
            rest.chars().count()
        );
        assert!(
            !text.contains('\n') && format!("{error:?}").len() < 4000,
            "{text}"
        );
    }
}

#[test]
fn has_no_source_that_repeats_the_text() {
    let refused = |_: http::Request<Vec<u8>>| {
        Err::<http::Response<cloudflare_user::Body>, _>(cloudflare_user::TransportError::connect(
            std::io::Error::other("connection refused"),
        ))
    };
    let client = Client::builder()
        .api_token("a-token")
        .max_retries(0)
        .transport(refused)
        .build()
        .unwrap();
    let error = client.user().send().unwrap_err();
    assert!(error.to_string().contains("connection refused"), "{error}");
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
fn states_that_a_write_was_applied_only_after_a_success() {
    for body in [
        "<html>log in</html>",
        "",
        r#"{"ok":1}"#,
        r#"{"success":true,"result":{"id":"1""#,
    ] {
        let policy = Policy::allow().permission_group("g").all_zones();
        let created = client_returning(body)
            .create_token("ci", [policy])
            .send()
            .unwrap_err();
        assert!(created.may_have_been_applied(), "{created}");
        assert!(
            created.to_string().contains(
                r#"may have been applied: before sending it again, look for a token named "ci""#
            ),
            "{created}"
        );
    }
    let deleted = client_returning(success("5"))
        .delete_token("1")
        .send()
        .unwrap_err();
    assert!(
        deleted
            .to_string()
            .contains("was applied, and `Error::body` holds the response ["),
        "{deleted}"
    );
    let rolled = client_returning(success("5"))
        .roll_token("1")
        .send()
        .unwrap_err();
    assert!(
        rolled
            .to_string()
            .contains("which may hold the only copy of a new secret"),
        "{rolled}"
    );
    let empty = client_returning(success(r#""""#))
        .roll_token("1")
        .send()
        .unwrap_err();
    assert!(
        empty.is_decode() && empty.may_have_been_applied(),
        "{empty}"
    );
}

#[test]
fn keeps_long_words_of_an_error_message() {
    let word = "com.cloudflare.edge.r2.bucket.0123456789abcdef0123456789abcdef_default_media-files";
    let body = format!(
        r#"{{"success":false,"errors":[{{"code":1001,"message":"unknown resource {word}"}}]}}"#
    );
    for code in [200, 400] {
        let client = scripted(vec![status(code, body.clone())]).0;
        let policy = Policy::allow().permission_group("g").all_zones();
        let error = client.create_token("ci", [policy]).send().unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}
