//! Faults of a server over a real connection: what a read and a write return, and how many requests
//! they take.

mod common;

use std::io::{self, Read};
use std::thread;
use std::time::{Duration, Instant};

use cloudflare_user::{Client, Error, ErrorKind, UpdateSubscription, UreqTransport};
use common::tcp::{Reply, Tcp, lines, response};
use common::{builder, success};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

const USER: &str = r#"{"success":true,"errors":[],"messages":[],"result":{"id":"1"}}"#;

/// What a request returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Value,
    /// A failure with this status.
    Status(u16),
    Decode,
    Timeout,
    /// Another error of the connection.
    Transport,
}

fn outcome_of<T>(result: &Result<T, Error>) -> Outcome {
    match result {
        Ok(_) => Outcome::Value,
        Err(error) => match error.kind() {
            ErrorKind::Timeout => Outcome::Timeout,
            ErrorKind::Decode => Outcome::Decode,
            ErrorKind::Api | ErrorKind::Gateway | ErrorKind::RateLimited => {
                Outcome::Status(error.status().unwrap())
            }
            _ => Outcome::Transport,
        },
    }
}

/// A client that retries once and accepts 1 MiB.
fn client(server: &Tcp) -> Client {
    let builder = server.builder().timeout(Duration::from_secs(5));
    let builder = builder.max_retries(1).max_response_size(1 << 20);
    builder.build().unwrap()
}

/// Checks a read and a write whose connection is closed after these bytes.
#[track_caller]
fn check(fault: &str, bytes: Vec<u8>, expected: Outcome, attempts_of_read: usize) {
    let server = Tcp::scripted([Reply::Close(bytes)]);
    check_read(fault, &server, expected, attempts_of_read);
    check_write(fault, &server, expected);
}

#[track_caller]
fn check_read(fault: &str, server: &Tcp, expected: Outcome, attempts: usize) {
    let start = Instant::now();
    let result = client(server).user().send();
    let elapsed = start.elapsed();
    assert_eq!(outcome_of(&result), expected, "{fault}: {result:?}");
    assert_eq!(server.count(), attempts, "{fault}: {result:?}");
    assert!(elapsed < Duration::from_secs(6), "{fault}: {result:?}");
    if let Err(error) = result {
        assert!(!error.may_have_been_applied(), "{fault}: {error}");
    }
}

/// A write is retried only after a 429, and may have been applied unless the server refused it.
#[track_caller]
fn check_write(fault: &str, server: &Tcp, expected: Outcome) {
    let count_before = server.count();
    let write = UpdateSubscription::new("1").extra("app", "a");
    let result = client(server).send(&write);
    let attempts = server.count() - count_before;
    assert_eq!(outcome_of(&result), expected, "{fault}: {result:?}");
    let is_retried = expected == Outcome::Status(429);
    assert_eq!(attempts, 1 + usize::from(is_retried), "{fault}");
    if let Err(error) = result {
        let is_refused = matches!(expected, Outcome::Status(..500));
        assert_eq!(error.may_have_been_applied(), !is_refused, "{fault}");
    }
}

#[track_caller]
fn assert_success(response: &str, bytes: Vec<u8>) {
    check(response, bytes, Outcome::Value, 1);
}

/// A fault of the connection, after which a read is retried.
#[track_caller]
fn assert_retried(fault: &str, bytes: Vec<u8>) {
    check(fault, bytes, Outcome::Transport, 2);
}

/// A fault of the connection, after which nothing is retried.
#[track_caller]
fn assert_not_retried(fault: &str, bytes: Vec<u8>) {
    check(fault, bytes, Outcome::Transport, 1);
}

#[track_caller]
fn assert_decode_error(fault: &str, bytes: Vec<u8>) {
    check(fault, bytes, Outcome::Decode, 1);
}

#[test]
fn accepts_a_complete_response() {
    assert_success("a complete response", response(200, &[], USER));
}

#[test]
fn retries_a_read_after_a_truncated_head() {
    assert_retried("no bytes", lines(&[]));
    assert_retried("a truncated status line", lines(&["HTTP/1.1 20"]));
    let headers = lines(&["HTTP/1.1 200 OK", "content-le"]);
    assert_retried("truncated headers", headers);
}

#[test]
fn reports_malformed_heads() {
    let ssh = lines(&["SSH-2.0-OpenSSH_9.0", ""]);
    assert_not_retried("another protocol", ssh);
    let two_digits = lines(&["HTTP/1.1 20 OK", "", ""]);
    assert_not_retried("a status of two digits", two_digits);
    let nameless = lines(&["HTTP/1.1 200 OK", ": x", "content-length: 0", "", ""]);
    assert_not_retried("a header without a name", nameless);
    let long = format!("x: {}", "y".repeat(200_000));
    let long = lines(&["HTTP/1.1 200 OK", &long, "", ""]);
    assert_not_retried("a header of 200 KB", long);
    let many = [&["HTTP/1.1 200 OK"], &["x: y"; 5_000][..], &["", ""]];
    assert_not_retried("5000 headers", lines(&many.concat()));
    let text = lines(&["HTTP/1.1 200 OK", "content-length: x", "", ""]);
    assert_not_retried("a length that is not a number", text);
    let negative = lines(&["HTTP/1.1 200 OK", "content-length: -1", "", ""]);
    assert_not_retried("a negative length", negative);
}

#[test]
fn reports_bodies_that_differ_from_their_length() {
    let length = USER.len();
    let with_length = |length: usize, body: &str| {
        let header = format!("content-length: {length}");
        lines(&["HTTP/1.1 200 OK", &header, "", body])
    };
    assert_retried("a declared body without any bytes", with_length(10, ""));
    assert_retried("a truncated body", with_length(length + 1, USER));
    assert_retried("10 GiB declared", with_length(10_737_418_240, USER));
    let two_lengths = lines(&[
        "HTTP/1.1 200 OK",
        "content-length: 5",
        &format!("content-length: {length}"),
        "",
        USER,
    ]);
    assert_not_retried("two lengths", two_lengths);
    let without_length = |body: &str| lines(&["HTTP/1.1 200 OK", "", body]);
    assert_success("the end of the connection", without_length(USER));
    let truncated = without_length(&USER[..length - 1]);
    assert_decode_error("the end of the connection, too early", truncated);
}

#[test]
fn reports_malformed_chunks() {
    let chunked = |chunks: &[&str]| {
        let head = ["HTTP/1.1 200 OK", "transfer-encoding: chunked", ""];
        lines(&[&head, chunks].concat())
    };
    let size = format!("{:x}", USER.len());
    let larger_size = format!("{:x}", USER.len() + 5);
    assert_success("chunks", chunked(&[&size, USER, "0", "", ""]));
    let not_hexadecimal = chunked(&["zz", "abc", "0", "", ""]);
    assert_not_retried("a malformed chunk size", not_hexadecimal);
    let overflowing = chunked(&["fffffffffffffffffff", "abc", "0", "", ""]);
    assert_not_retried("a chunk size that overflows", overflowing);
    assert_retried("a truncated chunk", chunked(&[&larger_size, USER]));
    assert_retried("no last chunk", chunked(&[&size, USER, ""]));
}

#[test]
fn reports_unexpected_bodies() {
    let large = response(200, &[], &" ".repeat(2 << 20));
    assert_not_retried("a body over the size limit", large);
    assert_decode_error("no body", response(200, &[], ""));
    let no_content = lines(&["HTTP/1.1 204 No Content", "", ""]);
    assert_decode_error("a 204", no_content);
    let web_page = response(200, &["content-type: text/html"], "<html>");
    assert_decode_error("a web page", web_page);
    let other_json = response(200, &[], r#"{"ok":1}"#);
    assert_decode_error("JSON that is not an envelope", other_json);
}

#[test]
fn retries_a_read_after_a_connection_reset() {
    let complete = response(200, &["cf-ray: a-ray"], USER);
    for length in [0, 5, 30, complete.len() / 2, complete.len() - 1] {
        let fault = format!("reset after {length} bytes");
        let server = Tcp::scripted([Reply::Reset(complete[..length].to_vec())]);
        check_read(&fault, &server, Outcome::Transport, 2);
        check_write(&fault, &server, Outcome::Transport);
    }
}

/// Responses whose framing continues without end and never contains a byte of the body.
const ENDLESS_FRAMING: [&str; 4] = [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;x=",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ",
    "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n",
];

#[test]
fn ends_endless_framing_by_the_deadline() {
    let deadline = Duration::from_millis(900);
    for framing in ENDLESS_FRAMING {
        let server = Tcp::scripted([Reply::Drip(framing, Duration::from_millis(20))]);
        let client = client(&server).with_deadline(deadline);
        let start = Instant::now();
        let result = client.user().send();
        let elapsed = start.elapsed();
        assert!(result.is_err(), "{framing}: {result:?}");
        assert!(elapsed < deadline + Duration::from_secs(1), "{framing}");
    }
}

#[cfg(feature = "gzip")]
#[test]
fn reports_malformed_gzip_bodies() {
    use common::gzip::compress;

    let gzip = |body: &[u8]| {
        let length = format!("content-length: {}", body.len());
        let encoding = "content-encoding: gzip";
        let head = lines(&["HTTP/1.1 200 OK", encoding, &length, "", ""]);
        [&head, body].concat()
    };
    let compressed = compress(USER.as_bytes());
    assert_success("a compressed body", gzip(&compressed));
    let truncated = &compressed[..compressed.len() - 10];
    assert_retried("a truncated gzip body", gzip(truncated));
    assert_decode_error("an empty gzip body", gzip(b""));

    // The last 8 bytes are a checksum and the length.
    let mut wrong_checksum = compressed.clone();
    wrong_checksum[compressed.len() - 6] ^= 0xff;
    assert_not_retried("a wrong checksum", gzip(&wrong_checksum));
    let plain = gzip(USER.as_bytes());
    assert_not_retried("a body that is not gzip", plain);
    let large = compress(&vec![b' '; 8 << 20]);
    assert_not_retried("too large once decompressed", gzip(&large));
    let zstd = response(200, &["content-encoding: zstd"], "\u{1}\u{2}");
    assert_decode_error("another encoding", zstd);
}

/// Checks a 200 with this body, which cannot be decoded.
#[track_caller]
fn assert_malformed_json(fault: &str, body: &str) {
    assert_decode_error(fault, response(200, &[], body));
}

#[test]
fn reports_json_that_is_not_an_envelope() {
    assert_malformed_json("truncated", r#"{"success":true,"result":{"id":"1"#);
    assert_malformed_json("a list", "[]");
    assert_malformed_json("text", "\"ok\"");
    assert_malformed_json("a number", "7");
    assert_malformed_json("true", "true");
    assert_malformed_json("null", "null");
    assert_malformed_json("trailing text", &(success("{}") + "{}"));
    let twice = r#"{"success":true,"result":{},"success":true}"#;
    assert_malformed_json("`success` twice", twice);
    let twice = r#"{"success":true,"result":{},"result":{}}"#;
    assert_malformed_json("`result` twice", twice);
    let text = r#"{"success":"true","result":{}}"#;
    assert_malformed_json("`success` as text", text);
}

#[test]
fn reports_deeply_nested_json() {
    let lists = "[".repeat(10_000) + &"]".repeat(10_000);
    let objects = r#"{"a":"#.repeat(10_000) + "1" + &"}".repeat(10_000);
    assert_malformed_json("nested lists", &lists);
    assert_malformed_json("unclosed lists", &"[".repeat(10_000));
    assert_malformed_json("nested lists in the result", &success(&lists));
    assert_malformed_json("nested objects in the result", &success(&objects));
}

#[test]
fn reports_malformed_json() {
    let false_success = r#"{"success":false,"result":{}}"#;
    let false_success = response(200, &[], false_success);
    check("`success` false", false_success, Outcome::Status(200), 1);
    assert_malformed_json("NaN", &success("NaN"));
    let leading_zero = success(r#"{"id":"1","unknown":01}"#);
    assert_malformed_json("a number with a leading zero", &leading_zero);
    let surrogate = success(r#"{"id":"\ud800"}"#);
    assert_malformed_json("a lone surrogate", &surrogate);
    let line_break = success("{\"id\":\"a\nb\"}");
    assert_malformed_json("a raw line break in text", &line_break);
    let head = lines(&["HTTP/1.1 200 OK", "content-length: 26", "", ""]);
    let invalid_utf8 = &b"{\"result\":{\"id\":\"\xc3\x28 abc\"}}"[..26];
    assert_decode_error("invalid UTF-8", [&head, invalid_utf8].concat());
}

#[test]
fn accepts_a_byte_order_mark_and_white_space_around_json() {
    let marked = format!("\u{feff}{}", success("{}"));
    assert_success("a byte order mark", response(200, &[], &marked));
    let spaced = format!(" \r\n\t{} \n", success(" { } "));
    assert_success("white space", response(200, &[], &spaced));
}

const RETRIED_STATUSES: [u16; 17] = [
    408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530,
];

const OTHER_STATUSES: [u16; 19] = [
    301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 409, 410, 422, 451, 501, 505, 528, 599,
];

#[test]
fn retries_only_transient_statuses() {
    let closing = |status: u16| {
        // HTTP forbids a body in a 304.
        let body = if status == 304 { "" } else { "<html>no" };
        response(status, &["connection: close"], body)
    };
    for status in RETRIED_STATUSES {
        let fault = status.to_string();
        check(&fault, closing(status), Outcome::Status(status), 2);
    }
    for status in OTHER_STATUSES {
        let fault = status.to_string();
        check(&fault, closing(status), Outcome::Status(status), 1);
    }
}

#[test]
fn keeps_the_status_of_a_failure_whose_body_is_truncated() {
    let truncated = lines(&[
        "HTTP/1.1 403 Forbidden",
        "content-length: 100",
        "cf-ray: a-ray",
        "",
        r#"{"errors":"#,
    ]);
    let server = Tcp::scripted([Reply::Close(truncated)]);
    let error = client(&server).user().send().unwrap_err();
    assert_eq!(error.status(), Some(403));
    assert_eq!(error.ray_id(), Some("a-ray"));
    assert_eq!(error.attempts(), 1);
}

#[test]
fn ends_an_endless_body_by_the_size_limit_and_a_slow_one_by_the_timeout() {
    let start = Instant::now();
    let endless = Reply::Drip("HTTP/1.1 200 OK\r\n\r\n", Duration::ZERO);
    let server = Tcp::scripted([endless]);
    let limited = server.builder().max_response_size(1000).build().unwrap();
    let result = limited.user().send();
    assert_eq!(outcome_of(&result), Outcome::Transport, "{result:?}");
    let error = result.unwrap_err();
    assert!(error.to_string().contains("max_response_size"), "{error}");

    let slow = Reply::Drip("HTTP/1.1 200 OK\r\n\r\n", Duration::from_millis(100));
    let server = Tcp::scripted([slow]);
    let client = client(&server)
        .with_timeout(Duration::from_millis(500))
        .with_max_retries(0);
    let result = client.user().send();
    assert_eq!(outcome_of(&result), Outcome::Timeout, "{result:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn reads_an_export_that_starts_like_json_beyond_its_first_mebibyte() {
    let csv = format!("{{a,b\n{}", "0123456789,x\n".repeat(100_000));
    let server = Tcp::responding(200, &["content-type: text/csv"], &csv);
    let mut export = server.client().audit_logs().export().unwrap();
    let mut read = String::new();
    export.read_to_string(&mut read).unwrap();
    assert!(read == csv, "{} of {} bytes", read.len(), csv.len());
}

/// Fails with "host unreachable" after a delay.
#[derive(Debug)]
struct Unreachable(Duration);

impl Resolver for Unreachable {
    fn resolve(
        &self,
        _: &ureq::http::Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        thread::sleep(self.0);
        Err(io::Error::from(io::ErrorKind::HostUnreachable).into())
    }
}

/// An established connection reports this error as well, after it has retransmitted for longer than
/// connecting takes.
#[test]
fn a_write_may_have_been_applied_if_its_host_becomes_unreachable_late() {
    let connect_timeout = Duration::from_millis(100);
    for (delay, is_late) in [(Duration::ZERO, false), (connect_timeout * 5, true)] {
        let config = ureq::Agent::config_builder().proxy(None).build();
        let connector = DefaultConnector::default();
        let agent = ureq::Agent::with_parts(config, connector, Unreachable(delay));
        let client = builder()
            .base_url("http://localhost:1")
            .max_retries(0)
            .connect_timeout(connect_timeout)
            .transport(UreqTransport::new(agent))
            .build()
            .unwrap();
        let error = client.delete_token("1").send().unwrap_err();
        assert_eq!(error.is_connect(), !is_late, "{error}");
        assert_eq!(error.may_have_been_applied(), is_late, "{error}");
    }
}
