//! An export: a response whose body the caller reads as it arrives.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use super::limits::AttemptLimits;
use super::run::FailedBody;
use super::{Client, Shared};
use crate::call::Call;
use crate::envelope::{LARGEST_FAILURE, RawResponse};
use crate::error::Result;
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
}

/// Reads the start of a body that the caller reads. A body that starts like JSON is read whole,
/// because it may be a failure with a 2xx status.
fn read_start(mut body: Body, limits: &AttemptLimits) -> Result<Stream, FailedBody> {
    let mut start = Vec::new();
    let mut outcome = body.read_start(&mut start, limits.end_of_read());
    let is_like_json = start.trim_ascii_start().starts_with(b"{");
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
