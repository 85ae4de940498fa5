//! Decompresses gzip bodies, and decides whether one is complete.

use std::io::{self, BufRead, BufReader, Read};
use std::mem;

use flate2::bufread::GzDecoder;

/// The first byte of a member. A gzip stream has one or more members.
const FIRST_BYTE: u8 = 0x1f;

/// Decompresses a gzip body.
///
/// White space and zeros after the compressed stream are ignored, because some servers append them.
/// Errors of the compressed stream have the kind `UnexpectedEof` if it is truncated, and
/// `InvalidInput` otherwise.
pub(super) struct GzipReader<R> {
    state: State<R>,
    /// Whether an empty body is complete. Otherwise it is truncated.
    may_be_empty: bool,
}

enum State<R> {
    Start(Compressed<R>),
    Member(Box<GzDecoder<Compressed<R>>>),
    End,
}

type Compressed<R> = BufReader<Uninterrupted<R>>;

impl<R: Read> GzipReader<R> {
    pub(super) fn new(body: R, may_be_empty: bool) -> Self {
        Self {
            state: State::Start(BufReader::new(Uninterrupted(body))),
            may_be_empty,
        }
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let State::Member(decoder) = &mut self.state {
                let read = decoder.read(buffer)?;
                if read > 0 {
                    return Ok(read);
                }
            }
            self.state = match mem::replace(&mut self.state, State::End) {
                State::Start(body) => start(body, self.may_be_empty)?,
                State::Member(decoder) => after_member(decoder.into_inner())?,
                State::End => return Ok(0),
            };
        }
    }
}

fn start<R: Read>(mut body: Compressed<R>, may_be_empty: bool) -> io::Result<State<R>> {
    if !body.fill_buf()?.is_empty() {
        return Ok(member(body));
    }
    if may_be_empty {
        Ok(State::End)
    } else {
        let reason = "the gzip stream is empty";
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason))
    }
}

fn after_member<R: Read>(mut body: Compressed<R>) -> io::Result<State<R>> {
    if body.fill_buf()?.first() == Some(&FIRST_BYTE) {
        return Ok(member(body));
    }
    loop {
        let bytes = body.fill_buf()?;
        if bytes.is_empty() {
            return Ok(State::End);
        }
        if !bytes.iter().all(is_padding) {
            let reason = "other bytes follow the gzip stream";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let length = bytes.len();
        body.consume(length);
    }
}

fn member<R: Read>(body: Compressed<R>) -> State<R> {
    State::Member(Box::new(GzDecoder::new(body)))
}

fn is_padding(byte: &u8) -> bool {
    *byte == 0 || byte.is_ascii_whitespace()
}

/// Repeats a read that a signal interrupted. After such an error in the header of a member, flate2
/// would report the end of the stream.
struct Uninterrupted<R>(R);

impl<R: Read> Read for Uninterrupted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn compress(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn decompress(compressed: impl Read) -> io::Result<String> {
        io::read_to_string(GzipReader::new(compressed, true))
    }

    #[track_caller]
    fn assert_fails(compressed: &[u8], kind: io::ErrorKind) {
        let error = decompress(compressed).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }

    /// Returns one byte a read, each after a read that a signal interrupts.
    struct Slow<'b> {
        bytes: &'b [u8],
        is_interrupted: bool,
    }

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.is_interrupted = !self.is_interrupted;
            if self.is_interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = buffer.len().min(1);
            self.bytes.read(&mut buffer[..length])
        }
    }

    #[test]
    fn decompresses_each_member() {
        let members = [compress("one"), compress(""), compress(" two")].concat();
        assert_eq!(decompress(&*members).unwrap(), "one two");
        let slow = Slow {
            bytes: &members,
            is_interrupted: false,
        };
        assert_eq!(decompress(slow).unwrap(), "one two");
    }

    #[test]
    fn ignores_white_space_and_zeros_after_the_stream() {
        let large = vec![0; 100_000];
        for padding in [
            b"\n".as_slice(),
            b"\r\n",
            b" \t\r\n\x0c",
            b"\0",
            b"\n\0",
            &large,
        ] {
            let body = [&*compress("text"), padding].concat();
            assert_eq!(decompress(&*body).unwrap(), "text", "{padding:?}");
        }
    }

    #[test]
    fn refuses_other_bytes_after_the_stream() {
        let member = compress("more");
        for other in [
            b"x".as_slice(),
            b"</html>",
            b"\x01",
            b"\r\nx",
            b"\0\0\x1f",
            b"\x8b\x1f",
            &[b"\n", &*member].concat(),
            &[[0; 100_000].as_slice(), b"x"].concat(),
            b"\x1f\x8b\xff_______",
        ] {
            let body = [&*compress("text"), other].concat();
            assert_fails(&body, io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn a_truncated_stream_is_not_complete() {
        let first = compress("one");
        let members = [&*first, &compress("two")].concat();
        for length in 1..members.len() {
            if length != first.len() {
                assert_fails(&members[..length], io::ErrorKind::UnexpectedEof);
            }
        }
    }

    #[test]
    fn an_empty_body_is_complete_only_if_it_may_be_empty() {
        let read = |may_be_empty| io::read_to_string(GzipReader::new(io::empty(), may_be_empty));
        assert_eq!(read(true).unwrap(), "");
        let error = read(false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn refuses_a_body_that_is_not_gzip_and_a_wrong_checksum() {
        assert_fails(b"{\"success\":true}", io::ErrorKind::InvalidInput);
        let mut body = compress("text");
        let checksum = body.len() - 8;
        body[checksum] ^= 1;
        assert_fails(&body, io::ErrorKind::InvalidInput);
    }

    #[test]
    fn returns_the_error_of_the_body() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::TimedOut.into())
            }
        }
        let body = compress("text");
        for length in [0, 5, body.len() / 2, body.len()] {
            let error = decompress(body[..length].chain(Failing)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{length} bytes");
        }
    }
}
