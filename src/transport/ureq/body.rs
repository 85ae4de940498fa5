//! Reads the body of a response of ureq: decompresses it, classifies failures, and checks the end of
//! an export that declares no length.

use std::io::{self, Read};

#[cfg(feature = "gzip")]
use http::header::CONTENT_ENCODING;
use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use http::{HeaderValue, StatusCode, Version};

use super::classify::classify_body;
#[cfg(feature = "gzip")]
use super::gzip::GzipReader;
use crate::json::BYTE_ORDER_MARK;
use crate::transport::{Body, TransportError, TransportErrorKind};

/// Converts a response of ureq. Errors of the body contain a [`TransportError`].
pub(super) fn with_body(
    response: http::Response<ureq::Body>,
    streaming: bool,
) -> http::Response<Body> {
    #[cfg_attr(not(feature = "gzip"), expect(unused_mut))]
    let (mut head, body) = response.into_parts();
    if matches!(
        head.status,
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    ) {
        return http::Response::from_parts(head, Body::default());
    }
    let declares_its_end = declares_its_end(head.version, &head.headers);
    let reader = body.into_reader();
    #[cfg(feature = "gzip")]
    if head.headers.get(CONTENT_ENCODING).is_some_and(is_gzip) {
        head.headers.remove(CONTENT_ENCODING);
        head.headers.remove(CONTENT_LENGTH);
        let reader = GzipReader::new(reader, declares_its_end);
        return http::Response::from_parts(head, checked(reader, false));
    }
    let needs_line_break = streaming && head.status.is_success() && !declares_its_end;
    http::Response::from_parts(head, checked(reader, needs_line_break))
}

/// Whether the head says where the body ends, so that ureq detects that it is truncated.
fn declares_its_end(version: Version, headers: &HeaderMap) -> bool {
    let has_chunks =
        version != Version::HTTP_10 && headers.get_all(TRANSFER_ENCODING).iter().any(is_chunked);
    has_chunks || headers.contains_key(CONTENT_LENGTH)
}

fn is_chunked(encoding: &HeaderValue) -> bool {
    let encoding = encoding.as_bytes().to_ascii_lowercase();
    encoding.windows(7).any(|word| word == b"chunked")
}

/// Whether `Content-Encoding` is gzip. Its names have no case, and `x-gzip` is an old one.
#[cfg(feature = "gzip")]
fn is_gzip(encoding: &HeaderValue) -> bool {
    matches!(
        &*encoding.as_bytes().trim_ascii().to_ascii_lowercase(),
        b"gzip" | b"x-gzip"
    )
}

fn checked(body: impl Read + Send + 'static, needs_line_break: bool) -> Body {
    Body::from_reader(Checked {
        body,
        needs_line_break,
        first: None,
        last: None,
        has_failed: false,
    })
}

/// Turns each error of a body into an [`io::Error`] around a [`TransportError`].
struct Checked<R> {
    body: R,
    /// Whether the body ends with its connection. ureq reports a reset, and a TLS connection
    /// without its closing message, as the end of such a body, so it counts as truncated unless it
    /// ends in a line break. A body that starts with `{` is not CSV but a failure as JSON, which
    /// the client reads to its end.
    needs_line_break: bool,
    /// The first byte that is neither white space nor of a byte order mark.
    first: Option<u8>,
    last: Option<u8>,
    /// After a failed read, ureq returns `Ok(0)`, which would look like the end of the body.
    has_failed: bool,
}

impl<R> Checked<R> {
    fn is_truncated(&self) -> bool {
        self.needs_line_break && self.last != Some(b'\n') && self.first != Some(b'{')
    }

    fn note(&mut self, bytes: &[u8]) {
        if !self.needs_line_break {
            return;
        }
        if self.first.is_none() {
            let is_ignored =
                |byte: &u8| byte.is_ascii_whitespace() || BYTE_ORDER_MARK.contains(byte);
            self.first = bytes.iter().copied().find(|byte| !is_ignored(byte));
        }
        if let Some(last) = bytes.last() {
            self.last = Some(*last);
        }
    }

    fn fail(&mut self, error: TransportError) -> io::Error {
        self.has_failed = true;
        let kind = match error.kind() {
            TransportErrorKind::Timeout => io::ErrorKind::TimedOut,
            TransportErrorKind::Interrupted => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, error)
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_failed {
            let reason = "an earlier read of this body failed";
            return Err(self.fail(TransportError::interrupted(reason)));
        }
        match self.body.read(buffer) {
            Ok(0) if !buffer.is_empty() && self.is_truncated() => {
                let reason = "the body declares no length and does not end in a line break";
                Err(self.fail(TransportError::interrupted(reason)))
            }
            Ok(read) => {
                self.note(&buffer[..read]);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.fail(classify_body(error))),
        }
    }
}
