//! How a response is read: successes, failures, responses of other software, and the errors that
//! describe them.

mod common;

use cloudflare_user::{Client, Error, GetUser, LeaveOrganization, ListTokens, Result, User, http};
use common::{
    builder, client_returning, first_error, ok, scripted, scripted_client, status, success,
};

fn get_user(client: &Client) -> Result<User> {
    client.send(&GetUser::new())
}

/// The error for a 200 with this body.
#[track_caller]
fn error_for(body: &str) -> Error {
    error_for_status(200, body)
}

#[track_caller]
fn error_for_status(code: u16, body: &str) -> Error {
    get_user(&scripted_client([status(code, body)])).unwrap_err()
}

fn codes(error: &Error) -> Vec<i64> {
    error.codes().collect()
}

#[test]
fn returns_an_error_for_a_200_with_success_false() {
    let bodies = [
        r#"{"success":false,"errors":[{"code":10000,"message":"no"}]}"#,
        r#"{"success":false,"errors":[{"code":10000,"message":"no"}],"result":{"id":"1"}}"#,
        r#"{"result":[],"errors":[{"code":10000,"message":"no"}],"success":false}"#,
    ];
    for body in bodies {
        let error = error_for(body);
        assert_eq!(error.status(), Some(200), "{error}");
        assert_eq!(codes(&error), [10000], "{error}");
        assert!(!error.is_decode());

        let client = client_returning(body);
        let error = first_error(client.audit_logs().iter());
        assert_eq!(codes(&error), [10000], "{error}");
        let error = client.send_raw(&ListTokens::new()).unwrap_err();
        assert_eq!(codes(&error), [10000], "{error}");
    }
    assert!(codes(&error_for(r#"{"success":false}"#)).is_empty());
}

#[test]
fn ignores_errors_in_a_success() {
    let client = client_returning(
        r#"{"success":true,"errors":[{"code":1000,"message":"message"}],"result":{"id":"1"}}"#,
    );
    assert_eq!(get_user(&client).unwrap().id, "1");
}

#[test]
fn uses_the_status_if_success_is_missing() {
    let bodies = [
        r#"{"result":{"id":"1"}}"#,
        r#"{"success":null,"result":{"id":"1"}}"#,
    ];
    for body in bodies {
        assert_eq!(get_user(&client_returning(body)).unwrap().id, "1");
        assert_eq!(error_for_status(500, body).status(), Some(500));
    }
}

#[test]
fn reads_errors_in_all_known_forms() {
    let error = error_for(
        r#"{
            "success": false,
            "errors": [
                "plain text",
                {"code": "971", "message": "slow down"},
                {"code": 9999999999, "message": "large"},
                {"message": "no code"},
                {
                    "code": 6003,
                    "message": "outer",
                    "source": {"pointer": "/policies/0"},
                    "documentation_url": "https://example.com",
                    "error_chain": [
                        {
                            "code": 6111,
                            "message": "inner",
                            "error_chain": [{"code": 6112, "message": "innermost"}]
                        },
                        {"code": 6103}
                    ]
                },
                {"code": 1, "message": {"a":1}}
            ]
        }"#,
    );
    assert_eq!(
        codes(&error),
        [971, 9_999_999_999, 6003, 6111, 6112, 6103, 1]
    );
    let expected = [
        "plain text",
        "slow down",
        "large",
        "no code",
        "outer",
        "inner",
        "innermost",
        "",
        r#"{"a":1}"#,
    ];
    assert_eq!(error.messages().collect::<Vec<_>>(), expected);
    let outer = &error.api_errors()[4];
    assert_eq!(outer.pointer.as_deref(), Some("/policies/0"));
    let text = error.to_string();
    let parts = [
        "plain text",
        "971 slow down",
        "6003 outer",
        "6111 inner",
        "6112 innermost",
        "/policies/0",
    ];
    for part in parts {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn reads_a_failure_whose_errors_are_no_list_of_errors() {
    for errors in ["null", "{}", "\"text\"", "[]", "[[]]", "5"] {
        let error = error_for(&format!(r#"{{"success":false,"errors":{errors}}}"#));
        assert_eq!(error.status(), Some(200));
    }
}

#[test]
fn describes_a_body_that_is_not_an_envelope() {
    let trailing = r#"{"success":true,"result":{"id":"1"}} trailing"#;
    let invalid = [
        ("<html>log in</html>", "web page"),
        ("  <!DOCTYPE html>", "web page"),
        ("", "no body"),
        ("   \n", "no body"),
        ("upstream connect error", "not JSON"),
        (r#"{"success":true,"result":{"id":"1""#, "truncated"),
        (trailing, "expected nothing more"),
        (r#"{"success":true "result":{}}"#, "expected `,`"),
        (r#"{"success":true,"result":NaN}"#, "not valid JSON"),
        (r#"{"ok":1}"#, "envelope"),
        ("[]", "envelope"),
        ("\"text\"", "envelope"),
        ("17", "envelope"),
        ("null", "envelope"),
    ];
    for (body, expected) in invalid {
        let error = error_for(body);
        assert!(error.is_decode(), "{body:?}: {error}");
        assert!(error.to_string().contains(expected), "{body:?}: {error}");
        assert_eq!(error.status(), Some(200));
        assert_eq!(error.body(), Some(body.as_bytes()));

        let client = client_returning(body);
        let error = first_error(client.tokens().iter());
        assert!(error.is_decode(), "{body:?}: {error}");
        assert!(client.send_raw(&GetUser::new()).is_err(), "{body:?}");
    }
}

#[test]
fn keeps_the_status_of_a_failure_that_is_not_json() {
    let bodies = [
        "<html>bad gateway</html>",
        "",
        "{",
        r#"{"success":false,"errors":"#,
    ];
    for body in bodies {
        let error = error_for_status(502, body);
        assert_eq!(error.status(), Some(502), "{error}");
        assert!(!error.is_decode(), "{error}");
    }
}

#[test]
fn refuses_an_envelope_with_duplicate_fields() {
    let duplicates = [
        r#"{"success":false,"result":{},"success":true}"#,
        r#"{"success":true,"result":{"id":"1"},"result":{"id":"2"}}"#,
    ];
    for body in duplicates {
        let error = error_for(body);
        assert!(error.to_string().contains("twice"), "{error}");
    }
    let error = error_for(r#"{"success":"false","result":{"id":"1"}}"#);
    let expected = "success: expected a boolean, found a string";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn reads_a_byte_order_mark_white_space_and_escaped_names() {
    let bodies = [
        "\u{feff}{\"result\":{\"id\":\"1\"}}",
        "\n {\n\"\\u0072esult\" :\t{ \"id\" : \"1\" }\r\n}\n",
    ];
    for body in bodies {
        assert_eq!(get_user(&client_returning(body)).unwrap().id, "1");
    }
}

#[test]
fn returns_a_decode_error_for_deeply_nested_json() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let in_unknown_field = success(&format!(r#"{{"id":"1","unknown":{deep}}}"#));
    for body in [&success(&deep), &in_unknown_field, &deep] {
        assert!(error_for(body).is_decode());
    }
}

#[test]
fn decodes_unusual_json_or_returns_a_decode_error() {
    let numbers = [
        "1e999",
        "-1e999",
        "123456789012345678901234567890",
        "0.1e-999",
    ];
    for number in numbers {
        let result = format!(r#"{{"id":"1","unknown":{number}}}"#);
        match get_user(&client_returning(success(&result))) {
            Ok(user) => assert_eq!(user.id, "1", "{number}"),
            Err(error) => assert!(error.is_decode(), "{number}: {error}"),
        }
    }
    let error = error_for(&success(r#"{"id":"1","id":"2"}"#));
    assert!(error.to_string().contains("duplicate field"), "{error}");
    let lone_surrogate = error_for(&success(r#"{"id":"\ud800"}"#));
    assert!(lone_surrogate.is_decode(), "{lone_surrogate}");
}

#[test]
fn reports_the_position_of_invalid_utf8() {
    let transport = |_: http::Request<Vec<u8>>| {
        let body = b"{\"result\":{\"id\":\"\xff\"}}".to_vec();
        Ok(http::Response::new(body.into()))
    };
    let client = builder().transport(transport).build().unwrap();
    let error = get_user(&client).unwrap_err();
    let expected = "invalid UTF-8 at byte 17";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn shows_the_text_beside_an_error_that_has_only_a_code() {
    for body in [
        r#"{"success":false,"error":{"code":5},"message":"why"}"#,
        r#"{"success":false,"errors":[{"code":5}],"message":"why"}"#,
        r#"{"success":false,"errors":[{"code":5}],"messages":[{"message":"why"}]}"#,
    ] {
        let client = scripted_client([status(400, body)]);
        let error = client.user().send().unwrap_err();
        assert_eq!(error.codes().collect::<Vec<_>>(), [5], "{body}");
        assert!(error.to_string().contains("5; why"), "{error}");
    }
}

#[test]
fn send_raw_returns_the_headers_and_the_exact_bytes() {
    let body = " {\"result\" : [ 1 ],\n\"success\":true}  ";
    let mut response = ok(body);
    let headers = response.as_mut().unwrap().headers_mut();
    headers.insert("x-header", "7".parse().unwrap());
    let raw = scripted_client([response])
        .send_raw(&ListTokens::new())
        .unwrap();
    assert_eq!(raw.status(), 200);
    assert_eq!(raw.headers()["x-header"], "7");
    assert_eq!(raw.body(), body.as_bytes());
}

#[test]
fn reports_a_redirect_with_its_host() {
    let with_secret = "https://evil.example/path?token=s3cr3t";
    let same_host_plain = "http://api.cloudflare.com/client/v4/user";
    let other_port = "https://api.cloudflare.com:444/";
    let redirects = [
        (with_secret, "`https://evil.example`"),
        ("//evil.example:8443/x", "`https://evil.example:8443`"),
        (r"/\evil.example/x", "`https://evil.example`"),
        (same_host_plain, "`http://api.cloudflare.com`"),
        (other_port, "`https://api.cloudflare.com:444`"),
        ("data:,x", "an invalid location"),
        ("/elsewhere", "another path of the same host"),
    ];
    for (location, expected) in redirects {
        let redirect = http::Response::builder()
            .status(302)
            .header("location", location)
            .body(String::new());
        let (client, requests) = scripted([Ok(redirect.unwrap())]);
        let error = get_user(&client).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains("s3cr3t"), "{error}");
        assert_eq!(error.status(), Some(302));
        assert_eq!(requests.count(), 1);
    }
}

#[test]
fn reads_errors_beside_malformed_fields() {
    let errors = r#""errors":[{"code":9109,"message":"no"}]"#;
    let deep = "[".repeat(200) + &"]".repeat(200);
    let bodies = [
        format!("\u{feff}{{\"success\":false,{errors}}}"),
        format!(r#"{{"success":false,"result":1e999,{errors}}}"#),
        format!(r#"{{"success":false,"result":{deep},{errors}}}"#),
    ];
    for body in bodies {
        for code in [200, 403] {
            let error = error_for_status(code, &body);
            assert_eq!(codes(&error), [9109], "{error}");
        }
    }
}

#[test]
fn returns_an_error_for_a_deletion_with_errors_and_no_envelope() {
    let client = client_returning(r#"{"errors":[{"code":7,"message":"no"}]}"#);
    let error = client.leave_organization("1").send().unwrap_err();
    assert_eq!(codes(&error), [7]);
}

#[test]
fn reads_the_reason_of_a_failure_from_error_or_messages() {
    let bodies = [
        r#"{"success":false,"error":"no such route"}"#,
        r#"{"success":false,"error":{"code":7,"message":"no such route"}}"#,
        r#"{"success":false,"errors":[],"messages":[{"message":"no such route"}]}"#,
        r#"{"success":false,"errors":null,"error":["no such route"]}"#,
    ];
    for body in bodies {
        for code in [200, 404] {
            let error = error_for_status(code, body);
            assert!(error.to_string().contains("no such route"), "{error}");
        }
    }
}

/// Asserts what the error for a failure with this body says, with these codes.
#[track_caller]
fn assert_says(expected: &str, expected_codes: &[i64], body: &str) {
    for (status, name) in [(200, "200 OK"), (400, "400 Bad Request")] {
        let error = error_for_status(status, body);
        let expected = format!("GET /user: {name}: {expected} [1 attempt]");
        assert_eq!(error.to_string(), expected, "{body}");
        assert_eq!(codes(&error), expected_codes, "{body}");
    }
}

#[test]
fn reads_the_reason_beside_errors_that_have_none() {
    for errors in [
        "null",
        "[]",
        "[[]]",
        "{}",
        "[{}]",
        "true",
        r#"" ""#,
        "[null,{\"code\":null}]",
        r#"[{"message":" "}]"#,
        r#"[{"error_chain":[{}]}]"#,
    ] {
        for (reason, expected, codes) in [
            (r#""message":"why","code":77"#, "77 why", &[77][..]),
            (r#""detail":"why","title":"T""#, "T: why", &[]),
            (
                r#""error":"name","error_description":"why""#,
                "name: why",
                &[],
            ),
            (r#""error":true,"message":"why""#, "why", &[]),
            (
                r#""error":{},"messages":[{"code":7,"message":"why"}]"#,
                "7 why",
                &[7],
            ),
            (r#""error_code":1020"#, "1020", &[1020]),
        ] {
            let body = format!(r#"{{"success":false,"errors":{errors},{reason}}}"#);
            assert_says(expected, codes, &body);
        }
        let body = format!(r#"{{"success":false,"errors":{errors}}}"#);
        assert_says("the response does not say why", &[], &body);
    }
}

#[test]
fn reads_an_error_of_a_list_as_it_reads_a_body() {
    let failure = |errors: &str| format!(r#"{{"success":false,"errors":{errors},"title":"T"}}"#);
    for (errors, expected, codes) in [
        (r#"[{"detail":"why","title":"What"}]"#, "What: why", &[][..]),
        (r#"[{},{"code":"7"}]"#, "7; T", &[7]),
        ("[1000]", "1000; T", &[1000]),
        (
            r#"[{"code":7,"error_chain":[{},{"detail":"why"}]}]"#,
            "7 (why)",
            &[7],
        ),
        (r#"[{"source":{"pointer":"/a"}}]"#, "(at /a); T", &[]),
    ] {
        assert_says(expected, codes, &failure(errors));
    }
}

#[test]
fn a_success_has_no_errors_if_its_errors_are_empty_or_false() {
    for errors in ["null", "false", "[]", r#""""#, "[null,[]]"] {
        for name in ["errors", "error"] {
            let body = format!(r#"{{"result":{{"id":"1"}},"{name}":{errors}}}"#);
            assert_eq!(get_user(&client_returning(body)).unwrap().id, "1");
        }
    }
    let error = error_for(r#"{"result":{"id":"1"},"error":true,"message":"why"}"#);
    assert_eq!(error.messages().collect::<Vec<_>>(), ["why"]);
}

#[test]
fn ignores_messages_in_a_success() {
    let client = client_returning(
        r#"{"success":true,"result":{"id":"1"},"messages":[{"code":10000,"message":"valid"}]}"#,
    );
    assert_eq!(get_user(&client).unwrap().id, "1");
    let bare = client_returning(r#"{"id":"1","messages":["deleted"]}"#);
    assert_eq!(bare.leave_organization("1").send().unwrap().id, "1");
}

#[test]
fn treats_a_400_about_the_credential_as_unauthorized() {
    let unauthorized = [6003, 9103, 9106, 9107].map(|code| (code, true));
    let others = [10000, 6111].map(|code| (code, false));
    for (code, is_unauthorized) in unauthorized.into_iter().chain(others) {
        let body = format!(r#"{{"success":false,"errors":[{{"code":{code},"message":"no"}}]}}"#);
        let error = error_for_status(400, &body);
        assert_eq!(error.is_unauthorized(), is_unauthorized, "{code}");
    }
}

#[test]
fn returns_an_error_for_errors_without_success() {
    let bodies = [
        r#"{"result":[],"errors":[{"code":10000,"message":"no"}]}"#,
        r#"{"success":null,"result":[],"errors":["no"]}"#,
        r#"{"result":{"id":"1"},"errors":[{"code":10000,"message":"no"}]}"#,
    ];
    for body in bodies {
        let client = client_returning(body);
        assert!(client.audit_logs().iter().next().unwrap().is_err());
        assert!(client.user().send().is_err(), "{body}");
        assert!(client.send_raw(&GetUser::new()).is_err(), "{body}");
    }
    let bare = client_returning(r#"{"errors":[{"code":7,"message":"no"}]}"#);
    assert!(bare.send_raw(&LeaveOrganization::new("1")).is_err());
}

#[test]
fn reads_at_most_1000_errors() {
    let error = r#"{"code":1,"message":"no"}"#;
    for (error, number) in [("0", 300_000), (error, 30_000), (error, 300_000)] {
        let errors = vec![error; number].join(",");
        let body = format!(r#"{{"success":false,"errors":[{errors}]}}"#);
        for code in [200, 400] {
            // A failure is read up to 1 MiB, which truncates the list of errors.
            let error = error_for_status(code, &body);
            assert_eq!(error.status(), Some(code));
            let count = error.messages().count();
            assert!((1..=1000).contains(&count), "{number}: {error}");
        }
    }
}
