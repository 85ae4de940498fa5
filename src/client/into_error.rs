//! A failed call as an error, with no secret in its texts.

use std::mem;

use http::header::HeaderMap;

use super::attempts::Attempts;
use super::{Client, retry};
use crate::call::{Call, ResponseHead};
use crate::envelope;
use crate::error::{Error, FailedRequest, Fault};
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
            may_be_applied: false,
        };
        self.failed(call, attempts, Some((head, body)), fault)
    }

    /// Returns the error for a call, with its last response, if there was one.
    pub(super) fn failed(
        &self,
        call: &Call,
        attempts: Attempts,
        response: Option<(&ResponseHead, &[u8])>,
        mut fault: Fault,
    ) -> Error {
        let redact_credential = |text: &str| self.shared.auth.redact(text).into_owned();
        let head = response.map(|(head, _)| head);
        let refusal = head.filter(|head| !head.status.is_success());
        let body = response.map(|(_, body)| body);
        let kept_body = match &mut fault {
            Fault::Item { json, .. } => Some(mem::take(json)),
            _ => body.map(|body| body[..body.len().min(MAX_KEPT_BODY)].into()),
        };
        // Any other part of the response may contain a new secret too. If the response cannot be
        // decoded, every long word may be the secret.
        let created = body
            .filter(|_| call.write)
            .and_then(envelope::created_secret);
        let may_hold_secret =
            call.write && matches!(fault, Fault::Decode(_) | Fault::Result(_)) && refusal.is_none();
        let clean = |text: &str| {
            let mut text = redact_credential(text);
            if let Some(secret) = &created {
                text = redact(&text, secret).into_owned();
            }
            if may_hold_secret {
                text = redact_long_words(&text).into_owned();
            }
            text
        };
        let request = Box::new(FailedRequest {
            method: call.method.clone(),
            path: redact_credential(&call.path),
            write: call.write,
            returns_secret: call.returns_secret,
            recovery_hint: call.recovery_hint.as_deref().map(redact_credential),
            attempts: attempts.count,
            is_after_lost_write: attempts.may_be_applied,
            status: head.map(|head| head.status),
            ray_id: head
                .and_then(|head| self.ray_id(&head.headers))
                .map(|ray_id| clean(&ray_id)),
            retry_after: refusal.and_then(|head| retry::retry_after(&head.headers)),
            body: kept_body,
            fault: fault.map_text(&clean),
        });
        match request.fault {
            Fault::Transport(_) => Error::Transport(request),
            Fault::Api(_) | Fault::Status(_) => Error::Api(request),
            Fault::Decode(_) | Fault::Result(_) | Fault::Item { .. } => Error::Decode(request),
        }
    }

    pub(super) fn ray_id(&self, headers: &HeaderMap) -> Option<String> {
        let ray_id = headers.get("cf-ray")?.to_str().ok()?;
        Some(self.shared.auth.redact(ray_id).into_owned())
    }
}
