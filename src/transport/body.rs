use std::fmt;
use std::io::{self, Cursor, Read};
use std::time::Instant;

use super::TransportError;

/// The body of a response, which is read as it arrives.
///
/// Converts from text and bytes, for tests, and from any reader with [`from_reader`](Self::from_reader).
pub struct Body(Source);

enum Source {
    Bytes(Cursor<Vec<u8>>),
    Static(&'static [u8]),
    Reader(Box<dyn Read + Send>),
}

/// The size of the first read, and of the largest. Most responses are short, and the buffer must be zeroed.
const FIRST_CHUNK: usize = 1 << 10;
const LARGEST_CHUNK: usize = 64 << 10;
/// The most that memory grows at a time, so that it stays near the size of the body.
const LARGEST_STEP: usize = 16 << 20;
/// The most white space that is read in search of the start of a body.
const LONGEST_SPACE: usize = 4 << 10;

impl Body {
    /// Creates a body that is read from `reader`.
    ///
    /// An [`io::Error`] around a [`TransportError`] is treated as that error. `TimedOut` and `WouldBlock` are treated
    /// as [`TransportError::timeout`], and other kinds as [`TransportError::interrupted`]. `Interrupted` is retried.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self(Source::Reader(Box::new(reader)))
    }

    /// Appends the start of the body to `bytes`, up to the first read that contains more than white space.
    pub(crate) fn read_start(&mut self, bytes: &mut Vec<u8>, until: Instant) -> Result<(), TransportError> {
        let has_start = |bytes: &[u8]| bytes.len() > LONGEST_SPACE || !bytes.trim_ascii().is_empty();
        self.read_while(bytes, usize::MAX, until, |bytes| !has_start(bytes))
    }

    /// Appends the rest of the body to `bytes`. Fails if `bytes` gets longer than `limit`, or `until` is over.
    pub(crate) fn read_to_end(
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
        match &mut self.0 {
            Source::Bytes(bytes) => bytes.read(buffer),
            Source::Static(bytes) => bytes.read(buffer),
            Source::Reader(reader) => reader.read(buffer),
        }
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
        Self::from("")
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self(Source::Static(text.as_bytes()))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Source::Bytes(Cursor::new(bytes)))
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
