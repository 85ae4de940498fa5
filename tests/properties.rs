//! Whatever a server answers: no panic, no listing without an end, nothing handed out twice.

mod common;

use std::collections::HashSet;
use std::sync::Mutex;

use cloudflare_user::{Body, Client, InviteResponse, Policy, http};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A client that gets these bytes for everything.
fn answered(status: u16, body: Vec<u8>) -> Client {
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

/// A parameter of the query that is a number.
fn parameter(request: &http::Request<Vec<u8>>, name: &str) -> usize {
    let query = request.uri().query().unwrap();
    let mut parameters = query.split('&').filter_map(|part| part.split_once('='));
    let (_, number) = parameters.find(|(known, _)| *known == name).unwrap();
    number.parse().unwrap()
}

/// Sends every request, and prints whatever comes back.
fn send_all(client: &Client) {
    fn print<T: std::fmt::Debug>(outcome: cloudflare_user::Result<T>) {
        match outcome {
            Ok(value) => drop(format!("{value:?}")),
            Err(error) => drop(format!(
                "{error} {error:?} {:?}",
                error.codes().collect::<Vec<_>>()
            )),
        }
    }
    print(client.user().send());
    print(client.edit_user().send());
    print(client.billing_profile().send());
    print(client.invite("1").send());
    print(
        client
            .respond_to_invite("1", InviteResponse::Accepted)
            .send(),
    );
    print(client.organization("1").send());
    print(client.leave_organization("1").send());
    print(client.update_subscription("1").send());
    print(client.delete_subscription("1").send());
    print(client.token("1").send());
    print(
        client
            .create_token("ci", [Policy::allow().permission_group("g").all_zones()])
            .send(),
    );
    print(client.delete_token("1").send());
    print(client.verify_token().send());
    print(client.roll_token("1").send());
    assert!(client.audit_logs().iter().take(200).map(print).count() < 200);
    assert!(client.billing_history().iter().take(200).map(print).count() < 200);
    assert!(client.invites().iter().take(200).map(print).count() < 200);
    assert!(client.organizations().pages().take(200).map(print).count() < 200);
    assert!(client.subscriptions().pages().take(200).map(print).count() < 200);
    assert!(
        client
            .tokens()
            .iter()
            .read_ahead(2)
            .take(200)
            .map(print)
            .count()
            < 200
    );
    assert!(
        client
            .permission_groups()
            .iter()
            .take(200)
            .map(print)
            .count()
            < 200
    );
    print(client.audit_logs().export());
}

/// Any JSON, with the names that answers have more often than others.
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
    fn any_bytes_as_a_body(status in prop::sample::select(vec![200_u16, 204, 302, 400, 401, 500]), body in prop::collection::vec(any::<u8>(), 0..80)) {
        send_all(&answered(status, body));
    }

    #[test]
    fn any_json_as_an_answer(status in prop::sample::select(vec![200_u16, 400, 503]), body in any_json()) {
        send_all(&answered(status, body.to_string().into_bytes()));
    }

    #[test]
    fn any_json_as_a_result(result in any_json(), info in any_json()) {
        let body = json!({"success": true, "errors": [], "result": result, "result_info": info});
        send_all(&answered(200, body.to_string().into_bytes()));
        let listed = json!({"success": true, "result": [result], "result_info": info});
        send_all(&answered(200, listed.to_string().into_bytes()));
    }

    #[test]
    fn a_server_that_turns_its_pages_is_read_whole(
        entries in 0_usize..40,
        per_page in 3_usize..8,
        events in prop::collection::vec((0_usize..3, any::<bool>()), 0..30),
        pretty in any::<bool>(),
        ahead in 0_usize..3,
    ) {
        // With each request some entries may come in on top, fewer than a page, or the server may fail; and one field
        // of every entry moves with every request.
        let state = Mutex::new(((0..entries).rev().collect::<Vec<_>>(), 0));
        let transport = move |request: http::Request<Vec<u8>>| {
            let mut state = state.lock().unwrap();
            let (mut new, fails) = events.get(state.1).copied().unwrap_or_default();
            state.1 += 1;
            // Ahead, a failure or an entry may come between any two pages, which nobody could make good.
            if ahead > 0 {
                new = 0;
            }
            for _ in 0..new {
                let next = state.0.len();
                state.0.insert(0, next);
            }
            let number = parameter(&request, "page");
            let mut response = http::Response::new(Body::default());
            if fails {
                *response.status_mut() = http::StatusCode::BAD_GATEWAY;
                return Ok(response);
            }
            let page = state.0.iter().skip((number - 1) * per_page).take(per_page);
            let items: Vec<_> = page.map(|id| json!({"id": id.to_string(), "metadata": state.1})).collect();
            let answer = json!({"success": true, "result": items});
            *response.body_mut() = Body::from(if pretty {
                serde_json::to_string_pretty(&answer).unwrap()
            } else {
                answer.to_string()
            });
            Ok(response)
        };
        let builder = Client::builder().api_token("a-token-of-the-tests").transport(transport);
        let client = builder.max_retries(0).build().unwrap();
        let mut read: Vec<usize> = Vec::new();
        let mut page = 1;
        // Going on after an error, from the page that failed.
        for _ in 0..40 {
            let mut logs = client.audit_logs().per_page(per_page as u64).page(page).iter().read_ahead(ahead);
            let known = read.len();
            for log in logs.by_ref().take(1000) {
                match log {
                    Ok(log) => read.push(log.id.parse().unwrap()),
                    Err(error) => prop_assert_eq!(error.status(), Some(502)),
                }
            }
            prop_assert!(read.len() < 1000);
            // A listing that goes on does not know what the one before it handed out of entries that moved.
            let again: Vec<usize> = read.split_off(known);
            let before: HashSet<usize> = read.iter().copied().collect();
            let mut here = HashSet::new();
            for id in again {
                prop_assert!(here.insert(id), "{id} twice in one listing");
                if !before.contains(&id) {
                    read.push(id);
                }
            }
            if logs.next_page() == page && here.is_empty() && entries > 0 && read.len() < entries {
                continue;
            }
            page = logs.next_page();
            if (0..entries).all(|id| read.contains(&id)) {
                break;
            }
        }
        prop_assert!((0..entries).all(|id| read.contains(&id)), "{read:?}");
    }

    #[test]
    fn a_server_that_does_not_turn_its_pages_is_read_once(
        entries in 1_u32..6,
        moves in any::<bool>(),
        grows in any::<bool>(),
        turns in any::<bool>(),
        info in prop::sample::select(vec!["null", r#"{"total_count":2000,"per_page":20,"page":1}"#, r#"{"total_pages":500}"#, r#""odd""#]),
    ) {
        let requests = std::sync::Arc::new(Mutex::new(0_u32));
        let seen = requests.clone();
        let transport = move |_: http::Request<Vec<u8>>| {
            let mut tick = seen.lock().unwrap();
            *tick += 1;
            let top = if grows { *tick } else { 0 };
            let mut ids: Vec<u32> = (top..top + entries).rev().collect();
            // Both together may look like pages of a listing that is read upwards.
            if turns && !grows && tick.is_multiple_of(2) {
                ids.reverse();
            }
            let metadata = if moves { *tick } else { 0 };
            let items: Vec<_> = ids.iter().map(|id| json!({"id": id.to_string(), "metadata": metadata})).collect();
            let items = json!(items);
            Ok(http::Response::new(format!(r#"{{"success":true,"result":{items},"result_info":{info}}}"#).into()))
        };
        let client = Client::builder().api_token("a-token-of-the-tests").transport(transport).build().unwrap();
        let read = client.audit_logs().iter().take(100).count();
        // Of one entry that is another one each time, nobody can know that it is no page of its own.
        if !(grows && entries == 1) {
            prop_assert!(read <= 2 * entries as usize && *requests.lock().unwrap() <= 4, "{read}");
        }
    }

    #[test]
    fn any_sequence_of_pages(
        pages in prop::collection::vec((prop::collection::vec(0_u8..40, 0..5), 0_u64..6, 0_u64..30, 0_u64..5, any::<bool>()), 1..8),
        ahead in 0_usize..3,
    ) {
        // Every page has identifiers of its own, but for those that it repeats from the tail of the page before.
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
        let read: Vec<_> = client.tokens().iter().read_ahead(ahead).take(1000).map(|token| token.unwrap().id).collect();
        prop_assert!(read.len() < 1000);
        let different: HashSet<_> = read.iter().collect();
        prop_assert_eq!(different.len(), read.len(), "{:?}", read);
        prop_assert!(read.iter().all(|id| sent.contains(&id.parse().unwrap())));
    }
}
