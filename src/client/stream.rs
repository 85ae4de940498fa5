//! An export: a response whose body the caller reads as it arrives.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
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

    /// Sends a request, and reads the start of its body, in this time.
    ///
    /// A transport has one limit for the response head and for each read of a stream. Only the head
    /// and the first read must end by the deadline, so another thread waits for both.
    pub(super) fn execute_on_a_thread(
        &self,
        request: http::Request<Vec<u8>>,
        limits: &AttemptLimits,
        time: Duration,
    ) -> Result<http::Response<Body>, Fault> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let shared = Arc::clone(&self.shared);
        let end = limits.end_of_read();
        let work = move || {
            let response = shared.transport.execute(request);
            let response = response.map(|response| response.map(|body| body.with_start_read(end)));
            // Nobody receives it after the deadline.
            let _ = sender.send(response);
        };
        let thread = thread::Builder::new().name("cloudflare-user export".to_owned());
        let thread = thread.spawn(work).map_err(|error| {
            Fault::Transport(TransportError::other(format!(
                "cannot start a thread: {error}"
            )))
        })?;
        match receiver.recv_timeout(time) {
            Ok(response) => response.map_err(|error| limits.fault(error)),
            Err(RecvTimeoutError::Timeout) => Err(limits.not_opened()),
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                // The transport panicked. So does this thread, as without the other one.
                Err(panic) => panic::resume_unwind(panic),
                Ok(()) => Err(limits.not_opened()),
            },
        }
    }
}

/// Reads the start of a body that the caller reads. A body that starts like JSON is read whole,
/// because it may be a failure with a 2xx status.
fn read_start(mut body: Body, limits: &AttemptLimits) -> Result<Stream, FailedBody> {
    let mut start = Vec::new();
    let mut outcome = body.read_start(&mut start, limits.end_of_read());
    let text = without_byte_order_mark(&start).trim_ascii_start();
    let is_like_json = text.starts_with(b"{");
    if outcome.is_ok() && is_like_json {
        outcome = body.read_rest(&mut start, LARGEST_FAILURE, limits.end_of_read());
    }
    match outcome {
        // A body that is larger than any failure is left to the caller.
        Err(error) if error.kind() != TransportErrorKind::TooLarge => {
            Err(FailedBody { part: start, error })
        }
        _ => Ok(Stream {
            start,
            rest: body,
            timed_out: limits.timed_out_read().to_string(),
        }),
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
