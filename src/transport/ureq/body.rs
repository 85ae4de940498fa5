//! Reads the body of a response of ureq's: decompresses what ureq does not, classifies failures, and checks the end of
//! an export that has no declared length.

use std::io::{self, Read};

use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use http::{StatusCode, Version};

use super::failure::classify_body;
use crate::transport::{Body, TransportError, TransportErrorKind};

/// The response with a body whose errors hold a [`TransportError`].
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
    if gzip::is_gzip(&head.headers) {
        gzip::remove_headers(&mut head.headers);
        let body = Body::from_reader(Classified::new(gzip::Decoder::new(reader)));
        return http::Response::from_parts(head, body);
    }
    let body = if is_checked {
        Body::from_reader(Classified::new(WholeLines::new(reader)))
    } else {
        Body::from_reader(Classified::new(reader))
    };
    http::Response::from_parts(head, body)
}

/// Whether ureq notices that the body is truncated.
fn declares_its_end(version: Version, headers: &HeaderMap) -> bool {
    let is_chunked = |value: &http::HeaderValue| {
        let value = value.to_str().unwrap_or_default();
        value.to_ascii_lowercase().contains("chunked")
    };
    headers.contains_key(CONTENT_LENGTH)
        || (version != Version::HTTP_10 && headers.get_all(TRANSFER_ENCODING).iter().any(is_chunked))
}

/// Turns each error of a body into an [`io::Error`] around a [`TransportError`].
struct Classified<R> {
    body: R,
    /// Without it, the read after a failed one would be a clean end: ureq returns `Ok(0)` then.
    has_failed: bool,
}

impl<R> Classified<R> {
    fn new(body: R) -> Self {
        Self { body, has_failed: false }
    }
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
/// A body that begins with `{` is not checked: it is no CSV but a failure as JSON, which the client reads to its end.
struct WholeLines<R> {
    body: R,
    first: Option<u8>,
    last: Option<u8>,
}

impl<R> WholeLines<R> {
    fn new(body: R) -> Self {
        Self { body, first: None, last: None }
    }
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

/// ureq decompresses a body only if its `Content-Encoding` is `gzip` in lower case.
#[cfg(feature = "gzip")]
mod gzip {
    use super::*;
    use flate2::read::MultiGzDecoder;
    use http::header::CONTENT_ENCODING;

    pub(super) fn is_gzip(headers: &HeaderMap) -> bool {
        let encoding = headers.get(CONTENT_ENCODING);
        encoding.is_some_and(|encoding| {
            let encoding = encoding.as_bytes().trim_ascii();
            encoding.eq_ignore_ascii_case(b"gzip") || encoding.eq_ignore_ascii_case(b"x-gzip")
        })
    }

    /// They describe the compressed body.
    pub(super) fn remove_headers(headers: &mut HeaderMap) {
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
    }

    /// Decompresses a few kilobytes at a time, and reports errors as ureq does.
    pub(super) struct Decoder<R>(MultiGzDecoder<R>);

    impl<R: Read> Decoder<R> {
        pub(super) fn new(body: R) -> Self {
            Self(MultiGzDecoder::new(body))
        }
    }

    impl<R: Read> Read for Decoder<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer).map_err(|error| {
                if error.get_ref().is_some_and(|inner| inner.is::<ureq::Error>()) {
                    return error;
                }
                ureq::Error::Decompress("gzip", error).into_io()
            })
        }
    }
}
