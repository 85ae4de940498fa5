//! Appends the audit logs that are new since the last run to a file, each log once, even if the
//! program is killed. It can also report actions that you name.
//!
//! ```console
//! $ cargo run --example audit_follow -- --demo --since 7d --output new.jsonl --alert token_create
//! ```

mod common;
mod demo;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use cloudflare_user::{AuditLog, AuditLogCursor, Client};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use common::alerts::{AlertOptions, Alerts};
use common::api::{Api, ApiOptions, help};
use common::append::Appender;
use common::audit_filters::AuditFilters;
use common::failure::{self, Failure, Result};
use common::job::Job;
use common::log_line::LogLine;
use common::print;
use common::private_file::with_suffix;
use common::state::StateFile;
use common::stop::Stop;
use common::times::{self, Moment};

const AFTER_HELP: &str = "\
Exit codes: 0 for no alert, 1 after an alert, 2 for an invalid command line or a failure, even after an
alert; 130, 143 and 129 for SIGINT, SIGTERM and SIGHUP. The next run continues where this one ended.
To continue in another file, move FILE and STATE together. To start anew, move both away.
The token needs the permission Account Settings Read.

In cron:    */10 * * * *  . /etc/cloudflare.env; audit_follow --quiet --output /var/log/cloudflare.jsonl";

/// Appends new audit logs to a file as JSON lines, oldest first
///
/// Each log is in the file once, even if this program is killed, and a reader that follows the file
/// sees it once. After each rotation (renamed, copied and truncated, or deleted), the lines go on in
/// the file that is at the path. If it was rotated while a killed run was appending, the last lines
/// can be repeated, and a warning says so. On standard output, lines can be repeated after a kill.
///
/// STATE.lock prevents a second process and is not removed. Use one state for each set of filters.
#[derive(Parser)]
#[command(name = "audit_follow", version, after_help = help(AFTER_HELP))]
struct Options {
    /// The file to append to; - is standard output, and needs --state
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// The state file [default: FILE.state]
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    /// Where the first run starts: a date or time (RFC 3339), or a duration ago, such as 7d
    /// [default: now]
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// How late a log can become visible and still be found [default: 15min]
    #[arg(long, value_name = "DURATION", value_parser = times::parse_age)]
    overlap: Option<Duration>,
    /// Run again after each interval, at least 1s, until a signal; a transient failure is reported
    /// and does not end the program
    #[arg(long, value_name = "INTERVAL", value_parser = times::parse_interval)]
    every: Option<Duration>,
    /// Save after this many logs
    #[arg(long, value_name = "LOGS", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Print alerts, warnings and errors only
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    alerts: AlertOptions,
    #[command(flatten)]
    filters: AuditFilters,
    #[command(flatten)]
    api: ApiOptions,
}

/// What the state file holds beside the lines that are being appended.
#[derive(Clone, Serialize, Deserialize)]
struct Position {
    job: Job,
    cursor: AuditLogCursor,
    /// The time of the latest log, in seconds since 1970. Before the first log, it is the start.
    latest: i64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    failure::run_until_signal(2, |stop| run(&options, stop))
}

fn run(options: &Options, stop: &Stop) -> Result<u8> {
    if let Some(since) = &options.since {
        times::require_past("--since", since)?;
    }
    let api = options.api.connect(stop)?;
    let mut appender = open_output(options, &api)?;
    let mut alerts = Alerts::default();
    loop {
        let outcome = append_new_logs(&api.client, &mut appender, options, &mut alerts);
        let mut wait = options.every.unwrap_or_default();
        match outcome {
            Ok(count) => summarize(count, appender.position(), options),
            Err(failure) if failure.may_pass && options.every.is_some() => {
                print::report(format_args!("warning: {}", failure.text()));
                wait = wait.max(failure.retry_after.unwrap_or_default());
            }
            Err(failure) => return Err(failure),
        }
        if options.every.is_none() || stop.wait(wait) {
            return Ok(u8::from(alerts.has_alerted));
        }
    }
}

fn is_stdout(options: &Options) -> bool {
    options.output == Path::new("-")
}

fn open_output(options: &Options, api: &Api) -> Result<Appender<Position>> {
    let output = std::path::absolute(&options.output)?;
    let state = match &options.state {
        Some(state) => state.clone(),
        None if is_stdout(options) => {
            return Err(Failure::invalid("standard output needs --state"));
        }
        None => with_suffix(&output, ".state"),
    };
    let since = match &options.since {
        Some(since) => since.instant,
        None => OffsetDateTime::now_utc(),
    };
    let start = Position {
        job: Job {
            source: api.source.clone(),
            credential: None,
            options: json!([options.filters, is_stdout(options)]),
            // Without --state, both files may have been moved.
            output: options.state.is_some().then(|| output.clone()),
        },
        cursor: AuditLogCursor::starting_at(since),
        latest: since.unix_timestamp(),
    };
    if !is_stdout(options) {
        api.may_write_to(&output)?;
    }
    let state_file = StateFile::lock(&state, "audit_follow")?;
    let appender = if is_stdout(options) {
        Appender::to_stdout(state_file, start.clone())?
    } else {
        Appender::to_file(&output, state_file, start.clone())?
    };
    start.job.require_same(&appender.position().job, &state)?;
    Ok(appender)
}

/// Appends what is new, and returns how many logs there were.
fn append_new_logs(
    client: &Client,
    appender: &mut Appender<Position>,
    options: &Options,
    alerts: &mut Alerts,
) -> Result<usize> {
    // Completes what a killed or failed run did not.
    appender.finish()?;
    let mut position = appender.position().clone();
    warn_of_future(&position);
    if let Some(overlap) = options.overlap {
        position.cursor = position.cursor.overlap(overlap);
    }
    let mut logs = client.follow(&options.filters.request(), &position.cursor);
    let mut count = 0;
    loop {
        let mut batch = Vec::new();
        let mut end = None;
        for _ in 0..options.batch {
            match logs.next() {
                Some(Err(error)) if !error.is_item() => end = Some(Err(error.into())),
                Some(log) => {
                    report_bad_item(log);
                    let log = LogLine::new(logs.json());
                    alerts.report(&log, &options.alerts);
                    batch.extend(match is_stdout(options) {
                        true => log.for_stdout(),
                        false => log.for_file(),
                    });
                    position.latest = position.latest.max(seconds(&log).unwrap_or(i64::MIN));
                    count += 1;
                }
                None => end = Some(Ok(count)),
            }
            if end.is_some() {
                break;
            }
        }
        if !batch.is_empty() {
            position.cursor = logs.cursor();
            appender.append(&batch, position.clone())?;
            alerts.forget();
        }
        if let Some(end) = end {
            return end;
        }
    }
}

/// A log that cannot be decoded is written as every other one, and reported.
fn report_bad_item(log: cloudflare_user::Result<AuditLog>) {
    if let Err(error) = log {
        print::report(format_args!("warning: {error}"));
    }
}

/// The time of a log, in seconds since 1970. A time in the future is of another clock, and is not
/// used.
fn seconds(log: &LogLine) -> Option<i64> {
    let when = OffsetDateTime::parse(log.text("/when")?, &Rfc3339).ok()?;
    let is_past = when <= OffsetDateTime::now_utc();
    is_past.then(|| when.unix_timestamp())
}

fn warn_of_future(position: &Position) {
    let behind = OffsetDateTime::now_utc().unix_timestamp() - position.latest;
    if behind < 0 {
        print::report(format_args!(
            "warning: the saved position, {}, is in the future: logs before it are not found. \
             Correct the clock of this machine, or start anew (see --help)",
            shown(position)
        ));
    }
}

fn summarize(count: usize, position: &Position, options: &Options) {
    if options.quiet {
        return;
    }
    let behind = OffsetDateTime::now_utc().unix_timestamp() - position.latest;
    let behind = Duration::from_secs(behind.try_into().unwrap_or_default());
    let next = match options.every {
        Some(every) => format!("; next run in {}", times::rounded(every)),
        None => String::new(),
    };
    print::report(format_args!(
        "new logs: {count}; position {}, {} behind{next}",
        shown(position),
        times::rounded(behind)
    ));
}

fn shown(position: &Position) -> String {
    let latest = OffsetDateTime::from_unix_timestamp(position.latest);
    latest.map_or_else(|error| error.to_string(), times::shown)
}
