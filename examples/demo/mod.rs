//! The demonstration's server: Cloudflare's User API in small, on a free port of this machine, for examples that are
//! run without credentials.

use std::env;

use cloudflare_user::{Client, Result};
use mockito::{Matcher, Mock, Request, Server, ServerGuard};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// How many audit logs there are: two full pages, and one that is not.
const LOGS: usize = 2340;

/// The server, which stops when this is dropped.
pub(crate) struct Demo {
    _server: ServerGuard,
    _mocks: Vec<Mock>,
}

/// A client of Cloudflare's, if the environment has a credential, and of the demonstration's server otherwise.
pub(crate) fn client() -> Result<(Client, Option<Demo>)> {
    let has_credential = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    if has_credential {
        return Ok((Client::from_env()?, None));
    }
    eprintln!(
        "CLOUDFLARE_API_TOKEN is not set: asking a server of the demonstration, with made-up data.\n"
    );
    let demo = Demo::start();
    let client = Client::builder()
        .api_token("demonstration-token")
        .base_url(demo._server.url())
        .build()?;
    Ok((client, Some(demo)))
}

impl Demo {
    fn start() -> Self {
        let mut server = Server::new();
        let now = OffsetDateTime::now_utc();
        let mocks = vec![
            answer(&mut server, "GET", "/user", 200, move |_| success(user())),
            answer(&mut server, "GET", "/user/tokens", 200, move |request| {
                tokens(now, request)
            }),
            answer(&mut server, "POST", "/user/tokens", 200, move |request| {
                created(now, request)
            }),
            answer(
                &mut server,
                "GET",
                "/user/audit_logs",
                200,
                move |request| audit_logs(now, request),
            ),
            answer(&mut server, "GET", "/user/billing/profile", 403, |_| {
                let message = "Unauthorized to access requested resource";
                json!({"success": false, "errors": [{"code": 9109, "message": message}], "messages": [], "result": null})
            }),
        ];
        Self {
            _server: server,
            _mocks: mocks,
        }
    }
}

/// One path of the server.
fn answer(
    server: &mut Server,
    method: &str,
    path: &'static str,
    status: usize,
    body: impl Fn(&Request) -> Value + Send + Sync + 'static,
) -> Mock {
    // The API answers a page of audit logs past the end so.
    let past_the_end =
        |request: &Request| request.path() == "/user/audit_logs" && number(request, "page", 1) > 3;
    server
        .mock(method, path)
        .match_query(Matcher::Any)
        .with_status_code_from_request(
            move |request| if past_the_end(request) { 400 } else { status },
        )
        .with_header("content-type", "application/json")
        .with_header("cf-ray", "8f2b7c1d3e4a5b6c-FRA")
        .with_header("ratelimit", "\"default\";r=1150;t=180")
        .with_header("ratelimit-policy", "\"default\";q=1200;w=300")
        .with_body_from_request(move |request| body(request).to_string().into())
        .create()
}

fn success(result: Value) -> Value {
    json!({"success": true, "errors": [], "messages": [], "result": result})
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

fn tokens(now: OffsetDateTime, request: &Request) -> Value {
    let days = |days: i64| time(now + Duration::days(days));
    let mut tokens = json!([
        {"name": "deploy", "status": "active", "expires_on": days(9), "last_used_on": days(-1)},
        {"name": "dns updates", "status": "active", "last_used_on": days(-3)},
        {"name": "backup", "status": "active", "expires_on": days(200), "last_used_on": days(-2),
         "condition": {"request_ip": {"in": ["198.51.100.0/24"]}}},
        {"name": "old laptop", "status": "expired", "expires_on": days(-40), "last_used_on": days(-41)},
        {"name": "trial", "status": "disabled", "expires_on": days(27)},
    ]);
    for (index, token) in tokens.as_array_mut().into_iter().flatten().enumerate() {
        token["id"] = json!(format!("{:032x}", 0xed17574386854bf7_u64 + index as u64));
        token["issued_on"] = days(-300 + 7 * index as i64);
    }
    let count = tokens.as_array().map_or(0, Vec::len);
    let per_page = number(request, "per_page", 20);
    let mut answer = success(tokens);
    answer["result_info"] = json!({"page": 1, "per_page": per_page, "count": count, "total_count": count, "total_pages": 1});
    answer
}

fn created(now: OffsetDateTime, request: &Request) -> Value {
    let body = request.body().map_or(Value::Null, |body| {
        serde_json::from_slice(body).unwrap_or_default()
    });
    success(json!({
        "id": "a3f1c2d4e5b60718293a4b5c6d7e8f90",
        "name": body["name"],
        "status": "active",
        "issued_on": time(now),
        "expires_on": body["expires_on"],
        "condition": body["condition"],
        "policies": body["policies"],
        "value": "cfut_8M7wS6hCpXVcDoRnPPYUCWPgy8aea4Wy6kCe5T0aB1cD2e",
    }))
}

fn audit_logs(now: OffsetDateTime, request: &Request) -> Value {
    let (page, per_page) = (number(request, "page", 1), number(request, "per_page", 100));
    if page > 3 {
        return json!({"success": false, "errors": [{"code": 1004, "message": "page is out of range"}]});
    }
    let first = (page - 1) * per_page;
    success(
        (first..LOGS.min(first + per_page))
            .map(|index| audit_log(now, index))
            .collect(),
    )
}

fn audit_log(now: OffsetDateTime, index: usize) -> Value {
    let kinds = [
        ("login", "user", "UI"),
        ("rec_add", "zone", "API"),
        ("token_create", "token", "UI"),
        ("change_setting", "zone", "API"),
        ("purge", "zone", "API"),
        ("rec_del", "zone", "API"),
    ];
    let (action, resource, interface) = kinds[(index * 5 + index / 4) % kinds.len()];
    let actor = if interface == "UI" {
        "ops@example.com"
    } else {
        "ci@example.com"
    };
    json!({
        "id": format!("d5b0f326-1232-4452-8858-{index:012}"),
        "action": {"result": index % 9 != 4, "type": action},
        "actor": {"email": actor, "ip": format!("198.51.100.{}", 10 + index % 40), "type": "user"},
        "interface": interface,
        "metadata": {"zone_name": "example.com"},
        "owner": {"id": "7c5dae5552338874e5053f2534d2767a"},
        "resource": {"id": format!("{:032x}", 0x023e105f4ecef8ad_u64), "type": resource},
        "when": time(now - Duration::minutes(17 * index as i64 + 3)),
    })
}

/// A parameter of the query.
fn number(request: &Request, name: &str, default: usize) -> usize {
    let query = request
        .path_and_query()
        .split_once('?')
        .map_or("", |(_, query)| query);
    let values = query
        .split('&')
        .filter_map(|parameter| parameter.split_once('='));
    let mut of_that_name = values.filter(|(known, _)| *known == name);
    of_that_name
        .find_map(|(_, value)| value.parse().ok())
        .unwrap_or(default)
}

fn time(instant: OffsetDateTime) -> Value {
    let instant = instant.replace_nanosecond(0).unwrap_or(instant);
    json!(instant.format(&Rfc3339).unwrap_or_default())
}
