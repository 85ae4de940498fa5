//! An export: a response whose body the caller reads as it arrives.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{panic, thread};

use super::limits::AttemptLimits;
use super::run::FailedBody;
use super::{Client, Shared};
use crate::call::Call;
use crate::envelope::{LARGEST_FAILURE, RawResponse};
use crate::error::{Fault, Result};
use crate::json::without_byte_order_mark;
use crate::transport::{Body, TransportError, TransportErrorKind};

/// A body that is read as it arrives.
struct Stream {
    /// The part that was read already.
    start: Vec<u8>,
    rest: Body,
    /// The error text of a read that takes too long.
    timed_out: String,
}

impl Client {
    /// Sends a request until it succeeds or may not be retried, and returns the body for the caller
    /// to read.
    pub(crate) fn open(&self, call: &Call) -> Result<Body> {
        let (head, stream) = self.run(call, read_start)?;
        let response = RawResponse {
            call,
            head: &head,
            body: &stream.start,
        };
        response
            .check_stream()
            .map_err(|fault| self.undecodable(call, &head, &stream.start, fault))?;
        Ok(Body::from_reader(CallersBody {
            body: Cursor::new(stream.start).chain(stream.rest),
            timed_out: stream.timed_out,
            shared: Arc::clone(&self.shared),
        }))
    }

    /// Sends a request on another thread, which also reads what [`open`](Self::open) needs of the
    /// body. This thread waits for all of that no longer than `time`.
    ///
    /// A transport has one limit for the response head and for each read of a stream, but the
    /// deadline limits only what `open` reads.
    pub(super) fn execute_on_a_thread(
        &self,
        request: http::Request<Vec<u8>>,
        limits: &AttemptLimits,
        time: Duration,
    ) -> Result<http::Response<Body>, Fault> {
        let end = Instant::now() + time;
        let (send_head, head) = mpsc::sync_channel(1);
        let (send_body, body) = mpsc::sync_channel(1);
        let (shared, limits_of_thread) = (Arc::clone(&self.shared), *limits);
        // Nobody receives what is sent after the deadline.
        let work = move || match shared.transport.execute(request) {
            Ok(response) => {
                let is_success = response.status().is_success();
                let (head, body) = response.into_parts();
                let _ = send_head.send(Ok(head));
                let _ = send_body.send(with_opening(body, is_success, &limits_of_thread));
            }
            Err(error) => {
                let _ = send_head.send(Err(error));
            }
        };
        let thread = thread::Builder::new().name("cloudflare-user export".to_owned());
        let thread = thread.spawn(work).map_err(|error| {
            Fault::Transport(TransportError::other(format!(
                "cannot start a thread: {error}"
            )))
        })?;
        match head.recv_timeout(time) {
            Ok(Ok(head)) => {
                let body = Body::from_reader(Awaited {
                    body,
                    end,
                    arrived: None,
                });
                Ok(http::Response::from_parts(head, body))
            }
            Ok(Err(error)) => Err(limits.fault(error)),
            Err(RecvTimeoutError::Timeout) => Err(limits.not_opened()),
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                // The transport panicked. So does this thread, as without the other one.
                Err(panic) => panic::resume_unwind(panic),
                Ok(()) => Err(limits.not_opened()),
            },
        }
    }
}

/// A body whose start another thread reads.
struct Awaited {
    body: Receiver<Body>,
    end: Instant,
    arrived: Option<Body>,
}

impl Read for Awaited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(body) = &mut self.arrived {
            return body.read(buffer);
        }
        let time = self.end.saturating_duration_since(Instant::now());
        match self.body.recv_timeout(time) {
            Ok(body) => self.arrived.insert(body).read(buffer),
            Err(RecvTimeoutError::Timeout) => {
                let error = TransportError::timeout("the body did not begin in time");
                Err(io::Error::other(error))
            }
            Err(RecvTimeoutError::Disconnected) => {
                let error = TransportError::other("the reader of the body panicked");
                Err(io::Error::other(error))
            }
        }
    }
}

/// Reads the start of a body that the caller reads.
fn read_start(mut body: Body, limits: &AttemptLimits) -> Result<Stream, FailedBody> {
    let mut start = Vec::new();
    match read_opening(&mut body, &mut start, true, limits) {
        Ok(()) => Ok(Stream {
            start,
            rest: body,
            timed_out: limits.timed_out_read().to_string(),
        }),
        Err(error) => Err(FailedBody { part: start, error }),
    }
}

/// Reads the start of a body, and returns the body with it. It fails where reading failed.
fn with_opening(mut body: Body, is_success: bool, limits: &AttemptLimits) -> Body {
    let mut start = Vec::new();
    let outcome = read_opening(&mut body, &mut start, is_success, limits);
    let start = Cursor::new(start);
    match outcome {
        Ok(()) => Body::from_reader(start.chain(body)),
        Err(error) => Body::from_reader(start.chain(Failed(Some(error)))),
    }
}

/// Reads the start of a body. That of a failure is read whole, and so is one that starts like JSON,
/// because it may be a failure with a 2xx status.
fn read_opening(
    body: &mut Body,
    start: &mut Vec<u8>,
    is_success: bool,
    limits: &AttemptLimits,
) -> Result<(), TransportError> {
    body.read_start(start, limits.end_of_read())?;
    let text = without_byte_order_mark(start).trim_ascii_start();
    let is_like_json = text.starts_with(b"{");
    if is_success && !is_like_json {
        return Ok(());
    }
    match body.read_rest(start, LARGEST_FAILURE, limits.end_of_read()) {
        // A body that is larger than any failure is left to the caller.
        Err(error) if error.kind() == TransportErrorKind::TooLarge => Ok(()),
        outcome => outcome,
    }
}

/// The place in a body where reading failed.
struct Failed(Option<TransportError>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match self.0.take() {
            Some(error) => Err(io::Error::other(error)),
            None => Err(io::Error::other("an earlier read of this body failed")),
        }
    }
}

/// A body that the caller reads. Its errors contain no credential, and a timeout names its limit.
struct CallersBody<R> {
    body: R,
    timed_out: String,
    shared: Arc<Shared>,
}

impl<R> CallersBody<R> {
    fn error_text(&self, kind: TransportErrorKind, text: &str) -> String {
        match kind {
            TransportErrorKind::Timeout => self.timed_out.clone(),
            _ => self.shared.auth.redact(text).into_owned(),
        }
    }
}

impl<R: Read> Read for CallersBody<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.body.read(buffer).map_err(|error| {
            let io_kind = error.kind();
            let error = TransportError::from(error);
            let kind = error.kind();
            let error = error.map_text(&|text| self.error_text(kind, text));
            io::Error::new(io_kind, error)
        })
    }
}
