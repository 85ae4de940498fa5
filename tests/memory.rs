//! Peak memory with large responses, and threads after everything is dropped. The only test of its
//! file, because memory and threads are counted for a whole process.

#![cfg(all(target_os = "linux", feature = "gzip"))]

mod common;

use std::fs;
use std::io::Read;
use std::thread;
use std::time::Duration;

use common::gzip::compress;
use common::peak_memory;
use common::tcp::{Reply, Tcp, lines};

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

/// A body that is small as long as it is compressed: `filling` is repeated.
/// A compressed response of this many mebibytes of spaces.
fn compressed_spaces(mebibytes: usize) -> Vec<u8> {
    let body = compress(&[b' '; 1 << 20]).repeat(mebibytes);
    let length = format!("content-length: {}", body.len());
    let head = lines(&["HTTP/1.1 200 OK", "content-encoding: gzip", &length, "", ""]);
    [head, body].concat()
}

#[test]
fn keeps_memory_near_the_size_limit_and_leaves_no_thread() {
    let declares_10_gib = lines(&["HTTP/1.1 200 OK", "content-length: 10737418240", "", "{"]);
    let endless_export = Reply::Drip(
        "HTTP/1.1 200 OK\r\n\r\nwhen,action\n",
        Duration::from_millis(1),
    );
    let replies = vec![
        Reply::Close(compressed_spaces(1024)),
        Reply::Close(declares_10_gib),
        endless_export,
        Reply::success("[]"),
    ];
    let server = Tcp::scripted(replies);
    let client = server.builder().max_retries(0).build().unwrap();

    let error = client.user().send().unwrap_err();
    assert!(error.to_string().contains("max_response_size"), "{error}");
    assert!(client.user().send().is_err());
    assert!(peak_memory() <= 64 + 32, "{} MiB", peak_memory());

    // An export that is dropped before its end.
    let mut csv = client.audit_logs().export().unwrap();
    csv.read_exact(&mut [0; 5]).unwrap();
    drop(csv);
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
