//! Failures that are not the API's: web pages, problem reports of Cloudflare's edge, and other
//! JSON.

mod common;

use std::time::Duration;

use cloudflare_user::{Body, Client, ClientBuilder, Error, ErrorKind, ListTokens, http};
use common::tcp::Tcp;
use serde_json::json;

const REPORT_522: &str = r#"{
    "type": "https://developers.cloudflare.com/support/errors/522",
    "title": "Error 522: Connection timed out",
    "status": 522,
    "detail": "The origin did not respond.",
    "error_code": 522,
    "error_name": "origin_timeout",
    "error_category": "origin",
    "retryable": true,
    "retry_after": 120
}"#;

/// Sends a request to a server that responds with this failure, and returns the error.
fn failure(status: u16, headers: &[&str], body: &str) -> Error {
    let server = Tcp::responding(status, headers, body);
    let client = server.builder().max_retries(0).build().unwrap();
    client.user().send().unwrap_err()
}

#[test]
fn reads_a_problem_report() {
    let error = failure(522, &["cf-ray: 8f2b-FRA"], REPORT_522);
    assert_eq!(error.kind(), ErrorKind::Gateway);
    assert_eq!(error.status(), Some(522));
    assert_eq!(error.codes().collect::<Vec<_>>(), [522]);
    assert_eq!(
        error.to_string(),
        "GET /user: 522: Error 522: Connection timed out: The origin did not respond. \
         [cf-ray 8f2b-FRA, 1 attempt]"
    );
    assert!(error.is_transient());
}

/// Asserts what the error for a 403 with this JSON says.
#[track_caller]
fn assert_says(expected: &str, body: &str) -> Error {
    let error = failure(403, &[], body);
    assert_eq!(error.kind(), ErrorKind::Gateway, "{body}");
    let text = error.to_string();
    let said = text.strip_prefix("GET /user: 403 Forbidden: ").unwrap();
    let said = said.strip_suffix(" [1 attempt]").unwrap();
    assert_eq!(said, expected, "{body}");
    error
}

#[test]
fn shows_what_other_json_says() {
    let expired = r#"{"error":"invalid_token","error_description":"it expired"}"#;
    let says_nothing = "the response does not say why";
    let responses = [
        (r#"{"message":"slow down"}"#, "slow down"),
        (r#"{"detail":"not here"}"#, "not here"),
        (r#"{"title":"Blocked"}"#, "Blocked"),
        (r#"{"error":"forbidden"}"#, "forbidden"),
        (expired, "invalid_token: it expired"),
        (r#"{"title":"same","detail":"same"}"#, "same"),
        (r#"{"title":7,"detail":"text"}"#, "text"),
        ("{}", says_nothing),
        (r#"{"title":"","detail":null}"#, says_nothing),
        (r#"{"error":{"title":"boom"}}"#, "boom"),
        (r#"{"error":{},"detail":"why"}"#, "why"),
        (r#"{"error":true}"#, says_nothing),
        (r#"{"error":403}"#, says_nothing),
        (r#"{"message":7}"#, says_nothing),
        // The body broke off in a number.
        (r#"{"title":"T","error_code":10"#, "T"),
    ];
    for (body, expected) in responses {
        let error = assert_says(expected, body);
        assert_eq!(error.codes().count(), 0, "{body}");
    }
}

#[test]
fn shows_the_code_of_other_json() {
    let check = |code: i64, expected: &str, body: &str| {
        let error = assert_says(expected, body);
        assert_eq!(error.codes().collect::<Vec<_>>(), [code], "{body}");
    };
    check(17, "17 no", r#"{"message":"no","code":17}"#);
    check(17, "17 no", r#"{"message":"no","code":"17"}"#);
    check(17, "17 no", r#"{"message":"no","code":17.0}"#);
    check(17, "17 no", r#"{"error":{"message":"no","code":17}}"#);
    let two_codes = r#"{"title":"no","error_code":1020,"code":17}"#;
    check(1020, "1020 no", two_codes);
    check(1020, "1020", r#"{"error_code":1020}"#);
}

/// Such an `errors` makes a failure the API's.
#[test]
fn reads_a_problem_report_with_errors() {
    let body = r#"{
        "title": "Your request is not valid",
        "status": 422,
        "errors": [{"detail": "must be positive", "pointer": "/age"}]
    }"#;
    let error = failure(422, &[], body);
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(
        error.to_string(),
        "GET /user: 422 Unprocessable Entity: must be positive [1 attempt]"
    );
}

#[test]
fn a_gateway_says_nothing_about_the_credential_or_the_resource() {
    for status in [400, 401, 403, 404] {
        for body in [
            "",
            "<html>",
            "error code: 1020",
            "[]",
            "{}",
            r#"{"error":"no"}"#,
            REPORT_522,
        ] {
            let error = failure(status, &[], body);
            assert_eq!(error.kind(), ErrorKind::Gateway, "{status} {body}");
            assert!(
                !error.is_unauthorized() && !error.is_not_found(),
                "{status} {body}"
            );
            assert!(!error.is_transient(), "{status} {body}");
        }
    }
}

#[test]
fn any_field_of_the_envelope_makes_a_failure_the_apis() {
    for body in [
        r#"{"success":false}"#,
        r#"{"errors":[]}"#,
        r#"{"messages":[]}"#,
        r#"{"success":false,"error":"no"}"#,
        r#" {"a":1,"errors":[{"code":7}]}"#,
        // A body that broke off is judged by the part that arrived.
        r#"{"success":fal"#,
        r#"{"errors":[{"code":7"#,
    ] {
        for (status, kind) in [
            (400, ErrorKind::Api),
            (401, ErrorKind::Unauthorized),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (409, ErrorKind::Api),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Api),
            (302, ErrorKind::Gateway),
        ] {
            assert_eq!(failure(status, &[], body).kind(), kind, "{status} {body}");
        }
    }
    for code in [6003, 9103, 9106, 9107] {
        let body = format!(r#"{{"success":false,"errors":[{{"code":{code}}}]}}"#);
        let error = failure(400, &[], &body);
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{code}");
    }
}

#[test]
fn a_429_is_a_rate_limit_whoever_sent_it() {
    for body in ["", "<html>", r#"{"message":"slow down"}"#] {
        let error = failure(429, &[], body);
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{body}");
    }
}

#[test]
fn obeys_a_report_that_is_not_retryable() {
    for (retryable, attempts) in [("true", 3), ("false", 1), ("null", 3), ("\"false\"", 3)] {
        let body = REPORT_522.replace("true", retryable);
        let server = Tcp::responding(522, &[], &body);
        let builder = server.builder().max_retry_wait(Duration::from_millis(1));
        let client = builder.build().unwrap();
        let error = client.user().send().unwrap_err();
        assert_eq!(error.attempts(), attempts, "{retryable}");
        assert_eq!(error.is_transient(), attempts == 3, "{retryable}");
    }
}

#[test]
fn a_report_adds_no_status_to_the_retried_ones() {
    let server = Tcp::responding(403, &[], REPORT_522);
    let error = server.client().user().send().unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(!error.is_transient());
    assert_eq!(error.retry_after(), None, "only the header counts");
}

#[test]
fn describes_web_pages_empty_bodies_and_redirects() {
    let html = failure(
        502,
        &["content-type: text/html"],
        "<html><title>Proxy</title>",
    );
    assert_eq!(html.kind(), ErrorKind::Gateway);
    assert_eq!(
        html.to_string(),
        "GET /user: 502 Bad Gateway: the response is a web page, not the API's JSON: is a proxy \
         in between? (content type text/html), it begins `<html><title>Proxy</title>` [1 attempt]"
    );
    let empty = failure(504, &[], "");
    assert_eq!(empty.kind(), ErrorKind::Gateway);
    assert_eq!(
        empty.to_string(),
        "GET /user: 504 Gateway Timeout: the response has no body [1 attempt]"
    );
    let redirect = failure(302, &["location: https://login.example/?token=1"], "");
    assert_eq!(redirect.kind(), ErrorKind::Gateway);
    assert_eq!(
        redirect.to_string(),
        "GET /user: 302 Found: redirects are not followed; this one points to \
         `https://login.example`: check the base URL [1 attempt]"
    );
}

#[test]
fn shows_the_documentation_of_an_error_that_says_only_forbidden() {
    let url = "https://developers.cloudflare.com/x";
    let messages = [
        ("Forbidden", true),
        ("forbidden.", true),
        ("", true),
        ("Not Found", true),
        ("the token lacks a permission", false),
    ];
    for (message, has_url) in messages {
        let error = json!({"message": message, "documentation_url": url});
        let body = json!({"success": false, "errors": [error]});
        let text = failure(403, &[], &body.to_string()).to_string();
        assert_eq!(text.contains(url), has_url, "{text}");
        assert!(!text.contains("  "), "{text}");
    }
}

const ACCOUNT: &str = "7";

/// The text of the error for a credential that the API refused.
fn refused(builder: ClientBuilder, request: &ListTokens) -> String {
    let transport = |_: http::Request<Vec<u8>>| {
        let body = r#"{"success":false,"errors":[{"code":1000,"message":"Invalid API Token"}]}"#;
        let mut response = http::Response::new(Body::from(body));
        *response.status_mut() = http::StatusCode::UNAUTHORIZED;
        Ok(response)
    };
    let client = builder.transport(transport).build().unwrap();
    client.send(request).unwrap_err().to_string()
}

#[track_caller]
fn assert_no_hint(text: &str) {
    assert!(!text.contains("`cf"), "{text}");
    assert!(!text.contains("call"), "{text}");
}

#[test]
fn a_refused_credential_gets_a_hint_by_its_prefix() {
    let token = |token: &str| Client::builder().api_token(token);
    let key = |key: &str| Client::builder().api_key("user@example.com", key);
    let of_user = ListTokens::new();
    let of_account = ListTokens::new().in_account(ACCOUNT);

    let text = refused(token("cfat_0123456789"), &of_user);
    assert!(text.contains("in_account"), "{text}");
    assert_no_hint(&refused(token("cfat_0123456789"), &of_account));
    for request in [&of_user, &of_account] {
        let text = refused(token("cfk_0123456789"), request);
        assert!(text.contains("api_key"), "{text}");
    }
    assert_no_hint(&refused(token("cfut_0123456789"), &of_user));
    assert_no_hint(&refused(token("0123456789"), &of_user));

    for not_a_key in ["cfut_0123456789", "cfat_0123456789"] {
        let text = refused(key(not_a_key), &of_user);
        assert!(text.contains("api_token"), "{text}");
    }
    assert_no_hint(&refused(key("cfk_0123456789"), &of_user));
}
