//! The server of `--demo`: a part of Cloudflare's User API with made-up data, on a free port of this
//! machine.

mod audit_logs;
mod tokens;
mod zones;

use std::sync::Arc;

use mockito::{Matcher, Mock, Request, Server, ServerGuard};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The server, which stops when this is dropped.
pub(crate) struct Demo {
    server: ServerGuard,
    _mocks: Vec<Mock>,
}

impl Demo {
    /// The base URL.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn start() -> Self {
        let mut server = Server::new();
        let now = OffsetDateTime::now_utc();
        let mut mocks = vec![
            route(&mut server, "GET", "/user", |_| (200, success(user()))),
            route(&mut server, "GET", "/user/billing/profile", |_| {
                (
                    403,
                    failure(9109, "Unauthorized to access requested resource"),
                )
            }),
        ];
        mocks.extend(audit_logs::mocks(&mut server, now));
        mocks.extend(tokens::mocks(&mut server, now));
        mocks.extend(zones::mocks(&mut server, now));
        Self {
            server,
            _mocks: mocks,
        }
    }
}

/// Adds a path to the server, with a function that returns the status and the body.
fn route(
    server: &mut Server,
    method: &str,
    path: impl Into<Matcher>,
    act: impl Fn(&Request) -> (usize, Value) + Send + Sync + 'static,
) -> Mock {
    let act = Arc::new(act);
    let body = Arc::clone(&act);
    server
        .mock(method, path)
        .match_query(Matcher::Any)
        .with_status_code_from_request(move |request| act(request).0)
        .with_header("content-type", "application/json")
        .with_header("cf-ray", "8f2b7c1d3e4a5b6c-FRA")
        .with_header("ratelimit", "\"default\";r=1150;t=180")
        .with_header("ratelimit-policy", "\"default\";q=1200;w=300")
        .with_body_from_request(move |request| body(request).1.to_string().into())
        .create()
}

fn success(result: Value) -> Value {
    json!({"success": true, "errors": [], "messages": [], "result": result})
}

fn failure(code: u32, message: &str) -> Value {
    json!({"success": false, "errors": [{"code": code, "message": message}], "messages": [], "result": null})
}

fn user() -> Value {
    json!({
        "id": "7c5dae5552338874e5053f2534d2767a",
        "email": "ops@example.com",
        "two_factor_authentication_enabled": true,
        "suspended": false,
        "organizations": [],
    })
}

/// A parameter of the query, decoded.
fn text(request: &Request, name: &str) -> Option<String> {
    let query = request
        .path_and_query()
        .split_once('?')
        .map_or("", |(_, query)| query);
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    parameters
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// A parameter of the query that is a number.
fn number(request: &Request, name: &str, default: usize) -> usize {
    text(request, name)
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

fn time(instant: OffsetDateTime) -> Value {
    let instant = instant.replace_nanosecond(0).unwrap_or(instant);
    json!(instant.format(&Rfc3339).unwrap_or_default())
}
