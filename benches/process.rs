//! The time and peak memory of whole processes: `cargo bench --bench process`.
//!
//! Each case runs in its own process. The cases take turns, so that other load of the machine
//! affects all of them alike. The table has the median of each case and its ratio to the code
//! written by hand.
//!
//! To count the instructions of a call, run a case twice under valgrind with different numbers of
//! calls, and divide the difference by that of the calls. `cargo bench --no-run` prints the path of
//! the program, which starts its own server:
//!
//! ```console
//! BENCH_CASE='one call' BENCH_CALLS=101 valgrind --tool=callgrind target/release/deps/process-…
//! ```

mod support;

use std::env;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use cloudflare_user::User;

const ROUNDS: usize = 15;
const PAGES: usize = support::MAX_PAGES;

/// For each case: its name, the pages that its server has, and the delay of a response in
/// milliseconds.
const CASES: [(&str, usize, u64); 8] = [
    ("by hand", PAGES, 0),
    ("iter()", PAGES, 0),
    ("pages()", PAGES, 0),
    ("iter().read_ahead(2)", PAGES, 0),
    ("delayed, by hand", PAGES, 50),
    ("delayed, iter().read_ahead(8)", PAGES, 50),
    ("one call, by hand", 0, 0),
    ("one call", 0, 0),
];

fn main() {
    if let Ok(case) = env::var("BENCH_CASE") {
        let calls = env::var("BENCH_CALLS")
            .ok()
            .and_then(|calls| calls.parse().ok());
        let url = env::var("BENCH_URL").unwrap_or_else(|_| support::serve(PAGES, Duration::ZERO));
        return run(&case, &url, calls.unwrap_or(1));
    }
    let servers =
        CASES.map(|(_, pages, delay)| support::serve(pages, Duration::from_millis(delay)));
    let mut measured = CASES.map(|_| Vec::new());
    for round in 0..ROUNDS {
        for (index, (case, _, delay)) in CASES.iter().enumerate() {
            // A delayed case takes ten seconds and hardly varies.
            if *delay == 0 || round == 0 {
                measured[index].push(measure(case, &servers[index]));
            }
        }
    }
    println!("{:30} {:>9} {:>7} {:>10}", "", "median", "ratio", "peak");
    let mut by_hand = Duration::ZERO;
    for ((case, ..), mut runs) in CASES.iter().zip(measured) {
        runs.sort();
        let (time, peak) = runs[runs.len() / 2];
        if case.ends_with("by hand") {
            by_hand = time;
        }
        let ratio = time.as_secs_f64() / by_hand.as_secs_f64();
        println!(
            "{case:30} {:>7.0}ms  x{ratio:.2} {:>6.1} MiB",
            time.as_secs_f64() * 1000.0,
            peak as f64 / 1024.0
        );
    }
}

/// Runs one case in a new process. Returns its time and its peak memory in KiB.
fn measure(case: &str, url: &str) -> (Duration, usize) {
    let program = env::current_exe().expect("the program has a path");
    let started = Instant::now();
    let output = Command::new(program)
        .env("BENCH_CASE", case)
        .env("BENCH_URL", url)
        .output()
        .expect("the program can be started");
    let time = started.elapsed();
    assert!(output.status.success(), "{output:?}");
    let peak = String::from_utf8_lossy(&output.stdout).trim().parse();
    (time, peak.unwrap_or_default())
}

fn run(case: &str, url: &str, calls: usize) {
    let read = match case {
        "by hand" | "delayed, by hand" => support::by_hand(url),
        "iter()" => support::by_iter(url, 0),
        "pages()" => support::by_pages(url),
        "iter().read_ahead(2)" => support::by_iter(url, 2),
        "delayed, iter().read_ahead(8)" => support::by_iter(url, 8),
        "one call, by hand" => {
            let (agent, url) = (support::agent(), format!("{url}/user"));
            let users = (0..calls).map(|_| support::get::<User>(&agent, &url));
            users.filter(|user| user.id == "7").count()
        }
        _ => {
            let client = support::client(url);
            let users = (0..calls).map(|_| client.user().send());
            users
                .filter(|user| user.as_ref().is_ok_and(|user| user.id == "7"))
                .count()
        }
    };
    let expected = if case.starts_with("one call") {
        calls
    } else {
        PAGES * support::LOGS
    };
    assert_eq!(read, expected, "{case}");
    println!("{}", peak().unwrap_or_default());
}

/// The peak memory of this process in KiB; `None` if the system does not report it.
fn peak() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
