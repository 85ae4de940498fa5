//! Memory under answers that want much of it, and threads that are left behind. The only test of its file: memory and
//! threads are counted for a whole process.

#![cfg(all(target_os = "linux", feature = "gzip"))]

mod common;

use std::fs;
use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use cloudflare_user::Client;
use common::success;
use common::tcp::{Reply, Tcp};
use flate2::Compression;
use flate2::write::GzEncoder;

/// The most memory that this process ever had, in MiB.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A packed answer: `start`, a MiB and more of `filling` over and over, and `end`.
fn bomb(start: &str, filling: &str, mebibytes: usize, end: &str) -> Vec<u8> {
    let filling = packed(&filling.repeat((1 << 20) / filling.len() + 1));
    let body = [packed(start), filling.repeat(mebibytes), packed(end)].concat();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

#[test]
fn memory_stays_near_the_cap_and_no_thread_is_left() {
    let larger_than_allowed = bomb("", " ", 1024, "");
    // Text within the cap that would take a multiple of its size once it is decoded.
    let thin = [
        (r#"{"success":false,"errors":["#, "0,", "0]}"),
        (r#"{"success":true,"result":{"odd":["#, "0,", "0]}}"),
        (r#"{"success":true,"result":[{"metadata":["#, "0,", "0]}]}"),
        (r#"{"success":true,"result":["#, "{},", "{}]}"),
        (r#"{"success":true,"result":{"betas":["#, r#""","#, r#"""]}}"#),
        (r#"{"success":true,"result":{},"result_info":{"odd":["#, "0,", "0]}}"),
        (r#"{"success":true,"result":{"odd":["#, "[[[[[[[[]]]]]]]],", "0]}}"),
    ];
    let thin = thin.map(|(start, filling, end)| bomb(start, filling, 24, end));
    let server = Tcp::new(move |number, _| match number {
        0 => Reply::Close(larger_than_allowed.clone()),
        1 => Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n{".to_vec()),
        2 => Reply::Drip("HTTP/1.1 200 OK\r\n\r\nwhen,action\n", Duration::from_millis(1)),
        3.. if number < 3 + 2 * thin.len() => Reply::Send(thin[(number - 3) / 2].clone()),
        _ => Reply::Send(common::tcp::response("200 OK", "", &success("[]"))),
    });
    let client = Client::builder().api_token("a-token-of-the-tests").base_url(server.url());
    let client = client.max_retries(0).build().unwrap();
    let error = client.user().send().unwrap_err();
    assert!(error.to_string().contains("max_response_size"), "{error}");
    assert!(client.user().send().is_err());
    assert!(peak() <= 64 + 32, "{} MiB", peak());

    // An export, an iterator and a client that are dropped in the middle.
    let mut csv = client.audit_logs().export().unwrap();
    csv.read_exact(&mut [0; 5]).unwrap();
    drop(csv);
    for number in 0..7 {
        assert!(client.user().send().is_err(), "{number}");
        let first = client.audit_logs().iter().next();
        assert!(first.unwrap().is_err(), "{number}");
    }
    assert!(peak() <= 64 + 32, "{} MiB", peak());

    let mut logs = client.audit_logs().iter().read_ahead(4);
    assert!(logs.next().is_none());
    drop(logs);
    drop(client);
    drop(server);
    thread::sleep(Duration::from_millis(500));
    // The test, its harness, and the server's: one that listens, one for what dripped.
    assert!(threads() <= 5, "{} threads", threads());
}
