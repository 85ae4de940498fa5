//! Pages of items, and what a list of audit logs yields.

#![allow(dead_code, unreachable_pub)]

use cloudflare_user::{AuditLog, Error};

use super::{ScriptedResponse, ok, scripted};

/// A page of items with these identifiers.
pub fn page(ids: &[u32]) -> ScriptedResponse {
    page_with(ids, "null")
}

/// A page of items with these identifiers, and this `result_info`.
pub fn page_with(ids: &[u32], info: &str) -> ScriptedResponse {
    let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    page_of_with(&items.join(","), info)
}

/// A page of audit logs without identifiers, which have these numbers as metadata.
pub fn page_without_ids(numbers: &[u32]) -> ScriptedResponse {
    let item = |number| format!(r#"{{"metadata":{number}}}"#);
    let items: Vec<_> = numbers.iter().map(item).collect();
    page_of(&items.join(","))
}

/// A page of these items.
pub fn page_of(items: &str) -> ScriptedResponse {
    page_of_with(items, "null")
}

fn page_of_with(items: &str, info: &str) -> ScriptedResponse {
    ok(format!(
        r#"{{"success":true,"result":[{items}],"result_info":{info}}}"#
    ))
}

/// What a list yielded, and how many requests it took.
pub struct Read {
    yielded: Vec<Result<u32, Error>>,
    requests: usize,
    /// The bodies of the responses, for failed assertions.
    bodies: Vec<String>,
}

/// Reads audit logs with two on a page. Requests after the last response return it again.
pub fn read(responses: impl IntoIterator<Item = ScriptedResponse>) -> Read {
    read_from(1, responses)
}

/// Like [`read`], but starts at this page.
pub fn read_from(page: u64, responses: impl IntoIterator<Item = ScriptedResponse>) -> Read {
    let responses: Vec<_> = responses.into_iter().collect();
    let bodies = responses
        .iter()
        .flatten()
        .map(|response| response.body().clone())
        .collect();
    let (client, requests) = scripted(responses);
    let logs = client.audit_logs().page(page).per_page(2).iter();
    let yielded = logs.take(200).map(|log| log.map(number)).collect();
    Read {
        yielded,
        requests: requests.count(),
        bodies,
    }
}

/// The identifier of a log, or its metadata if it has no identifier.
fn number(log: AuditLog) -> u32 {
    if log.id.is_empty() {
        u32::try_from(log.metadata.as_u64().unwrap()).unwrap()
    } else {
        log.id.parse().unwrap()
    }
}

impl Read {
    /// Asserts that these items were yielded, and no error.
    #[track_caller]
    pub fn assert_items(self, items: &[u32]) -> Self {
        let expected: Vec<_> = items.iter().copied().map(Some).collect();
        self.assert_items_and_errors(&expected)
    }

    /// Asserts that these items were yielded, and then an error.
    #[track_caller]
    pub fn assert_items_then_error(self, items: &[u32]) -> Self {
        let items = items.iter().copied().map(Some);
        let expected: Vec<_> = items.chain([None]).collect();
        self.assert_items_and_errors(&expected)
    }

    /// Asserts that these items were yielded, and an error in place of each `None`.
    #[track_caller]
    pub fn assert_items_and_errors(self, expected: &[Option<u32>]) -> Self {
        let yielded: Vec<_> = self
            .yielded
            .iter()
            .map(|item| item.as_ref().ok().copied())
            .collect();
        assert_eq!(yielded, expected, "{:#?}", self.bodies);
        self
    }

    #[track_caller]
    pub fn assert_requests(self, requests: usize) -> Self {
        assert_eq!(self.requests, requests, "{:#?}", self.bodies);
        self
    }

    /// The error that was yielded last.
    #[track_caller]
    pub fn last_error(mut self) -> Error {
        self.yielded.pop().unwrap().unwrap_err()
    }
}
