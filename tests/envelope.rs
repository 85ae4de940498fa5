//! How a response is read: successes, failures, responses of other software, and the errors that
//! describe them.

mod common;

use cloudflare_user::{Client, Error, GetUser, ListAuditLogs, ListTokens, Policy, http};
use common::{Api, client_returning, ok, scripted, status, success};

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
fn names_the_field_and_the_found_type_if_a_type_is_wrong() {
    let invalid = [
        (
            r#"{"email":5}"#,
            "result.email: expected a string, found a number",
        ),
        (
            r#"{"organizations":[{"id":"1"},{"name":{}}]}"#,
            "result.organizations[1].name: expected a string, found an object",
        ),
        (
            r#"{"created_on":"s3cr3t"}"#,
            "result.created_on: expected a date or a time as in RFC 3339, found text",
        ),
        (
            r#"{"suspended":"s3cr3t"}"#,
            "result.suspended: expected a boolean, found text",
        ),
        (
            r#"{"betas":"s3cr3t"}"#,
            "result.betas: expected a sequence, found text",
        ),
        (r#""s3cr3t""#, "result: expected an object, found text"),
        ("null", "result: expected an object, found null"),
        ("[]", "result: expected an object, found a list"),
    ];
    for (result, expected) in invalid {
        let error = error(&success(result));
        assert!(
            error.is_decode() && error.to_string().contains(expected),
            "{result}: {error}"
        );
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
    }
    assert!(
        error(r#"{"success":true}"#)
            .to_string()
            .contains("result: is missing")
    );
    // If a nested model has the wrong type, the error names the model and not one of its fields.
    for (condition, found) in [("[{}]", "a list"), ("5", "a number"), ("true", "a boolean")] {
        let expected = format!("result.condition: expected an object, found {found}");
        let body = success(&format!(r#"{{"id":"1","condition":{condition}}}"#));
        let error = client_returning(body).token("1").send().unwrap_err();
        assert!(error.to_string().contains(&expected), "{error}");
    }
    let page = client_returning(success(r#"{"id":"1"}"#))
        .send(&ListTokens::new())
        .unwrap_err();
    assert!(
        page.to_string()
            .contains("result: expected a list, found an object"),
        "{page}"
    );
}

#[test]
fn send_names_the_first_item_that_cannot_be_decoded() {
    let logs = format!(
        "[{}{}]",
        r#"{"id":"1"},"#.repeat(37),
        r#"{"when":7},{"when":8}"#
    );
    let error = client_returning(success(&logs))
        .send(&ListAuditLogs::new())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("result[37].when: expected a date or a time as in RFC 3339, found a number"),
        "{error}"
    );
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
        assert_eq!(
            (error.status(), requests.lock().unwrap().len()),
            (Some(302), 1)
        );
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
fn refuses_a_page_of_too_many_items() {
    let page = |items: usize| {
        let items = vec!["{}"; items].join(",");
        ok(format!(r#"{{"success":true,"result":[{items}]}}"#))
    };
    let (client, _) = scripted(vec![page(200_000), page(200_000), page(1_100_000)]);
    let errors = [
        client.audit_logs().send().map(|_| ()).unwrap_err(),
        client.audit_logs().pages().next().unwrap().unwrap_err(),
        client.audit_logs().iter().next().unwrap().unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_decode() && !error.is_item(), "{error}");
        assert!(error.to_string().contains("too many"), "{error}");
    }
}

#[test]
fn keeps_a_page_with_too_many_items_as_the_next_page() {
    let page = |items: usize| {
        let items = vec![r#"{"a":1}"#; items].join(",");
        ok(format!(r#"{{"success":true,"result":[{items}]}}"#))
    };
    let (client, requests) = scripted(vec![page(2), page(200_000)]);
    let mut pages = client.audit_logs().page(7).pages();
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 2);
    assert!(pages.next().unwrap().is_err());
    assert_eq!(pages.next_page(), 8);
    assert!(pages.next().is_none());
    assert_eq!(requests.lock().unwrap().len(), 2);
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
fn keeps_the_json_of_an_item_that_cannot_be_decoded() {
    let page = r#"[{"id":"1"},{"id":"2","when":7}]"#;
    let (client, _) = scripted(vec![ok(success(page))]);
    let from_iter = client
        .audit_logs()
        .page(3)
        .iter()
        .nth(1)
        .unwrap()
        .unwrap_err();
    let from_pages = client
        .audit_logs()
        .page(3)
        .pages()
        .nth(1)
        .unwrap()
        .unwrap_err();
    let from_send = client.audit_logs().page(3).send().unwrap_err();
    for error in [from_iter, from_pages, from_send] {
        assert!(error.is_item(), "{error}");
        assert!(
            error
                .to_string()
                .contains("page 3, result[1].when: expected"),
            "{error}"
        );
        assert_eq!(error.body(), Some(br#"{"id":"2","when":7}"#.as_slice()));
    }
}

#[test]
fn names_the_page_of_an_item_that_cannot_be_decoded() {
    let last = r#"[{"id":"3"},{"id":"4","when":7}]"#;
    let pages = || {
        vec![
            ok(success(r#"[{"id":"1"}]"#)),
            ok(success(r#"[{"id":"2"}]"#)),
            ok(success(last)),
            ok(success("[]")),
        ]
    };
    let mut errors = vec![
        scripted(pages())
            .0
            .audit_logs()
            .iter()
            .find_map(Result::err)
            .unwrap(),
    ];
    errors.push(
        scripted(pages())
            .0
            .audit_logs()
            .pages()
            .find_map(Result::err)
            .unwrap(),
    );
    errors.push(
        scripted(pages())
            .0
            .audit_logs()
            .page(1)
            .iter()
            .read_ahead(1)
            .find_map(Result::err)
            .unwrap(),
    );
    for error in errors {
        assert!(
            error.to_string().contains("page 3, result[1].when"),
            "{error}"
        );
    }
    let single = client_returning(success(r#"[{"id":"1"},5]"#))
        .invites()
        .iter()
        .nth(1)
        .unwrap()
        .unwrap_err();
    assert!(
        single.to_string().contains(": result[1]: expected"),
        "{single}"
    );
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
fn accepts_text_full_of_commas() {
    let text = "1,".repeat(800_000);
    let body = success(&format!(r#"[{{"id":"1","oldValue":"{text}"}}]"#));
    assert_eq!(
        client_returning(body)
            .audit_logs()
            .iter()
            .next()
            .unwrap()
            .unwrap()
            .id,
        "1"
    );
}

#[test]
fn ends_a_list_at_the_largest_page_number() {
    let page = || vec![ok(success(r#"[{"id":"1"}]"#))];
    for ahead in [0, 2] {
        let (client, requests) = scripted(page());
        let logs = client.audit_logs().page(u64::MAX).iter().read_ahead(ahead);
        let ids: Vec<_> = logs.take(10).map(|log| log.unwrap().id).collect();
        assert_eq!(ids, ["1"], "{ahead} ahead");
        assert!(requests.lock().unwrap().len() <= 1 + ahead);
    }
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

#[test]
fn keeps_the_whole_json_of_an_item_that_cannot_be_decoded() {
    let item = format!(
        r#"{{"id":"1","interface":5,"padding":"{}"}}"#,
        "x".repeat(100_000)
    );
    let client = client_returning(success(&format!("[{item}]")));
    let error = client.audit_logs().iter().next().unwrap().unwrap_err();
    assert!(
        error.is_item() && error.body() == Some(item.as_bytes()),
        "{error}"
    );
    let error = client.send(&GetUser::new()).unwrap_err();
    assert_eq!(error.body().map(<[u8]>::len), Some(64 << 10));
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

#[test]
fn yields_other_items_if_an_item_is_not_json() {
    let page = r#"[{"id":"1"},{"id":NaN},{"id":"3","x":1e999},{"id":"4"}]"#;
    let (client, _) = scripted(vec![
        ok(success(page)),
        ok(success("[]")),
        ok(success(page)),
        ok(success("[]")),
        ok(success(page)),
    ]);
    let id = |log: cloudflare_user::Result<cloudflare_user::AuditLog>| match log {
        Ok(log) => log.id,
        Err(error) => {
            assert!(error.is_item(), "{error}");
            "!".to_owned()
        }
    };
    let read: Vec<_> = client.audit_logs().iter().map(id).collect();
    assert_eq!(read, ["1", "!", "!", "4"]);
    let pages: Vec<_> = client.audit_logs().pages().collect();
    assert_eq!(pages[0].as_ref().unwrap().items.len(), 2);
    assert_eq!(pages.iter().filter(|page| page.is_err()).count(), 2);
    let error = client.audit_logs().send().unwrap_err().to_string();
    assert!(error.contains("result[1].id: is not valid JSON"), "{error}");
    // If the list itself is malformed, no item of it is yielded.
    for malformed in [
        r#"[{"id":"1"} {"id":"2"}]"#,
        r#"[{"id":"1"},]"#,
        r#"[{"id":"1"},{"id":"2"}"#,
        r#"[{"id":"1"]}"#,
    ] {
        let (client, _) = scripted(vec![ok(success(malformed))]);
        let mut logs = client.audit_logs().iter();
        let error = logs.next().unwrap().unwrap_err();
        assert!(error.is_decode() && !error.is_item(), "{error}");
        assert!(logs.next().is_none() && logs.next_page() == 1);
    }
}
