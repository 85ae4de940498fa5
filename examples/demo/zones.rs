//! The zones of `--demo`, for the custom endpoint.

use mockito::{Mock, Request, Server};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{failure, number, route, success, text, time};

/// The number of zones: two full pages, and a short one.
const ZONES: usize = 117;

pub(super) fn mocks(server: &mut Server, now: OffsetDateTime) -> Vec<Mock> {
    vec![route(server, "GET", "/zones", move |request| {
        zones(now, request)
    })]
}

fn zones(now: OffsetDateTime, request: &Request) -> (usize, Value) {
    let (page, per_page) = (number(request, "page", 1), number(request, "per_page", 20));
    if page < 1 || !(5..=50).contains(&per_page) {
        return (400, failure(1004, "page or per_page is out of range"));
    }
    let wanted = |zone: &Value, name| {
        text(request, name).is_none_or(|value| match value.strip_prefix("contains:") {
            Some(part) => zone[name].as_str().is_some_and(|name| name.contains(part)),
            None => zone[name] == value,
        })
    };
    let zones: Vec<Value> = (0..ZONES)
        .map(|index| zone(now, index))
        .filter(|zone| wanted(zone, "name") && wanted(zone, "status"))
        .collect();
    let (total, first) = (zones.len(), (page - 1).saturating_mul(per_page));
    let on_page: Vec<Value> = zones.into_iter().skip(first).take(per_page).collect();
    let count = on_page.len();
    let mut body = success(Value::Array(on_page));
    body["result_info"] = json!({
        "page": page,
        "per_page": per_page,
        "count": count,
        "total_count": total,
        "total_pages": total.div_ceil(per_page),
    });
    (200, body)
}

fn zone(now: OffsetDateTime, index: usize) -> Value {
    let domains = ["example.com", "example.net", "example.org"];
    let name = format!("site-{:03}.{}", index + 1, domains[index % domains.len()]);
    let status = match index % 13 {
        5 => "pending",
        11 => "moved",
        _ => "active",
    };
    let plan = if index % 7 == 3 {
        "Pro Website"
    } else {
        "Free Website"
    };
    json!({
        "id": format!("{:032x}", 0x023e105f4ecef8ad_u64 + index as u64),
        "name": name,
        "status": status,
        "paused": index % 17 == 8,
        "type": "full",
        "plan": {"name": plan},
        "name_servers": ["ns1.example.com", "ns2.example.com"],
        "created_on": time(now - Duration::days(900 - 7 * index as i64)),
    })
}
