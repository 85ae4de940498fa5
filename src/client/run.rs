//! The one place where a call runs: its attempts, its log lines, and the error that it may end with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use http::header::{HeaderMap, USER_AGENT};

use super::{Client, Head};
use crate::endpoint::Call;
use crate::envelope;
use crate::error::{Error, Exchange, Fault, Result};
use crate::retry::{self, Course, Failure};
use crate::transport::{AttemptTimeout, Body, TransportError};

/// How much of a body an error keeps.
const KEPT: usize = 64 << 10;
/// How much of the body of a failure is read: enough for any list of errors.
const LARGEST_FAILURE: usize = 1 << 20;

impl Client {
    /// Runs a call, and reads the body of its success into `body`, whose allocation is used again.
    ///
    /// A call that was cancelled sends nothing more.
    pub(crate) fn run(
        &self,
        call: &Call,
        body: &mut Vec<u8>,
        cancelled: Option<&AtomicBool>,
    ) -> Result<Head> {
        let (head, _) = self.attempt_until_done(call, body, false, cancelled)?;
        Ok(head)
    }

    /// Runs a call whose body is read by the caller.
    pub(crate) fn open(&self, call: &Call) -> Result<Body> {
        let (_, body) = self.attempt_until_done(call, &mut Vec::new(), true, None)?;
        Ok(body)
    }

    fn attempt_until_done(
        &self,
        call: &Call,
        body: &mut Vec<u8>,
        streaming: bool,
        cancelled: Option<&AtomicBool>,
    ) -> Result<(Head, Body)> {
        if call.bearer_only && !self.shared.auth.is_bearer() {
            return Err(Error::invalid_request(
                "api_token",
                "is missing: this request takes an API token, not an email with a key",
            ));
        }
        let mut course = Course::start(self.limits);
        loop {
            self.wait_for_the_rate_limit(call, &course)?;
            let timeout = course.attempt_timeout();
            let outcome = if timeout.is_zero()
                || cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Relaxed))
            {
                Err(TransportError::connect_timeout(
                    "the call's deadline is over",
                ))
            } else {
                let request = self.request(call, timeout, streaming)?;
                course.attempts += 1;
                let started = Instant::now();
                let outcome = self.attempt(request, started + timeout, body, streaming);
                self.log(call, course.attempts, started, &outcome);
                outcome
            };
            let (wait, error) = match outcome {
                Ok((head, rest)) if head.status.is_success() => {
                    return Ok((
                        Head {
                            attempts: course.attempts,
                            ..head
                        },
                        rest,
                    ));
                }
                Ok((head, _)) => {
                    let failure = Failure::Status(head.status, retry::retry_after(&head.headers));
                    let fault = envelope::failure(call, head.status, &head.headers, body);
                    let error =
                        self.failed(call, course.attempts, Some((&head, self.kept(body))), fault);
                    (course.wait_before_retry(call, &failure), error)
                }
                Err(error) => {
                    let wait = course.wait_before_retry(call, &Failure::Transport(&error));
                    (
                        wait,
                        self.failed(call, course.attempts, None, Fault::Transport(error)),
                    )
                }
            };
            let Some(wait) = wait else { return Err(error) };
            log::warn!("{error}; trying again in {} ms", wait.as_millis());
            thread::sleep(wait);
        }
    }

    fn wait_for_the_rate_limit(&self, call: &Call, course: &Course) -> Result<()> {
        let Some(pause) = self.shared.limiter.pause() else {
            return Ok(());
        };
        if !course.may_wait(pause) {
            let error = Fault::Transport(TransportError::rate_limited());
            return Err(self
                .failed(call, course.attempts, None, error)
                .with_retry_after(pause));
        }
        log::debug!("waiting {} ms for the rate limit", pause.as_millis());
        thread::sleep(pause);
        Ok(())
    }

    fn request(
        &self,
        call: &Call,
        timeout: Duration,
        streaming: bool,
    ) -> Result<http::Request<Vec<u8>>> {
        let mut request = call.request(&self.shared.base_url)?;
        request
            .headers_mut()
            .insert(USER_AGENT, self.shared.user_agent.clone());
        self.shared.auth.apply(request.headers_mut());
        let connect = self.shared.connect_timeout.min(timeout);
        request.extensions_mut().insert(AttemptTimeout {
            connect,
            total: timeout,
            streaming,
        });
        Ok(request)
    }

    /// Sends a request once. The body of an answer is read into `body`, unless the caller reads that of a success.
    fn attempt(
        &self,
        request: http::Request<Vec<u8>>,
        until: Instant,
        body: &mut Vec<u8>,
        streaming: bool,
    ) -> Result<(Head, Body), TransportError> {
        body.clear();
        let (parts, mut rest) = self.shared.transport.execute(request)?.into_parts();
        self.shared.limiter.note(parts.status, &parts.headers);
        if !parts.status.is_success() {
            // What matters of a failure is its status, even if its body breaks off.
            let _ = rest.read_into(body, LARGEST_FAILURE, until);
        } else if !streaming {
            rest.read_into(body, self.shared.max_response_size, until)?;
        }
        Ok((
            Head {
                status: parts.status,
                headers: parts.headers,
                attempts: 0,
            },
            rest,
        ))
    }

    fn log(
        &self,
        call: &Call,
        attempt: u32,
        started: Instant,
        outcome: &Result<(Head, Body), TransportError>,
    ) {
        if !log::log_enabled!(log::Level::Debug) {
            return;
        }
        let path = self.shared.auth.scrub(&call.path);
        let millis = started.elapsed().as_millis();
        match outcome {
            Ok((head, _)) => {
                let ray_id = self.ray_id(&head.headers).unwrap_or_default();
                let status = head.status.as_u16();
                log::debug!(
                    "{} {path}: {status}, attempt {attempt}, {millis} ms, cf-ray {ray_id}",
                    call.method
                );
            }
            Err(error) => log::debug!(
                "{} {path}: {:?}, attempt {attempt}, {millis} ms",
                call.method,
                error.kind()
            ),
        }
    }

    fn ray_id(&self, headers: &HeaderMap) -> Option<String> {
        Some(
            self.shared
                .auth
                .scrub(headers.get("cf-ray")?.to_str().ok()?)
                .into_owned(),
        )
    }

    pub(super) fn not_understood(
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
        let head = answer.as_ref().map(|(head, _)| *head);
        let exchange = Box::new(Exchange {
            method: call.method.clone(),
            path: scrub(&call.path),
            write: !call.idempotent,
            hint: call.hint.as_deref().map(scrub),
            attempts,
            status: head.map(|head| head.status),
            ray_id: head.and_then(|head| self.ray_id(&head.headers)),
            retry_after: head
                .filter(|head| !head.status.is_success())
                .and_then(|head| retry::retry_after(&head.headers)),
            body: answer.map(|(_, body)| body),
            fault: fault.map_text(&scrub),
        });
        match exchange.fault {
            Fault::Transport(_) => Error::Transport(exchange),
            Fault::Api(_) | Fault::Status(_) => Error::Api(exchange),
            Fault::Decode(_) => Error::Decode(exchange),
        }
    }
}
