//! Random responses cause no panic, no list without an end and no duplicate. `pagination_model.rs`
//! simulates servers.

mod common;
#[path = "common/requests.rs"]
mod list;

use std::collections::HashSet;
use std::fmt::Debug;

use cloudflare_user::{Client, Result, http};
use common::{builder, page_number};
use list::operations;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A client whose requests all return this status and body.
fn client_returning(status: u16, body: Vec<u8>) -> Client {
    let transport = move |_: http::Request<Vec<u8>>| {
        let mut response = http::Response::new(body.clone().into());
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        Ok(response)
    };
    let builder = builder().transport(transport).max_retries(0);
    builder.build().unwrap()
}

/// Sends every request, reads every list, and formats all values and errors.
fn send_all(client: &Client) {
    for operation in operations() {
        format_outcome((operation.send_bound)(client));
        let readers = [operation.read_items, operation.read_pages];
        for read in readers.into_iter().flatten() {
            let yielded = read(client, 200);
            assert!(yielded.len() < 200, "{} does not end", operation.request);
            yielded.into_iter().for_each(format_outcome);
        }
    }
    let ahead = client.tokens().iter().read_ahead(2);
    assert!(ahead.take(200).map(format_outcome).count() < 200);
    format_outcome(client.audit_logs().export());
}

fn format_outcome<T: Debug>(outcome: Result<T>) {
    match outcome {
        Ok(value) => drop(format!("{value:?}")),
        Err(error) => {
            let codes: Vec<_> = error.codes().collect();
            drop(format!("{error} {error:?} {codes:?}"));
        }
    }
}

/// Names of fields that responses have.
const NAMES: [&str; 29] = [
    "success",
    "errors",
    "messages",
    "result",
    "result_info",
    "id",
    "name",
    "code",
    "message",
    "error_chain",
    "action",
    "actor",
    "when",
    "metadata",
    "status",
    "policies",
    "effect",
    "resources",
    "condition",
    "request_ip",
    "in",
    "value",
    "amount",
    "roles",
    "rate_plan",
    "total_pages",
    "per_page",
    "expires_on",
    "other",
];

/// Texts that responses have.
const TEXTS: [&str; 5] = ["2020-01-01T00:00:00Z", "2020-01-01", "", "allow", "*"];

/// Any JSON, in which the field names of responses are frequent.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(&TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop::sample::select(&NAMES).prop_map(str::to_owned);
        let fields = prop::collection::vec((name, inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..80)
}

fn any_status() -> impl Strategy<Value = u16> {
    prop::sample::select(&[200, 204, 302, 400, 401, 500, 503])
}

/// A page of a list that is read while it grows.
#[derive(Debug, Clone)]
struct GrowingPage {
    new_items: usize,
    /// Whether the page repeats the last two items of the page before.
    overlaps: bool,
    total_pages: u64,
    total_count: u64,
    per_page: u64,
}

fn any_page() -> impl Strategy<Value = GrowingPage> {
    let totals = (0_u64..6, 0_u64..30, 0_u64..5);
    (0_usize..5, any::<bool>(), totals).prop_map(|(new_items, overlaps, totals)| {
        let (total_pages, total_count, per_page) = totals;
        GrowingPage {
            new_items,
            overlaps,
            total_pages,
            total_count,
            per_page,
        }
    })
}

/// Reads these pages, the last one of which repeats, and checks that each item is yielded once.
fn check_for_duplicates(pages: Vec<GrowingPage>, ahead: usize) {
    let mut next_id = 0;
    let mut ids: Vec<u32> = Vec::new();
    let mut bodies = Vec::new();
    for page in pages {
        let repeated = if page.overlaps { ids.len().min(2) } else { 0 };
        ids.drain(..ids.len() - repeated);
        for _ in 0..page.new_items {
            ids.push(next_id);
            next_id += 1;
        }
        bodies.push(body(&page, &ids));
    }
    let transport = move |request: http::Request<Vec<u8>>| {
        let number = page_number(&request).min(bodies.len());
        Ok(http::Response::new(bodies[number - 1].clone().into()))
    };
    let client = builder().transport(transport).build().unwrap();
    let mut yielded = HashSet::new();
    for token in client.tokens().iter().read_ahead(ahead).take(1000) {
        match token {
            Ok(token) => {
                let id: u32 = token.id.parse().unwrap();
                assert!(id < next_id, "{id} was not sent");
                assert!(yielded.insert(id), "{id} was yielded twice");
            }
            // The last page is repeated although `total_pages` states that more follow.
            Err(error) => assert!(error.to_string().contains("total_pages"), "{error}"),
        }
    }
    assert!(yielded.len() < 1000);
}

fn body(page: &GrowingPage, ids: &[u32]) -> String {
    let items: Vec<_> = ids.iter().map(|id| json!({"id": id.to_string()})).collect();
    let body = json!({
        "success": true,
        "result": items,
        "result_info": {
            "total_pages": page.total_pages,
            "total_count": page.total_count,
            "per_page": page.per_page,
        },
    });
    body.to_string()
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn returns_without_a_panic_for_any_body(status in any_status(), body in any_bytes()) {
        send_all(&client_returning(status, body));
    }

    #[test]
    fn returns_without_a_panic_for_any_json(status in any_status(), body in any_json()) {
        send_all(&client_returning(status, body.to_string().into_bytes()));
    }

    #[test]
    fn returns_without_a_panic_for_any_result(result in any_json(), info in any_json()) {
        let value = json!({"success": true, "errors": [], "result": result, "result_info": info});
        let list = json!({"success": true, "result": [result], "result_info": info});
        for body in [value, list] {
            send_all(&client_returning(200, body.to_string().into_bytes()));
        }
    }

    #[test]
    fn yields_no_duplicate_from_any_sequence_of_pages(
        pages in prop::collection::vec(any_page(), 1..8),
        ahead in 0_usize..3,
    ) {
        check_for_duplicates(pages, ahead);
    }
}
