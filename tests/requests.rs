//! What each request sends and returns, from the list in `common/requests.rs`. README and the
//! sources have no others.

mod common;
#[path = "common/requests.rs"]
mod list;

use std::collections::BTreeSet;

use cloudflare_user::{Client, Result};
use common::{Api, RecordedRequest, fixture, read_file, sources};
use list::{ID, Kind, Operation, ReadList, Sent, check_traits, operations};
use serde_json::Value;

/// The `result` of the documented response. Two deletions are documented without the envelope.
fn documented_result(operation: &Operation) -> Value {
    let response: Value = serde_json::from_str(&fixture(operation.fixture)).unwrap();
    response.get("result").cloned().unwrap_or(response)
}

#[test]
fn requests_can_be_compared_and_serialized() {
    check_traits();
}

#[test]
fn sends_each_request_in_both_forms() {
    for operation in operations() {
        let name = operation.request;
        let bound = send(&operation, operation.send_bound);
        let detached = send(&operation, operation.send_detached);
        assert_eq!(bound, detached, "{name}");
        if let Some(json) = &bound.json {
            assert_eq!(*json, documented_result(&operation), "{name}");
        }
    }
}

/// Sends a request to a server that returns the documented response, and checks what is sent.
fn send(operation: &Operation, send: fn(&Client) -> Result<Sent>) -> Sent {
    let name = operation.request;
    let api = Api::responding(fixture(operation.fixture));
    let sent = send(&api.client()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let request = api.request();
    assert_eq!(request.method, operation.method.as_str(), "{name}");
    let path = operation.path.replace("{id}", ID);
    assert_eq!(request.path(), path, "{name}");
    assert_eq!(request.parameters(), split_query(operation.query), "{name}");
    assert_eq!(body_of(&request), operation.body, "{name}");
    let content_type = operation.body.is_some().then_some("application/json");
    assert_eq!(request.header("content-type"), content_type, "{name}");
    sent
}

/// The parameters of a query in alphabetical order.
fn split_query(query: &str) -> Vec<&str> {
    let mut parameters: Vec<&str> = query.split('&').collect();
    parameters.retain(|parameter| !parameter.is_empty());
    parameters.sort_unstable();
    parameters
}

fn body_of(request: &RecordedRequest) -> Option<Value> {
    if request.body.is_empty() {
        None
    } else {
        Some(request.json())
    }
}

#[test]
fn reads_each_list_by_items_and_by_pages() {
    for operation in operations() {
        let name = operation.request;
        match operation.kind {
            Kind::Read | Kind::Write => {
                assert!(operation.read_items.is_none(), "{name}");
                assert!(operation.read_pages.is_none(), "{name}");
            }
            Kind::List | Kind::SinglePage => {
                let items = documented_result(&operation).as_array().unwrap().len();
                check_list(&operation, operation.read_items.unwrap(), items);
                check_list(&operation, operation.read_pages.unwrap(), 1);
            }
        }
    }
}

/// Reads the first page of a list, which yields this number of items or pages, and checks what is
/// sent.
fn check_list(operation: &Operation, read: ReadList, expected: usize) {
    let name = operation.request;
    let is_paginated = operation.kind == Kind::List;
    // The server returns the same response for every page.
    let limit = if is_paginated { expected } else { usize::MAX };
    let api = Api::responding(fixture(operation.fixture));
    let yielded = read(&api.client(), limit);
    let succeeded = yielded.iter().filter(|yielded| yielded.is_ok()).count();
    assert_eq!(succeeded, expected, "{name}");
    let mut parameters = split_query(operation.query);
    if is_paginated {
        parameters.push("page=1");
        parameters.sort_unstable();
    }
    assert_eq!(api.request().parameters(), parameters, "{name}");
}

#[test]
fn retries_only_reads_and_paginates_all_but_three_lists() {
    for operation in operations() {
        let name = operation.request;
        let is_read = operation.kind != Kind::Write;
        assert_eq!(operation.is_idempotent, is_read, "{name}");
        assert_eq!(operation.method.is_safe(), is_read, "{name}");
        let is_single_page = operation.kind == Kind::SinglePage;
        assert_eq!(operation.is_single_page, is_single_page, "{name}");
    }
}

#[test]
fn readme_has_a_row_for_each_operation() {
    let readme = read_file("README.md");
    let (_, section) = readme.split_once("\n## Operations\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let rows: BTreeSet<String> = rows.map(str::to_owned).collect();
    let expected = operations().into_iter().map(|operation| {
        let Operation {
            call,
            request,
            method,
            path,
            ..
        } = operation;
        format!("| `{call}` | `{request}` | `{method} {path}` |")
    });
    assert_eq!(rows, expected.collect());
}

#[test]
fn list_contains_each_endpoint_of_the_sources() {
    let sources = sources("src/api");
    let mut endpoints: Vec<&str> = sources
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(endpoint)
        .collect();
    endpoints.sort_unstable();
    let operations = operations();
    let mut listed: Vec<&str> = operations
        .iter()
        .map(|operation| operation.request)
        .collect();
    listed.sort_unstable();
    assert_eq!(endpoints, listed);
}

/// The name of the request, if this is the line of its `impl Endpoint`.
fn endpoint(line: &str) -> Option<&str> {
    let (_, name) = line.strip_prefix("impl")?.split_once(" Endpoint for ")?;
    name.split(|letter: char| !letter.is_alphanumeric()).next()
}
