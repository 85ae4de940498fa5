//! A failed attempt as an error, with no secret in its texts.

use std::sync::Arc;

use http::header::HeaderMap;

use super::Client;
use super::retry;
use crate::call::{Call, Head};
use crate::envelope;
use crate::error::{Error, Exchange, Fault};
use crate::redact::{redact, redact_long_words};

/// How much of a body an error keeps.
const KEPT: usize = 64 << 10;

impl Client {
    pub(super) fn ray_id(&self, headers: &HeaderMap) -> Option<String> {
        Some(
            self.shared
                .auth
                .scrub(headers.get("cf-ray")?.to_str().ok()?)
                .into_owned(),
        )
    }

    pub(crate) fn not_understood(
        &self,
        call: &Call,
        head: &Head,
        body: &[u8],
        fault: Fault,
    ) -> Error {
        self.failed(call, head.attempts, Some((head, self.kept(body))), fault)
    }

    /// As much of a body as an error keeps.
    pub(crate) fn kept(&self, body: &[u8]) -> Arc<[u8]> {
        Arc::from(&body[..body.len().min(KEPT)])
    }

    /// The error of a call that was sent, with no credential in it.
    pub(crate) fn failed(
        &self,
        call: &Call,
        attempts: u32,
        answer: Option<(&Head, Arc<[u8]>)>,
        fault: Fault,
    ) -> Error {
        let scrub = |text: &str| self.shared.auth.scrub(text).into_owned();
        // What a write answers may be a new secret, and the server may repeat it anywhere.
        let created = answer
            .as_ref()
            .filter(|_| call.write)
            .and_then(|(_, body)| envelope::created_secret(body));
        let clean = |text: &str| {
            let mut text = scrub(text);
            if let Some(secret) = &created {
                text = redact(&text, secret).into_owned();
            }
            if call.write {
                text = redact_long_words(&text).into_owned();
            }
            text
        };
        let head = answer.as_ref().map(|(head, _)| *head);
        let exchange = Box::new(Exchange {
            method: call.method.clone(),
            path: scrub(&call.path),
            write: call.write,
            hint: call.hint.as_deref().map(scrub),
            attempts,
            status: head.map(|head| head.status),
            ray_id: head
                .and_then(|head| self.ray_id(&head.headers))
                .map(|ray_id| clean(&ray_id)),
            retry_after: head
                .filter(|head| !head.status.is_success())
                .and_then(|head| retry::retry_after(&head.headers)),
            body: answer.map(|(_, body)| body),
            fault: fault.map_text(&clean),
        });
        match exchange.fault {
            Fault::Transport(_) => Error::Transport(exchange),
            Fault::Api(_) | Fault::Status(_) => Error::Api(exchange),
            Fault::Decode(_) | Fault::Item(_) => Error::Decode(exchange),
        }
    }
}
