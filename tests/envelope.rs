//! How a response is read: successes, failures, responses of other software, and the errors that
//! describe them.

mod common;

use cloudflare_user::{Client, GetUser, ListTokens, http};
use common::{client_returning, ok, scripted, status, success};

fn error(body: &str) -> cloudflare_user::Error {
    client_returning(body).send(&GetUser::new()).unwrap_err()
}

#[test]
fn returns_an_error_for_a_200_with_success_false() {
    for body in [
        r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#,
        r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":{"id":"1"}}"#,
        r#"{"result":[],"errors":[{"code":10000,"message":"Authentication error"}],"success":false}"#,
    ] {
        let error = error(body);
        assert_eq!(
            (error.status(), error.codes().collect::<Vec<_>>()),
            (Some(200), vec![10000]),
            "{error}"
        );
        assert!(!error.is_decode());
        let error = client_returning(body)
            .audit_logs()
            .iter()
            .next()
            .unwrap()
            .unwrap_err();
        assert_eq!(error.codes().collect::<Vec<_>>(), [10000]);
        let error = client_returning(body)
            .send_raw(&ListTokens::new())
            .unwrap_err();
        assert_eq!(error.codes().collect::<Vec<_>>(), [10000]);
    }
    assert_eq!(error(r#"{"success":false}"#).codes().count(), 0);
}

#[test]
fn ignores_errors_in_a_success() {
    let body =
        r#"{"success":true,"errors":[{"code":1000,"message":"message"}],"result":{"id":"1"}}"#;
    assert_eq!(
        client_returning(body).send(&GetUser::new()).unwrap().id,
        "1"
    );
}

#[test]
fn uses_the_status_if_success_is_missing() {
    for body in [
        r#"{"result":{"id":"1"}}"#,
        r#"{"success":null,"result":{"id":"1"}}"#,
    ] {
        assert_eq!(
            client_returning(body).send(&GetUser::new()).unwrap().id,
            "1"
        );
        let (client, _) = scripted(vec![status(500, body)]);
        assert_eq!(
            client.send(&GetUser::new()).unwrap_err().status(),
            Some(500)
        );
    }
}

#[test]
fn reads_errors_in_all_known_forms() {
    let body = r#"{"success":false,"errors":[
        "plain text",
        {"code":"971","message":"slow down"},
        {"code":9999999999,"message":"large"},
        {"message":"no code"},
        {"code":6003,"message":"outer","source":{"pointer":"/policies/0"},"documentation_url":"https://example.com",
         "error_chain":[{"code":6111,"message":"inner","error_chain":[{"code":6112,"message":"innermost"}]},{"code":6103}]},
        {"code":1,"message":{"a":1}}
    ]}"#;
    let error = error(body);
    assert_eq!(
        error.codes().collect::<Vec<_>>(),
        [971, 9_999_999_999, 6003, 6111, 6112, 6103, 1]
    );
    let messages: Vec<_> = error.messages().collect();
    assert_eq!(
        messages[..5],
        ["plain text", "slow down", "large", "no code", "outer"]
    );
    assert_eq!(messages[5..], ["inner", "innermost", "", r#"{"a":1}"#]);
    assert_eq!(
        error.api_errors()[4].pointer.as_deref(),
        Some("/policies/0")
    );
    let text = error.to_string();
    for part in [
        "plain text",
        "971 slow down",
        "6003 outer",
        "6111 inner",
        "6112 innermost",
        "/policies/0",
    ] {
        assert!(text.contains(part), "{text}");
    }
    for errors in ["null", "{}", "\"text\"", "[]", "[[]]", "5"] {
        let body = format!(r#"{{"success":false,"errors":{errors}}}"#);
        assert_eq!(self::error(&body).status(), Some(200));
    }
}

#[test]
fn describes_a_body_that_is_not_an_envelope() {
    let invalid = [
        ("<html>log in</html>", "web page"),
        ("  <!DOCTYPE html>", "web page"),
        ("", "no body"),
        ("   \n", "no body"),
        ("upstream connect error", "not JSON"),
        (r#"{"success":true,"result":{"id":"1""#, "truncated"),
        (
            r#"{"success":true,"result":{"id":"1"}} trailing"#,
            "expected nothing more",
        ),
        (r#"{"success":true "result":{}}"#, "expected `,`"),
        (r#"{"success":true,"result":NaN}"#, "not valid JSON"),
        (r#"{"ok":1}"#, "envelope"),
        ("[]", "envelope"),
        ("\"text\"", "envelope"),
        ("17", "envelope"),
        ("null", "envelope"),
    ];
    for (body, expected) in invalid {
        let error = error(body);
        assert!(
            error.is_decode() && error.to_string().contains(expected),
            "{body:?}: {error}"
        );
        assert_eq!(
            (error.status(), error.body()),
            (Some(200), Some(body.as_bytes()))
        );
        let list_error = client_returning(body)
            .tokens()
            .iter()
            .next()
            .unwrap()
            .unwrap_err();
        assert!(list_error.is_decode(), "{body:?}: {list_error}");
        assert!(
            client_returning(body).send_raw(&GetUser::new()).is_err(),
            "{body:?}"
        );
    }
}

#[test]
fn keeps_the_status_of_a_failure_that_is_not_json() {
    for body in [
        "<html>bad gateway</html>",
        "",
        "{",
        r#"{"success":false,"errors":"#,
    ] {
        let (client, _) = scripted(vec![status(502, body)]);
        let error = client.send(&GetUser::new()).unwrap_err();
        assert_eq!(
            (error.status(), error.is_decode()),
            (Some(502), false),
            "{error}"
        );
    }
}

#[test]
fn refuses_an_envelope_with_duplicate_fields() {
    for body in [
        r#"{"success":false,"result":{},"success":true}"#,
        r#"{"success":true,"result":{"id":"1"},"result":{"id":"2"}}"#,
    ] {
        assert!(error(body).to_string().contains("twice"));
    }
    let error = error(r#"{"success":"false","result":{"id":"1"}}"#);
    assert!(
        error
            .to_string()
            .contains("success: expected a boolean, found text"),
        "{error}"
    );
}

#[test]
fn decodes_unusual_json_or_returns_a_decode_error() {
    let user = |body: &str| client_returning(body).send(&GetUser::new());
    assert_eq!(user("\u{feff}{\"result\":{\"id\":\"1\"}}").unwrap().id, "1");
    assert_eq!(
        user("\n {\n\"\\u0072esult\" :\t{ \"id\" : \"1\" }\r\n}\n")
            .unwrap()
            .id,
        "1"
    );
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(user(&success(&deep)).unwrap_err().is_decode());
    assert!(
        user(&success(&format!(r#"{{"id":"1","unknown":{deep}}}"#)))
            .unwrap_err()
            .is_decode()
    );
    assert!(user(&deep).unwrap_err().is_decode());
    for number in [
        "1e999",
        "-1e999",
        "123456789012345678901234567890",
        "0.1e-999",
    ] {
        let outcome = user(&success(&format!(r#"{{"id":"1","unknown":{number}}}"#)));
        assert!(
            outcome.map_or_else(|error| error.is_decode(), |user| user.id == "1"),
            "{number}"
        );
    }
    assert!(
        user(&success(r#"{"id":"1","id":"2"}"#))
            .unwrap_err()
            .to_string()
            .contains("duplicate field")
    );
    assert!(
        user(&success(r#"{"id":"\ud800"}"#))
            .unwrap_err()
            .is_decode()
    );
}

#[test]
fn reports_the_position_of_invalid_utf8() {
    let transport = |_: http::Request<Vec<u8>>| {
        Ok(http::Response::new(
            b"{\"result\":{\"id\":\"\xff\"}}".to_vec().into(),
        ))
    };
    let client = Client::builder()
        .api_token("token")
        .transport(transport)
        .build()
        .unwrap();
    let error = client.user().send().unwrap_err();
    assert!(
        error.to_string().contains("invalid UTF-8 at byte 17"),
        "{error}"
    );
}

#[test]
fn send_raw_returns_the_exact_bytes() {
    let body = " {\"result\" : [ 1 ],\n\"success\":true}  ";
    let (client, _) = scripted(vec![ok(body)]);
    let raw = client.send_raw(&ListTokens::new()).unwrap();
    assert_eq!(
        (raw.status().as_u16(), raw.body().as_slice()),
        (200, body.as_bytes())
    );
}

#[test]
fn reports_a_redirect_with_its_host() {
    for (location, expected) in [
        (
            "https://evil.example/path?token=s3cr3t",
            "`https://evil.example`",
        ),
        ("//evil.example:8443/x", "`https://evil.example:8443`"),
        (r"/\evil.example/x", "`https://evil.example`"),
        (
            "http://api.cloudflare.com/client/v4/user",
            "`http://api.cloudflare.com`",
        ),
        (
            "https://api.cloudflare.com:444/",
            "`https://api.cloudflare.com:444`",
        ),
        ("data:,x", "an invalid location"),
        ("/elsewhere", "another path of the same host"),
    ] {
        let mut response = http::Response::new(String::new());
        *response.status_mut() = http::StatusCode::FOUND;
        response
            .headers_mut()
            .insert("location", location.parse().unwrap());
        let (client, requests) = scripted(vec![Ok(response)]);
        let error = client.send(&GetUser::new()).unwrap_err();
        assert!(
            error.to_string().contains(expected) && !error.to_string().contains("s3cr3t"),
            "{error}"
        );
        assert_eq!((error.status(), requests.count()), (Some(302), 1));
    }
}

#[test]
fn reads_errors_beside_malformed_fields() {
    let errors = r#""errors":[{"code":9109,"message":"no"}]"#;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for body in [
        format!("\u{feff}{{\"success\":false,{errors}}}"),
        format!(r#"{{"success":false,"result":1e999,{errors}}}"#),
        format!(r#"{{"success":false,"result":{deep},{errors}}}"#),
    ] {
        for code in [200, 403] {
            let (client, _) = scripted(vec![status(code, body.clone())]);
            let error = client.send(&GetUser::new()).unwrap_err();
            assert_eq!(error.codes().collect::<Vec<_>>(), [9109], "{error}");
        }
    }
}

#[test]
fn returns_an_error_for_a_deletion_with_errors_and_no_envelope() {
    let client = client_returning(r#"{"errors":[{"code":7,"message":"no"}]}"#);
    assert_eq!(
        client
            .leave_organization("1")
            .send()
            .unwrap_err()
            .codes()
            .collect::<Vec<_>>(),
        [7]
    );
}

#[test]
fn reads_the_reason_of_a_failure_from_error_or_messages() {
    for body in [
        r#"{"success":false,"error":"no such route"}"#,
        r#"{"success":false,"error":{"code":7,"message":"no such route"}}"#,
        r#"{"success":false,"errors":[],"messages":[{"message":"no such route"}]}"#,
        r#"{"success":false,"errors":null,"error":["no such route"]}"#,
    ] {
        for code in [200, 404] {
            let error = scripted(vec![status(code, body)])
                .0
                .user()
                .send()
                .unwrap_err();
            assert!(error.to_string().contains("no such route"), "{error}");
        }
    }
    // The messages of a success are not errors.
    let body =
        r#"{"success":true,"result":{"id":"1"},"messages":[{"code":10000,"message":"valid"}]}"#;
    assert_eq!(client_returning(body).user().send().unwrap().id, "1");
    let bare = client_returning(r#"{"id":"1","messages":["deleted"]}"#);
    assert_eq!(bare.leave_organization("1").send().unwrap().id, "1");
}

#[test]
fn treats_a_400_about_the_credential_as_unauthorized() {
    for (code, expected) in [
        (6003, true),
        (9103, true),
        (9106, true),
        (9107, true),
        (10000, false),
        (6111, false),
    ] {
        let body = format!(r#"{{"success":false,"errors":[{{"code":{code},"message":"no"}}]}}"#);
        let error = scripted(vec![status(400, body)])
            .0
            .user()
            .send()
            .unwrap_err();
        assert_eq!(error.is_unauthorized(), expected, "{code}");
    }
}

#[test]
fn returns_an_error_for_errors_without_success() {
    for body in [
        r#"{"result":[],"errors":[{"code":10000,"message":"no"}]}"#,
        r#"{"success":null,"result":[],"errors":["no"]}"#,
        r#"{"result":{"id":"1"},"errors":[{"code":10000,"message":"no"}]}"#,
    ] {
        assert!(
            client_returning(body)
                .audit_logs()
                .iter()
                .next()
                .unwrap()
                .is_err(),
            "{body}"
        );
        assert!(
            client_returning(body).user().send().is_err()
                && client_returning(body).send_raw(&GetUser::new()).is_err()
        );
    }
    let bare = client_returning(r#"{"errors":[{"code":7,"message":"no"}]}"#);
    assert!(
        bare.send_raw(&cloudflare_user::LeaveOrganization::new("1"))
            .is_err()
    );
}

#[test]
fn reads_at_most_1000_errors() {
    let error = r#"{"code":1,"message":"no"}"#;
    for (error, number) in [("0", 300_000), (error, 30_000), (error, 300_000)] {
        let errors = vec![error; number].join(",");
        for status_code in [200, 400] {
            let body = format!(r#"{{"success":false,"errors":[{errors}]}}"#);
            // A failure is read up to 1 MiB, which truncates the list of errors.
            let (client, _) = scripted(vec![status(status_code, body)]);
            let error = client.send(&GetUser::new()).unwrap_err();
            assert_eq!(error.status(), Some(status_code));
            let count = error.messages().count();
            assert!((1..=1000).contains(&count), "{number}: {error}");
        }
    }
}
