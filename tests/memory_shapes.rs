//! Peak memory with responses of many shapes that take a multiple of their size once they are
//! decoded. Each shape is read in a process of its own.

#![cfg(target_os = "linux")]

mod common;

use std::env;
use std::fs;
use std::io::{self, Read};
use std::mem;
use std::process::Command;
use std::thread;

use cloudflare_user::{AuditLogCursor, Body, Client, http};
use common::success;
use time::macros::date;

/// The limit of a response, and of what is decoded of it, in KiB.
const LIMIT: usize = 2048;

/// The sizes of responses, in KiB. For each shape, some have more values than may be decoded, and
/// some not.
const SIZES: [usize; 8] = [2048, 340, 180, 120, 40, 22, 15, 8];

/// A response that consists of `start`, many units, and `end`.
struct Shape {
    name: &'static str,
    start: &'static str,
    /// Makes a unit from its number.
    unit: fn(usize) -> String,
    end: &'static str,
}

/// Shapes of one item.
const ITEMS: &[Shape] = &[
    Shape {
        name: "empty objects",
        start: r#""metadata":[0"#,
        unit: |_| ",{}".to_owned(),
        end: "]",
    },
    Shape {
        name: "objects with one field",
        start: r#""metadata":[0"#,
        unit: |_| r#",{"aaaaaaaaaa":0}"#.to_owned(),
        end: "]",
    },
    Shape {
        name: "objects in an object",
        start: r#""metadata":{"":0"#,
        unit: |number| format!(r#","{number:x}":{{}}"#),
        end: "}",
    },
    Shape {
        name: "nested objects",
        start: r#""metadata":[0"#,
        unit: |_| format!(",{}0{}", r#"{"":"#.repeat(100), "}".repeat(100)),
        end: "]",
    },
    Shape {
        name: "fields of one object",
        start: r#""metadata":{"":0"#,
        unit: |number| format!(r#","{number:x}":0"#),
        end: "}",
    },
    Shape {
        name: "long names",
        start: r#""metadata":{"":0"#,
        unit: |number| format!(r#","{number:01000}":0"#),
        end: "}",
    },
    Shape {
        name: "empty lists",
        start: r#""metadata":[0"#,
        unit: |_| ",[]".to_owned(),
        end: "]",
    },
    Shape {
        name: "lists of one number",
        start: r#""metadata":[0"#,
        unit: |_| ",[0]".to_owned(),
        end: "]",
    },
    Shape {
        name: "nested lists",
        start: r#""metadata":[0"#,
        unit: |_| format!(",{}{}", "[".repeat(100), "]".repeat(100)),
        end: "]",
    },
    Shape {
        name: "numbers",
        start: r#""metadata":[0"#,
        unit: |_| ",0".to_owned(),
        end: "]",
    },
    Shape {
        name: "short text",
        start: r#""metadata":[0"#,
        unit: |_| r#","a""#.to_owned(),
        end: "]",
    },
    Shape {
        name: "empty text",
        start: r#""metadata":[0"#,
        unit: |_| r#","""#.to_owned(),
        end: "]",
    },
    Shape {
        name: "one long text",
        start: r#""metadata":""#,
        unit: |_| "a".repeat(1000),
        end: r#"""#,
    },
    Shape {
        name: "escapes in text",
        start: r#""metadata":""#,
        unit: |_| r"\u0001".repeat(100),
        end: r#"""#,
    },
    Shape {
        name: "text in place of an object",
        start: r#""actor":""#,
        unit: |_| "\u{200b}".repeat(100),
        end: r#"""#,
    },
    Shape {
        name: "control characters in place of a boolean",
        start: r#""action":{"result":""#,
        unit: |_| "\u{7f}".repeat(1000),
        end: r#""}"#,
    },
    Shape {
        name: "control characters in place of a time",
        start: r#""when":""#,
        unit: |_| "\u{7f}".repeat(1000),
        end: r#"""#,
    },
    Shape {
        name: "escapes in place of an object",
        start: r#""actor":""#,
        unit: |_| r"\f".repeat(500),
        end: r#"""#,
    },
    Shape {
        name: "text in place of an identifier",
        start: r#""action":{"result":""#,
        unit: |_| "a".repeat(1000),
        end: r#""}"#,
    },
    Shape {
        name: "unknown fields",
        start: r#""unknown":0"#,
        unit: |number| format!(r#","{number:x}":0"#),
        end: "",
    },
    Shape {
        name: "numbers in an unknown field",
        start: r#""unknown":[0"#,
        unit: |_| ",0".to_owned(),
        end: "]",
    },
    Shape {
        name: "text in an unknown field",
        start: r#""unknown":[0"#,
        unit: |_| r#","a""#.to_owned(),
        end: "]",
    },
    Shape {
        name: "objects in an unknown field of a nested model",
        start: r#""actor":{"unknown":[0"#,
        unit: |_| r#",{"a":{}}"#.to_owned(),
        end: "]}",
    },
    Shape {
        name: "a bad byte after many values",
        start: r#""metadata":[0"#,
        unit: |_| ",{}".to_owned(),
        end: "],\"interface\":\"\u{1}\"",
    },
];

const BEFORE_ITEM: &str = r#"{"success":true,"result":[{"id":"1","#;
const AFTER_ITEM: &str = r#"},{"id":"2"}]}"#;

/// Shapes of a whole page.
const PAGES: &[Shape] = &[
    Shape {
        name: "empty items",
        start: r#"{"success":true,"result":[{}"#,
        unit: |_| ",{}".to_owned(),
        end: "]}",
    },
    Shape {
        name: "items with an identifier",
        start: r#"{"success":true,"result":[{}"#,
        unit: |number| {
            format!(
                r#",{{"id":"{number}","metadata":[{}0]}}"#,
                "[0],".repeat(40)
            )
        },
        end: "]}",
    },
    Shape {
        name: "a long identifier",
        start: r#"{"success":true,"result":[{"id":""#,
        unit: |_| "a".repeat(1000),
        end: r#""},{"id":"2"}]}"#,
    },
    Shape {
        name: "a long identifier with an escape",
        start: r#"{"success":true,"result":[{"id":"\n"#,
        unit: |_| "a".repeat(1000),
        end: r#""},{"id":"2"}]}"#,
    },
    Shape {
        name: "a long number as an identifier",
        start: r#"{"success":true,"result":[{"id":1"#,
        unit: |_| "0".repeat(1000),
        end: r#"},{"id":"2"}]}"#,
    },
    Shape {
        name: "items without an identifier",
        start: r#"{"success":true,"result":[{}"#,
        unit: |number| format!(r#",{{"metadata":[{number},{}0]}}"#, "[0],".repeat(40)),
        end: "]}",
    },
    Shape {
        name: "bad items",
        start: r#"{"success":true,"result":[0"#,
        unit: |number| format!(",{{\"interface\":{number}}}{}", " ".repeat(150)),
        end: "]}",
    },
    Shape {
        name: "errors",
        start: r#"{"success":false,"errors":[0"#,
        unit: |_| r#",{"message":"a","error_chain":[0,0,0,0]}"#.to_owned(),
        end: "]}",
    },
    Shape {
        name: "a chain of errors",
        start: r#"{"success":false,"errors":[{"error_chain":[0"#,
        unit: |_| ",0".to_owned(),
        end: "]}]}",
    },
    Shape {
        name: "another field of the envelope",
        start: r#"{"success":true,"result":[],"unknown":[0"#,
        unit: |_| ",{}".to_owned(),
        end: "]}",
    },
    Shape {
        name: "control characters in place of success",
        start: r#"{"result":[],"success":""#,
        unit: |_| "\u{7f}".repeat(1000),
        end: r#""}"#,
    },
    Shape {
        name: "control characters in place of a total",
        start: r#"{"success":true,"result":[],"result_info":{"total_count":""#,
        unit: |_| "\u{7f}".repeat(1000),
        end: r#""}}"#,
    },
    Shape {
        name: "a field of result_info",
        start: r#"{"success":true,"result":[],"result_info":{"unknown":[0"#,
        unit: |_| ",{}".to_owned(),
        end: "]}}",
    },
];

/// Shapes of a user.
const USERS: &[Shape] = &[
    Shape {
        name: "models",
        start: r#"{"success":true,"result":{"organizations":[{}"#,
        unit: |_| ",{}".to_owned(),
        end: "]}}",
    },
    Shape {
        name: "text in a model",
        start: r#"{"success":true,"result":{"betas":["""#,
        unit: |_| r#","a""#.to_owned(),
        end: "]}}",
    },
    Shape {
        name: "unknown fields of a model",
        start: r#"{"success":true,"result":{"id":"1""#,
        unit: |number| format!(r#","{number:x}":{{}}"#),
        end: "}}",
    },
];

/// Makes the bytes of a response as they are read.
struct Response {
    shape: &'static Shape,
    units: usize,
    next: usize,
    part: io::Cursor<String>,
    end: String,
}

impl Response {
    fn new(shape: &'static Shape, start: &str, end: &str, size: usize) -> Self {
        let length_of_unit = (shape.unit)(1 << 20).len();
        Self {
            shape,
            // The rest is for the start, the end, and the estimate of the values around the units.
            units: size.saturating_sub(5000) / length_of_unit,
            next: 0,
            part: io::Cursor::new(start.to_owned() + shape.start),
            end: shape.end.to_owned() + end,
        }
    }

    fn next_part(&mut self) -> String {
        const UNITS: usize = 1000;
        let first = self.next;
        self.next = self.units.min(first + UNITS);
        if first < self.next {
            (first..self.next).map(self.shape.unit).collect()
        } else {
            mem::take(&mut self.end)
        }
    }
}

impl Read for Response {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.part.position() == self.part.get_ref().len() as u64 {
            self.part = io::Cursor::new(self.next_part());
        }
        self.part.read(buffer)
    }
}

fn client(response: impl Fn() -> Response + Send + Sync + 'static) -> Client {
    let respond = move |request: http::Request<Vec<u8>>| {
        let is_first = !request
            .uri()
            .query()
            .is_some_and(|query| query.contains("page=2"));
        Ok(http::Response::new(if is_first {
            Body::from_reader(response())
        } else {
            Body::from(success("[]"))
        }))
    };
    Client::builder()
        .api_token("a-token-of-the-tests")
        .max_response_size(LIMIT << 10)
        .transport(respond)
        .build()
        .unwrap()
}

/// Reads lists whose first page has a shape, in every way.
fn read_lists(shape: &'static Shape, before: &'static str, after: &'static str, sizes: &[usize]) {
    for size in sizes.iter().map(|kib| kib << 10) {
        let client = client(move || Response::new(shape, before, after, size));
        let logs = client.audit_logs();
        drop(logs.send());
        logs.iter().for_each(drop);
        logs.pages().for_each(drop);
        let cursor = AuditLogCursor::starting_at(date!(2026 - 11 - 01));
        logs.follow(&cursor).for_each(drop);
    }
}

fn read_users(shape: &'static Shape, sizes: &[usize]) {
    for size in sizes.iter().map(|kib| kib << 10) {
        let client = client(move || Response::new(shape, "", "", size));
        drop(client.user().send());
    }
}

/// The environment variable that names the shape.
const SHAPE: &str = "MEMORY_SHAPE";

/// Run by the test below, in a process of its own.
#[test]
#[ignore = "needs the name of a shape"]
fn reads_one_shape() {
    let name = env::var(SHAPE).unwrap();
    let find = |shapes: &'static [Shape]| shapes.iter().find(|shape| shape.name == name);
    // Code that runs for the first time takes memory, too.
    read_lists(&ITEMS[0], BEFORE_ITEM, AFTER_ITEM, &[2]);
    read_users(&USERS[0], &[2]);
    let before = peak_kib();
    if let Some(shape) = find(ITEMS) {
        read_lists(shape, BEFORE_ITEM, AFTER_ITEM, &SIZES);
    } else if let Some(shape) = find(PAGES) {
        read_lists(shape, "", "", &SIZES);
    } else {
        read_users(find(USERS).unwrap(), &SIZES);
    }
    let peak = peak_kib() - before;
    println!("peak {peak} KiB");
    assert!(peak <= 4 * LIMIT, "{name}: {peak} KiB");
}

#[test]
fn memory_is_at_most_four_times_the_limit() {
    let shapes: Vec<&Shape> = ITEMS.iter().chain(PAGES).chain(USERS).collect();
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    for shapes in shapes.chunks(at_once) {
        thread::scope(|scope| {
            for shape in shapes {
                scope.spawn(|| check_in_another_process(shape));
            }
        });
    }
}

fn check_in_another_process(shape: &Shape) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "reads_one_shape", "--ignored", "--nocapture"])
        .env(SHAPE, shape.name)
        // Memory that was freed is returned to the system at once.
        .env("MALLOC_MMAP_THRESHOLD_", "65536")
        .env("MALLOC_TRIM_THRESHOLD_", "65536")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let peak = text.lines().find(|line| line.starts_with("peak "));
    println!("{}: {}", shape.name, peak.unwrap_or_default());
    assert!(output.status.success(), "{}: {output:?}", shape.name);
}

fn peak_kib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
