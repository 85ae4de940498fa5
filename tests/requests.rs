//! What each request sends and returns, from the list in `common/requests.rs`. README and the
//! sources have no others.

mod common;
#[path = "common/requests.rs"]
mod list;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{Api, fixture, sources};
use list::{ID, Kind, Operation, check_traits, operations};
use serde_json::Value;

/// The `result` of the documented response. Two deletions are documented without the envelope.
fn documented_result(operation: &Operation) -> Value {
    let response: Value = serde_json::from_str(&fixture(operation.fixture)).unwrap();
    response.get("result").cloned().unwrap_or(response)
}

fn query_parameters(target: &str) -> BTreeSet<&str> {
    let (_, query) = target.split_once('?').unwrap_or_default();
    query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .collect()
}

#[test]
fn requests_can_be_compared_and_serialized() {
    check_traits();
}

#[test]
fn sends_each_request_in_both_forms() {
    for operation in operations() {
        let name = operation.request;
        let sent = [operation.send_bound, operation.send_detached].map(|send| {
            let api = Api::responding(fixture(operation.fixture));
            let sent = send(&api.client()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let request = api.request();
            let (path, _) = request
                .target
                .split_once('?')
                .unwrap_or((&request.target, ""));
            assert_eq!(request.method, operation.method.as_str(), "{name}");
            assert_eq!(path, operation.path.replace("{id}", ID), "{name}");
            assert_eq!(
                query_parameters(&request.target),
                query_parameters(&format!("?{}", operation.query)),
                "{name}"
            );
            let body = Some(&request.body).filter(|body| !body.is_empty());
            let body = body.map(|body| serde_json::from_str::<Value>(body).unwrap());
            assert_eq!(body, operation.body, "{name}");
            let content_type = operation.body.is_some().then_some("application/json");
            assert_eq!(request.header("content-type"), content_type, "{name}");
            sent
        });
        assert_eq!(sent[0], sent[1], "{name}");
        if let Some(json) = &sent[0].json {
            assert_eq!(*json, documented_result(&operation), "{name}");
        }
    }
}

#[test]
fn reads_each_list_by_items_and_by_pages() {
    for operation in operations() {
        let name = operation.request;
        let is_list = matches!(operation.kind, Kind::List | Kind::SinglePage);
        assert_eq!(operation.read_items.is_some(), is_list, "{name}");
        let Some(readers) = operation.read_items.zip(operation.read_pages) else {
            continue;
        };
        let items = documented_result(&operation).as_array().unwrap().len();
        // A paginated list is read up to its first page, because the server returns the same
        // response for every page.
        let limit = |first_page| {
            if operation.kind == Kind::List {
                first_page
            } else {
                usize::MAX
            }
        };
        for (read, expected) in [(readers.0, items), (readers.1, 1)] {
            let api = Api::responding(fixture(operation.fixture));
            let yielded = read(&api.client(), limit(expected));
            assert_eq!(
                yielded.iter().filter(|yielded| yielded.is_ok()).count(),
                expected,
                "{name}"
            );
            let page = if operation.kind == Kind::List {
                "page=1"
            } else {
                ""
            };
            let query = format!("?{}&{page}", operation.query);
            assert_eq!(
                query_parameters(&api.request().target),
                query_parameters(&query),
                "{name}"
            );
        }
    }
}

#[test]
fn retries_only_reads_and_paginates_all_but_three_lists() {
    for operation in operations() {
        let name = operation.request;
        assert_eq!(
            operation.is_idempotent,
            operation.kind != Kind::Write,
            "{name}"
        );
        assert_eq!(
            operation.method.is_safe(),
            operation.kind != Kind::Write,
            "{name}"
        );
        assert_eq!(
            operation.is_single_page,
            operation.kind == Kind::SinglePage,
            "{name}"
        );
    }
}

#[test]
fn readme_has_a_row_for_each_operation() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Operations\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows: BTreeSet<&str> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let expected: Vec<_> = operations()
        .iter()
        .map(|operation| {
            let Operation {
                call,
                request,
                method,
                path,
                ..
            } = operation;
            format!("| `{call}` | `{request}` | `{method} {path}` |")
        })
        .collect();
    assert_eq!(rows, expected.iter().map(String::as_str).collect());
}

#[test]
fn list_contains_each_endpoint_of_the_sources() {
    let mut endpoints = Vec::new();
    for text in sources("src/api") {
        for line in text.lines() {
            let after = line
                .strip_prefix("impl")
                .and_then(|line| line.split_once(" Endpoint for "));
            if let Some((_, name)) = after {
                let end = name
                    .find(|letter: char| !letter.is_alphanumeric())
                    .unwrap_or(name.len());
                endpoints.push(name[..end].to_owned());
            }
        }
    }
    endpoints.sort();
    let mut listed: Vec<_> = operations()
        .iter()
        .map(|operation| operation.request)
        .collect();
    listed.sort_unstable();
    assert_eq!(endpoints, listed);
}
