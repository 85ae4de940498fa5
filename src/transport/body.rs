use std::fmt;
use std::io::{self, Cursor, Read};
use std::time::Instant;

use super::TransportError;

/// The body of an answer: bytes that are read as they arrive.
///
/// Made from text or bytes in tests, or from any reader with [`from_reader`](Self::from_reader).
pub struct Body(Source);

enum Source {
    Bytes(Cursor<Vec<u8>>),
    Static(&'static [u8]),
    Reader(Box<dyn Read + Send>),
}

impl Body {
    /// A body that is read from `reader`.
    ///
    /// A reader that wants its failures told apart answers with an [`io::Error`] around a [`TransportError`]; any
    /// other one counts as a connection that broke.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self(Source::Reader(Box::new(reader)))
    }

    /// Reads what arrives first, if anything does, up to the first byte that is not white space.
    pub(crate) fn read_start(&mut self, bytes: &mut Vec<u8>, until: Instant) -> Result<(), TransportError> {
        let mut chunk = [0; 4096];
        loop {
            match self.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => bytes.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            if bytes.len() > chunk.len() || !bytes.trim_ascii().is_empty() {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(TransportError::timeout("the body took too long to begin"));
            }
        }
    }

    /// Reads the body to its end in the place of all but the first `keep` of `bytes`, while all stays within `limit`
    /// bytes and is in time.
    ///
    /// Memory grows with what arrives, whatever length was announced.
    pub(crate) fn read_into(
        &mut self,
        bytes: &mut Vec<u8>,
        keep: usize,
        limit: usize,
        until: Instant,
    ) -> Result<(), TransportError> {
        let mut filled = keep.min(bytes.len());
        let outcome = self.fill(bytes, &mut filled, limit, until);
        bytes.truncate(filled);
        outcome
    }

    fn fill(
        &mut self,
        bytes: &mut Vec<u8>,
        filled: &mut usize,
        limit: usize,
        until: Instant,
    ) -> Result<(), TransportError> {
        loop {
            // What is there already, from a page before, need not be zeroed once more.
            if bytes.len() == *filled {
                let room = limit.saturating_add(1).saturating_sub(*filled);
                let chunk = (*filled).clamp(FIRST_CHUNK, LARGEST_CHUNK).min(room);
                if bytes.capacity() - *filled < chunk {
                    bytes.reserve_exact((*filled).clamp(chunk, LARGEST_STEP).min(room));
                }
                bytes.resize(*filled + chunk, 0);
            }
            match self.read(&mut bytes[*filled..]) {
                Ok(0) => return Ok(()),
                Ok(read) if *filled + read > limit => {
                    *filled += read;
                    let reason = format!("it has more than {limit} bytes, the `max_response_size`");
                    return Err(TransportError::too_large(reason));
                }
                Ok(read) => *filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            if Instant::now() > until {
                return Err(TransportError::timeout("the body took too long"));
            }
        }
    }
}

/// How much is read at a time: little at first, since most answers are short, and zeroing the room for them would be
/// most of the work; then as much as there is already.
const FIRST_CHUNK: usize = 1 << 10;
const LARGEST_CHUNK: usize = 64 << 10;
/// The most that memory grows at a time, so that it stays near to what arrived.
const LARGEST_STEP: usize = 16 << 20;

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Source::Bytes(bytes) => bytes.read(buffer),
            Source::Static(bytes) => bytes.read(buffer),
            Source::Reader(reader) => reader.read(buffer),
        }
    }
}

/// The kind of the body alone: its bytes may hold secrets.
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

/// What a failed read of a body means.
impl From<io::Error> for TransportError {
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<TransportError>()) {
            return *error
                .into_inner()
                .and_then(|inner| inner.downcast().ok())
                .expect("the type was looked at the line before");
        }
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::timeout(error),
            _ => Self::interrupted(error),
        }
    }
}
