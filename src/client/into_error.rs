//! A failed call as an error, with no secret in its texts.

use std::mem;

use http::header::HeaderMap;

use super::attempts::Attempts;
use super::{Client, retry};
use crate::call::{Call, ResponseHead};
use crate::envelope;
use crate::error::{Error, ErrorKind, FailedRequest, Fault};
use crate::redact::{redact, redact_long_words};

/// The most bytes of a body that an error keeps.
const MAX_KEPT_BODY: usize = 64 << 10;

impl Client {
    /// Returns the error for a response with a 2xx status that cannot be used.
    pub(crate) fn undecodable(
        &self,
        call: &Call,
        head: &ResponseHead,
        body: &[u8],
        fault: Fault,
    ) -> Error {
        // Such a write counts as applied, whatever happened before.
        let attempts = Attempts {
            count: head.attempts,
            ..Attempts::default()
        };
        self.failed(call, &attempts, Some((head, body)), fault)
    }

    /// Returns the error for a call, with its last response, if there was one.
    pub(super) fn failed(
        &self,
        call: &Call,
        attempts: &Attempts,
        response: Option<(&ResponseHead, &[u8])>,
        mut fault: Fault,
    ) -> Error {
        let head = response.map(|(head, _)| head);
        let refusal = head.filter(|head| !head.status.is_success());
        let body = response.map(|(_, body)| body);
        let kept_body = match &mut fault {
            Fault::Item { json, .. } => Some(mem::take(json)),
            _ => body.map(|body| body[..body.len().min(MAX_KEPT_BODY)].into()),
        };
        let refuses_retries = matches!(&fault, Fault::Gateway(failure) if failure.refuses_retries);
        let mut request = FailedRequest {
            method: call.method.clone(),
            path: call.path.clone(),
            write: call.write,
            returns_secret: call.returns_secret,
            recovery_hint: call.recovery_hint.clone(),
            attempts: attempts.count,
            is_after_lost_write: attempts.may_be_applied,
            is_cancelled: false,
            status: head.map(|head| head.status),
            has_transient_status: refusal.is_some_and(|head| retry::is_transient(head.status))
                && !refuses_retries,
            ray_id: head.and_then(|head| ray_id(&head.headers)),
            retry_after: refusal.and_then(|head| retry::retry_after(&head.headers)),
            credential_hint: None,
            body: kept_body,
            fault,
        };
        if matches!(
            request.kind(),
            ErrorKind::Unauthorized | ErrorKind::Forbidden
        ) {
            request.credential_hint = self.shared.auth.hint(&call.path);
        }
        let secrets = Secrets {
            client: self,
            created: match body {
                Some(body) if call.write => envelope::created_secret(body),
                _ => None,
            },
            are_long_words: request.may_have_been_applied(),
        };
        self.redact(request, &secrets).into()
    }

    /// Redacts all texts of a failed request. The caller's own are not searched for long words.
    fn redact(&self, request: FailedRequest, secrets: &Secrets<'_>) -> FailedRequest {
        let redact_credential = |text: String| self.shared.auth.redact(&text).into_owned();
        FailedRequest {
            path: redact_credential(request.path),
            recovery_hint: request.recovery_hint.map(redact_credential),
            ray_id: request.ray_id.map(|ray_id| secrets.redact(&ray_id)),
            fault: request.fault.map_text(&|text| secrets.redact(text)),
            ..request
        }
    }

    /// Returns the `cf-ray` of a response.
    pub(super) fn ray_id(&self, headers: &HeaderMap) -> Option<String> {
        let ray_id = ray_id(headers)?;
        Some(self.shared.auth.redact(&ray_id).into_owned())
    }
}

fn ray_id(headers: &HeaderMap) -> Option<String> {
    let ray_id = headers.get("cf-ray")?.to_str().ok()?;
    Some(ray_id.to_owned())
}

/// The secrets that a text of a server may have.
struct Secrets<'c> {
    client: &'c Client,
    /// The new secret in the response to a write.
    created: Option<String>,
    /// Whether every long word may be a new secret: that of a write that may have been applied.
    are_long_words: bool,
}

impl Secrets<'_> {
    fn redact(&self, text: &str) -> String {
        let mut text = self.client.shared.auth.redact(text).into_owned();
        if let Some(secret) = &self.created {
            text = redact(&text, secret).into_owned();
        }
        if self.are_long_words {
            text = redact_long_words(&text).into_owned();
        }
        text
    }
}
