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
const LOGS: usize = PAGES * support::LOGS_PER_PAGE;

struct Case {
    name: &'static str,
    job: Job,
    /// How long the server delays each response.
    delay: Duration,
}

enum Job {
    /// Reads the whole list at this URL, and returns the number of logs.
    List(fn(&str) -> usize),
    /// Makes this number of calls to this URL, and returns how many succeed.
    Calls(fn(&str, usize) -> usize),
}

const CASES: [Case; 8] = [
    Case {
        name: "by hand",
        job: Job::List(support::read_by_hand),
        delay: Duration::ZERO,
    },
    Case {
        name: "iter()",
        job: Job::List(|url| support::read_by_iter(url, 0)),
        delay: Duration::ZERO,
    },
    Case {
        name: "pages()",
        job: Job::List(support::read_by_pages),
        delay: Duration::ZERO,
    },
    Case {
        name: "iter().read_ahead(2)",
        job: Job::List(|url| support::read_by_iter(url, 2)),
        delay: Duration::ZERO,
    },
    Case {
        name: "delayed, by hand",
        job: Job::List(support::read_by_hand),
        delay: Duration::from_millis(50),
    },
    Case {
        name: "delayed, iter().read_ahead(8)",
        job: Job::List(|url| support::read_by_iter(url, 8)),
        delay: Duration::from_millis(50),
    },
    Case {
        name: "one call, by hand",
        job: Job::Calls(call_by_hand),
        delay: Duration::ZERO,
    },
    Case {
        name: "one call",
        job: Job::Calls(call),
        delay: Duration::ZERO,
    },
];

fn call_by_hand(url: &str, calls: usize) -> usize {
    let agent = support::agent();
    let url = format!("{url}/user");
    let users = (0..calls).map(|_| support::get::<User>(&agent, &url));
    users.filter(|user| user.id == "7").count()
}

fn call(url: &str, calls: usize) -> usize {
    let client = support::client(url);
    let users = (0..calls).map(|_| client.user().send());
    users
        .filter(|user| user.as_ref().is_ok_and(|user| user.id == "7"))
        .count()
}

/// What one process took.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Measurement {
    time: Duration,
    /// The peak memory in KiB.
    peak: usize,
}

fn main() {
    match env::var("BENCH_CASE") {
        Ok(name) => run(&name),
        Err(_) => compare(),
    }
}

/// Runs all cases in turns, each in a process of its own, and prints the table.
fn compare() {
    let servers = CASES.map(|case| {
        let pages = match case.job {
            Job::List(_) => PAGES,
            Job::Calls(_) => 0,
        };
        support::serve(pages, case.delay)
    });
    let mut measured = CASES.map(|_| Vec::new());
    for round in 0..ROUNDS {
        for (index, case) in CASES.iter().enumerate() {
            // A delayed case takes ten seconds and hardly varies.
            if case.delay.is_zero() || round == 0 {
                measured[index].push(measure(case.name, &servers[index]));
            }
        }
    }
    println!("{:30} {:>9} {:>7} {:>10}", "", "median", "ratio", "peak");
    let mut by_hand = Duration::ZERO;
    for (case, mut runs) in CASES.iter().zip(measured) {
        runs.sort();
        let median = &runs[runs.len() / 2];
        if case.name.ends_with("by hand") {
            by_hand = median.time;
        }
        let name = case.name;
        let milliseconds = median.time.as_secs_f64() * 1000.0;
        let ratio = median.time.as_secs_f64() / by_hand.as_secs_f64();
        let mebibytes = median.peak as f64 / 1024.0;
        println!("{name:30} {milliseconds:>7.0}ms  x{ratio:.2} {mebibytes:>6.1} MiB");
    }
}

/// Runs one case in a new process.
fn measure(case: &str, url: &str) -> Measurement {
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
    Measurement {
        time,
        peak: peak.unwrap_or_default(),
    }
}

/// Runs the case of this name in this process, and prints the peak memory.
fn run(name: &str) {
    let mut cases = CASES.into_iter();
    let case = cases
        .find(|case| case.name == name)
        .expect("`BENCH_CASE` is the name of a case");
    let url = env::var("BENCH_URL").unwrap_or_else(|_| support::serve(PAGES, Duration::ZERO));
    match case.job {
        Job::List(read) => assert_eq!(read(&url), LOGS, "{name}"),
        Job::Calls(call) => {
            let calls = env::var("BENCH_CALLS");
            let calls = calls.ok().and_then(|calls| calls.parse().ok()).unwrap_or(1);
            assert_eq!(call(&url, calls), calls, "{name}");
        }
    }
    println!("{}", peak().unwrap_or_default());
}

/// The peak memory of this process in KiB; `None` if the system does not report it.
fn peak() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().trim_end_matches(" kB").parse().ok()
}
