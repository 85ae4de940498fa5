//! What a server may do wrong over a real connection, a row a fault, and what the caller gets.

mod common;

use std::io::Write;
use std::time::{Duration, Instant};

use cloudflare_user::{Client, Error};
use common::success;
use common::tcp::{Reply, Tcp, response};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What the caller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Got {
    Value,
    Api(u16),
    Decode,
    Timeout,
    /// Another failure between here and there.
    Transport,
}

fn got<T>(outcome: &Result<T, Error>) -> Got {
    match outcome {
        Ok(_) => Got::Value,
        Err(error) if error.is_timeout() => Got::Timeout,
        Err(Error::Api(_)) => Got::Api(outcome.as_ref().err().and_then(Error::status).unwrap()),
        Err(Error::Decode(_)) => Got::Decode,
        Err(_) => Got::Transport,
    }
}

/// One row: a name, what the server sends before it closes, what a read gets, and how many requests it takes.
type Row = (&'static str, Vec<u8>, Got, usize);

fn raw(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn with_gzip(body: &[u8]) -> Vec<u8> {
    let mut answer = raw(&format!("HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: {}\n\n", body.len()));
    answer.extend(body);
    answer
}

fn client(server: &Tcp) -> Client {
    let builder = Client::builder().api_token("a-token-of-the-tests").base_url(server.url());
    builder.timeout(Duration::from_secs(5)).max_retries(1).max_response_size(1 << 20).build().unwrap()
}

fn check(rows: Vec<Row>) {
    for (name, bytes, expected, requests) in rows {
        let server = Tcp::new(move |_, _| Reply::Close(bytes.clone()));
        let start = Instant::now();
        let outcome = client(&server).user().send();
        let text = outcome.as_ref().map_or_else(ToString::to_string, |user| format!("{user:?}"));
        assert_eq!((got(&outcome), server.count()), (expected, requests), "{name}: {text}");
        assert!(start.elapsed() < Duration::from_secs(6), "{name}: {text}");
        assert!(outcome.err().is_none_or(|error| !error.may_have_been_applied()), "{name}");
        check_write(name, &server, &expected);
    }
}

/// The same fault, met by a write: sent once, but for a 429, and told to have been applied perhaps, but where the
/// server said that it was not.
fn check_write(name: &str, server: &Tcp, expected: &Got) {
    let before = server.count();
    let outcome = client(server).update_subscription("1").send();
    let text = format!("{name}: {outcome:?}");
    let requests = if *expected == Got::Api(429) { 2 } else { 1 };
    assert_eq!((&got(&outcome), server.count() - before), (expected, requests), "{text}");
    let refused = matches!(expected, Got::Value | Got::Api(..500));
    assert_eq!(outcome.err().is_some_and(|error| error.may_have_been_applied()), !refused, "{text}");
}

#[test]
fn heads() {
    let whole = String::from_utf8(response("200 OK", "", &success(r#"{"id":"1"}"#))).unwrap();
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(5_000));
    check(vec![
        ("a whole answer", whole.clone().into_bytes(), Got::Value, 1),
        ("nothing at all", Vec::new(), Got::Transport, 2),
        ("a cut status line", raw("HTTP/1.1 20"), Got::Transport, 2),
        ("cut headers", raw("HTTP/1.1 200 OK\ncontent-le"), Got::Transport, 2),
        ("no HTTP", raw("SSH-2.0-OpenSSH_9.0\n"), Got::Transport, 1),
        ("a status of two digits", raw("HTTP/1.1 20 OK\n\n"), Got::Transport, 1),
        ("a header without a name", raw("HTTP/1.1 200 OK\n: x\ncontent-length: 0\n\n"), Got::Transport, 1),
        ("a header of 200 KB", long.into_bytes(), Got::Transport, 1),
        ("five thousand headers", many.into_bytes(), Got::Transport, 1),
        ("a length that is no number", raw("HTTP/1.1 200 OK\ncontent-length: x\n\n"), Got::Transport, 1),
        ("a negative length", raw("HTTP/1.1 200 OK\ncontent-length: -1\n\n"), Got::Transport, 1),
    ]);
}

#[test]
fn bodies() {
    let body = success(r#"{"id":"1"}"#);
    let length = body.len();
    let chunked = |chunks: &str| raw(&format!("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n{chunks}"));
    check(vec![
        ("an announced body that never comes", raw("HTTP/1.1 200 OK\ncontent-length: 10\n\n"), Got::Transport, 2),
        ("a cut body", raw(&format!("HTTP/1.1 200 OK\ncontent-length: {}\n\n{body}", length + 1)), Got::Transport, 2),
        (
            "10 GiB announced",
            raw(&format!("HTTP/1.1 200 OK\ncontent-length: 10737418240\n\n{body}")),
            Got::Transport,
            2,
        ),
        (
            "two lengths",
            raw(&format!("HTTP/1.1 200 OK\ncontent-length: 5\ncontent-length: {length}\n\n{body}")),
            Got::Transport,
            1,
        ),
        ("a body to the end of the connection", raw(&format!("HTTP/1.1 200 OK\n\n{body}")), Got::Value, 1),
        ("such a body, cut", raw(&format!("HTTP/1.1 200 OK\n\n{}", &body[..length - 1])), Got::Decode, 1),
        ("chunks", chunked(&format!("{length:x}\n{body}\n0\n\n")), Got::Value, 1),
        ("a bad chunk size", chunked("zz\nabc\n0\n\n"), Got::Transport, 1),
        ("a chunk size that overflows", chunked("fffffffffffffffffff\nabc\n0\n\n"), Got::Transport, 1),
        ("a cut chunk", chunked(&format!("{:x}\n{body}", length + 5)), Got::Transport, 2),
        ("no last chunk", chunked(&format!("{length:x}\n{body}\n")), Got::Transport, 2),
        ("more than allowed", response("200 OK", "", &" ".repeat(2 << 20)), Got::Transport, 1),
        ("no body", response("200 OK", "", ""), Got::Decode, 1),
        ("204", raw("HTTP/1.1 204 No Content\n\n"), Got::Decode, 1),
        ("a web page", response("200 OK", "content-type: text/html\r\n", "<html>"), Got::Decode, 1),
        ("JSON of another kind", response("200 OK", "", r#"{"ok":1}"#), Got::Decode, 1),
    ]);
}

#[cfg(feature = "gzip")]
#[test]
fn connections_that_are_reset() {
    let whole = response("200 OK", "cf-ray: a-ray\r\n", &success(r#"{"id":"1"}"#));
    for length in [0, 5, 30, whole.len() / 2, whole.len() - 1] {
        let name = format!("reset after {length} bytes");
        let bytes = whole[..length].to_vec();
        let server = Tcp::new(move |_, _| Reply::Reset(bytes.clone()));
        let outcome = client(&server).user().send();
        assert_eq!((got(&outcome), server.count()), (Got::Transport, 2), "{name}: {outcome:?}");
        check_write(&name, &server, &Got::Transport);
    }
}

/// Chunks whose framing drips, and never holds a byte of the body.
const DRIPS: [&str; 4] = [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;x=",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ",
    "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n",
];

#[test]
fn framing_that_drips_ends_by_the_clock() {
    for drip in DRIPS {
        let server = Tcp::new(move |_, _| Reply::Drip(drip, Duration::from_millis(20)));
        let client = client(&server).with_deadline(Duration::from_millis(900));
        let start = Instant::now();
        let outcome = client.user().send();
        assert!(outcome.is_err(), "{drip}: {outcome:?}");
        assert!(start.elapsed() < Duration::from_millis(900 + 1000), "{drip}: {outcome:?}");
    }
}

#[test]
fn packed_bodies() {
    let body = success(r#"{"id":"1"}"#);
    let packed = gzipped(body.as_bytes());
    let mut wrong_sum = packed.clone();
    let end = wrong_sum.len() - 6;
    wrong_sum[end] ^= 0xff;
    check(vec![
        ("a packed body", with_gzip(&packed), Got::Value, 1),
        ("a cut one", with_gzip(&packed[..packed.len() - 10]), Got::Transport, 2),
        ("a wrong checksum", with_gzip(&wrong_sum), Got::Transport, 1),
        ("no gzip", with_gzip(body.as_bytes()), Got::Transport, 1),
        ("an empty one", with_gzip(b""), Got::Transport, 2),
        ("more than allowed, once unpacked", with_gzip(&gzipped(&vec![b' '; 8 << 20])), Got::Transport, 1),
        ("another encoding", response("200 OK", "content-encoding: br\r\n", "\u{1}\u{2}"), Got::Decode, 1),
    ]);
}

#[test]
fn json() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let rows = [
        ("truncated", r#"{"success":true,"result":{"id":"1"#.to_owned(), Got::Decode),
        ("a list", "[]".to_owned(), Got::Decode),
        ("text", "\"ok\"".to_owned(), Got::Decode),
        ("a number", "7".to_owned(), Got::Decode),
        ("true", "true".to_owned(), Got::Decode),
        ("null", "null".to_owned(), Got::Decode),
        ("ten thousand levels", deep("[", "]"), Got::Decode),
        ("ten thousand levels without an end", deep("[", ""), Got::Decode),
        ("ten thousand levels in the result", success(&deep("[", "]")), Got::Decode),
        (
            "ten thousand objects in the result",
            success(&format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000))),
            Got::Decode,
        ),
        ("`success` twice", r#"{"success":true,"result":{},"success":true}"#.to_owned(), Got::Decode),
        ("`result` twice", r#"{"success":true,"result":{},"result":{}}"#.to_owned(), Got::Decode),
        ("`success` as text", r#"{"success":"true","result":{}}"#.to_owned(), Got::Decode),
        ("`success` false", r#"{"success":false,"result":{}}"#.to_owned(), Got::Api(200)),
        ("NaN", success("NaN"), Got::Decode),
        ("a number out of range", success(r#"{"id":"1","odd":1e999}"#), Got::Decode),
        ("half a surrogate", success(r#"{"id":"\ud800"}"#), Got::Decode),
        ("a raw line break in text", success("{\"id\":\"a\nb\"}"), Got::Decode),
        ("something after it", success("{}") + "{}", Got::Decode),
        ("a byte order mark", format!("\u{feff}{}", success("{}")), Got::Value),
        ("white space around it", format!(" \r\n\t{} \n", success(" { } ")), Got::Value),
    ];
    check(rows.map(|(name, body, got)| (name, response("200 OK", "", &body), got, 1)).into());
    let mut invalid = raw("HTTP/1.1 200 OK\ncontent-length: 26\n\n");
    invalid.extend(b"{\"result\":{\"id\":\"\xc3\x28 abc\"}}".iter().take(26));
    check(vec![("invalid UTF-8", invalid, Got::Decode, 1)]);
}

#[test]
fn statuses() {
    let rows = [
        ("301 x", 1),
        ("302 x", 1),
        ("303 x", 1),
        ("304 x", 1),
        ("307 x", 1),
        ("308 x", 1),
        ("400 x", 1),
        ("401 x", 1),
        ("403 x", 1),
        ("404 x", 1),
        ("405 x", 1),
        ("408 x", 2),
        ("409 x", 1),
        ("410 x", 1),
        ("422 x", 1),
        ("425 x", 2),
        ("429 x", 2),
        ("451 x", 1),
        ("500 x", 2),
        ("501 x", 1),
        ("502 x", 2),
        ("503 x", 2),
        ("504 x", 2),
        ("505 x", 1),
        ("520 x", 2),
        ("521 x", 2),
        ("522 x", 2),
        ("523 x", 2),
        ("524 x", 2),
        ("525 x", 2),
        ("526 x", 2),
        ("527 x", 2),
        ("528 x", 1),
        ("529 x", 2),
        ("530 x", 2),
        ("599 x", 1),
    ];
    let rows = rows.map(|(status, requests)| {
        let bytes = response(status, "connection: close\r\n", if status == "304 x" { "" } else { "<html>no" });
        (status, bytes, Got::Api(status[..3].parse().unwrap()), requests)
    });
    check(rows.into());
}

#[test]
fn a_failure_whose_body_breaks_off_keeps_its_status() {
    let cut = raw("HTTP/1.1 403 Forbidden\ncontent-length: 100\ncf-ray: a-ray\n\n{\"errors\":");
    let server = Tcp::new(move |_, _| Reply::Close(cut.clone()));
    let error = client(&server).user().send().unwrap_err();
    assert_eq!((error.status(), error.ray_id(), error.attempts()), (Some(403), Some("a-ray"), 1));
}

#[test]
fn a_body_without_end_is_cut_by_the_cap_and_a_slow_one_by_the_clock() {
    let endless = Tcp::new(|_, _| Reply::Drip("HTTP/1.1 200 OK\r\n\r\n", Duration::ZERO));
    let start = Instant::now();
    let outcome = client(&endless).with_timeout(Duration::from_secs(2)).with_max_retries(0).user().send();
    assert!(matches!(got(&outcome), Got::Transport | Got::Timeout), "{outcome:?}");
    let slow = Tcp::new(|_, _| Reply::Drip("HTTP/1.1 200 OK\r\n\r\n", Duration::from_millis(100)));
    let outcome = client(&slow).with_timeout(Duration::from_millis(500)).with_max_retries(0).user().send();
    assert_eq!(got(&outcome), Got::Timeout, "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_export_that_breaks_off_is_an_error_of_its_reader() {
    let cut = raw("HTTP/1.1 200 OK\ncontent-length: 100\n\nwhen,action\n");
    let server = Tcp::new(move |_, _| Reply::Close(cut.clone()));
    let mut csv = client(&server).audit_logs().export().unwrap();
    let error = std::io::copy(&mut csv, &mut std::io::sink()).unwrap_err();
    assert!(error.get_ref().is_some_and(|inner| inner.is::<cloudflare_user::TransportError>()), "{error:?}");
}

#[test]
fn an_export_that_starts_like_json_is_whole_beyond_its_first_mebibyte() {
    let csv = format!("{{a,b\n{}", "0123456789,x\n".repeat(100_000));
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: {}\r\n\r\n", csv.len());
    let response = [head.into_bytes(), csv.clone().into_bytes()].concat();
    let server = Tcp::new(move |_, _| Reply::Send(response.clone()));
    let client = Client::builder().api_token("a-token-of-the-tests").base_url(server.url()).build().unwrap();
    let mut read = String::new();
    std::io::Read::read_to_string(&mut client.audit_logs().export().unwrap(), &mut read).unwrap();
    assert!(read == csv, "{} of {} bytes", read.len(), csv.len());
}
