//! Pages of audit logs, and what a list of them yields.

#![allow(dead_code, unreachable_pub)]

use super::{ScriptedResponse, ok, scripted};

/// A page of audit logs with these identifiers.
pub fn page(ids: &[u32]) -> ScriptedResponse {
    page_with(ids, "null")
}

pub fn page_with(ids: &[u32], info: &str) -> ScriptedResponse {
    let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    page_of(&items.join(","), info)
}

pub fn page_of(items: &str, info: &str) -> ScriptedResponse {
    ok(format!(
        r#"{{"success":true,"result":[{items}],"result_info":{info}}}"#
    ))
}

/// A page of audit logs without identifiers.
pub fn page_without_ids(numbers: &[u32]) -> ScriptedResponse {
    let items = numbers
        .iter()
        .map(|number| format!(r#"{{"metadata":{number}}}"#));
    page_of(&items.collect::<Vec<_>>().join(","), "null")
}

/// Reads audit logs with `per_page(2)`. Returns their identifiers (or the metadata of a log without
/// one), with `!` for an error, and the number of requests. Requests after the last response return
/// it again.
pub fn read_from(first: u64, responses: Vec<ScriptedResponse>) -> (String, usize) {
    let (client, requests) = scripted(responses);
    let logs = client.audit_logs().page(first).per_page(2).iter();
    let texts = logs.take(200).map(|log| match log {
        Ok(log) if log.id.is_empty() => log.metadata.to_string(),
        Ok(log) => log.id,
        Err(_) => "!".to_owned(),
    });
    (
        texts.collect::<Vec<_>>().join(" "),
        requests.lock().unwrap().len(),
    )
}

#[track_caller]
pub fn expect(responses: Vec<ScriptedResponse>, items: &str, requests: usize) {
    assert_eq!(read_from(1, responses), (items.to_owned(), requests));
}

pub fn last_error(responses: Vec<ScriptedResponse>) -> cloudflare_user::Error {
    let (client, _) = scripted(responses);
    let logs = client.audit_logs().per_page(2).iter();
    logs.take(200).last().unwrap().unwrap_err()
}
