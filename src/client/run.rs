//! The retry loop: the only place where a request is sent.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use http::header::USER_AGENT;

use super::attempts::Attempts;
use super::limits::deadline;
use super::retry::retry_wait;
use super::{Client, Shared};
use crate::call::{Call, ResponseHead};
use crate::cancel::Cancel;
use crate::envelope::{self, RawResponse};
use crate::error::{Error, Fault, Result};
use crate::transport::{AttemptTimeout, Body, TransportError, TransportErrorKind};

/// How much of the body of a failure is read: enough for any list of errors.
const LARGEST_FAILURE: usize = 1 << 20;

/// How one attempt ended.
enum Attempt {
    /// A response with a 2xx status. Its body was read, unless the call streams it.
    Success(ResponseHead, Body),
    /// A response with any other status.
    Refusal(ResponseHead),
    /// A response with a 2xx status whose body could not be read to its end.
    TruncatedBody(ResponseHead, TransportError),
    NoResponse(TransportError),
}

impl Client {
    /// Sends a request until it succeeds or may not be retried. Reads the body of the success into
    /// `body`, or returns it unread if the call streams it.
    ///
    /// After `cancel` is called, nothing more is sent.
    pub(crate) fn run(
        &self,
        call: &Call,
        body: &mut Vec<u8>,
        cancel: Option<&Cancel>,
    ) -> Result<(ResponseHead, Body)> {
        self.refuse(call)?;
        let deadline = deadline(self.limits.deadline);
        let mut attempts = Attempts::default();
        loop {
            self.hold(call, attempts, deadline, cancel)?;
            let timeout = self.limits.timeout.min(time_left(deadline));
            if timeout.is_zero() || cancel.is_some_and(Cancel::is_cancelled) {
                let fault = Fault::Transport(TransportError::deadline_over());
                return Err(self.failed(call, attempts, None, fault));
            }
            let request = self.request(call, timeout)?;
            attempts.count += 1;
            let started = Instant::now();
            let attempt = self.attempt(call, request, started + timeout, body);
            self.log(call, attempts.count, started, &attempt);
            let (head, fault) = match attempt {
                Attempt::Success(head, rest) => {
                    return Ok((
                        ResponseHead {
                            attempts: attempts.count,
                            ..head
                        },
                        rest,
                    ));
                }
                Attempt::Refusal(head) => {
                    let fault = envelope::failure(call, &self.shared.base_url, &head, body);
                    (Some(head), fault)
                }
                Attempt::TruncatedBody(head, error) => (Some(head), Fault::Transport(error)),
                Attempt::NoResponse(error) => (None, Fault::Transport(error)),
            };
            let wait = retry_wait(
                self.limits.max_retries,
                call,
                attempts.count,
                &fault,
                head.as_ref(),
            );
            let wait = wait.filter(|wait| self.may_wait(*wait, deadline));
            let response = head.as_ref().map(|head| (head, body.as_slice()));
            let error = self.failed(call, attempts, response, fault);
            attempts.may_be_applied = error.may_have_been_applied();
            // The server's error says more than that the rate limit held the next attempt.
            let hold = self.shared.rate_limiter.hold();
            match wait {
                Some(wait) if hold.is_none_or(|hold| self.may_wait(hold, deadline)) => {
                    log::warn!("{}; retrying in {} ms", error.for_logs(), wait.as_millis());
                    sleep(wait, cancel);
                }
                _ => return Err(error),
            }
        }
    }

    /// Sends a request and returns the body of the success for the caller to read.
    pub(crate) fn open(&self, call: &Call) -> Result<Body> {
        let mut start = Vec::new();
        let (head, mut body) = self.run(call, &mut start, None)?;
        let until = deadline(self.limits.timeout);
        let mut read = body.read_start(&mut start, until);
        // A failure with a 2xx status is JSON, and short.
        if read.is_ok() && start.trim_ascii_start().starts_with(b"{") {
            read = body.read_rest(&mut start, LARGEST_FAILURE, until);
        }
        if let Err(error) = read
            && error.kind() != TransportErrorKind::TooLarge
        {
            return Err(self.undecodable(call, &head, &start, Fault::Transport(error)));
        }
        let response = RawResponse {
            call,
            head: &head,
            body: &start,
        };
        response
            .check_stream()
            .map_err(|fault| self.undecodable(call, &head, &start, fault))?;
        Ok(Body::from_reader(Redacted {
            body: Cursor::new(start).chain(body),
            shared: Arc::clone(&self.shared),
        }))
    }

    /// Refuses a request that may not be sent with the credential of this client.
    fn refuse(&self, call: &Call) -> Result<()> {
        if call.token_only && !self.shared.auth.is_bearer() {
            let reason = "is missing: this request requires an API token, not an email with a key";
            return Err(Error::invalid_request("api_token", reason));
        }
        if self.shared.auth.is_in(&call.path) {
            let reason = "contains the credential of this client: pass the identifier instead";
            return Err(Error::invalid_request("path", reason));
        }
        Ok(())
    }

    /// Waits until the rate limit allows a request, or fails at once if the wait is too long.
    fn hold(
        &self,
        call: &Call,
        attempts: Attempts,
        deadline: Instant,
        cancel: Option<&Cancel>,
    ) -> Result<()> {
        while let Some(hold) = self.shared.rate_limiter.hold() {
            if !self.may_wait(hold, deadline) {
                let fault = Fault::Transport(TransportError::rate_limited());
                let error = self.failed(call, attempts, None, fault);
                return Err(error.with_retry_after(hold));
            }
            log::debug!("waiting {} ms for the rate limit", hold.as_millis());
            sleep(hold, cancel);
            if cancel.is_some_and(Cancel::is_cancelled) {
                break;
            }
        }
        Ok(())
    }

    fn may_wait(&self, wait: Duration, deadline: Instant) -> bool {
        wait <= self.limits.max_retry_wait && wait < time_left(deadline)
    }

    fn request(&self, call: &Call, timeout: Duration) -> Result<http::Request<Vec<u8>>> {
        let mut request = call.request(&self.shared.base_url)?;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.shared.user_agent.clone());
        self.shared.auth.apply(headers);
        let connect = self.shared.connect_timeout;
        let timeout = AttemptTimeout::new(connect, timeout, call.streaming);
        request.extensions_mut().insert(timeout);
        Ok(request)
    }

    /// Sends a request once, and reads the body of the response, unless it is a success that the
    /// call streams.
    fn attempt(
        &self,
        call: &Call,
        request: http::Request<Vec<u8>>,
        until: Instant,
        body: &mut Vec<u8>,
    ) -> Attempt {
        body.clear();
        let (parts, mut rest) = match self.shared.transport.execute(request) {
            Ok(response) => response.into_parts(),
            Err(error) => return Attempt::NoResponse(error),
        };
        self.shared.rate_limiter.note(parts.status, &parts.headers);
        let head = ResponseHead {
            status: parts.status,
            headers: parts.headers,
            attempts: 0,
        };
        if !head.status.is_success() {
            // The status of a failure is what matters, even if its body is truncated.
            let _ = rest.read_rest(body, LARGEST_FAILURE, until);
            return Attempt::Refusal(head);
        }
        if call.streaming {
            return Attempt::Success(head, rest);
        }
        match rest.read_rest(body, self.shared.max_response_size, until) {
            Ok(()) => Attempt::Success(head, rest),
            Err(error) => {
                body.truncate(self.shared.max_response_size);
                Attempt::TruncatedBody(head, error)
            }
        }
    }

    fn log(&self, call: &Call, attempts: u32, started: Instant, attempt: &Attempt) {
        if !log::log_enabled!(log::Level::Debug) {
            return;
        }
        let (head, error) = match attempt {
            Attempt::Success(head, _) | Attempt::Refusal(head) => (Some(head), None),
            Attempt::TruncatedBody(head, error) => (Some(head), Some(error)),
            Attempt::NoResponse(error) => (None, Some(error)),
        };
        let status = head.map_or("no response", |head| head.status.as_str());
        let error = error.map_or(String::new(), |error| format!(" ({:?})", error.kind()));
        let ray_id = head.and_then(|head| self.ray_id(&head.headers));
        let ray_id = ray_id.map_or(String::new(), |ray_id| format!(", cf-ray {ray_id}"));
        log::debug!(
            "{} {}: {status}{error}, attempt {attempts}, {} ms{ray_id}",
            call.method,
            self.shared.auth.redact(&call.path),
            started.elapsed().as_millis(),
        );
    }
}

fn time_left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn sleep(duration: Duration, cancel: Option<&Cancel>) {
    match cancel {
        Some(cancel) => cancel.sleep(duration),
        None => thread::sleep(duration),
    }
}

/// A body that the caller reads, whose errors hold no credential.
struct Redacted<R> {
    body: R,
    shared: Arc<Shared>,
}

impl<R: Read> Read for Redacted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.body.read(buffer).map_err(|error| {
            let kind = error.kind();
            let redact_credential = |text: &str| self.shared.auth.redact(text).into_owned();
            io::Error::new(
                kind,
                TransportError::from(error).map_text(&redact_credential),
            )
        })
    }
}
