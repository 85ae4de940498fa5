//! Random responses cause no panic, no list without an end and no duplicate. `pagination_model.rs`
//! simulates servers.

#[path = "common/requests.rs"]
mod list;

use std::collections::HashSet;
use std::fmt::Debug;

use cloudflare_user::{Client, Result, http};
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
    Client::builder()
        .api_token("a-token-of-the-tests")
        .transport(transport)
        .max_retries(0)
        .build()
        .unwrap()
}

/// Returns a numeric parameter of the query.
fn parameter(request: &http::Request<Vec<u8>>, name: &str) -> usize {
    let query = request.uri().query().unwrap();
    let mut parameters = query.split('&').filter_map(|part| part.split_once('='));
    let (_, number) = parameters
        .find(|(parameter, _)| *parameter == name)
        .unwrap();
    number.parse().unwrap()
}

/// Sends every request, reads every list, and formats all values and errors.
fn send_all(client: &Client) {
    fn format_outcome<T: Debug>(outcome: Result<T>) {
        match outcome {
            Ok(value) => drop(format!("{value:?}")),
            Err(error) => drop(format!(
                "{error} {error:?} {:?}",
                error.codes().collect::<Vec<_>>()
            )),
        }
    }
    for operation in operations() {
        format_outcome((operation.send_bound)(client));
        for read in [operation.read_items, operation.read_pages]
            .into_iter()
            .flatten()
        {
            let yielded = read(client, 200);
            assert!(yielded.len() < 200, "{} does not end", operation.request);
            yielded.into_iter().for_each(format_outcome);
        }
    }
    let ahead = client.tokens().iter().read_ahead(2);
    assert!(ahead.take(200).map(format_outcome).count() < 200);
    format_outcome(client.audit_logs().export());
}

/// Any JSON, in which the field names of responses are frequent.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
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
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["2020-01-01T00:00:00Z", "2020-01-01", "", "allow", "*"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let object =
            prop::collection::vec((names.clone().prop_map(str::to_owned), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            object.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn returns_without_a_panic_for_any_body(status in prop::sample::select(vec![200_u16, 204, 302, 400, 401, 500]), body in prop::collection::vec(any::<u8>(), 0..80)) {
        send_all(&client_returning(status, body));
    }

    #[test]
    fn returns_without_a_panic_for_any_json(status in prop::sample::select(vec![200_u16, 400, 503]), body in any_json()) {
        send_all(&client_returning(status, body.to_string().into_bytes()));
    }

    #[test]
    fn returns_without_a_panic_for_any_result(result in any_json(), info in any_json()) {
        let body = json!({"success": true, "errors": [], "result": result, "result_info": info});
        send_all(&client_returning(200, body.to_string().into_bytes()));
        let listed = json!({"success": true, "result": [result], "result_info": info});
        send_all(&client_returning(200, listed.to_string().into_bytes()));
    }

    #[test]
    fn yields_no_duplicate_from_any_sequence_of_pages(
        pages in prop::collection::vec((prop::collection::vec(0_u8..40, 0..5), 0_u64..6, 0_u64..30, 0_u64..5, any::<bool>()), 1..8),
        ahead in 0_usize..3,
    ) {
        // Every page has new identifiers. It may also repeat the last two of the page before.
        let mut next = 0;
        let mut tail: Vec<u32> = Vec::new();
        let mut bodies = Vec::new();
        let mut sent = HashSet::new();
        for (ids, total_pages, total_count, per_page, overlaps) in pages {
            let mut page: Vec<u32> = if overlaps { tail.clone() } else { Vec::new() };
            for _ in ids {
                page.push(next);
                next += 1;
            }
            tail = page.iter().rev().take(2).rev().copied().collect();
            sent.extend(page.iter().copied());
            let items: Vec<_> = page.iter().map(|id| json!({"id": id.to_string()})).collect();
            let info = json!({"total_pages": total_pages, "total_count": total_count, "per_page": per_page});
            bodies.push(json!({"success": true, "result": items, "result_info": info}).to_string());
        }
        let transport = move |request: http::Request<Vec<u8>>| {
            let number = parameter(&request, "page");
            Ok(http::Response::new(bodies[(number - 1).min(bodies.len() - 1)].clone().into()))
        };
        let client = Client::builder().api_token("a-token-of-the-tests").transport(transport).build().unwrap();
        let read: Vec<_> = client.tokens().iter().read_ahead(ahead).take(1000).filter_map(|token| match token {
            Ok(token) => Some(token.id),
            // The last page is repeated although `total_pages` states that more follow.
            Err(error) => {
                assert!(error.to_string().contains("total_pages"), "{error}");
                None
            }
        }).collect();
        prop_assert!(read.len() < 1000);
        let distinct: HashSet<_> = read.iter().collect();
        prop_assert_eq!(distinct.len(), read.len(), "{:?}", read);
        prop_assert!(read.iter().all(|id| sent.contains(&id.parse().unwrap())));
    }
}
