//! Slides secrets over the boundaries of every text: no error shows more than six characters of
//! one.

mod common;

use std::collections::BTreeMap;

use cloudflare_user::http::{self, HeaderValue, Method, Response};
use cloudflare_user::{Body, Client, CreatedToken, Endpoint, Error, Page, Policy, TransportError};
use serde_json::{Value, json};

const TOKEN: &str = "q7Zr_Yk2mVd8-Wc4Xe6Tn1Bs9Hf3Jg5Lp0AuQiOw";
const NEW_SECRET: &str = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
const KEY: &str = "144c9defac04969c7bfad8efaa8ea194";
const EMAIL: &str = "user@example.com";

/// The most characters of a secret that may be shown in a row.
const MOST_SHOWN: usize = 6;

/// A client whose every response is this one.
fn client(response: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Client {
    let builder = Client::builder().api_token(TOKEN).max_retries(0);
    let transport = move |_: http::Request<Vec<u8>>| Ok(response());
    builder.transport(transport).build().unwrap()
}

fn response(status: u16, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    response
}

fn create(client: &Client) -> cloudflare_user::Result<CreatedToken> {
    let policy = Policy::allow().permission_group("c8fed203").all_zones();
    client.create_token("backup", [policy]).send()
}

/// All texts that an error shows. Its body is for programs.
fn texts(error: &Error) -> String {
    let messages: Vec<&str> = error.messages().collect();
    let errors = error.api_errors();
    let json = serde_json::to_string(errors).unwrap();
    let displayed: Vec<String> = errors.iter().map(ToString::to_string).collect();
    format!(
        "{error} {error:?} {messages:?} {errors:?} {json} {displayed:?} {:?}",
        error.ray_id()
    )
}

#[track_caller]
fn assert_hidden(error: &Error, secret: &str, place: &str) {
    let texts = texts(error);
    for start in 0..secret.len() - MOST_SHOWN {
        let part = &secret[start..=start + MOST_SHOWN];
        assert!(
            !texts.contains(part),
            "{place}: {part} of the secret in {texts}"
        );
    }
}

/// Offsets around the lengths at which texts are truncated, and bodies are.
fn offsets() -> impl Iterator<Item = usize> {
    let near = |length: usize| (length - 45..length + 5).step_by(4);
    let lengths = [1 << 10, 64 << 10, 1 << 20];
    (0..640)
        .step_by(3)
        .chain(lengths.into_iter().flat_map(near))
}

/// A text with `secret` after so many bytes.
fn text(filler: &str, offset: usize, secret: &str) -> String {
    let before: String = filler.chars().cycle().take(offset).collect();
    format!("{before}{secret} and more")
}

#[test]
fn hides_the_credential_in_bodies_that_are_not_json() {
    for filler in [" ", "x", "word ", "\u{2028}"] {
        // A long text is truncated within its first word or after it.
        let is_blank = filler == " ";
        for offset in offsets().filter(|offset| is_blank || *offset < 2000) {
            let body = text(filler, offset, TOKEN);
            for status in [200, 403, 502] {
                let body = body.clone();
                let client = client(move || response(status, body.clone()));
                let error = client.user().send().unwrap_err();
                assert_hidden(&error, TOKEN, &format!("{status} {filler:?} {offset}"));
            }
        }
    }
}

/// Bodies of failures that have a text, each in another field.
fn failures(text: &str) -> Vec<Value> {
    vec![
        json!({"success": false, "errors": [{"code": 1, "message": text}]}),
        json!({"success": false, "errors": [{"message": "m", "source": {"pointer": text}}]}),
        json!({"success": false, "errors": [{"message": "", "documentation_url": text}]}),
        json!({"success": false, "errors": [{"error_chain": [{"message": text}]}]}),
        json!({"success": false, "errors": [{"message": {"nested": text}}]}),
        json!({"success": false, "errors": [text]}),
        json!({"success": false, "messages": [text]}),
        json!({"success": false, "error": text}),
        json!({"title": text, "error_code": 1020}),
        json!({"title": "t", "detail": text}),
        json!({"error": text, "error_description": text}),
        json!({"error": {"message": text}}),
        json!({"message": text, "code": 7}),
    ]
}

#[test]
fn hides_the_credential_in_failures() {
    for offset in (0..600).step_by(7).chain(488..512) {
        for body in failures(&text("x", offset, TOKEN)) {
            let place = format!("{offset} {}", &body.to_string()[..20]);
            let client = client(move || response(400, body.clone()));
            assert_hidden(&client.user().send().unwrap_err(), TOKEN, &place);
        }
    }
}

#[test]
fn hides_the_credential_in_headers() {
    for header in [
        "content-type",
        "content-encoding",
        "cf-ray",
        "location",
        "retry-after",
    ] {
        for offset in (0..560).step_by(3) {
            let value = text("x", offset, TOKEN);
            for status in [200, 302, 403, 429] {
                let value = HeaderValue::try_from(&value).unwrap();
                let client = client(move || {
                    let mut response = response(status, "no JSON");
                    response.headers_mut().insert(header, value.clone());
                    response
                });
                let error = client.user().send().unwrap_err();
                assert_hidden(&error, TOKEN, &format!("{header} {offset} {status}"));
            }
        }
    }
    for offset in 0..300 {
        let location = format!("https://{}.example/{TOKEN}", text("x", offset, TOKEN));
        let location = HeaderValue::try_from(location.replace(' ', "-")).unwrap();
        let client = client(move || {
            let mut response = response(302, "");
            response.headers_mut().insert("location", location.clone());
            response
        });
        let error = client.user().send().unwrap_err();
        // A host has no upper case.
        let shown = texts(&error);
        assert!(!shown.contains(&TOKEN.to_lowercase()[..7]), "{shown}");
    }
}

/// A list whose items have names of fields that the server chose.
#[derive(serde::Serialize)]
struct ListMaps;

impl Endpoint for ListMaps {
    type Output = Page<BTreeMap<String, BTreeMap<String, u8>>>;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["maps"]
    }
}

#[test]
fn hides_the_credential_in_paths_of_decode_errors() {
    for offset in (0..560).chain((64 << 10) - 60..(64 << 10) + 10) {
        let name = text("x", offset, TOKEN);
        for item in [json!({&name: {"a": "b"}}), json!({"a": {&name: "b"}})] {
            let body = json!({"success": true, "result": [item]});
            let client = client(move || response(200, body.clone()));
            for error in [
                client.send(&ListMaps).unwrap_err(),
                client.iter(&ListMaps).next().unwrap().unwrap_err(),
            ] {
                assert!(error.is_item(), "{error}");
                assert_hidden(&error, TOKEN, &format!("{offset}"));
            }
        }
    }
}

#[test]
fn hides_the_credential_in_errors_of_a_transport() {
    for offset in 0..560 {
        for error in [
            TransportError::connect,
            TransportError::interrupted,
            TransportError::timeout,
            TransportError::malformed,
        ] {
            let text = text("x", offset, TOKEN);
            let client = Client::builder()
                .api_token(TOKEN)
                .max_retries(0)
                .transport(move |_: http::Request<Vec<u8>>| Err(error(text.clone())))
                .build()
                .unwrap();
            assert_hidden(
                &client.user().send().unwrap_err(),
                TOKEN,
                &format!("{offset}"),
            );
        }
    }
}

#[test]
fn hides_an_email_address_as_a_whole_and_a_key() {
    for offset in (0..560).chain((1 << 10) - 50..(1 << 10) + 5) {
        for secret in [EMAIL, KEY] {
            for filler in [" ", "x"] {
                let body = text(filler, offset, secret);
                let client = Client::builder()
                    .api_key(EMAIL, KEY)
                    .max_retries(0)
                    .transport(move |_: http::Request<Vec<u8>>| Ok(response(502, body.clone())))
                    .build()
                    .unwrap();
                let error = client.user().send().unwrap_err();
                assert_hidden(&error, secret, &format!("{filler:?} {offset}"));
            }
        }
    }
}

#[test]
fn hides_a_created_secret_in_every_response_to_a_write_that_may_have_been_applied() {
    for offset in (0..600).step_by(7).chain(488..512) {
        let text = text("x ", offset, NEW_SECRET);
        for body in failures(&text) {
            let place = format!("{offset} {}", &body.to_string()[..20]);
            for status in [200, 500, 502] {
                let body = body.clone();
                let client = client(move || response(status, body.clone()));
                let error = create(&client).unwrap_err();
                if error.may_have_been_applied() {
                    assert_hidden(&error, NEW_SECRET, &format!("{status} {place}"));
                }
            }
        }
        // A success that cannot be decoded, with the secret where it belongs and elsewhere too.
        for body in [
            json!({"success": true, "result": {"value": NEW_SECRET, "name": 7, &text: 8}}),
            json!({"success": true, "result": NEW_SECRET, "messages": [text]}),
            json!({"success": false, "errors": [text], "result": {"value": NEW_SECRET}}),
        ] {
            let client = client(move || response(200, body.clone()));
            let error = create(&client).unwrap_err();
            assert_hidden(&error, NEW_SECRET, &format!("{offset}"));
        }
    }
}

#[test]
fn shows_names_in_a_refusal_because_it_made_no_secret() {
    let bucket = "a-bucket-with-a-name-of-more-than-forty-letters-in-it";
    let body = json!({"success": false, "errors": [{"message": format!("no bucket {bucket}")}]});
    let client = client(move || response(404, body.clone()));
    let error = create(&client).unwrap_err();
    assert!(error.to_string().contains(bucket), "{error}");
}
