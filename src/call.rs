//! A request and the head of its response, as plain data between the layers.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode, Uri};

use crate::encode::encode;
use crate::error::{Error, Result};

/// A request as plain data, which can be sent any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Percent-encoded, with a leading slash.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) accept: &'static str,
    /// Whether the caller reads the body of the response.
    pub(crate) streaming: bool,
    pub(crate) idempotent: bool,
    /// Whether the request may change something.
    pub(crate) write: bool,
    pub(crate) unwrapped: bool,
    pub(crate) single_page: bool,
    pub(crate) token_only: bool,
    pub(crate) returns_secret: bool,
    pub(crate) recovery_hint: Option<String>,
}

impl Call {
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.query.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    pub(crate) fn set_parameter(&mut self, name: &str, value: String) {
        match self.query.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.query.push((name.to_owned(), value)),
        }
    }

    /// Returns the page number in the query, if there is one.
    pub(crate) fn page(&self) -> Option<u64> {
        self.parameter("page")?.parse().ok()
    }

    /// Returns the URL, or an error if it is too long.
    pub(crate) fn uri(&self, base_url: &str) -> Result<Uri> {
        let mut target =
            String::with_capacity(base_url.len() + self.path.len() + 32 * self.query.len());
        target.push_str(base_url);
        target.push_str(&self.path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(&encode(name));
            target.push('=');
            target.push_str(&encode(value));
        }
        // The base URL is valid and the rest is encoded, so the only possible error is the length.
        Uri::try_from(target).map_err(|_| {
            Error::invalid_request(
                "request",
                "does not fit in a URL: at most 65,534 bytes when encoded",
            )
        })
    }

    /// Returns the HTTP request to the call's URL, without the credential.
    pub(crate) fn request(&self, uri: Uri) -> Request<Vec<u8>> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri;
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static(self.accept));
        if self.streaming {
            // ureq does not report where a compressed body ends, so a truncated export would go
            // undetected.
            request
                .headers_mut()
                .insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if !self.body.is_empty() {
            request
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        request
    }
}

/// The status and the headers of a response.
#[derive(Debug, Clone)]
pub(crate) struct ResponseHead {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// How often the request was sent to get this response.
    pub(crate) attempts: u32,
    /// Whether an earlier attempt may have applied a write.
    pub(crate) is_after_lost_write: bool,
}

/// A response with its whole body.
#[derive(Debug)]
pub(crate) struct CompleteResponse {
    pub(crate) head: ResponseHead,
    pub(crate) body: Vec<u8>,
}
