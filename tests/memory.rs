//! Peak memory with large responses, and threads after everything is dropped. The only test of its
//! file, because memory and threads are counted for a whole process.

#![cfg(all(target_os = "linux", feature = "gzip"))]

mod common;

use std::fs;
use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use cloudflare_user::Client;
use common::tcp::{Reply, Tcp};
use common::{peak_memory, success};
use flate2::Compression;
use flate2::write::GzEncoder;

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A compressed response: `start`, this many mebibytes of `filling`, and `end`.
fn bomb(start: &str, filling: &str, mebibytes: usize, end: &str) -> Vec<u8> {
    let filling = compressed(&filling.repeat((1 << 20) / filling.len() + 1));
    let body = [
        compressed(start),
        filling.repeat(mebibytes),
        compressed(end),
    ]
    .concat();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}

#[test]
fn keeps_memory_near_the_size_limit_and_leaves_no_thread() {
    let too_large = bomb("", " ", 1024, "");
    // JSON within the size limit that would take a multiple of its size once decoded.
    let tiny_values = [
        (r#"{"success":false,"errors":["#, "0,", "0]}"),
        (r#"{"success":true,"result":{"unknown":["#, "0,", "0]}}"),
        (r#"{"success":true,"result":[{"metadata":["#, "0,", "0]}]}"),
        (r#"{"success":true,"result":["#, "{},", "{}]}"),
        (
            r#"{"success":true,"result":{"betas":["#,
            r#""","#,
            r#"""]}}"#,
        ),
        (
            r#"{"success":true,"result":{},"result_info":{"unknown":["#,
            "0,",
            "0]}}",
        ),
        (
            r#"{"success":true,"result":{"unknown":["#,
            "[[[[[[[[]]]]]]]],",
            "0]}}",
        ),
    ];
    let tiny_values = tiny_values.map(|(start, filling, end)| bomb(start, filling, 24, end));
    let server = Tcp::new(move |number, _| match number {
        0 => Reply::Close(too_large.clone()),
        1 => Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n{".to_vec()),
        2 => Reply::Drip(
            "HTTP/1.1 200 OK\r\n\r\nwhen,action\n",
            Duration::from_millis(1),
        ),
        3.. if number < 3 + 2 * tiny_values.len() => {
            Reply::Send(tiny_values[(number - 3) / 2].clone())
        }
        _ => Reply::Send(common::tcp::response("200 OK", "", &success("[]"))),
    });
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(server.url());
    let client = client.max_retries(0).build().unwrap();
    let error = client.user().send().unwrap_err();
    assert!(error.to_string().contains("max_response_size"), "{error}");
    assert!(client.user().send().is_err());
    assert!(peak_memory() <= 64 + 32, "{} MiB", peak_memory());

    // An export that is dropped before its end.
    let mut csv = client.audit_logs().export().unwrap();
    csv.read_exact(&mut [0; 5]).unwrap();
    drop(csv);
    for number in 0..7 {
        assert!(client.user().send().is_err(), "{number}");
        let first = client.audit_logs().iter().next();
        assert!(first.unwrap().is_err(), "{number}");
    }
    assert!(peak_memory() <= 64 + 32, "{} MiB", peak_memory());

    let mut logs = client.audit_logs().iter().read_ahead(4);
    assert!(logs.next().is_none());
    drop(logs);
    drop(client);
    drop(server);
    thread::sleep(Duration::from_millis(500));
    // The test, its harness, and two threads of the server: one that listens, one that sends the
    // export.
    assert!(threads() <= 5, "{} threads", threads());
}
