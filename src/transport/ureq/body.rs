//! Reads the body of a response of ureq: decompresses what ureq does not, classifies failures, and checks the end of an
//! export that declares no length.

use std::io::{self, Read};

#[cfg(feature = "gzip")]
use http::header::CONTENT_ENCODING;
use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use http::{StatusCode, Version};

use super::failure::classify_body;
use crate::transport::{Body, TransportError, TransportErrorKind};

/// Converts a response of ureq. Errors of the body contain a [`TransportError`].
pub(super) fn with_body(response: http::Response<ureq::Body>, streaming: bool) -> http::Response<Body> {
    #[allow(unused_mut)]
    let (mut head, body) = response.into_parts();
    // ureq removes `Content-Length` and `Content-Encoding` of a body that it decompresses, so a compressed export that
    // is not chunked counts as one without a length. That is harmless as long as its CSV ends in a line break.
    let is_checked = streaming
        && head.status.is_success()
        && head.status != StatusCode::NO_CONTENT
        && !declares_its_end(head.version, &head.headers);
    let reader = body.into_reader();
    #[cfg(feature = "gzip")]
    if is_gzip(&head.headers) {
        head.headers.remove(CONTENT_ENCODING);
        head.headers.remove(CONTENT_LENGTH);
        return http::Response::from_parts(head, classified(flate2::read::MultiGzDecoder::new(reader)));
    }
    let body = match is_checked {
        true => classified(WholeLines { body: reader, first: None, last: None }),
        false => classified(reader),
    };
    http::Response::from_parts(head, body)
}

/// Whether ureq detects that the body is truncated.
fn declares_its_end(version: Version, headers: &HeaderMap) -> bool {
    let is_chunked = |value: &http::HeaderValue| {
        let value = value.to_str().unwrap_or_default();
        value.to_ascii_lowercase().contains("chunked")
    };
    headers.contains_key(CONTENT_LENGTH)
        || (version != Version::HTTP_10 && headers.get_all(TRANSFER_ENCODING).iter().any(is_chunked))
}

/// Whether the body is compressed. ureq decompresses it only if `Content-Encoding` is `gzip` in lower case.
#[cfg(feature = "gzip")]
fn is_gzip(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|encoding| {
        let encoding = encoding.as_bytes().trim_ascii();
        encoding.eq_ignore_ascii_case(b"gzip") || encoding.eq_ignore_ascii_case(b"x-gzip")
    })
}

fn classified(body: impl Read + Send + 'static) -> Body {
    Body::from_reader(Classified { body, has_failed: false })
}

/// Turns each error of a body into an [`io::Error`] around a [`TransportError`].
struct Classified<R> {
    body: R,
    /// After a failed read, ureq returns `Ok(0)`, which would look like the end of the body.
    has_failed: bool,
}

impl<R: Read> Read for Classified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_failed {
            let error = TransportError::interrupted("an earlier read of this body failed");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, error));
        }
        self.body.read(buffer).map_err(|error| {
            if error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            self.has_failed = true;
            let error = classify_body(error);
            let kind = match error.kind() {
                TransportErrorKind::Timeout => io::ErrorKind::TimedOut,
                TransportErrorKind::Interrupted => io::ErrorKind::UnexpectedEof,
                _ => io::ErrorKind::InvalidData,
            };
            io::Error::new(kind, error)
        })
    }
}

/// A body that ends with its connection. ureq reports a reset, and a TLS connection without its closing message, as the
/// end of such a body, so it counts as truncated unless it ends in a line break.
///
/// A body that starts with `{` is not checked: it is not CSV but a failure as JSON, which the client reads to its end.
struct WholeLines<R> {
    body: R,
    first: Option<u8>,
    last: Option<u8>,
}

impl<R: Read> Read for WholeLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(buffer)?;
        if let Some(last) = buffer[..read].last() {
            self.last = Some(*last);
            let first = |byte: &&u8| !byte.is_ascii_whitespace();
            self.first = self.first.or(buffer[..read].iter().find(first).copied());
        } else if !buffer.is_empty() && self.last != Some(b'\n') && self.first != Some(b'{') {
            let reason = "the body declares no length and does not end in a line break";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
        }
        Ok(read)
    }
}
