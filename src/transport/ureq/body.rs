//! Reads the body of a response of ureq: decompresses what ureq does not, classifies failures, and
//! checks the end of an export that declares no length.

use std::io::{self, Read};

#[cfg(feature = "gzip")]
use http::header::CONTENT_ENCODING;
use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use http::{HeaderValue, StatusCode, Version};

use super::classify::classify_body;
use crate::transport::{Body, TransportError, TransportErrorKind};

/// Converts a response of ureq. Errors of the body contain a [`TransportError`].
pub(super) fn with_body(
    response: http::Response<ureq::Body>,
    streaming: bool,
) -> http::Response<Body> {
    #[allow(unused_mut)]
    let (mut head, body) = response.into_parts();
    // ureq removes `Content-Length` and `Content-Encoding` of a body that it decompresses, so a
    // compressed export that is not chunked counts as one without a length. That is harmless as
    // long as its CSV ends in a line break.
    let needs_line_break = streaming
        && head.status.is_success()
        && head.status != StatusCode::NO_CONTENT
        && !declares_its_end(head.version, &head.headers);
    let reader = body.into_reader();
    #[cfg(feature = "gzip")]
    if head.headers.get(CONTENT_ENCODING).is_some_and(is_gzip) {
        head.headers.remove(CONTENT_ENCODING);
        head.headers.remove(CONTENT_LENGTH);
        return http::Response::from_parts(
            head,
            checked(flate2::read::MultiGzDecoder::new(reader), false),
        );
    }
    http::Response::from_parts(head, checked(reader, needs_line_break))
}

/// Whether ureq detects that the body is truncated.
fn declares_its_end(version: Version, headers: &HeaderMap) -> bool {
    let is_chunked = |value: &HeaderValue| {
        value
            .to_str()
            .is_ok_and(|text| text.to_ascii_lowercase().contains("chunked"))
    };
    headers.contains_key(CONTENT_LENGTH)
        || (version != Version::HTTP_10
            && headers.get_all(TRANSFER_ENCODING).iter().any(is_chunked))
}

/// Whether the body is compressed. ureq decompresses it only if `Content-Encoding` is `gzip` in
/// lower case.
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
    /// The first byte that is not white space.
    first: Option<u8>,
    last: Option<u8>,
    /// After a failed read, ureq returns `Ok(0)`, which would look like the end of the body.
    has_failed: bool,
}

impl<R> Checked<R> {
    fn is_truncated(&self) -> bool {
        self.needs_line_break && self.last != Some(b'\n') && self.first != Some(b'{')
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_failed {
            let error = TransportError::interrupted("an earlier read of this body failed");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, error));
        }
        let error = match self.body.read(buffer) {
            Ok(0) if !buffer.is_empty() && self.is_truncated() => TransportError::interrupted(
                "the body declares no length and does not end in a line break",
            ),
            Ok(read) => {
                if self.needs_line_break {
                    let is_text = |byte: &&u8| !byte.is_ascii_whitespace();
                    self.first = self.first.or(buffer[..read].iter().find(is_text).copied());
                    self.last = buffer[..read].last().copied().or(self.last);
                }
                return Ok(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => classify_body(error),
        };
        self.has_failed = true;
        let kind = match error.kind() {
            TransportErrorKind::Timeout => io::ErrorKind::TimedOut,
            TransportErrorKind::Interrupted => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        Err(io::Error::new(kind, error))
    }
}
