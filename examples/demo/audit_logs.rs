//! The demonstration's audit logs.

use mockito::{Mock, Request, Server};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{answer, failure, number, success, time};

/// How many audit logs there are: two full pages, and one that is not.
const LOGS: usize = 2340;

pub(super) fn mocks(server: &mut Server, now: OffsetDateTime) -> Vec<Mock> {
    vec![answer(server, "GET", "/user/audit_logs", move |request| {
        audit_logs(now, request)
    })]
}

fn audit_logs(now: OffsetDateTime, request: &Request) -> (usize, Value) {
    let (page, per_page) = (number(request, "page", 1), number(request, "per_page", 100));
    let first = (page - 1) * per_page;
    // The API answers a page past the end so.
    if first >= LOGS {
        return (400, failure(1004, "page is out of range"));
    }
    let logs = (first..LOGS.min(first + per_page)).map(|index| audit_log(now, index));
    (200, success(logs.collect()))
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
