//! A failed call as an error, with no secret in its texts.

use std::mem;
use std::time::Duration;

use http::StatusCode;
use http::header::HeaderMap;

use super::attempts::Attempts;
use super::rate_limit::RateLimit;
use super::{Client, retry};
use crate::call::{Call, ResponseHead};
use crate::envelope;
use crate::error::{Error, ErrorKind, FailedRequest, Fault};
use crate::redact::{REDACTED, redact, redact_long_words};

/// A longer `cf-ray` is none. Cloudflare's have 20 characters, such as `8f2b7c1d3e4a5b6c-FRA`.
const LONGEST_RAY_ID: usize = 40;
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
        let attempts = Attempts {
            count: head.attempts,
            may_be_applied: head.is_after_lost_write,
            ..Attempts::default()
        };
        self.error_for(call, &attempts, Some((head, body)), fault)
    }

    /// Returns the error for a call, with its last response, if there was one.
    pub(super) fn error_for(
        &self,
        call: &Call,
        attempts: &Attempts,
        response: Option<(&ResponseHead, &[u8])>,
        mut fault: Fault,
    ) -> Error {
        let (head, body) = response.unzip();
        let kept_body = kept_body(&mut fault, body);
        // The headers of a success say nothing about a retry.
        let failure = head.filter(|head| !head.status.is_success());
        let has_transient_status = failure.is_some_and(|head| retry::is_transient(head.status));
        let refuses_retries = matches!(&fault, Fault::Gateway(failure) if failure.refuses_retries);
        let retry_after = match fault {
            Fault::RateLimited { reset_in } => Some(reset_in),
            _ => failure.and_then(requested_wait),
        };
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
            has_transient_status: has_transient_status && !refuses_retries,
            ray_id: head.and_then(|head| self.redacted_ray_id(&head.headers)),
            retry_after,
            credential_hint: None,
            body: kept_body,
            fault,
        };
        let refuses_credential = matches!(
            request.kind(),
            ErrorKind::Unauthorized | ErrorKind::Forbidden
        );
        if refuses_credential {
            request.credential_hint = self.shared.auth.hint(&call.path);
        }
        let created_secret = match body {
            Some(body) if call.write => envelope::created_secret(body),
            _ => None,
        };
        let secrets = Secrets {
            client: self,
            created: created_secret,
            any_long_word: request.may_have_been_applied(),
        };
        redact_texts(request, &secrets).into()
    }

    /// Returns the `cf-ray` of a response.
    pub(super) fn redacted_ray_id(&self, headers: &HeaderMap) -> Option<String> {
        let ray_id = ray_id(headers)?;
        // The response may have created a secret, which is not known if its body was lost or is not
        // read yet.
        if !is_like_cloudflares(ray_id) {
            return Some(REDACTED.to_owned());
        }
        Some(self.shared.auth.redact(ray_id).into_owned())
    }
}

/// Returns the wait that a failure requests: `Retry-After`, or after a 429 the time until the rate
/// limit is reset.
fn requested_wait(failure: &ResponseHead) -> Option<Duration> {
    let retry_after = retry::retry_after(&failure.headers);
    if failure.status == StatusCode::TOO_MANY_REQUESTS {
        retry_after.or_else(|| RateLimit::wait_if_used_up(&failure.headers))
    } else {
        retry_after
    }
}

/// Returns the part of a body that an error keeps. Of a list with a bad item, it is the whole item.
fn kept_body(fault: &mut Fault, body: Option<&[u8]>) -> Option<Box<[u8]>> {
    match fault {
        Fault::Item { json, .. } => Some(mem::take(json)),
        _ => {
            let body = body?;
            let length = body.len().min(MAX_KEPT_BODY);
            Some(body[..length].into())
        }
    }
}

fn ray_id(headers: &HeaderMap) -> Option<&str> {
    let ray_id = headers.get("cf-ray")?.to_str().ok()?;
    let is_one_word = ray_id.bytes().all(|byte| byte.is_ascii_graphic());
    (is_one_word && ray_id.len() <= LONGEST_RAY_ID).then_some(ray_id)
}

/// Whether a ray id consists of at most 16 hexadecimal digits and the 3 letters of a data center,
/// which may be missing.
fn is_like_cloudflares(ray_id: &str) -> bool {
    let (id, data_center) = ray_id.split_once('-').unwrap_or((ray_id, ""));
    let is_id = id.len() <= 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id && data_center.len() <= 3
}

/// Redacts all texts of a failed request.
fn redact_texts(request: FailedRequest, secrets: &Secrets<'_>) -> FailedRequest {
    FailedRequest {
        path: secrets.redact_own(&request.path),
        recovery_hint: request.recovery_hint.map(|hint| secrets.redact_own(&hint)),
        ray_id: request.ray_id.map(|ray_id| secrets.redact(&ray_id)),
        fault: request.fault.map_text(&|text| secrets.redact(text)),
        ..request
    }
}

/// The secrets that the texts of an error may contain.
struct Secrets<'c> {
    client: &'c Client,
    /// The new secret in the response to a write.
    created: Option<String>,
    /// Whether each long word may be a new secret: after a write that may have been applied.
    any_long_word: bool,
}

impl Secrets<'_> {
    /// Redacts a text of the server or of the transport.
    fn redact(&self, text: &str) -> String {
        let mut text = self.client.shared.auth.redact(text).into_owned();
        if let Some(secret) = &self.created {
            text = redact(&text, secret).into_owned();
        }
        if self.any_long_word {
            text = redact_long_words(&text);
        }
        text
    }

    /// Redacts a text of the caller, which may contain long identifiers, but no new secret.
    fn redact_own(&self, text: &str) -> String {
        self.client.shared.auth.redact(text).into_owned()
    }
}
