//! Whole processes, with the time and the memory of each: `cargo bench --bench process`.
//!
//! Each way is a process of its own, and all of them take turns, so that what else the machine does meets all alike.
//! The medians are told, and their ratios to what one would write by hand.
//!
//! What a call costs in instructions is the slope between two runs under valgrind, of either way, with the program that
//! `cargo bench --no-run` names and a server that it starts by itself:
//!
//! ```console
//! BENCH_WAY='one call' BENCH_CALLS=101 valgrind --tool=callgrind target/release/deps/process-…
//! ```

mod support;

use std::env;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use cloudflare_user::User;

const ROUNDS: usize = 15;
const PAGES: usize = support::MOST_PAGES;

/// What a process does, and with which server.
const WAYS: [(&str, usize, u64); 8] = [
    ("by hand", PAGES, 0),
    ("iter()", PAGES, 0),
    ("pages()", PAGES, 0),
    ("iter().read_ahead(2)", PAGES, 0),
    ("late, by hand", PAGES, 50),
    ("late, iter().read_ahead(8)", PAGES, 50),
    ("one call, by hand", 0, 0),
    ("one call", 0, 0),
];

fn main() {
    if let Ok(way) = env::var("BENCH_WAY") {
        let calls = env::var("BENCH_CALLS").ok().and_then(|calls| calls.parse().ok());
        let url = env::var("BENCH_URL").unwrap_or_else(|_| support::serve(PAGES, Duration::ZERO));
        return run(&way, &url, calls.unwrap_or(1));
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
        println!("{way:28} {:>7.0}ms  x{ratio:.2} {:>6.1} MiB", time.as_secs_f64() * 1000.0, peak as f64 / 1024.0);
    }
}

/// Runs this program again to do one thing, and answers its time and its peak of memory in KiB.
fn measure(way: &str, url: &str) -> (Duration, usize) {
    let program = env::current_exe().expect("it is running");
    let started = Instant::now();
    let output = Command::new(program).env("BENCH_WAY", way).env("BENCH_URL", url).output().expect("it runs again");
    let time = started.elapsed();
    assert!(output.status.success(), "{output:?}");
    let peak = String::from_utf8_lossy(&output.stdout).trim().parse();
    (time, peak.unwrap_or_default())
}

fn run(way: &str, url: &str, calls: usize) {
    let read = match way {
        "by hand" | "late, by hand" => support::by_hand(url),
        "iter()" => support::by_iter(url, 0),
        "pages()" => support::by_pages(url),
        "iter().read_ahead(2)" => support::by_iter(url, 2),
        "late, iter().read_ahead(8)" => support::by_iter(url, 8),
        "one call, by hand" => {
            let (agent, url) = (support::agent(), format!("{url}/user"));
            let users = (0..calls).map(|_| support::get::<User>(&agent, &url));
            users.filter(|user| user.id == "7").count()
        }
        _ => {
            let client = support::client(url);
            let users = (0..calls).map(|_| client.user().send());
            users.filter(|user| user.as_ref().is_ok_and(|user| user.id == "7")).count()
        }
    };
    let expected = if way.starts_with("one call") { calls } else { PAGES * support::LOGS };
    assert_eq!(read, expected, "{way}");
    println!("{}", peak().unwrap_or_default());
}

/// The most memory that this process ever had, in KiB, where the system tells it.
fn peak() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
