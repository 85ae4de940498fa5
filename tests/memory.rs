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
struct Bomb {
    start: &'static str,
    filling: &'static str,
    end: &'static str,
}

impl Bomb {
    /// The compressed response with this many mebibytes of `filling`.
    fn response(&self, mebibytes: usize) -> Vec<u8> {
        let mebibyte = self.filling.repeat((1 << 20) / self.filling.len() + 1);
        let body = [
            compress(self.start.as_bytes()),
            compress(mebibyte.as_bytes()).repeat(mebibytes),
            compress(self.end.as_bytes()),
        ]
        .concat();
        let length = format!("content-length: {}", body.len());
        let head = lines(&["HTTP/1.1 200 OK", "content-encoding: gzip", &length, "", ""]);
        [head, body].concat()
    }
}

const SPACES: Bomb = Bomb {
    start: "",
    filling: " ",
    end: "",
};

/// JSON that would take a multiple of its size once decoded.
const TINY_VALUES: [Bomb; 7] = [
    Bomb {
        start: r#"{"success":false,"errors":["#,
        filling: "0,",
        end: "0]}",
    },
    Bomb {
        start: r#"{"success":true,"result":{"unknown":["#,
        filling: "0,",
        end: "0]}}",
    },
    Bomb {
        start: r#"{"success":true,"result":[{"metadata":["#,
        filling: "0,",
        end: "0]}]}",
    },
    Bomb {
        start: r#"{"success":true,"result":["#,
        filling: "{},",
        end: "{}]}",
    },
    Bomb {
        start: r#"{"success":true,"result":{"betas":["#,
        filling: r#""","#,
        end: r#"""]}}"#,
    },
    Bomb {
        start: r#"{"success":true,"result":{},"result_info":{"unknown":["#,
        filling: "0,",
        end: "0]}}",
    },
    Bomb {
        start: r#"{"success":true,"result":{"unknown":["#,
        filling: "[[[[[[[[]]]]]]]],",
        end: "0]}}",
    },
];

#[test]
fn keeps_memory_near_the_size_limit_and_leaves_no_thread() {
    let declares_10_gib = lines(&["HTTP/1.1 200 OK", "content-length: 10737418240", "", "{"]);
    let endless_export = Reply::Drip(
        "HTTP/1.1 200 OK\r\n\r\nwhen,action\n",
        Duration::from_millis(1),
    );
    let mut replies = vec![
        Reply::Close(SPACES.response(1024)),
        Reply::Close(declares_10_gib),
        endless_export,
    ];
    for bomb in TINY_VALUES {
        // For a value, and for a list.
        let reply = Reply::Send(bomb.response(24));
        replies.extend([reply.clone(), reply]);
    }
    replies.push(Reply::success("[]"));
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
    for bomb in TINY_VALUES {
        assert!(client.user().send().is_err(), "{}", bomb.start);
        let first = client.audit_logs().iter().next();
        assert!(first.unwrap().is_err(), "{}", bomb.start);
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
