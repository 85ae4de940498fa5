//! Whole processes, with the time and the memory of each: `cargo bench --bench process`.
//!
//! Each way is a process of its own, and all of them take turns, so that what else the machine does meets all alike.
//! The medians are told, and their ratios to the loop that one would write by hand.

mod support;

use std::env;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
const PAGES: usize = 200;

/// What a process does, and with which server.
const WAYS: [(&str, usize, u64); 7] = [
    ("by hand", PAGES, 0),
    ("iter()", PAGES, 0),
    ("pages()", PAGES, 0),
    ("iter().read_ahead(2)", PAGES, 0),
    ("late, by hand", PAGES, 50),
    ("late, iter().read_ahead(8)", PAGES, 50),
    ("one call", 0, 0),
];

fn main() {
    if let (Ok(way), Ok(url)) = (env::var("BENCH_WAY"), env::var("BENCH_URL")) {
        return run(&way, &url);
    }
    let servers = WAYS.map(|(_, pages, late)| support::serve(pages, Duration::from_millis(late)));
    let mut measured = WAYS.map(|_| Vec::new());
    for round in 0..ROUNDS {
        for (index, (way, _, late)) in WAYS.iter().enumerate() {
            // The late ones take ten seconds and hardly vary.
            if *late == 0 || round == 0 {
                measured[index].push(measure(way, &servers[index]));
            }
        }
    }
    println!("{:28} {:>9} {:>7} {:>10}", "", "median", "ratio", "peak");
    let mut by_hand = Duration::ZERO;
    for ((way, ..), mut runs) in WAYS.iter().zip(measured) {
        runs.sort();
        let (time, peak) = runs[runs.len() / 2];
        if way.ends_with("by hand") {
            by_hand = time;
        }
        let ratio = time.as_secs_f64() / by_hand.as_secs_f64();
        println!(
            "{way:28} {:>7.0}ms  x{ratio:.2} {:>6.1} MiB",
            time.as_secs_f64() * 1000.0,
            peak as f64 / 1024.0
        );
    }
}

/// Runs this program again to do one thing, and answers its time and its peak of memory in KiB.
fn measure(way: &str, url: &str) -> (Duration, usize) {
    let program = env::current_exe().expect("it is running");
    let started = Instant::now();
    let output = Command::new(program)
        .env("BENCH_WAY", way)
        .env("BENCH_URL", url)
        .output()
        .expect("it runs again");
    let time = started.elapsed();
    assert!(output.status.success(), "{output:?}");
    let peak = String::from_utf8_lossy(&output.stdout).trim().parse();
    (time, peak.unwrap_or_default())
}

fn run(way: &str, url: &str) {
    let read = match way {
        "by hand" | "late, by hand" => support::by_hand(url),
        "iter()" => support::by_iter(url, 0),
        "pages()" => support::by_pages(url),
        "iter().read_ahead(2)" => support::by_iter(url, 2),
        "late, iter().read_ahead(8)" => support::by_iter(url, 8),
        _ => usize::from(support::client(url).user().send().is_err()),
    };
    assert_eq!(
        read,
        if way == "one call" {
            0
        } else {
            PAGES * support::LOGS
        }
    );
    println!("{}", peak().unwrap_or_default());
}

/// The most memory that this process ever had, in KiB, where the system tells it.
fn peak() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
