//! Faults of a server over a real connection: what a read and a write return, and how many requests
//! they take.

mod common;

use std::time::{Duration, Instant};

use cloudflare_user::{Client, Error, ErrorKind, UpdateSubscription, UreqTransport};
use common::success;
use common::tcp::{Reply, Tcp, response};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// What a request returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Got {
    Value,
    Api(u16),
    Decode,
    Timeout,
    /// Another error of the connection.
    Transport,
}

fn got<T>(outcome: &Result<T, Error>) -> Got {
    match outcome {
        Ok(_) => Got::Value,
        Err(error) => match error.kind() {
            ErrorKind::Timeout => Got::Timeout,
            ErrorKind::Decode => Got::Decode,
            ErrorKind::Api | ErrorKind::Gateway | ErrorKind::RateLimited => {
                Got::Api(error.status().unwrap())
            }
            _ => Got::Transport,
        },
    }
}

/// A fault: its name, the bytes that the server sends before it closes the connection, what a read
/// returns, and how many requests a read takes.
type Fault = (&'static str, Vec<u8>, Got, usize);

fn raw(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[cfg(feature = "gzip")]
fn gzipped(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[cfg(feature = "gzip")]
fn with_gzip(body: &[u8]) -> Vec<u8> {
    let mut response = raw(&format!(
        "HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: {}\n\n",
        body.len()
    ));
    response.extend(body);
    response
}

fn client(server: &Tcp) -> Client {
    let builder = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url());
    builder
        .timeout(Duration::from_secs(5))
        .max_retries(1)
        .max_response_size(1 << 20)
        .build()
        .unwrap()
}

fn check(faults: Vec<Fault>) {
    for (name, bytes, expected, requests) in faults {
        let server = Tcp::new(move |_, _| Reply::Close(bytes.clone()));
        let start = Instant::now();
        let outcome = client(&server).user().send();
        let text = outcome
            .as_ref()
            .map_or_else(ToString::to_string, |user| format!("{user:?}"));
        assert_eq!(
            (got(&outcome), server.count()),
            (expected, requests),
            "{name}: {text}"
        );
        assert!(start.elapsed() < Duration::from_secs(6), "{name}: {text}");
        assert!(
            outcome
                .err()
                .is_none_or(|error| !error.may_have_been_applied()),
            "{name}"
        );
        check_write(name, &server, &expected);
    }
}

/// Checks the same fault with a write. A write is retried only after a 429, and may have been
/// applied unless the server refused it.
fn check_write(name: &str, server: &Tcp, expected: &Got) {
    let before = server.count();
    let write = UpdateSubscription::new("1").extra("app", "a");
    let outcome = client(server).send(&write);
    let text = format!("{name}: {outcome:?}");
    let requests = if *expected == Got::Api(429) { 2 } else { 1 };
    assert_eq!(
        (&got(&outcome), server.count() - before),
        (expected, requests),
        "{text}"
    );
    let is_certain = matches!(expected, Got::Value | Got::Api(..500));
    assert_eq!(
        outcome
            .err()
            .is_some_and(|error| error.may_have_been_applied()),
        !is_certain,
        "{text}"
    );
}

#[test]
fn reports_malformed_heads() {
    let complete = String::from_utf8(response("200 OK", "", &success(r#"{"id":"1"}"#))).unwrap();
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(5_000));
    check(vec![
        (
            "a complete response",
            complete.clone().into_bytes(),
            Got::Value,
            1,
        ),
        ("no bytes", Vec::new(), Got::Transport, 2),
        (
            "a truncated status line",
            raw("HTTP/1.1 20"),
            Got::Transport,
            2,
        ),
        (
            "truncated headers",
            raw("HTTP/1.1 200 OK\ncontent-le"),
            Got::Transport,
            2,
        ),
        (
            "another protocol",
            raw("SSH-2.0-OpenSSH_9.0\n"),
            Got::Transport,
            1,
        ),
        (
            "a status of two digits",
            raw("HTTP/1.1 20 OK\n\n"),
            Got::Transport,
            1,
        ),
        (
            "a header without a name",
            raw("HTTP/1.1 200 OK\n: x\ncontent-length: 0\n\n"),
            Got::Transport,
            1,
        ),
        ("a header of 200 KB", long.into_bytes(), Got::Transport, 1),
        ("5000 headers", many.into_bytes(), Got::Transport, 1),
        (
            "a length that is not a number",
            raw("HTTP/1.1 200 OK\ncontent-length: x\n\n"),
            Got::Transport,
            1,
        ),
        (
            "a negative length",
            raw("HTTP/1.1 200 OK\ncontent-length: -1\n\n"),
            Got::Transport,
            1,
        ),
    ]);
}

#[test]
fn reports_malformed_bodies() {
    let body = success(r#"{"id":"1"}"#);
    let length = body.len();
    let chunked = |chunks: &str| {
        raw(&format!(
            "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n{chunks}"
        ))
    };
    check(vec![
        (
            "a declared body without any bytes",
            raw("HTTP/1.1 200 OK\ncontent-length: 10\n\n"),
            Got::Transport,
            2,
        ),
        (
            "a truncated body",
            raw(&format!(
                "HTTP/1.1 200 OK\ncontent-length: {}\n\n{body}",
                length + 1
            )),
            Got::Transport,
            2,
        ),
        (
            "a declared length of 10 GiB",
            raw(&format!(
                "HTTP/1.1 200 OK\ncontent-length: 10737418240\n\n{body}"
            )),
            Got::Transport,
            2,
        ),
        (
            "two lengths",
            raw(&format!(
                "HTTP/1.1 200 OK\ncontent-length: 5\ncontent-length: {length}\n\n{body}"
            )),
            Got::Transport,
            1,
        ),
        (
            "a body that ends with the connection",
            raw(&format!("HTTP/1.1 200 OK\n\n{body}")),
            Got::Value,
            1,
        ),
        (
            "a truncated body that ends with the connection",
            raw(&format!("HTTP/1.1 200 OK\n\n{}", &body[..length - 1])),
            Got::Decode,
            1,
        ),
        (
            "chunks",
            chunked(&format!("{length:x}\n{body}\n0\n\n")),
            Got::Value,
            1,
        ),
        (
            "a malformed chunk size",
            chunked("zz\nabc\n0\n\n"),
            Got::Transport,
            1,
        ),
        (
            "a chunk size that overflows",
            chunked("fffffffffffffffffff\nabc\n0\n\n"),
            Got::Transport,
            1,
        ),
        (
            "a truncated chunk",
            chunked(&format!("{:x}\n{body}", length + 5)),
            Got::Transport,
            2,
        ),
        (
            "no last chunk",
            chunked(&format!("{length:x}\n{body}\n")),
            Got::Transport,
            2,
        ),
        (
            "a body over the size limit",
            response("200 OK", "", &" ".repeat(2 << 20)),
            Got::Transport,
            1,
        ),
        ("no body", response("200 OK", "", ""), Got::Decode, 1),
        ("a 204", raw("HTTP/1.1 204 No Content\n\n"), Got::Decode, 1),
        (
            "a web page",
            response("200 OK", "content-type: text/html\r\n", "<html>"),
            Got::Decode,
            1,
        ),
        (
            "JSON that is not an envelope",
            response("200 OK", "", r#"{"ok":1}"#),
            Got::Decode,
            1,
        ),
    ]);
}

#[test]
fn retries_a_read_after_a_connection_reset() {
    let complete = response("200 OK", "cf-ray: a-ray\r\n", &success(r#"{"id":"1"}"#));
    for length in [0, 5, 30, complete.len() / 2, complete.len() - 1] {
        let name = format!("reset after {length} bytes");
        let bytes = complete[..length].to_vec();
        let server = Tcp::new(move |_, _| Reply::Reset(bytes.clone()));
        let outcome = client(&server).user().send();
        assert_eq!(
            (got(&outcome), server.count()),
            (Got::Transport, 2),
            "{name}: {outcome:?}"
        );
        check_write(&name, &server, &Got::Transport);
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
    for framing in ENDLESS_FRAMING {
        let server = Tcp::new(move |_, _| Reply::Drip(framing, Duration::from_millis(20)));
        let client = client(&server).with_deadline(Duration::from_millis(900));
        let start = Instant::now();
        let outcome = client.user().send();
        assert!(outcome.is_err(), "{framing}: {outcome:?}");
        assert!(
            start.elapsed() < Duration::from_millis(900 + 1000),
            "{framing}: {outcome:?}"
        );
    }
}

#[cfg(feature = "gzip")]
#[test]
fn reports_malformed_gzip_bodies() {
    let body = success(r#"{"id":"1"}"#);
    let compressed = gzipped(body.as_bytes());
    let mut wrong_checksum = compressed.clone();
    let position = wrong_checksum.len() - 6;
    wrong_checksum[position] ^= 0xff;
    check(vec![
        ("a compressed body", with_gzip(&compressed), Got::Value, 1),
        (
            "a truncated gzip body",
            with_gzip(&compressed[..compressed.len() - 10]),
            Got::Transport,
            2,
        ),
        (
            "a wrong checksum",
            with_gzip(&wrong_checksum),
            Got::Transport,
            1,
        ),
        (
            "a body that is not gzip",
            with_gzip(body.as_bytes()),
            Got::Transport,
            1,
        ),
        ("an empty gzip body", with_gzip(b""), Got::Decode, 1),
        (
            "a body over the size limit once decompressed",
            with_gzip(&gzipped(&vec![b' '; 8 << 20])),
            Got::Transport,
            1,
        ),
        (
            "another encoding",
            response("200 OK", "content-encoding: zstd\r\n", "\u{1}\u{2}"),
            Got::Decode,
            1,
        ),
    ]);
}

#[test]
fn reports_malformed_json() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let faults = [
        (
            "truncated",
            r#"{"success":true,"result":{"id":"1"#.to_owned(),
            Got::Decode,
        ),
        ("a list", "[]".to_owned(), Got::Decode),
        ("text", "\"ok\"".to_owned(), Got::Decode),
        ("a number", "7".to_owned(), Got::Decode),
        ("true", "true".to_owned(), Got::Decode),
        ("null", "null".to_owned(), Got::Decode),
        ("10,000 levels", deep("[", "]"), Got::Decode),
        ("10,000 unclosed levels", deep("[", ""), Got::Decode),
        (
            "10,000 levels in the result",
            success(&deep("[", "]")),
            Got::Decode,
        ),
        (
            "10,000 nested objects in the result",
            success(&format!(
                "{}1{}",
                r#"{"a":"#.repeat(10_000),
                "}".repeat(10_000)
            )),
            Got::Decode,
        ),
        (
            "`success` twice",
            r#"{"success":true,"result":{},"success":true}"#.to_owned(),
            Got::Decode,
        ),
        (
            "`result` twice",
            r#"{"success":true,"result":{},"result":{}}"#.to_owned(),
            Got::Decode,
        ),
        (
            "`success` as text",
            r#"{"success":"true","result":{}}"#.to_owned(),
            Got::Decode,
        ),
        (
            "`success` false",
            r#"{"success":false,"result":{}}"#.to_owned(),
            Got::Api(200),
        ),
        ("NaN", success("NaN"), Got::Decode),
        (
            "a number out of range",
            success(r#"{"id":"1","unknown":1e999}"#),
            Got::Decode,
        ),
        (
            "a lone surrogate",
            success(r#"{"id":"\ud800"}"#),
            Got::Decode,
        ),
        (
            "a raw line break in text",
            success("{\"id\":\"a\nb\"}"),
            Got::Decode,
        ),
        ("trailing text", success("{}") + "{}", Got::Decode),
        (
            "a byte order mark",
            format!("\u{feff}{}", success("{}")),
            Got::Value,
        ),
        (
            "surrounding white space",
            format!(" \r\n\t{} \n", success(" { } ")),
            Got::Value,
        ),
    ];
    check(
        faults
            .map(|(name, body, got)| (name, response("200 OK", "", &body), got, 1))
            .into(),
    );
    let mut invalid = raw("HTTP/1.1 200 OK\ncontent-length: 26\n\n");
    invalid.extend(b"{\"result\":{\"id\":\"\xc3\x28 abc\"}}".iter().take(26));
    check(vec![("invalid UTF-8", invalid, Got::Decode, 1)]);
}

#[test]
fn retries_only_transient_statuses() {
    let faults = [
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
    let faults = faults.map(|(status, requests)| {
        let bytes = response(
            status,
            "connection: close\r\n",
            if status == "304 x" { "" } else { "<html>no" },
        );
        (
            status,
            bytes,
            Got::Api(status[..3].parse().unwrap()),
            requests,
        )
    });
    check(faults.into());
}

#[test]
fn keeps_the_status_of_a_failure_whose_body_is_truncated() {
    let truncated =
        raw("HTTP/1.1 403 Forbidden\ncontent-length: 100\ncf-ray: a-ray\n\n{\"errors\":");
    let server = Tcp::new(move |_, _| Reply::Close(truncated.clone()));
    let error = client(&server).user().send().unwrap_err();
    assert_eq!(
        (error.status(), error.ray_id(), error.attempts()),
        (Some(403), Some("a-ray"), 1)
    );
}

#[test]
fn ends_an_endless_body_by_the_size_limit_and_a_slow_one_by_the_timeout() {
    let endless = Tcp::new(|_, _| Reply::Drip("HTTP/1.1 200 OK\r\n\r\n", Duration::ZERO));
    let start = Instant::now();
    let limited = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(endless.url())
        .max_response_size(1000);
    let outcome = limited.build().unwrap().user().send();
    assert_eq!(got(&outcome), Got::Transport, "{outcome:?}");
    assert!(
        outcome
            .unwrap_err()
            .to_string()
            .contains("max_response_size")
    );
    let slow = Tcp::new(|_, _| Reply::Drip("HTTP/1.1 200 OK\r\n\r\n", Duration::from_millis(100)));
    let outcome = client(&slow)
        .with_timeout(Duration::from_millis(500))
        .with_max_retries(0)
        .user()
        .send();
    assert_eq!(got(&outcome), Got::Timeout, "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn reads_an_export_that_starts_like_json_beyond_its_first_mebibyte() {
    let csv = format!("{{a,b\n{}", "0123456789,x\n".repeat(100_000));
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: {}\r\n\r\n",
        csv.len()
    );
    let response = [head.into_bytes(), csv.clone().into_bytes()].concat();
    let server = Tcp::new(move |_, _| Reply::Send(response.clone()));
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url())
        .build()
        .unwrap();
    let mut read = String::new();
    std::io::Read::read_to_string(&mut client.audit_logs().export().unwrap(), &mut read).unwrap();
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
        std::thread::sleep(self.0);
        Err(std::io::Error::from(std::io::ErrorKind::HostUnreachable).into())
    }
}

/// An established connection reports this error as well, after it has retransmitted for longer than
/// connecting takes.
#[test]
fn a_write_may_have_been_applied_if_its_host_becomes_unreachable_late() {
    for (delay, is_late) in [(Duration::ZERO, false), (Duration::from_millis(500), true)] {
        let config = ureq::Agent::config_builder().proxy(None).build();
        let agent =
            ureq::Agent::with_parts(config, DefaultConnector::default(), Unreachable(delay));
        let builder = Client::builder()
            .api_token("t")
            .base_url("http://localhost:1")
            .max_retries(0);
        let builder = builder
            .connect_timeout(Duration::from_millis(100))
            .transport(UreqTransport::new(agent));
        let error = builder
            .build()
            .unwrap()
            .delete_token("1")
            .send()
            .unwrap_err();
        assert_eq!(
            (error.is_connect(), error.may_have_been_applied()),
            (!is_late, is_late),
            "{error}"
        );
    }
}
