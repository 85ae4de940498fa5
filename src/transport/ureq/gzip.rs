//! Decompresses gzip bodies, and decides whether one is complete.

use std::io::{self, BufRead, BufReader, Read};
use std::mem;

use flate2::bufread::GzDecoder;

/// The first byte of a member. A gzip stream has one or more members.
const FIRST_BYTE: u8 = 0x1f;

/// Decompresses a gzip body.
///
/// White space and zeros after the compressed stream are ignored, because some servers append them.
/// A body of nothing else is empty. Errors of the compressed stream have the kind `UnexpectedEof` if
/// it is truncated, and `InvalidInput` otherwise.
pub(super) struct GzipReader<R> {
    state: State<R>,
    /// Whether the head says where the body ends. Otherwise its end may be that of the connection.
    declares_its_end: bool,
}

enum State<R> {
    Start(Compressed<R>),
    Member {
        decoder: Box<GzDecoder<Compressed<R>>>,
        is_first: bool,
    },
    End,
}

type Compressed<R> = BufReader<Source<R>>;

impl<R: Read> GzipReader<R> {
    pub(super) fn new(body: R, declares_its_end: bool) -> Self {
        let source = Source {
            body,
            has_ended: false,
        };
        Self {
            state: State::Start(BufReader::new(source)),
            declares_its_end,
        }
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let State::Member { decoder, is_first } = &mut self.state {
                let read = decoder.read(buffer);
                let is_whole = self.declares_its_end && decoder.get_ref().get_ref().has_ended;
                // The server sent all of it, so this is not the start of another member.
                if read.is_err() && is_whole && !*is_first {
                    return Err(other_bytes());
                }
                let read = read?;
                if read > 0 {
                    return Ok(read);
                }
            }
            self.state = match mem::replace(&mut self.state, State::End) {
                State::Start(body) => start(body, self.declares_its_end)?,
                State::Member { decoder, .. } => after_member(decoder.into_inner())?,
                State::End => return Ok(0),
            };
        }
    }
}

fn start<R: Read>(mut body: Compressed<R>, declares_its_end: bool) -> io::Result<State<R>> {
    match body.fill_buf()?.first() {
        None if !declares_its_end => {
            let reason = "the gzip stream is empty";
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason))
        }
        Some(&FIRST_BYTE) => Ok(member(body, true)),
        _ => only_padding(body),
    }
}

fn after_member<R: Read>(mut body: Compressed<R>) -> io::Result<State<R>> {
    match body.fill_buf()?.first() {
        Some(&FIRST_BYTE) => Ok(member(body, false)),
        _ => only_padding(body),
    }
}

/// Reads the rest of a body, which must be white space and zeros.
fn only_padding<R: Read>(mut body: Compressed<R>) -> io::Result<State<R>> {
    loop {
        let bytes = body.fill_buf()?;
        if bytes.is_empty() {
            return Ok(State::End);
        }
        if !bytes.iter().all(is_padding) {
            return Err(other_bytes());
        }
        let length = bytes.len();
        body.consume(length);
    }
}

fn member<R: Read>(body: Compressed<R>, is_first: bool) -> State<R> {
    State::Member {
        decoder: Box::new(GzDecoder::new(body)),
        is_first,
    }
}

fn is_padding(byte: &u8) -> bool {
    *byte == 0 || byte.is_ascii_whitespace()
}

fn other_bytes() -> io::Error {
    let reason = "the body has other bytes than a gzip stream";
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

/// Reads the body, and notes its end. Repeats a read that a signal interrupted, because after such
/// an error in the header of a member, flate2 would report the end of the stream.
struct Source<R> {
    body: R,
    has_ended: bool,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.body.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => {
                    self.has_ended = matches!(result, Ok(0));
                    return result;
                }
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

    /// Fails each read.
    struct Failing(io::ErrorKind);

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(self.0.into())
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

    fn error_kind(compressed: impl Read, declares_its_end: bool) -> io::ErrorKind {
        let reader = GzipReader::new(compressed, declares_its_end);
        io::read_to_string(reader).unwrap_err().kind()
    }

    #[test]
    fn a_truncated_stream_is_not_complete() {
        let stream = compress("one");
        for length in 1..stream.len() {
            for declares_its_end in [true, false] {
                let kind = error_kind(&stream[..length], declares_its_end);
                assert_eq!(kind, io::ErrorKind::UnexpectedEof, "{length} bytes");
            }
        }
    }

    #[test]
    fn a_part_of_another_member_is_truncated_only_if_the_body_may_be() {
        let first = compress("one");
        let members = [&*first, &compress("two")].concat();
        for length in first.len() + 1..members.len() {
            let part = &members[..length];
            let kinds = [
                error_kind(part, true),
                error_kind(part, false),
                error_kind(part.chain(Failing(io::ErrorKind::UnexpectedEof)), true),
            ];
            let expected = [
                io::ErrorKind::InvalidInput,
                io::ErrorKind::UnexpectedEof,
                io::ErrorKind::UnexpectedEof,
            ];
            assert_eq!(kinds, expected, "{length} bytes");
        }
    }

    #[test]
    fn an_empty_body_is_complete_only_if_its_end_is_declared() {
        let complete = io::read_to_string(GzipReader::new(io::empty(), true));
        assert_eq!(complete.unwrap(), "");
        let kind = error_kind(io::empty(), false);
        assert_eq!(kind, io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_body_of_white_space_and_zeros_is_empty() {
        for body in [b"\r\n".as_slice(), b"\0", b" ", &[0; 100_000]] {
            for declares_its_end in [true, false] {
                let reader = GzipReader::new(body, declares_its_end);
                assert_eq!(io::read_to_string(reader).unwrap(), "");
            }
        }
        for other in [b"x".as_slice(), &compress("text")] {
            let body = [b"\n", other].concat();
            assert_fails(&body, io::ErrorKind::InvalidInput);
        }
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
        let body = compress("text");
        for length in [0, 5, body.len() / 2, body.len()] {
            let error =
                decompress(body[..length].chain(Failing(io::ErrorKind::TimedOut))).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{length} bytes");
        }
    }
}
