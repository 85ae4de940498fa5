//! The kinds of errors: which predicates are true for each, and what a program gets with an error.

mod common;

use cloudflare_user::ErrorKind as K;
use cloudflare_user::{Client, Error, ErrorKind, Page, Token, TransportError};
use common::{ScriptedResponse, ok, scripted_client, status, success};
use serde_json::json;

/// The error of a read whose only attempt ends like this.
fn failed(outcome: ScriptedResponse) -> Error {
    let page: Result<Page<Token>, Error> = scripted_client([outcome]).tokens().send();
    page.unwrap_err()
}

fn refusal(code: u16) -> ScriptedResponse {
    status(code, r#"{"success":false,"errors":[{"code":7}]}"#)
}

/// An error of each kind except `Cancelled`, which `cancel.rs` tests.
fn errors() -> Vec<(Error, ErrorKind)> {
    let mut errors = errors_of_transports();
    errors.extend(errors_of_responses());
    errors.push((Error::invalid_request("id", "is empty"), K::InvalidRequest));
    errors.push((Client::new("").unwrap_err(), K::Configuration));
    errors
}

fn errors_of_transports() -> Vec<(Error, ErrorKind)> {
    let errors: [(fn() -> TransportError, ErrorKind); 10] = [
        (|| TransportError::configuration("x"), K::Configuration),
        (|| TransportError::connect("x"), K::Connect),
        (|| TransportError::proxy_refused("x"), K::Connect),
        (|| TransportError::certificate("x"), K::Certificate),
        (|| TransportError::interrupted("x"), K::Interrupted),
        (|| TransportError::timeout("x"), K::Timeout),
        (|| TransportError::connect_timeout("x"), K::Timeout),
        (|| TransportError::too_large("x"), K::TooLarge),
        (|| TransportError::malformed("x"), K::Malformed),
        (|| TransportError::other("x"), K::Other),
    ];
    errors
        .map(|(error, kind)| (failed(Err(error)), kind))
        .into()
}

fn errors_of_responses() -> Vec<(Error, ErrorKind)> {
    vec![
        (failed(refusal(429)), K::RateLimited),
        (failed(refusal(401)), K::Unauthorized),
        (failed(refusal(403)), K::Forbidden),
        (failed(refusal(404)), K::NotFound),
        (failed(refusal(400)), K::Api),
        (failed(refusal(200)), K::Api),
        (failed(status(403, "<html>")), K::Gateway),
        (failed(status(302, success("[]"))), K::Gateway),
        (failed(ok(success(r#"[{"id":"7"},8]"#))), K::Item),
        (failed(ok("<html>")), K::Decode),
        (failed(ok(success("7"))), K::Decode),
    ]
}

#[test]
fn each_predicate_is_true_for_its_kinds() {
    type Predicate = fn(&Error) -> bool;
    let predicates: [(Predicate, &[ErrorKind]); 8] = [
        (Error::is_unauthorized, &[K::Unauthorized, K::Forbidden]),
        (Error::is_not_found, &[K::NotFound]),
        (Error::is_rate_limited, &[K::RateLimited]),
        (Error::is_timeout, &[K::Timeout]),
        (Error::is_connect, &[K::Connect, K::Certificate]),
        (Error::is_decode, &[K::Decode, K::Item]),
        (Error::is_item, &[K::Item]),
        (
            Error::is_invalid_request,
            &[K::InvalidRequest, K::Configuration],
        ),
    ];
    for (error, kind) in errors() {
        assert_eq!(error.kind(), kind, "{error}");
        for (predicate, kinds) in predicates {
            assert_eq!(predicate(&error), kinds.contains(&kind), "{error}");
        }
    }
}

#[test]
fn is_transient_if_the_same_request_may_succeed_later() {
    let transient = [K::Connect, K::Interrupted, K::Timeout, K::RateLimited];
    for (error, kind) in errors() {
        assert_eq!(error.is_transient(), transient.contains(&kind), "{error}");
    }
    for code in [408, 425, 500, 502, 503, 504, 520, 527, 529, 530] {
        assert!(failed(refusal(code)).is_transient(), "{code}");
        assert!(failed(status(code, "<html>")).is_transient(), "{code}");
    }
    for code in [400, 405, 409, 501, 505, 528] {
        assert!(!failed(refusal(code)).is_transient(), "{code}");
        assert!(!failed(status(code, "<html>")).is_transient(), "{code}");
    }
}

#[test]
fn an_error_is_one_pointer_large() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
}

#[test]
fn errors_of_the_api_serialize_without_absent_fields() {
    let body = json!({
        "success": false,
        "errors": [
            {
                "code": 1,
                "message": "outer",
                "documentation_url": "https://example.com/1",
                "source": {"pointer": "/policies/0"},
                "error_chain": [{"message": "inner"}],
            },
            {"code": 2},
        ],
    });
    let error = failed(status(400, body.to_string()));
    assert_eq!(
        serde_json::to_value(error.api_errors()).unwrap(),
        json!([
            {
                "code": 1,
                "message": "outer",
                "documentation_url": "https://example.com/1",
                "pointer": "/policies/0",
                "error_chain": [{"message": "inner"}],
            },
            {"code": 2},
        ])
    );
}
