//! The retry loop: the only place where a request is sent.

use std::time::{Duration, Instant};

use http::header::USER_AGENT;
use http::{StatusCode, Uri};

use super::Client;
use super::attempts::Attempts;
use super::limiter::{Admission, Permit};
use super::limits::{AttemptLimits, Deadline};
use super::retry::retry_wait;
use crate::call::{Call, CompleteResponse, ResponseHead};
use crate::envelope::{self, LARGEST_FAILURE};
use crate::error::{Error, Fault, Result};
use crate::transport::{AttemptOptions, Body, TransportError, TransportErrorKind};

/// How often a queued request checks whether it may be sent.
const QUEUE_INTERVAL: Duration = Duration::from_millis(20);

/// Why an attempt failed, and the response, as far as it arrived.
struct FailedAttempt {
    head: Option<ResponseHead>,
    body: Vec<u8>,
    fault: Fault,
    /// Whether the body of a failure broke off, or took too long.
    is_body_incomplete: bool,
}

impl FailedAttempt {
    /// Whether the attempt was interrupted or timed out.
    fn is_interrupted(&self) -> bool {
        let is_interrupted = match &self.fault {
            Fault::Transport(error) => is_interruption(error),
            Fault::Timeout(_) => true,
            _ => false,
        };
        is_interrupted || self.is_body_incomplete
    }

    /// Whether the rate limit refused the request.
    fn is_refused(&self) -> bool {
        let head = self.head.as_ref();
        head.is_some_and(|head| head.status == StatusCode::TOO_MANY_REQUESTS)
    }
}

/// The part of a body that arrived before it failed.
pub(super) struct FailedBody {
    pub(super) part: Vec<u8>,
    pub(super) error: TransportError,
}

impl Client {
    /// Sends a request until it succeeds or may not be retried, and reads the whole response.
    pub(crate) fn fetch(&self, call: &Call) -> Result<CompleteResponse> {
        let (head, body) = self.run(call, |body, limits| self.read_whole(body, limits))?;
        Ok(CompleteResponse { head, body })
    }

    /// Sends a request until it succeeds or may not be retried. `read` reads the body of a success.
    pub(super) fn run<T>(
        &self,
        call: &Call,
        read: impl Fn(Body, &AttemptLimits) -> Result<T, FailedBody>,
    ) -> Result<(ResponseHead, T)> {
        self.check_credential(call)?;
        let uri = call.uri(&self.shared.base_url)?;
        let deadline = Deadline::start(self.limits.deadline);
        let mut attempts = Attempts::default();
        let mut accepted = self.shared.rate_limiter.accepted();
        loop {
            let permit = self.admit(call, &mut attempts, &deadline)?;
            let limits =
                AttemptLimits::start(self.limits.timeout, self.shared.connect_timeout, &deadline);
            if let Some(timed_out) = limits.timed_out_before_start() {
                let fault = Fault::Timeout(timed_out);
                return Err(self.error_before_attempt(call, &mut attempts, fault));
            }
            let limits = match call.streaming {
                true => limits.for_stream(self.limits.timeout),
                false => limits,
            };
            let request =
                self.build_request(call, uri.clone(), &limits, attempts.needs_new_connection);
            attempts.count += 1;
            let started = Instant::now();
            let outcome = self.attempt(call, request, &limits, &permit, &read);
            self.log_attempt(call, attempts.count, started, &outcome);
            let failed = match outcome {
                Ok((mut head, output)) => {
                    head.attempts = attempts.count;
                    head.is_after_lost_write = attempts.may_be_applied;
                    return Ok((head, output));
                }
                Err(failed) => *failed,
            };
            if failed.fault.is_configuration() {
                // The transport sent nothing, so it was no attempt.
                attempts.count -= 1;
            }
            let accepted_before = accepted;
            accepted = self.shared.rate_limiter.accepted();
            // A refusal counts if no other request was in flight, and none was accepted since the
            // attempt before. A server that refuses everything ends the call; the client's own
            // crowd does not.
            let has_others = !permit.is_alone || accepted > accepted_before;
            if !(failed.is_refused() && has_others) {
                attempts.counted += 1;
            }
            // Other requests may be sent while this one waits.
            drop(permit);
            let wait = self.wait_before_retry(call, &attempts, &failed, &deadline);
            let is_interrupted = failed.is_interrupted();
            let FailedAttempt {
                head, body, fault, ..
            } = failed;
            let response = head.as_ref().map(|head| (head, body.as_slice()));
            let error = self.error_for(call, &attempts, response, fault);
            let Some(wait) = wait else {
                return Err(error);
            };
            log::warn!("{}; retrying in {} ms", error.for_logs(), wait.as_millis());
            attempts.needs_new_connection = is_interrupted;
            attempts.may_be_applied = error.may_have_been_applied();
            attempts.last_error = Some(error);
            self.cancel.sleep(wait);
        }
    }

    /// Refuses a request that may not be sent with the credential of this client.
    fn check_credential(&self, call: &Call) -> Result<()> {
        if call.token_only && !self.shared.auth.is_bearer() {
            let reason = "is missing: this request requires an API token, not an email with a key";
            return Err(Error::configuration("api_token", reason));
        }
        if self.shared.auth.is_in(&call.path) {
            let reason = "contains the credential of this client: pass the identifier instead";
            return Err(Error::invalid_request("path", reason));
        }
        Ok(())
    }

    /// Waits until the rate limit admits a request, or fails at once if the wait is too long.
    fn admit(
        &self,
        call: &Call,
        attempts: &mut Attempts,
        deadline: &Deadline,
    ) -> Result<Permit<'_>> {
        loop {
            if self.cancel.is_cancelled() {
                return Err(match attempts.last_error.take() {
                    Some(error) => error.into_cancelled(),
                    None => self.error_for(call, attempts, None, Fault::Cancelled),
                });
            }
            match self.shared.rate_limiter.admit() {
                Admission::Admitted(permit) => return Ok(permit),
                Admission::Held(hold) if self.may_wait(hold, deadline) => {
                    log::debug!("waiting {} ms for the rate limit", hold.as_millis());
                    self.cancel.sleep(hold);
                }
                Admission::Held(hold) => {
                    let fault = Fault::RateLimited { reset_in: hold };
                    return Err(self.error_before_attempt(call, attempts, fault));
                }
                Admission::Queued if deadline.time_left().is_zero() => {
                    let fault = Fault::Timeout(deadline.timed_out());
                    return Err(self.error_before_attempt(call, attempts, fault));
                }
                Admission::Queued => self.cancel.sleep(QUEUE_INTERVAL),
            }
        }
    }

    /// Returns the error of a call whose next attempt is not made.
    fn error_before_attempt(&self, call: &Call, attempts: &mut Attempts, fault: Fault) -> Error {
        // The server's error says more than why the next attempt was not made.
        match attempts.last_error.take() {
            Some(error) => error,
            None => self.error_for(call, attempts, None, fault),
        }
    }

    /// Returns how long to wait before the next attempt, or `None` if there must be none.
    fn wait_before_retry(
        &self,
        call: &Call,
        attempts: &Attempts,
        failed: &FailedAttempt,
        deadline: &Deadline,
    ) -> Option<Duration> {
        let wait = retry_wait(
            &self.limits,
            call,
            attempts,
            &failed.fault,
            failed.head.as_ref(),
        )?;
        let hold = self.shared.rate_limiter.hold().unwrap_or_default();
        let wait = wait.max(hold);
        self.may_wait(wait, deadline).then_some(wait)
    }

    fn may_wait(&self, wait: Duration, deadline: &Deadline) -> bool {
        wait <= self.limits.max_retry_wait && wait < deadline.time_left()
    }

    fn build_request(
        &self,
        call: &Call,
        uri: Uri,
        limits: &AttemptLimits,
        new_connection: bool,
    ) -> http::Request<Vec<u8>> {
        let mut request = call.request(uri);
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.shared.user_agent.clone());
        self.shared.auth.apply(headers);
        request.extensions_mut().insert(AttemptOptions {
            connect: limits.connect,
            total: limits.total,
            streaming: call.streaming,
            new_connection,
        });
        request
    }

    /// Sends a request once, and reads the body of the response.
    fn attempt<T>(
        &self,
        call: &Call,
        request: http::Request<Vec<u8>>,
        limits: &AttemptLimits,
        permit: &Permit<'_>,
        read: impl Fn(Body, &AttemptLimits) -> Result<T, FailedBody>,
    ) -> Result<(ResponseHead, T), Box<FailedAttempt>> {
        let response = match limits.time_to_open() {
            None => {
                let response = self.shared.transport.execute(request);
                response.map_err(|error| limits.fault(error))
            }
            Some(time) => self.execute_on_a_thread(request, limits, time),
        };
        let response = response.map_err(|fault| {
            Box::new(FailedAttempt {
                head: None,
                body: Vec::new(),
                fault,
                is_body_incomplete: false,
            })
        })?;
        let (parts, mut body) = response.into_parts();
        permit.note(parts.status, &parts.headers);
        let head = ResponseHead {
            status: parts.status,
            headers: parts.headers,
            attempts: 0,
            is_after_lost_write: false,
        };
        if !head.status.is_success() {
            let mut bytes = Vec::new();
            // The status of a failure is what matters, even if its body is truncated.
            let outcome = body.read_rest(&mut bytes, LARGEST_FAILURE, limits.end());
            let fault = envelope::failure(call, &self.shared.base_url, &head, &bytes);
            return Err(Box::new(FailedAttempt {
                head: Some(head),
                body: bytes,
                fault,
                is_body_incomplete: outcome.is_err_and(|error| is_interruption(&error)),
            }));
        }
        match read(body, limits) {
            Ok(output) => Ok((head, output)),
            Err(failed) => Err(Box::new(FailedAttempt {
                head: Some(head),
                body: failed.part,
                fault: limits.fault(failed.error),
                is_body_incomplete: false,
            })),
        }
    }

    fn read_whole(&self, mut body: Body, limits: &AttemptLimits) -> Result<Vec<u8>, FailedBody> {
        let mut bytes = Vec::new();
        let largest = self.shared.max_response_size;
        match body.read_rest(&mut bytes, largest, limits.end()) {
            Ok(()) => Ok(bytes),
            Err(error) => {
                // One byte more was read, to find out that the body is too large.
                bytes.truncate(largest);
                Err(FailedBody { part: bytes, error })
            }
        }
    }

    fn log_attempt<T>(
        &self,
        call: &Call,
        attempts: u32,
        started: Instant,
        outcome: &Result<(ResponseHead, T), Box<FailedAttempt>>,
    ) {
        if !log::log_enabled!(log::Level::Debug) {
            return;
        }
        let head = match outcome {
            Ok((head, _)) => Some(head),
            Err(failed) => failed.head.as_ref(),
        };
        let mut response = match head {
            Some(head) => head.status.as_str().to_owned(),
            None => "no response".to_owned(),
        };
        match outcome.as_ref().map_err(|failed| &failed.fault) {
            Err(Fault::Transport(error)) => response += &format!(" ({:?})", error.kind()),
            Err(Fault::Timeout(_)) => response += " (Timeout)",
            _ => {}
        }
        let ray_id = match head.and_then(|head| self.redacted_ray_id(&head.headers)) {
            Some(ray_id) => format!(", cf-ray {ray_id}"),
            None => String::new(),
        };
        log::debug!(
            "{} {}: {response}, attempt {attempts}, {} ms{ray_id}",
            call.method,
            self.shared.auth.redact(&call.path),
            started.elapsed().as_millis(),
        );
    }
}

fn is_interruption(error: &TransportError) -> bool {
    matches!(
        error.kind(),
        TransportErrorKind::Interrupted | TransportErrorKind::Timeout
    )
}
