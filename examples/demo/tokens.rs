//! The demonstration's tokens.

use mockito::{Mock, Request, Server};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{answer, number, success, time};

pub(super) fn mocks(server: &mut Server, now: OffsetDateTime) -> Vec<Mock> {
    vec![
        answer(server, "GET", "/user/tokens", move |request| {
            (200, tokens(now, request))
        }),
        answer(server, "POST", "/user/tokens", move |request| {
            (200, created(now, request))
        }),
    ]
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
