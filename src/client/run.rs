//! The one place where a call runs: its attempts, its log lines, and the error that it may end with.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use http::header::USER_AGENT;

use super::retry::{Course, LONGEST};
use super::{Client, Shared};
use crate::call::{Call, Head};
use crate::cancel::Cancel;
use crate::envelope;
use crate::error::{Error, Fault, Result};
use crate::transport::{AttemptTimeout, Body, TransportError, TransportErrorKind};

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
        cancel: Option<&Cancel>,
    ) -> Result<Head> {
        let (head, _) = self.attempt_until_done(call, body, false, cancel)?;
        Ok(head)
    }

    /// Runs a call whose body is read by the caller.
    pub(crate) fn open(&self, call: &Call) -> Result<Body> {
        let mut start = Vec::new();
        let (head, mut body) = self.attempt_until_done(call, &mut start, true, None)?;
        let broken =
            |start: &[u8], error| self.not_understood(call, &head, start, Fault::Transport(error));
        let until = Instant::now() + self.limits.timeout.min(LONGEST);
        body.read_start(&mut start, until)
            .map_err(|error| broken(&start, error))?;
        // A failure with a status of success is JSON, and short.
        if start.trim_ascii_start().starts_with(b"{") {
            let begun = start.len();
            let read = body.read_into(&mut start, begun, LARGEST_FAILURE, until);
            if let Err(error) = read
                && error.kind() != TransportErrorKind::TooLarge
            {
                return Err(broken(&start, error));
            }
        }
        let judged = head.answer(call, &start).check_stream();
        judged.map_err(|fault| self.not_understood(call, &head, &start, fault))?;
        Ok(Body::from_reader(Clean {
            body: Cursor::new(start).chain(body),
            shared: Arc::clone(&self.shared),
        }))
    }

    fn attempt_until_done(
        &self,
        call: &Call,
        body: &mut Vec<u8>,
        streaming: bool,
        cancel: Option<&Cancel>,
    ) -> Result<(Head, Body)> {
        if call.bearer_only && !self.shared.auth.is_bearer() {
            return Err(Error::invalid_request(
                "api_token",
                "is missing: this request takes an API token, not an email with a key",
            ));
        }
        if self.shared.auth.is_in(&call.path) {
            return Err(Error::invalid_request(
                "path",
                "holds the credential of this client: pass the identifier, not the secret",
            ));
        }
        let mut course = Course::start(self.limits);
        let sleep = |wait| match cancel {
            Some(cancel) => cancel.sleep(wait),
            None => thread::sleep(wait),
        };
        loop {
            while let Some(pause) = self.shared.limiter.pause() {
                if !course.may_wait(pause) {
                    let fault = Fault::Transport(TransportError::rate_limited());
                    return Err(self
                        .failed(call, course.attempts, None, fault)
                        .with_retry_after(pause));
                }
                log::debug!("waiting {} ms for the rate limit", pause.as_millis());
                sleep(pause);
                if cancel.is_some_and(Cancel::is_cancelled) {
                    break;
                }
            }
            let timeout = course.attempt_timeout();
            if timeout.is_zero() || cancel.is_some_and(Cancel::is_cancelled) {
                let fault = Fault::Transport(TransportError::deadline_over());
                return Err(self.failed(call, course.attempts, None, fault));
            }
            let request = self.request(call, timeout, streaming)?;
            course.attempts += 1;
            let started = Instant::now();
            let (head, outcome) = self.attempt(request, started + timeout, body, streaming);
            self.log(
                call,
                course.attempts,
                started,
                head.as_ref(),
                outcome.as_ref().err(),
            );
            let (fault, head) = match (outcome, head) {
                (Ok(rest), Some(head)) if head.status.is_success() => {
                    return Ok((
                        Head {
                            attempts: course.attempts,
                            ..head
                        },
                        rest,
                    ));
                }
                (Ok(_), Some(head)) => (
                    envelope::failure(call, &self.shared.base_url, &head, body),
                    Some(head),
                ),
                (Ok(_), None) => (Fault::Transport(TransportError::other("no answer")), None),
                (Err(error), head) => (Fault::Transport(error), head),
            };
            let wait = course.wait_before_retry(call, &fault, head.as_ref());
            let answer = head.as_ref().map(|head| (head, self.kept(body)));
            let error = self.failed(call, course.attempts, answer, fault);
            // What the server said is worth more than that nothing more was sent.
            let pause = self.shared.limiter.pause();
            let wait = wait.filter(|_| pause.is_none_or(|pause| course.may_wait(pause)));
            let Some(wait) = wait else { return Err(error) };
            log::warn!(
                "{}; trying again in {} ms",
                error.for_logs(),
                wait.as_millis()
            );
            sleep(wait);
        }
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
        let timeout = AttemptTimeout::new(self.shared.connect_timeout, timeout, streaming);
        request.extensions_mut().insert(timeout);
        Ok(request)
    }

    /// Sends a request once. The body of an answer is read into `body`, unless the caller reads that of a success. Of
    /// an answer that breaks off, the head stays known.
    fn attempt(
        &self,
        request: http::Request<Vec<u8>>,
        until: Instant,
        body: &mut Vec<u8>,
        streaming: bool,
    ) -> (Option<Head>, Result<Body, TransportError>) {
        let (parts, mut rest) = match self.shared.transport.execute(request) {
            Ok(response) => response.into_parts(),
            Err(error) => {
                body.clear();
                return (None, Err(error));
            }
        };
        let limiter = &self.shared.limiter;
        limiter.note(parts.status, &parts.headers, &self.limits);
        let head = Head {
            status: parts.status,
            headers: parts.headers,
            attempts: 0,
        };
        let read = if !head.status.is_success() {
            // What matters of a failure is its status, even if its body breaks off.
            let _ = rest.read_into(body, 0, LARGEST_FAILURE, until);
            Ok(())
        } else if streaming {
            body.clear();
            Ok(())
        } else {
            rest.read_into(body, 0, self.shared.max_response_size, until)
        };
        (Some(head), read.map(|()| rest))
    }

    fn log(
        &self,
        call: &Call,
        attempt: u32,
        started: Instant,
        head: Option<&Head>,
        error: Option<&TransportError>,
    ) {
        if !log::log_enabled!(log::Level::Debug) {
            return;
        }
        let path = self.shared.auth.scrub(&call.path);
        let status = head.map_or("no answer", |head| head.status.as_str());
        let failure = error.map_or(String::new(), |error| format!(" ({:?})", error.kind()));
        let ray_id = head
            .and_then(|head| self.ray_id(&head.headers))
            .unwrap_or_default();
        let millis = started.elapsed().as_millis();
        log::debug!(
            "{} {path}: {status}{failure}, attempt {attempt}, {millis} ms, cf-ray {ray_id}",
            call.method
        );
    }
}

/// A body that the caller reads, whose failures hold no credential.
struct Clean<R> {
    body: R,
    shared: Arc<Shared>,
}

impl<R: Read> Read for Clean<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.body.read(buffer).map_err(|error| {
            let kind = error.kind();
            let scrub = |text: &str| self.shared.auth.scrub(text).into_owned();
            io::Error::new(kind, TransportError::from(error).map_text(&scrub))
        })
    }
}
