//! Truncated bodies of reads, writes, lists and exports: compressed or not, with each framing of
//! HTTP/1.1.

mod common;

use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use cloudflare_user::{Client, Error, TransportError, TransportErrorKind, UpdateSubscription};
use common::gzip::compress;
use common::success;
use common::tcp::{Reply, Tcp, lines};

/// How HTTP marks the end of the body.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Framing {
    Length,
    Chunks,
    /// By the end of the connection only.
    Neither,
}

/// What the server does after the last byte.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Close,
    Reset,
    Silence,
}

const FRAMINGS: [Framing; 3] = [Framing::Length, Framing::Chunks, Framing::Neither];
const ENDINGS: [Ending; 3] = [Ending::Close, Ending::Reset, Ending::Silence];

/// A way to send a body and to end the connection.
#[derive(Debug, Clone, Copy)]
struct Case {
    /// The `Content-Encoding`, a spelling of gzip.
    encoding: Option<&'static str>,
    framing: Framing,
    ending: Ending,
}

impl Case {
    fn all() -> Vec<Self> {
        // Without the feature nothing is decompressed, so a complete body is malformed as well.
        let encodings: &[Option<&str>] = if cfg!(feature = "gzip") {
            &[None, Some("gzip"), Some("GZIP"), Some("x-gzip")]
        } else {
            &[None]
        };
        let mut cases = Vec::new();
        for encoding in encodings.iter().copied() {
            for framing in FRAMINGS {
                for ending in ENDINGS {
                    cases.push(Self {
                        encoding,
                        framing,
                        ending,
                    });
                }
            }
        }
        cases
    }

    /// A case without compression, whose connection is closed.
    fn plain(framing: Framing) -> Self {
        Self {
            encoding: None,
            framing,
            ending: Ending::Close,
        }
    }

    /// Whether neither HTTP nor gzip marks the end of the body, so that only its JSON shows that it
    /// is truncated.
    fn is_end_unmarked(self) -> bool {
        self.encoding.is_none()
            && self.framing == Framing::Neither
            && self.ending != Ending::Silence
    }

    fn encode(self, body: &str) -> Vec<u8> {
        match self.encoding {
            Some(_) => compress(body.as_bytes()),
            None => body.as_bytes().to_vec(),
        }
    }

    fn complete(self, body: &[u8]) -> Reply {
        self.reply("HTTP/1.1 200 OK", body, body.len())
    }

    /// The head of a response with this encoded body, and the first `sent` bytes of the body.
    fn truncated(self, body: &[u8], sent: usize) -> Reply {
        self.reply("HTTP/1.1 200 OK", body, sent)
    }

    fn reply(self, status_line: &str, body: &[u8], sent: usize) -> Reply {
        let mut bytes = self.head(status_line, body.len());
        bytes.extend(&body[..sent]);
        if self.framing == Framing::Chunks && sent == body.len() {
            bytes.extend(end_of_chunks(body));
        }
        match self.ending {
            Ending::Close => Reply::Close(bytes),
            Ending::Reset => Reply::Reset(bytes),
            Ending::Silence => Reply::Silence(bytes),
        }
    }

    /// The head of a response, and the size of its only chunk.
    fn head(self, status_line: &str, length: usize) -> Vec<u8> {
        let content_length = format!("content-length: {length}");
        let chunk_size = format!("{length:x}");
        let framing: &[&str] = match self.framing {
            Framing::Length => &[&content_length, "", ""],
            Framing::Chunks if length == 0 => &["transfer-encoding: chunked", "", ""],
            Framing::Chunks => &["transfer-encoding: chunked", "", &chunk_size, ""],
            Framing::Neither => &["connection: close", "", ""],
        };
        let encoding = self
            .encoding
            .map(|encoding| format!("Content-Encoding: {encoding}"));
        let head = [status_line].into_iter().chain(encoding.as_deref());
        let head: Vec<&str> = head.chain(framing.iter().copied()).collect();
        lines(&head)
    }
}

fn end_of_chunks(body: &[u8]) -> Vec<u8> {
    if body.is_empty() {
        lines(&["0", "", ""])
    } else {
        lines(&["", "0", "", ""])
    }
}

/// A server that sends this reply to every request.
fn server(reply: Reply) -> Tcp {
    Tcp::scripted([reply])
}

/// A client that retries once.
fn client(server: &Tcp) -> Client {
    let builder = server.builder().timeout(Duration::from_millis(800));
    builder.max_retries(1).build().unwrap()
}

/// Runs `check` with all cases at the same time, because each mostly waits.
fn for_each_case(check: impl Fn(Case) + Sync) {
    thread::scope(|scope| {
        for case in Case::all() {
            let check = &check;
            scope.spawn(move || check(case));
        }
    });
}

#[track_caller]
fn assert_truncated(case: Case, error: &Error) {
    assert_eq!(
        error.is_decode(),
        case.is_end_unmarked(),
        "{case:?}: {error}"
    );
    let is_timeout = case.ending == Ending::Silence;
    assert_eq!(error.is_timeout(), is_timeout, "{case:?}: {error}");
    assert!(!error.is_connect(), "{case:?}: {error}");
}

#[test]
fn retries_a_read_with_a_truncated_body() {
    for_each_case(|case| {
        let body = case.encode(&success(r#"{"id":"7"}"#));
        for sent in [0, body.len() / 2, body.len() - 1] {
            let server = server(case.truncated(&body, sent));
            let error = client(&server).user().send().unwrap_err();
            assert_truncated(case, &error);
            let attempts = if case.is_end_unmarked() { 1 } else { 2 };
            assert_eq!(server.count(), attempts, "{case:?}, {sent} bytes: {error}");
        }
    });
}

#[test]
fn does_not_retry_a_write_with_a_truncated_body() {
    for_each_case(|case| {
        let body = case.encode(&success(r#"{"id":"7"}"#));
        let server = server(case.truncated(&body, body.len() / 2));
        let update = UpdateSubscription::new("1").extra("app", "a");
        let errors = [
            client(&server).send(&update).unwrap_err(),
            client(&server).delete_token("1").send().unwrap_err(),
        ];
        for error in errors {
            assert_truncated(case, &error);
            assert!(error.may_have_been_applied(), "{case:?}: {error}");
        }
        assert_eq!(server.count(), 2, "{case:?}");
    });
}

#[test]
fn retries_a_truncated_page_of_a_list() {
    for_each_case(|case| {
        if case.is_end_unmarked() {
            return;
        }
        let closes = Case {
            ending: Ending::Close,
            ..case
        };
        let page = case.encode(&success(r#"[{"id":"1"},{"id":"2"}]"#));
        let server = Tcp::scripted([
            case.truncated(&page, page.len() / 2),
            closes.complete(&page),
            closes.complete(&case.encode(&success("[]"))),
        ]);
        let client = client(&server);
        let logs = client.audit_logs().iter();
        let ids: Vec<_> = logs.map(|log| log.unwrap().id).collect();
        assert_eq!(ids, ["1", "2"], "{case:?}");
    });
}

/// What an export yields: bytes, and perhaps an error.
struct Exported {
    bytes: Vec<u8>,
    error: Option<io::Error>,
}

fn export(server: &Tcp) -> Exported {
    let mut csv = client(server).audit_logs().export().unwrap();
    let mut bytes = Vec::new();
    let error = csv.read_to_end(&mut bytes).err();
    if error.is_some() {
        let next = csv.read(&mut [0; 16]);
        assert!(next.is_err(), "the next read succeeded after {error:?}");
    }
    Exported { bytes, error }
}

fn kind(error: &io::Error) -> Option<TransportErrorKind> {
    let inner = error.get_ref()?.downcast_ref::<TransportError>()?;
    Some(inner.kind())
}

/// A CSV that is large enough that bytes are yielded before its end, also if it is compressed.
fn csv() -> String {
    let line = |number: u32| format!("2026-11-01T00:00:{number:02}Z,{},login\n", number * 7919);
    let lines: String = (0..5000).map(line).collect();
    "when,id,action\n".to_owned() + &lines
}

#[test]
fn yields_an_error_for_a_truncated_export() {
    let text = csv();
    for_each_case(|case| {
        let body = case.encode(&text);
        // The body ends in the middle of a line, with each framing.
        let server = server(case.truncated(&body, body.len() - 4));
        let Exported { bytes, error } = export(&server);
        let error = error.unwrap_or_else(|| panic!("{case:?}: {} bytes, no error", bytes.len()));
        let expected = match case.ending {
            Ending::Silence => TransportErrorKind::Timeout,
            Ending::Close | Ending::Reset => TransportErrorKind::Interrupted,
        };
        assert_eq!(kind(&error), Some(expected), "{case:?}: {error}");
        assert!(text.as_bytes().starts_with(&bytes), "{case:?}");
        assert_eq!(server.count(), 1, "{case:?}");
    });
}

#[test]
fn reads_a_complete_export_with_each_framing() {
    for_each_case(|case| {
        if case.ending == Ending::Silence && case.framing == Framing::Neither {
            return;
        }
        let body = case.encode(&csv());
        let Exported { bytes, error } = export(&server(case.complete(&body)));
        assert!(error.is_none(), "{case:?}: {error:?}");
        assert_eq!(bytes, csv().as_bytes(), "{case:?}");
    });
}

/// With a length or chunks, the end is known and the last line needs no line break.
#[test]
fn requires_a_final_line_break_only_if_nothing_else_marks_the_end() {
    for framing in FRAMINGS {
        let reply = Case::plain(framing).complete(b"when,id\n1,2");
        let Exported { bytes, error } = export(&server(reply));
        assert_eq!(bytes, b"when,id\n1,2");
        assert_eq!(error.is_some(), framing == Framing::Neither, "{error:?}");
    }
}

#[test]
fn refuses_an_empty_export_if_nothing_marks_its_end() {
    for framing in FRAMINGS {
        let server = server(Case::plain(framing).complete(b""));
        let export = client(&server).audit_logs().export();
        if framing == Framing::Neither {
            let error = export.unwrap_err().to_string();
            assert!(error.contains("declares no length"), "{error}");
        } else {
            let read = io::copy(&mut export.unwrap(), &mut io::sink());
            assert_eq!(read.unwrap(), 0, "{framing:?}");
        }
    }
}

const UNAUTHORIZED: &[u8] =
    br#"{"success":false,"errors":[{"code":9109,"message":"Unauthorized"}]}"#;

#[test]
fn reads_the_error_code_of_a_failed_export_with_each_framing() {
    for framing in FRAMINGS {
        let server = server(Case::plain(framing).complete(UNAUTHORIZED));
        let error = client(&server).audit_logs().export().unwrap_err();
        assert_eq!(error.codes().collect::<Vec<_>>(), [9109], "{error}");
    }
}

/// A gzip body with a length.
#[cfg(feature = "gzip")]
fn gzip(encoding: &'static str) -> Case {
    Case {
        encoding: Some(encoding),
        framing: Framing::Length,
        ending: Ending::Close,
    }
}

/// ureq decompresses only `gzip` in lower case.
#[cfg(feature = "gzip")]
#[test]
fn decompresses_a_failure_with_each_spelling_of_gzip() {
    let body = compress(UNAUTHORIZED);
    for encoding in ["gzip", "GZIP", "Gzip", "x-gzip", "X-GZIP"] {
        let reply = gzip(encoding).reply("HTTP/1.1 403 Forbidden", &body, body.len());
        let error = client(&server(reply)).user().send().unwrap_err();
        let codes: Vec<_> = error.codes().collect();
        assert_eq!(codes, [9109], "{encoding}: {error}");
    }
}

#[cfg(feature = "gzip")]
#[test]
fn limits_the_decompressed_size_with_each_spelling_of_gzip() {
    let body = compress(&vec![b' '; 64 << 20]);
    for encoding in ["gzip", "GZIP", "x-gzip"] {
        let server = server(gzip(encoding).complete(&body));
        let builder = server.builder().max_response_size(1 << 20);
        let error = builder.build().unwrap().user().send().unwrap_err();
        let is_limited = error.to_string().contains("max_response_size");
        assert!(is_limited, "{encoding}: {error}");
    }
}
