//! The tokens of `--demo`: at least one for each finding of a review, and for each outcome
//! of a roll.

use mockito::{Matcher, Mock, Request, Server};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{failure, number, route, success, text, time};

pub(super) fn mocks(server: &mut Server, now: OffsetDateTime) -> Vec<Mock> {
    vec![
        route(server, "GET", "/user/tokens", move |request| {
            (200, page(now, request))
        }),
        route(server, "POST", "/user/tokens", move |request| {
            created(now, request)
        }),
        route(server, "GET", "/user/tokens/verify", move |_| {
            (200, verified(now))
        }),
        route(server, "GET", "/user/tokens/permission_groups", |request| {
            (200, permission_groups(request))
        }),
        route(server, "GET", one(""), move |request| {
            one_token(now, request)
        }),
        route(server, "PUT", one("/value"), move |request| {
            rolled(now, request)
        }),
        route(server, "DELETE", one(""), |request| {
            let id = request.path().rsplit('/').next();
            (200, success(json!({"id": id})))
        }),
    ]
}

/// The paths of single tokens.
fn one(rest: &str) -> Matcher {
    Matcher::Regex(format!("^/user/tokens/[0-9a-f]{{32}}{rest}(\\?|$)"))
}

/// The token that the client of `--demo` uses.
const OWN: &str = "deploy rotation";

fn tokens(now: OffsetDateTime) -> Vec<Value> {
    let days = |days: i64| time(now + Duration::days(days));
    let office = json!({"request_ip": {"in": ["198.51.100.0/24"]}});
    let tokens = json!([
        {"name": "deploy", "status": "active", "expires_on": days(9), "last_used_on": days(-1),
         "policies": [policy("allow", &["Workers Scripts Write", "Workers Routes Write"])]},
        {"name": "dns updates", "status": "active", "last_used_on": days(-3),
         "policies": [policy("allow", &["DNS Write", "Zone Read"])]},
        {"name": "backup", "status": "active", "expires_on": days(200), "last_used_on": days(-2),
         "condition": office, "policies": [policy("allow", &["DNS Read", "Zone Read"])]},
        {"name": "old laptop", "status": "expired", "expires_on": days(-40), "last_used_on": days(-41),
         "policies": [policy("allow", &["Zone Settings Write"])]},
        {"name": "trial", "status": "disabled", "expires_on": days(27),
         "policies": [policy("allow", &["Account Analytics Read"])]},
        {"name": "leaked in a build log", "status": "revoked (exposed)", "last_used_on": days(-6),
         "policies": [policy("allow", &["Cache Purge"])]},
        {"name": "migration", "status": "active", "expires_on": days(-12), "last_used_on": days(0),
         "condition": office, "policies": [policy("allow", &["Zone Write"])]},
        {"name": "deploy api", "status": "active", "last_used_on": days(-2), "condition": office,
         "policies": [policy("allow", &["Workers Scripts Write"]), policy("deny", &["Workers KV Storage Write"])]},
        // A range of all addresses does not limit anything.
        {"name": "deploy staging", "status": "active", "expires_on": days(120), "last_used_on": days(-9),
         "condition": {"request_ip": {"in": ["0.0.0.0/0", "::/0"], "not_in": ["203.0.113.0/24"]}},
         "policies": [policy("allow", &["Workers Scripts Write"])]},
        {"name": "deploy mail", "status": "active", "expires_on": days(90), "last_used_on": days(-4),
         "condition": office, "policies": [policy("allow", &["Email Routing Rules Write"])]},
        {"name": OWN, "status": "active", "expires_on": days(60), "last_used_on": days(0),
         "condition": office, "policies": [policy("allow", &["API Tokens Write"])]},
        {"name": "deploy edge", "status": "active", "expires_on": days(150), "last_used_on": days(-1),
         "condition": office, "policies": [policy("allow", &["Workers Scripts Write"])]},
        {"name": "deploy web", "status": "active", "expires_on": days(150), "last_used_on": days(-1),
         "condition": office, "policies": [policy("allow", &["Pages Write"])]},
        {"name": "reports", "status": "active", "expires_on": days(300), "last_used_on": days(-140),
         "condition": office, "policies": [policy("allow", &["Analytics Read"])]},
        // A name can contain control characters. This one would clear a terminal.
        {"name": "import\u{1b}[2J", "status": "active", "expires_on": days(80), "condition": office,
         "policies": [policy("allow", &["Zone Read"])]},
    ]);
    let tokens = tokens.as_array().cloned().unwrap_or_default();
    let identified = tokens.into_iter().enumerate().map(|(index, mut token)| {
        token["id"] = json!(format!("{:032x}", 0xed17574386854bf7_u64 + index as u64));
        token["issued_on"] = days(-300 + 7 * index as i64);
        token
    });
    identified.collect()
}

fn policy(effect: &str, groups: &[&str]) -> Value {
    let groups = groups
        .iter()
        .map(|name| json!({"id": format!("{:032x}", name.len()), "name": name}));
    json!({
        "id": "f267e341f3dd4697bd3b9f71dd96247f",
        "effect": effect,
        "permission_groups": groups.collect::<Vec<_>>(),
        "resources": {"com.cloudflare.api.account.zone.*": "*"},
    })
}

fn page(now: OffsetDateTime, request: &Request) -> Value {
    let expired_too = request.path_and_query().contains("include_expired=true");
    let tokens = tokens(now)
        .into_iter()
        .filter(|token| expired_too || token["status"] != "expired");
    let tokens: Vec<Value> = tokens.collect();
    let total = tokens.len();
    let (page, per_page) = (
        number(request, "page", 1).max(1),
        number(request, "per_page", 20).clamp(5, 50),
    );
    let on_page = tokens.into_iter().skip((page - 1) * per_page);
    let on_page: Vec<Value> = on_page.take(per_page).collect();
    let info = json!({
        "page": page, "per_page": per_page, "count": on_page.len(),
        "total_count": total, "total_pages": total.div_ceil(per_page),
    });
    let mut body = success(on_page.into());
    body["result_info"] = info;
    body
}

fn one_token(now: OffsetDateTime, request: &Request) -> (usize, Value) {
    let is_requested = |token: &Value| {
        let id = token["id"].as_str().unwrap_or_default();
        request.path().split('/').any(|segment| segment == id)
    };
    match tokens(now).into_iter().find(is_requested) {
        Some(token) => (200, success(token)),
        None => (404, failure(1003, "token not found")),
    }
}

fn verified(now: OffsetDateTime) -> Value {
    let own = tokens(now).into_iter().find(|token| token["name"] == OWN);
    let own = own.unwrap_or_default();
    success(json!({"id": own["id"], "status": own["status"], "expires_on": own["expires_on"]}))
}

fn rolled(now: OffsetDateTime, request: &Request) -> (usize, Value) {
    let (status, found) = one_token(now, request);
    match found["result"]["name"].as_str() {
        None => (status, found),
        Some("deploy mail") => (
            403,
            failure(9109, "Unauthorized to access requested resource"),
        ),
        Some("deploy edge") => (500, failure(1000, "Internal server error")),
        Some(name) => {
            // Made from the name, because this function is called twice for each request.
            let letters = name.bytes().cycle().map(char::from);
            let letters = letters.filter(char::is_ascii_alphanumeric).take(40);
            (
                200,
                success(json!(format!("cfut_{}", letters.collect::<String>()))),
            )
        }
    }
}

/// The same name exists with several scopes.
fn permission_groups(request: &Request) -> Value {
    let groups = [
        (
            "com.cloudflare.api.account.zone",
            &[
                "Zone Read",
                "Zone Write",
                "DNS Read",
                "DNS Write",
                "Logs Read",
            ] as &[_],
        ),
        (
            "com.cloudflare.api.account",
            &[
                "Workers Scripts Write",
                "Logs Read",
                "Workers R2 Storage Read",
            ],
        ),
        (
            "com.cloudflare.edge.r2.bucket",
            &["Workers R2 Storage Bucket Item Read"],
        ),
    ];
    let groups = groups
        .iter()
        .flat_map(|(scope, names)| names.iter().map(move |name| (*scope, *name)));
    let is_requested = |key, value| text(request, key).is_none_or(|requested| requested == value);
    let groups =
        groups.filter(|(scope, name)| is_requested("scope", *scope) && is_requested("name", *name));
    let groups = groups.map(|(scope, name)| {
        let id = format!("{:032x}", scope.len() * 256 + name.len());
        json!({"id": id, "name": name, "scopes": [scope]})
    });
    success(groups.collect())
}

/// A token named `lost` is created, but its response is an error.
fn created(now: OffsetDateTime, request: &Request) -> (usize, Value) {
    let body = request.body().map_or(Value::Null, |body| {
        serde_json::from_slice(body).unwrap_or_default()
    });
    if body["name"] == "lost" {
        return (500, failure(1000, "Internal server error"));
    }
    let token = success(json!({
        "id": "a3f1c2d4e5b60718293a4b5c6d7e8f90",
        "name": body["name"],
        "status": "active",
        "issued_on": time(now),
        "expires_on": body["expires_on"],
        "condition": body["condition"],
        "policies": body["policies"],
        "value": "cfut_8M7wS6hCpXVcDoRnPPYUCWPgy8aea4Wy6kCe5T0aB1cD2e",
    }));
    (200, token)
}
