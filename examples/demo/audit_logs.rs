//! The audit logs of `--demo`. They stay the same all day, so that another process can
//! resume an export.

use std::env;
use std::net::IpAddr;

use mockito::{Mock, Request, Server};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, Time};

use super::{failure, number, route, success, text, time};

/// The number of audit logs: two full pages, and a short one.
const LOGS: usize = 2340;

pub(super) fn mocks(server: &mut Server, now: OffsetDateTime) -> Vec<Mock> {
    let midnight = now.replace_time(Time::MIDNIGHT);
    let logs: Vec<Value> = (0..LOGS).map(|index| audit_log(midnight, index)).collect();
    // With `DEMO_FAIL_AFTER=2`, requests fail after the second page, so that you can try to resume.
    let good_pages = env::var("DEMO_FAIL_AFTER")
        .ok()
        .and_then(|pages| pages.parse().ok())
        .unwrap_or(usize::MAX);
    vec![route(server, "GET", "/user/audit_logs", move |request| {
        if number(request, "page", 1) > good_pages {
            return (503, failure(10013, "DEMO_FAIL_AFTER is set"));
        }
        audit_logs(&logs, request)
    })]
}

fn audit_logs(logs: &[Value], request: &Request) -> (usize, Value) {
    let (page, per_page) = (number(request, "page", 1), number(request, "per_page", 100));
    if page < 1 || !(1..=1000).contains(&per_page) {
        return (400, failure(1004, "page or per_page is out of range"));
    }
    let mut logs: Vec<&Value> = logs
        .iter()
        .filter(|log| is_requested(log, request))
        .collect();
    if text(request, "direction").as_deref() == Some("asc") {
        logs.reverse();
    }
    let mut pages = logs.chunks(per_page);
    match pages.nth(page - 1) {
        Some(page) => (200, success(json!(page))),
        None if page == 1 => (200, success(json!([]))),
        // What the API returns for a page past the end.
        None => (400, failure(1004, "page is out of range")),
    }
}

/// Whether a log matches all filters of the request.
fn is_requested(log: &Value, request: &Request) -> bool {
    let when = log["when"].as_str().and_then(moment);
    let after = |name| moment(&text(request, name)?).map(|moment| when >= Some(moment));
    if after("since") == Some(false) || after("before") == Some(true) {
        return false;
    }
    let filters = [
        ("id", "/id"),
        ("action.type", "/action/type"),
        ("actor.email", "/actor/email"),
        ("zone.name", "/metadata/zone_name"),
    ];
    let fits = |name, pointer| {
        text(request, name).is_none_or(|wanted| {
            log.pointer(pointer).and_then(Value::as_str) == Some(wanted.as_str())
        })
    };
    let from = log["actor"]["ip"].as_str().unwrap_or_default();
    let hidden = text(request, "hide_user_logs").as_deref() == Some("true")
        && log["resource"]["type"] != "zone";
    !hidden
        && filters.iter().all(|(name, pointer)| fits(name, pointer))
        && text(request, "actor.ip").is_none_or(|range| is_in(from, &range))
}

/// Whether an address is in a range in CIDR notation, or is that address.
fn is_in(address: &str, range: &str) -> bool {
    let (network, length) = range.split_once('/').unwrap_or((range, "32"));
    match (address.parse(), network.parse(), length.parse::<u32>()) {
        (Ok(IpAddr::V4(address)), Ok(IpAddr::V4(network)), Ok(length @ 0..=32)) => {
            let differing = u64::from(address.to_bits() ^ network.to_bits());
            differing >> (32 - length) == 0
        }
        _ => false,
    }
}

/// Parses a date, which means its midnight in UTC, or a time.
fn moment(text: &str) -> Option<OffsetDateTime> {
    let instant = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    OffsetDateTime::parse(&instant, &Rfc3339).ok()
}

/// The time of a log. Some days have more logs than others, and today has none.
fn when(midnight: OffsetDateTime, mut index: usize) -> OffsetDateTime {
    let mut day = midnight;
    for logs in [124, 61, 96, 143, 38, 19, 112, 77, 54].into_iter().cycle() {
        if index < logs {
            return day - Duration::DAY * (index + 1) as f64 / (logs + 1) as f64;
        }
        index -= logs;
        day -= Duration::DAY;
    }
    unreachable!("the cycle does not end")
}

fn audit_log(midnight: OffsetDateTime, index: usize) -> Value {
    let kinds = [
        ("login", "user", "UI"),
        ("rec_add", "zone", "API"),
        ("token_create", "token", "UI"),
        ("change_setting", "zone", "API"),
        ("purge", "zone", "API"),
        ("rec_del", "zone", "API"),
    ];
    let (action, resource, interface) = kinds[(index * 5 + index / 4) % kinds.len()];
    let actor = match (action, index % 5) {
        ("login", 0 | 2) => "audit@example.com",
        ("login" | "token_create", _) => "ops@example.com",
        ("rec_add" | "rec_del", 1 | 3) => "dns@example.com",
        _ => "ci@example.com",
    };
    let (old, new) = match action {
        "change_setting" => ("on", "off"),
        "rec_add" => ("", r#"{"type": "TXT", "content": "v=spf1 -all"}"#),
        _ => ("", ""),
    };
    json!({
        "id": format!("d5b0f326-1232-4452-8858-{index:012}"),
        "action": {"result": index % 9 != 4, "type": action},
        "actor": {"email": actor, "ip": format!("198.51.100.{}", 10 + index % 40), "type": "user"},
        "interface": interface,
        "metadata": {"zone_name": "example.com"},
        "newValue": new,
        "oldValue": old,
        "owner": {"id": "7c5dae5552338874e5053f2534d2767a"},
        "resource": {"id": format!("{:032x}", 0x023e105f4ecef8ad_u64), "type": resource},
        "when": time(when(midnight, index)),
    })
}
