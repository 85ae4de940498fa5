//! Truncated bodies of reads, writes, lists and exports: compressed or not, with each framing of
//! HTTP/1.1.

mod common;

use std::io::{self, Read, Write};
use std::thread;
use std::time::Duration;

use cloudflare_user::{Client, Error, TransportError, TransportErrorKind, UpdateSubscription};
use common::success;
use common::tcp::{Reply, Tcp};
use flate2::Compression;
use flate2::write::GzEncoder;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Framing {
    Length,
    Chunks,
    Neither,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Fin,
    Reset,
    Silence,
}

const FRAMINGS: [Framing; 3] = [Framing::Length, Framing::Chunks, Framing::Neither];
const ENDINGS: [Ending; 3] = [Ending::Fin, Ending::Reset, Ending::Silence];

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The head and the first `sent` bytes of a response with this body.
fn response(encoding: Option<&str>, framing: Framing, body: &[u8], sent: usize) -> Vec<u8> {
    let length = body.len();
    let mut head = "HTTP/1.1 200 OK\r\n".to_owned();
    if let Some(encoding) = encoding {
        head += &format!("Content-Encoding: {encoding}\r\n");
    }
    head += &match framing {
        Framing::Length => format!("content-length: {length}\r\n\r\n"),
        Framing::Chunks if length == 0 => "transfer-encoding: chunked\r\n\r\n".to_owned(),
        Framing::Chunks => format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n"),
        Framing::Neither => "connection: close\r\n\r\n".to_owned(),
    };
    let mut bytes = head.into_bytes();
    bytes.extend(&body[..sent]);
    if framing == Framing::Chunks && sent == length {
        bytes.extend(if length == 0 {
            &b"0\r\n\r\n"[..]
        } else {
            b"\r\n0\r\n\r\n"
        });
    }
    bytes
}

fn server(bytes: Vec<u8>, ending: Ending) -> Tcp {
    Tcp::new(move |_, _| match ending {
        Ending::Fin => Reply::Close(bytes.clone()),
        Ending::Reset => Reply::Reset(bytes.clone()),
        Ending::Silence => Reply::Silence(bytes.clone()),
    })
}

/// A client that retries once.
fn client(server: &Tcp) -> Client {
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url())
        .timeout(Duration::from_millis(800))
        .max_retries(1);
    client.build().unwrap()
}

/// Each way to truncate a body: its name, encoding, framing and ending.
fn cases() -> Vec<(String, Option<&'static str>, Framing, Ending)> {
    let mut cases = Vec::new();
    let encodings = [None, Some("gzip"), Some("GZIP"), Some("x-gzip")];
    for encoding in encodings.into_iter().filter(|encoding| {
        // Without the feature nothing is decompressed, so a complete body is malformed as well.
        cfg!(feature = "gzip") || encoding.is_none()
    }) {
        for framing in FRAMINGS {
            for ending in ENDINGS {
                let name = format!("{encoding:?} {framing:?} {ending:?}");
                cases.push((name, encoding, framing, ending));
            }
        }
    }
    cases
}

/// Runs `check` with all cases at the same time, because each mostly waits.
fn for_each_case(check: impl Fn(&str, Option<&'static str>, Framing, Ending) + Sync) {
    thread::scope(|scope| {
        for (name, encoding, framing, ending) in cases() {
            let check = &check;
            scope.spawn(move || check(&name, encoding, framing, ending));
        }
    });
}

fn encoded(encoding: Option<&str>, body: &str) -> Vec<u8> {
    match encoding {
        Some(_) => compress(body.as_bytes()),
        None => body.as_bytes().to_vec(),
    }
}

/// Whether neither HTTP nor gzip marks the end of the body, so that only its JSON shows that it is
/// truncated.
fn is_end_unmarked(encoding: Option<&str>, framing: Framing, ending: Ending) -> bool {
    encoding.is_none() && framing == Framing::Neither && ending != Ending::Silence
}

#[track_caller]
fn assert_truncated(name: &str, error: &Error, ending: Ending, is_unmarked: bool) {
    assert_eq!(error.is_decode(), is_unmarked, "{name}: {error}");
    assert_eq!(
        error.is_timeout(),
        ending == Ending::Silence,
        "{name}: {error}"
    );
    assert!(!error.is_connect(), "{name}: {error}");
}

#[test]
fn retries_a_read_with_a_truncated_body() {
    for_each_case(|name, encoding, framing, ending| {
        let body = encoded(encoding, &success(r#"{"id":"7"}"#));
        for sent in [0, body.len() / 2, body.len() - 1] {
            let name = &format!("{name}, {sent} bytes");
            let server = server(response(encoding, framing, &body, sent), ending);
            let error = client(&server).user().send().unwrap_err();
            let is_unmarked = is_end_unmarked(encoding, framing, ending);
            assert_truncated(name, &error, ending, is_unmarked);
            let attempts = if is_unmarked { 1 } else { 2 };
            assert_eq!(server.count(), attempts, "{name}: {error}");
        }
    });
}

#[test]
fn does_not_retry_a_write_with_a_truncated_body() {
    for_each_case(|name, encoding, framing, ending| {
        let body = encoded(encoding, &success(r#"{"id":"7"}"#));
        let server = server(response(encoding, framing, &body, body.len() / 2), ending);
        let update = UpdateSubscription::new("1").extra("app", "a");
        for error in [
            client(&server).send(&update).unwrap_err(),
            client(&server).delete_token("1").send().unwrap_err(),
        ] {
            let is_unmarked = is_end_unmarked(encoding, framing, ending);
            assert_truncated(name, &error, ending, is_unmarked);
            assert!(error.may_have_been_applied(), "{name}: {error}");
        }
        assert_eq!(server.count(), 2, "{name}");
    });
}

#[test]
fn retries_a_truncated_page_of_a_list() {
    for_each_case(|name, encoding, framing, ending| {
        if is_end_unmarked(encoding, framing, ending) {
            return;
        }
        let page = encoded(encoding, &success(r#"[{"id":"1"},{"id":"2"}]"#));
        let last = encoded(encoding, &success("[]"));
        let truncated = response(encoding, framing, &page, page.len() / 2);
        let complete = response(encoding, framing, &page, page.len());
        let last = response(encoding, framing, &last, last.len());
        let server = Tcp::new(move |number, _| match (number, ending) {
            (0, Ending::Fin) => Reply::Close(truncated.clone()),
            (0, Ending::Reset) => Reply::Reset(truncated.clone()),
            (0, Ending::Silence) => Reply::Silence(truncated.clone()),
            (1, _) => Reply::Close(complete.clone()),
            _ => Reply::Close(last.clone()),
        });
        let client = client(&server);
        let logs = client.audit_logs().iter();
        let ids: Result<Vec<_>, _> = logs.map(|log| log.map(|log| log.id)).collect();
        assert_eq!(ids.unwrap(), ["1", "2"], "{name}");
    });
}

/// The bytes that an export yields, and the error that ends it.
fn exported(server: &Tcp) -> (Vec<u8>, Option<io::Error>) {
    let mut bytes = Vec::new();
    let mut csv = client(server).audit_logs().export().unwrap();
    let error = csv.read_to_end(&mut bytes).err();
    if error.is_some() {
        assert!(
            csv.read(&mut [0; 16]).is_err(),
            "the next read succeeded after {error:?}"
        );
    }
    (bytes, error)
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
    for_each_case(|name, encoding, framing, ending| {
        let body = encoded(encoding, &text);
        // The body ends in the middle of a line, with each framing.
        let sent = body.len() - 4;
        let server = server(response(encoding, framing, &body, sent), ending);
        let (bytes, error) = exported(&server);
        let error = error.unwrap_or_else(|| panic!("{name}: {} bytes and no error", bytes.len()));
        let expected = match ending {
            Ending::Silence => TransportErrorKind::Timeout,
            _ => TransportErrorKind::Interrupted,
        };
        assert_eq!(kind(&error), Some(expected), "{name}: {error}");
        assert!(text.as_bytes().starts_with(&bytes), "{name}");
        assert_eq!(server.count(), 1, "{name}");
    });
}

#[test]
fn reads_a_complete_export_with_each_framing() {
    for_each_case(|name, encoding, framing, ending| {
        if ending == Ending::Silence && framing == Framing::Neither {
            return;
        }
        let body = encoded(encoding, &csv());
        let bytes = response(encoding, framing, &body, body.len());
        let (bytes, error) = exported(&server(bytes, ending));
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(bytes, csv().as_bytes(), "{name}");
    });
}

/// With a length or chunks, the end is known and the last line needs no line break.
#[test]
fn requires_a_final_line_break_only_if_nothing_else_marks_the_end() {
    for framing in FRAMINGS {
        let bytes = response(None, framing, b"when,id\n1,2", 11);
        let (bytes, error) = exported(&server(bytes, Ending::Fin));
        assert_eq!(bytes, b"when,id\n1,2");
        assert_eq!(error.is_some(), framing == Framing::Neither, "{error:?}");
    }
}

#[test]
fn refuses_an_empty_export_if_nothing_marks_its_end() {
    for framing in FRAMINGS {
        let server = server(response(None, framing, b"", 0), Ending::Fin);
        let outcome = client(&server).audit_logs().export();
        if framing == Framing::Neither {
            let error = outcome.unwrap_err().to_string();
            assert!(error.contains("declares no length"), "{error}");
        } else {
            assert_eq!(
                io::copy(&mut outcome.unwrap(), &mut io::sink()).unwrap(),
                0,
                "{framing:?}"
            );
        }
    }
}

#[test]
fn reads_the_error_code_of_a_failed_export_with_each_framing() {
    let json = br#"{"success":false,"errors":[{"code":9109,"message":"Unauthorized"}]}"#;
    for framing in FRAMINGS {
        let server = server(response(None, framing, json, json.len()), Ending::Fin);
        let error = client(&server).audit_logs().export().unwrap_err();
        assert_eq!(error.codes().collect::<Vec<_>>(), [9109], "{error}");
    }
}

/// ureq decompresses only `gzip` in lower case.
#[cfg(feature = "gzip")]
#[test]
fn decompresses_a_failure_with_each_spelling_of_gzip() {
    let json = br#"{"success":false,"errors":[{"code":9109,"message":"Unauthorized"}]}"#;
    for encoding in ["gzip", "GZIP", "Gzip", "x-gzip", "X-GZIP"] {
        let body = compress(json);
        let bytes = response(Some(encoding), Framing::Length, &body, body.len());
        let bytes = [b"HTTP/1.1 403 No", &bytes["HTTP/1.1 200 OK".len()..]].concat();
        let error = client(&server(bytes, Ending::Fin))
            .user()
            .send()
            .unwrap_err();
        assert_eq!(
            error.codes().collect::<Vec<_>>(),
            [9109],
            "{encoding}: {error}"
        );
    }
}

#[cfg(feature = "gzip")]
#[test]
fn limits_the_decompressed_size_with_each_spelling_of_gzip() {
    for encoding in ["gzip", "GZIP", "x-gzip"] {
        let body = compress(&vec![b' '; 64 << 20]);
        let bytes = response(Some(encoding), Framing::Length, &body, body.len());
        let server = server(bytes, Ending::Fin);
        let client = Client::builder()
            .api_token("a-token-of-the-tests")
            .base_url(server.url())
            .max_response_size(1 << 20);
        let error = client.build().unwrap().user().send().unwrap_err();
        assert!(
            error.to_string().contains("max_response_size"),
            "{encoding}: {error}"
        );
    }
}
