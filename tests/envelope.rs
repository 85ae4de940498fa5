//! What an answer means: success, failure, and what is neither.

mod common;

use cloudflare_user::{Client, Error, GetUser, ListAuditLogs, ListTokens, Policy, UpdateSubscription, http};
use common::{Api, RecordedRequest, client_returning, ok, scripted, status, success};

fn error(body: &str) -> cloudflare_user::Error {
    client_returning(body).send(&GetUser::new()).unwrap_err()
}

#[test]
fn success_false_in_a_200_is_an_error() {
    for body in [
        r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#,
        r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":{"id":"1"}}"#,
        r#"{"result":[],"errors":[{"code":10000,"message":"Authentication error"}],"success":false}"#,
    ] {
        let error = error(body);
        assert_eq!((error.status(), error.codes().collect::<Vec<_>>()), (Some(200), vec![10000]), "{error}");
        assert!(!error.is_decode());
        let error = client_returning(body).audit_logs().iter().next().unwrap().unwrap_err();
        assert_eq!(error.codes().collect::<Vec<_>>(), [10000]);
        let error = client_returning(body).send_raw(&ListTokens::new()).unwrap_err();
        assert_eq!(error.codes().collect::<Vec<_>>(), [10000]);
    }
    assert_eq!(error(r#"{"success":false}"#).codes().count(), 0);
}

#[test]
fn errors_in_a_success_are_none() {
    let body = r#"{"success":true,"errors":[{"code":1000,"message":"message"}],"result":{"id":"1"}}"#;
    assert_eq!(client_returning(body).send(&GetUser::new()).unwrap().id, "1");
}

#[test]
fn without_success_the_status_decides() {
    for body in [r#"{"result":{"id":"1"}}"#, r#"{"success":null,"result":{"id":"1"}}"#] {
        assert_eq!(client_returning(body).send(&GetUser::new()).unwrap().id, "1");
        let (client, _) = scripted(vec![status(500, body)]);
        assert_eq!(client.send(&GetUser::new()).unwrap_err().status(), Some(500));
    }
}

#[test]
fn errors_are_read_in_every_form_that_they_come_in() {
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
    assert_eq!(error.codes().collect::<Vec<_>>(), [971, 9_999_999_999, 6003, 6111, 6112, 6103, 1]);
    let messages: Vec<_> = error.messages().collect();
    assert_eq!(messages[..5], ["plain text", "slow down", "large", "no code", "outer"]);
    assert_eq!(messages[5..], ["inner", "innermost", "", r#"{"a":1}"#]);
    assert_eq!(error.api_errors()[4].pointer.as_deref(), Some("/policies/0"));
    let text = error.to_string();
    for part in ["plain text", "971 slow down", "6003 outer", "6111 inner", "6112 innermost", "/policies/0"] {
        assert!(text.contains(part), "{text}");
    }
    for errors in ["null", "{}", "\"text\"", "[]", "[[]]", "5"] {
        let body = format!(r#"{{"success":false,"errors":{errors}}}"#);
        assert_eq!(self::error(&body).status(), Some(200));
    }
}

#[test]
fn the_text_names_what_was_asked_and_what_came_back() {
    let body = r#"{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}]}"#;
    let api = Api::responding_as(403, "application/json", body);
    let error = api.client().audit_logs().actor_email("private@example.com").send().unwrap_err();
    let text = error.to_string();
    for part in ["GET", "/user/audit_logs", "403", "9109", "Invalid access token", "8f2b7c1d3e4a5b6c-FRA", "1 attempt"]
    {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("private") && !format!("{error:?}").contains("private"), "{text}");
    assert_eq!(error.ray_id(), Some("8f2b7c1d3e4a5b6c-FRA"));
    assert_eq!(error.body(), Some(body.as_bytes()));
    assert!(error.is_unauthorized() && !error.is_not_found() && !error.is_rate_limited());
}

#[test]
fn what_is_no_json_is_told_in_words() {
    let wrong = [
        ("<html>log in</html>", "web page"),
        ("  <!DOCTYPE html>", "web page"),
        ("", "no body"),
        ("   \n", "no body"),
        ("upstream connect error", "not JSON"),
        (r#"{"success":true,"result":{"id":"1""#, "truncated"),
        (r#"{"success":true,"result":{"id":"1"}} trailing"#, "expected nothing more"),
        (r#"{"success":true "result":{}}"#, "expected `,`"),
        (r#"{"success":true,"result":NaN}"#, "not JSON"),
        (r#"{"ok":1}"#, "envelope"),
        ("[]", "envelope"),
        ("\"text\"", "envelope"),
        ("17", "envelope"),
        ("null", "envelope"),
    ];
    for (body, told) in wrong {
        let error = error(body);
        assert!(error.is_decode() && error.to_string().contains(told), "{body:?}: {error}");
        assert_eq!((error.status(), error.body()), (Some(200), Some(body.as_bytes())));
        let listed = client_returning(body).tokens().iter().next().unwrap().unwrap_err();
        assert!(listed.is_decode(), "{body:?}: {listed}");
        assert!(client_returning(body).send_raw(&GetUser::new()).is_err(), "{body:?}");
    }
}

#[test]
fn a_failure_in_html_keeps_its_status() {
    for body in ["<html>bad gateway</html>", "", "{", r#"{"success":false,"errors":"#] {
        let (client, _) = scripted(vec![status(502, body)]);
        let error = client.send(&GetUser::new()).unwrap_err();
        assert_eq!((error.status(), error.is_decode()), (Some(502), false), "{error}");
    }
}

#[test]
fn a_wrong_type_names_the_field_and_what_was_found() {
    let wrong = [
        (r#"{"email":5}"#, "result.email: expected a string, found a number"),
        (
            r#"{"organizations":[{"id":"1"},{"name":{}}]}"#,
            "result.organizations[1].name: expected a string, found an object",
        ),
        (r#"{"created_on":"s3cr3t"}"#, "result.created_on: expected a date or a time as in RFC 3339, found text"),
        (r#"{"suspended":"s3cr3t"}"#, "result.suspended: expected a boolean, found text"),
        (r#"{"betas":"s3cr3t"}"#, "result.betas: expected a sequence, found text"),
        (r#""s3cr3t""#, "result: expected an object, found text"),
        ("null", "result: expected an object, found null"),
        ("[]", "result: expected an object, found a list"),
    ];
    for (result, told) in wrong {
        let error = error(&success(result));
        assert!(error.is_decode() && error.to_string().contains(told), "{result}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
    }
    assert!(error(r#"{"success":true}"#).to_string().contains("result: is missing"));
    // A nested model that is something else is named itself, and not what is inside.
    for (condition, found) in [("[{}]", "a list"), ("5", "a number"), ("true", "a boolean")] {
        let told = format!("result.condition: expected an object, found {found}");
        let body = success(&format!(r#"{{"id":"1","condition":{condition}}}"#));
        let error = client_returning(body).token("1").send().unwrap_err();
        assert!(error.to_string().contains(&told), "{error}");
    }
    let page = client_returning(success(r#"{"id":"1"}"#)).send(&ListTokens::new()).unwrap_err();
    assert!(page.to_string().contains("result: expected a list, found an object"), "{page}");
}

#[test]
fn the_first_item_that_fails_is_named_by_send() {
    let logs = format!("[{}{}]", r#"{"id":"1"},"#.repeat(37), r#"{"when":7},{"when":8}"#);
    let error = client_returning(success(&logs)).send(&ListAuditLogs::new()).unwrap_err();
    assert!(
        error.to_string().contains("result[37].when: expected a date or a time as in RFC 3339, found a number"),
        "{error}"
    );
}

#[test]
fn an_envelope_that_says_a_thing_twice_is_refused() {
    for body in [
        r#"{"success":false,"result":{},"success":true}"#,
        r#"{"success":true,"result":{"id":"1"},"result":{"id":"2"}}"#,
    ] {
        assert!(error(body).to_string().contains("twice"));
    }
    let error = error(r#"{"success":"false","result":{"id":"1"}}"#);
    assert!(error.to_string().contains("success: expected a boolean, found text"), "{error}");
}

#[test]
fn odd_json_is_the_right_value_or_a_typed_error() {
    let user = |body: &str| client_returning(body).send(&GetUser::new());
    assert_eq!(user("\u{feff}{\"result\":{\"id\":\"1\"}}").unwrap().id, "1");
    assert_eq!(user("\n {\n\"\\u0072esult\" :\t{ \"id\" : \"1\" }\r\n}\n").unwrap().id, "1");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(user(&success(&deep)).unwrap_err().is_decode());
    assert!(user(&success(&format!(r#"{{"id":"1","odd":{deep}}}"#))).unwrap_err().is_decode());
    assert!(user(&deep).unwrap_err().is_decode());
    for number in ["1e999", "-1e999", "123456789012345678901234567890", "0.1e-999"] {
        let answer = user(&success(&format!(r#"{{"id":"1","odd":{number}}}"#)));
        assert!(answer.map_or_else(|error| error.is_decode(), |user| user.id == "1"), "{number}");
    }
    assert!(user(&success(r#"{"id":"1","id":"2"}"#)).unwrap_err().to_string().contains("duplicate field"));
    assert!(user(&success(r#"{"id":"\ud800"}"#)).unwrap_err().is_decode());
}

#[test]
fn invalid_utf8_is_an_error_that_says_where() {
    let transport =
        |_: http::Request<Vec<u8>>| Ok(http::Response::new(b"{\"result\":{\"id\":\"\xff\"}}".to_vec().into()));
    let client = Client::builder().api_token("token").transport(transport).build().unwrap();
    let error = client.user().send().unwrap_err();
    assert!(error.to_string().contains("invalid UTF-8 at byte 17"), "{error}");
}

#[test]
fn raw_answers_are_the_exact_bytes() {
    let body = " {\"result\" : [ 1 ],\n\"success\":true}  ";
    let (client, _) = scripted(vec![ok(body)]);
    let raw = client.send_raw(&ListTokens::new()).unwrap();
    assert_eq!((raw.status().as_u16(), raw.body().as_slice()), (200, body.as_bytes()));
    let value = client_returning(success("null")).send(&UpdateSubscription::new("1")).unwrap();
    assert!(value.is_null());
}

#[test]
fn a_redirect_is_an_error_that_names_the_host() {
    for (location, told) in [
        ("https://evil.example/path?token=s3cr3t", "`https://evil.example`"),
        ("//evil.example:8443/x", "`https://evil.example:8443`"),
        (r"/\evil.example/x", "`https://evil.example`"),
        ("http://api.cloudflare.com/client/v4/user", "`http://api.cloudflare.com`"),
        ("https://api.cloudflare.com:444/", "`https://api.cloudflare.com:444`"),
        ("data:,x", "an invalid location"),
        ("/elsewhere", "another path of the same host"),
    ] {
        let mut response = http::Response::new(String::new());
        *response.status_mut() = http::StatusCode::FOUND;
        response.headers_mut().insert("location", location.parse().unwrap());
        let (client, seen) = scripted(vec![Ok(response)]);
        let error = client.send(&GetUser::new()).unwrap_err();
        assert!(error.to_string().contains(told) && !error.to_string().contains("s3cr3t"), "{error}");
        assert_eq!((error.status(), seen.lock().unwrap().iter().map(RecordedRequest::line).count()), (Some(302), 1));
    }
}

#[test]
fn nothing_odd_in_a_failure_hides_its_errors() {
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
fn a_bare_deletion_with_errors_is_none() {
    let client = client_returning(r#"{"errors":[{"code":7,"message":"no"}]}"#);
    assert_eq!(client.leave_organization("1").send().unwrap_err().codes().collect::<Vec<_>>(), [7]);
}

#[test]
fn a_page_of_countless_items_is_an_error_that_costs_little() {
    let page = |items: usize| {
        let items = vec!["{}"; items].join(",");
        ok(format!(r#"{{"success":true,"result":[{items}]}}"#))
    };
    let (client, _) = scripted(vec![page(200_000), page(200_000), page(1_100_000)]);
    let refused = [
        client.audit_logs().send().map(|_| ()).unwrap_err(),
        client.audit_logs().pages().next().unwrap().unwrap_err(),
        client.audit_logs().iter().next().unwrap().unwrap_err(),
    ];
    for error in refused {
        assert!(error.is_decode() && !error.is_item(), "{error}");
        assert!(error.to_string().contains("too many"), "{error}");
    }
}

#[test]
fn a_page_that_is_too_large_for_pages_is_one_to_go_on_from() {
    let page = |items: usize| {
        let items = vec![r#"{"a":1}"#; items].join(",");
        ok(format!(r#"{{"success":true,"result":[{items}]}}"#))
    };
    let (client, seen) = scripted(vec![page(2), page(200_000)]);
    let mut pages = client.audit_logs().page(7).pages();
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 2);
    assert!(pages.next().unwrap().is_err());
    assert_eq!(pages.next_page(), 8);
    assert!(pages.next().is_none());
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn what_a_server_says_is_shown_on_one_line_and_not_for_ever() {
    let message = format!("\\u001b[2Jgone\\r\\nfake: line\\u202e{}", "x".repeat(1 << 20));
    let errors = vec![format!(r#"{{"code":1,"message":"{message}"}}"#); 3].join(",");
    let body = format!(r#"{{"success":false,"errors":[{errors}]}}"#);
    let error = client_returning(body).user().send().unwrap_err();
    let text = error.to_string();
    assert!(text.contains(r"1 \u{1b}[2Jgone\r\nfake: line\u{202e}x"), "{}", &text[..200]);
    assert!(text.len() < 600 && text.ends_with("[1 attempt]"));
    assert!(!text.contains(|letter: char| letter.is_control() || letter == '\u{202e}'));
    assert!(error.api_errors()[0].to_string().chars().count() == 500);
    // Programs get it as it came.
    assert!(error.messages().next().unwrap().starts_with("\u{1b}[2Jgone\r\n"));
}

#[test]
fn texts_have_at_most_500_characters_beside_method_and_path() {
    let long = "n\u{e9}".repeat(50_000);
    let body = format!(r#"{{"success":false,"errors":[{{"code":1,"message":"{long}"}}]}}"#);
    let policy = Policy::allow().permission_group("g").all_zones();
    let lost = || Err(cloudflare_user::TransportError::interrupted("x".repeat(100_000)));
    let head = |status: u16| {
        let response = http::Response::builder().status(status).header("retry-after", "9999999999");
        response.header("cf-ray", "r".repeat(5000)).header("content-type", "t".repeat(5000))
    };
    let mut errors = vec![
        scripted(vec![status(400, body.clone())]).0.token(&long).send().unwrap_err(),
        scripted(vec![status(500, body)]).0.create_token("n", [policy.clone()]).send().unwrap_err(),
        scripted(vec![Ok(head(429).body(String::new()).unwrap())]).0.user().send().unwrap_err(),
        scripted(vec![Ok(head(200).body("x".repeat(5000)).unwrap())]).0.user().send().unwrap_err(),
        scripted(vec![Ok(head(200).body(format!(r#"{{"{long}":1}}"#)).unwrap())]).0.roll_token("1").send().unwrap_err(),
        scripted(vec![ok("{}")]).0.create_token(&long, [policy.clone()]).send().unwrap_err(),
        Error::invalid_request(long.clone(), long.clone()),
    ];
    let client = Client::builder().transport(move |_: http::Request<Vec<u8>>| lost());
    let client = client.api_token("a-token").max_retries(0).build().unwrap();
    errors.push(client.delete_token(&long).send().unwrap_err());
    for error in errors {
        let text = error.to_string();
        let rest = text.split_once(" /").and_then(|(_, rest)| rest.split_once(": "));
        let rest = rest.map_or(text.as_str(), |(path, rest)| {
            assert!(path.chars().count() < 200, "{text}");
            rest
        });
        assert!(rest.chars().count() <= 500, "{} {text}", rest.chars().count());
        assert!(!text.contains('\n') && format!("{error:?}").len() < 4000, "{text}");
    }
}

#[test]
fn the_chain_of_causes_repeats_nothing() {
    let lost = |_: http::Request<Vec<u8>>| {
        Err::<http::Response<cloudflare_user::Body>, _>(cloudflare_user::TransportError::connect(
            std::io::Error::other("the cable is out"),
        ))
    };
    let client = Client::builder().api_token("a-token").max_retries(0).transport(lost).build().unwrap();
    let error = client.user().send().unwrap_err();
    assert!(error.to_string().contains("the cable is out"), "{error}");
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
fn a_failure_is_explained_by_error_or_by_messages() {
    for body in [
        r#"{"success":false,"error":"no such route"}"#,
        r#"{"success":false,"error":{"code":7,"message":"no such route"}}"#,
        r#"{"success":false,"errors":[],"messages":[{"message":"no such route"}]}"#,
        r#"{"success":false,"errors":null,"error":["no such route"]}"#,
    ] {
        for code in [200, 404] {
            let error = scripted(vec![status(code, body)]).0.user().send().unwrap_err();
            assert!(error.to_string().contains("no such route"), "{error}");
        }
    }
    // The messages of a success are not errors.
    let body = r#"{"success":true,"result":{"id":"1"},"messages":[{"code":10000,"message":"valid"}]}"#;
    assert_eq!(client_returning(body).user().send().unwrap().id, "1");
    let bare = client_returning(r#"{"id":"1","messages":["deleted"]}"#);
    assert_eq!(bare.leave_organization("1").send().unwrap().id, "1");
}

#[test]
fn a_400_about_the_credential_is_unauthorized() {
    for (code, expected) in [(6003, true), (9103, true), (9106, true), (9107, true), (10000, false), (6111, false)] {
        let body = format!(r#"{{"success":false,"errors":[{{"code":{code},"message":"no"}}]}}"#);
        let error = scripted(vec![status(400, body)]).0.user().send().unwrap_err();
        assert_eq!(error.is_unauthorized(), expected, "{code}");
    }
}

#[test]
fn an_item_error_names_the_page_and_holds_the_item() {
    let page = r#"[{"id":"1"},{"id":"2","when":7}]"#;
    let (client, _) = scripted(vec![ok(success(page))]);
    let listed = client.audit_logs().page(3).iter().nth(1).unwrap().unwrap_err();
    let paged = client.audit_logs().page(3).pages().nth(1).unwrap().unwrap_err();
    let sent = client.audit_logs().page(3).send().unwrap_err();
    for error in [listed, paged, sent] {
        assert!(error.is_item(), "{error}");
        assert!(error.to_string().contains("page 3, result[1].when: expected"), "{error}");
        assert_eq!(error.body(), Some(br#"{"id":"2","when":7}"#.as_slice()));
    }
}

#[test]
fn an_item_error_names_the_page_that_it_is_on() {
    let bad = r#"[{"id":"3"},{"id":"4","when":7}]"#;
    let pages =
        || vec![ok(success(r#"[{"id":"1"}]"#)), ok(success(r#"[{"id":"2"}]"#)), ok(success(bad)), ok(success("[]"))];
    let mut errors = vec![scripted(pages()).0.audit_logs().iter().find_map(Result::err).unwrap()];
    errors.push(scripted(pages()).0.audit_logs().pages().find_map(Result::err).unwrap());
    errors.push(scripted(pages()).0.audit_logs().page(1).iter().read_ahead(1).find_map(Result::err).unwrap());
    for error in errors {
        assert!(error.to_string().contains("page 3, result[1].when"), "{error}");
    }
    let single = client_returning(success(r#"[{"id":"1"},5]"#)).invites().iter().nth(1).unwrap().unwrap_err();
    assert!(single.to_string().contains(": result[1]: expected"), "{single}");
}

#[test]
fn only_a_success_of_the_api_says_that_a_write_was_applied() {
    for body in ["<html>log in</html>", "", r#"{"ok":1}"#, r#"{"success":true,"result":{"id":"1""#] {
        let policy = Policy::allow().permission_group("g").all_zones();
        let created = client_returning(body).create_token("ci", [policy]).send().unwrap_err();
        assert!(created.may_have_been_applied(), "{created}");
        assert!(
            created
                .to_string()
                .contains(r#"may have been applied: before sending it again, look for a token named "ci""#),
            "{created}"
        );
    }
    let deleted = client_returning(success("5")).delete_token("1").send().unwrap_err();
    assert!(deleted.to_string().contains("was applied, and `Error::body` holds the response ["), "{deleted}");
    let rolled = client_returning(success("5")).roll_token("1").send().unwrap_err();
    assert!(rolled.to_string().contains("with the only copy of a new secret"), "{rolled}");
    let empty = client_returning(success(r#""""#)).roll_token("1").send().unwrap_err();
    assert!(empty.is_decode() && empty.may_have_been_applied(), "{empty}");
}

#[test]
fn errors_without_success_are_a_failure() {
    for body in [
        r#"{"result":[],"errors":[{"code":10000,"message":"no"}]}"#,
        r#"{"success":null,"result":[],"errors":["no"]}"#,
        r#"{"result":{"id":"1"},"errors":[{"code":10000,"message":"no"}]}"#,
    ] {
        assert!(client_returning(body).audit_logs().iter().next().unwrap().is_err(), "{body}");
        assert!(
            client_returning(body).user().send().is_err() && client_returning(body).send_raw(&GetUser::new()).is_err()
        );
    }
    let bare = client_returning(r#"{"errors":[{"code":7,"message":"no"}]}"#);
    assert!(bare.send_raw(&cloudflare_user::LeaveOrganization::new("1")).is_err());
}

#[test]
fn text_full_of_commas_is_not_many_values() {
    let text = "1,".repeat(800_000);
    let body = success(&format!(r#"[{{"id":"1","oldValue":"{text}"}}]"#));
    assert_eq!(client_returning(body).audit_logs().iter().next().unwrap().unwrap().id, "1");
}

#[test]
fn the_last_page_number_ends_a_list() {
    let page = || vec![ok(success(r#"[{"id":"1"}]"#))];
    for ahead in [0, 2] {
        let (client, seen) = scripted(page());
        let logs = client.audit_logs().page(u64::MAX).iter().read_ahead(ahead);
        assert_eq!(logs.take(10).count(), 1);
        assert!(seen.lock().unwrap().len() <= 1 + ahead);
    }
}

#[test]
fn a_refusal_keeps_its_long_words() {
    let word = "com.cloudflare.edge.r2.bucket.0123456789abcdef0123456789abcdef_default_media-files";
    let body = format!(r#"{{"success":false,"errors":[{{"code":1001,"message":"unknown resource {word}"}}]}}"#);
    for code in [200, 400] {
        let client = scripted(vec![status(code, body.clone())]).0;
        let policy = Policy::allow().permission_group("g").all_zones();
        let error = client.create_token("ci", [policy]).send().unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn of_countless_errors_the_first_ones_are_told() {
    for error in ["0", r#"{"code":1,"message":"no"}"#] {
        let errors = vec![error; 300_000].join(",");
        for status_code in [200, 400] {
            let body = format!(r#"{{"success":false,"errors":[{errors}]}}"#);
            let (client, _) = scripted(vec![status(status_code, body)]);
            let error = client.send(&GetUser::new()).unwrap_err();
            assert_eq!(error.status(), Some(status_code));
            assert!(error.messages().count() <= 1000);
        }
    }
}

#[test]
fn an_item_that_is_not_even_json_costs_itself() {
    let page = r#"[{"id":"1"},{"id":NaN},{"id":"3","x":1e999},{"id":"4"}]"#;
    let (client, _) =
        scripted(vec![ok(success(page)), ok(success("[]")), ok(success(page)), ok(success("[]")), ok(success(page))]);
    let told = |log: cloudflare_user::Result<cloudflare_user::AuditLog>| match log {
        Ok(log) => log.id,
        Err(error) => {
            assert!(error.is_item(), "{error}");
            "!".to_owned()
        }
    };
    let read: Vec<_> = client.audit_logs().iter().map(told).collect();
    assert_eq!(read, ["1", "!", "!", "4"]);
    let pages: Vec<_> = client.audit_logs().pages().collect();
    assert_eq!(pages[0].as_ref().unwrap().items.len(), 2);
    assert_eq!(pages.iter().filter(|page| page.is_err()).count(), 2);
    let error = client.audit_logs().send().unwrap_err().to_string();
    assert!(error.contains("result[1].id: is not JSON"), "{error}");
    // Where the list itself is broken, nothing of it is handed out.
    for broken in [r#"[{"id":"1"} {"id":"2"}]"#, r#"[{"id":"1"},]"#, r#"[{"id":"1"},{"id":"2"}"#, r#"[{"id":"1"]}"#] {
        let (client, _) = scripted(vec![ok(success(broken))]);
        let mut logs = client.audit_logs().iter();
        let error = logs.next().unwrap().unwrap_err();
        assert!(error.is_decode() && !error.is_item(), "{error}");
        assert!(logs.next().is_none() && logs.next_page() == 1);
    }
}
