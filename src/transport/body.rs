use std::fmt;
use std::io::{self, Cursor, Read};
use std::time::Instant;

use super::TransportError;
use crate::json::is_blank;

/// The body of a response, which is read as it arrives.
///
/// Text, bytes and JSON convert to a body, for tests, and so does any reader with
/// [`from_reader`](Self::from_reader):
///
/// ```
/// use cloudflare_user::Body;
/// use serde_json::json;
///
/// let bodies = [
///     Body::from(r#"{"success":true,"result":{"id":"7"}}"#),
///     Body::from(json!({"success": true, "result": {"id": "7"}})),
///     Body::from_reader(std::io::empty()),
/// ];
/// # assert_eq!(bodies.len(), 3);
/// ```
pub struct Body(Box<dyn Read + Send>);

/// The size of the first read, and of the largest, in bytes. Most responses are short, and the
/// buffer must be zeroed.
const FIRST_CHUNK: usize = 1 << 10;
const LARGEST_CHUNK: usize = 64 << 10;
/// The most bytes by which the buffer grows at a time. A larger step would reserve much more than a
/// body needs.
const LARGEST_STEP: usize = 16 << 20;
/// The most bytes of white space that are read in search of the start of a body.
const LONGEST_SPACE: usize = 4 << 10;

impl Body {
    /// Creates a body that is read from `reader`.
    ///
    /// An [`io::Error`] around a [`TransportError`] is treated as that error. `TimedOut` and
    /// `WouldBlock` are treated as [`TransportError::timeout`], and other kinds as
    /// [`TransportError::interrupted`]. After `Interrupted`, only the read is repeated.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self(Box::new(reader))
    }

    /// Appends the start of the body to `bytes`, up to the first read that contains more than a byte
    /// order mark and white space.
    pub(crate) fn read_start(
        &mut self,
        bytes: &mut Vec<u8>,
        until: Instant,
    ) -> Result<(), TransportError> {
        self.read_while(bytes, usize::MAX, until, |bytes| {
            bytes.len() <= LONGEST_SPACE && is_blank(bytes)
        })
    }

    /// Appends the rest of the body to `bytes`. Fails if `bytes` gets longer than `limit`, or
    /// `until` is over.
    pub(crate) fn read_rest(
        &mut self,
        bytes: &mut Vec<u8>,
        limit: usize,
        until: Instant,
    ) -> Result<(), TransportError> {
        self.read_while(bytes, limit, until, |_| true)
    }

    fn read_while(
        &mut self,
        bytes: &mut Vec<u8>,
        limit: usize,
        until: Instant,
        needs_more: impl Fn(&[u8]) -> bool,
    ) -> Result<(), TransportError> {
        let mut filled = bytes.len();
        let outcome = loop {
            if bytes.len() == filled {
                let room = limit.saturating_add(1).saturating_sub(filled);
                let chunk = filled.clamp(FIRST_CHUNK, LARGEST_CHUNK).min(room);
                if bytes.capacity() - filled < chunk {
                    bytes.reserve_exact(filled.clamp(chunk, LARGEST_STEP).min(room));
                }
                bytes.resize(filled + chunk, 0);
            }
            match self.read(&mut bytes[filled..]) {
                Ok(0) => break Ok(()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error.into()),
            }
            if filled > limit {
                let reason = format!("it has more than {limit} bytes, the `max_response_size`");
                break Err(TransportError::too_large(reason));
            }
            if !needs_more(&bytes[..filled]) {
                break Ok(());
            }
            if Instant::now() > until {
                break Err(TransportError::timeout("the body took too long"));
            }
        };
        bytes.truncate(filled);
        outcome
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

/// Omits the bytes, which may hold secrets.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::from_reader(io::empty())
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self::from_reader(text.as_bytes())
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Self::from_reader(bytes)
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::from_reader(Cursor::new(text))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from_reader(Cursor::new(bytes))
    }
}

/// Converts a value to its JSON.
impl From<serde_json::Value> for Body {
    fn from(value: serde_json::Value) -> Self {
        Self::from(value.to_string())
    }
}

/// Converts a failed read of a body, as [`Body::from_reader`] describes.
impl From<io::Error> for TransportError {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(|error| match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::timeout(error),
            _ => Self::interrupted(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_from_text_bytes_and_json() {
        for (body, expected) in [
            (Body::from("text"), "text"),
            (Body::from(&b"bytes"[..]), "bytes"),
            (Body::from(String::from("string")), "string"),
            (Body::from(b"vector".to_vec()), "vector"),
            (
                Body::from(serde_json::json!({"id": ["é", 7]})),
                r#"{"id":["é",7]}"#,
            ),
            (Body::from_reader(&b"reader"[..]), "reader"),
            (Body::default(), ""),
        ] {
            assert_eq!(io::read_to_string(body).unwrap(), expected);
        }
    }
}
