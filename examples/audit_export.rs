//! Exports the audit log, or a part of it, and resumes after an interruption.
//!
//! ```console
//! $ cargo run --example audit_export -- --demo --since 7d --csv --output week.csv
//! ```

mod common;
mod demo;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{Client, DateOrDateTime};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use common::api::{Api, ApiOptions, CredentialHash, help};
use common::append::Appender;
use common::audit_filters::AuditFilters;
use common::csv_rows::{self, Cells};
use common::failure::{self, Failure, Result};
use common::found::{Found, found};
use common::job::Job;
use common::log_line::LogLine;
use common::private_file::{self, with_suffix};
use common::raw_audit_logs::RawAuditLogs;
use common::state::StateFile;
use common::stop::Stop;
use common::times::{self, Moment};
use common::{print, replace};

const AFTER_HELP: &str = "\
Exit codes: 0 if all was exported, 1 for a failure, 2 for an invalid command line; 130, 143 and 129 for
SIGINT, SIGTERM and SIGHUP. After any code but 0, pass --resume with the same options, or remove
FILE.part and FILE.state to start over. The token needs the permission Account Settings Read.

In cron:    30 2 1 * *  . /etc/cloudflare.env; audit_export --since 32d --csv --output /srv/audit.csv";

/// Exports the audit log, newest first
///
/// FILE is replaced when the export is complete, and keeps its mode and owner. Until then the export
/// is FILE.part, and FILE.state has what --resume needs. FILE.state.lock prevents a second process,
/// and is not removed. In CSV, a cell that a spreadsheet would run as a formula gets a leading
/// apostrophe.
#[derive(Parser)]
#[command(name = "audit_export", version, after_help = help(AFTER_HELP))]
struct Options {
    /// Only from this time on: a date or time (RFC 3339), or a duration ago, such as 7d
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only before this time [default: 15 minutes ago, also in place of a later time]
    #[arg(long, value_name = "TIME")]
    before: Option<Moment>,
    #[command(flatten)]
    filters: AuditFilters,
    /// Write CSV instead of one line of JSON for each log
    #[arg(long)]
    csv: bool,
    /// Write cells of CSV as they are, including formulas
    #[arg(long, requires = "csv")]
    raw_cells: bool,
    /// The file to write, which is replaced; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Fetch up to this many pages ahead, at most 32
    #[arg(long, value_name = "PAGES", default_value_t = 0)]
    read_ahead: usize,
    /// Continue an export that was interrupted
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    api: ApiOptions,
}

/// What the state file holds beside the lines that are being written.
#[derive(Clone, Serialize, Deserialize)]
struct Position {
    job: Job,
    since: Option<String>,
    before: String,
    page: u64,
    /// The number of logs before this page.
    logs: u64,
    /// Those of the page before. If logs were added meanwhile, this page repeats some of them.
    last_ids: HashSet<String>,
    is_complete: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    failure::run_until_signal(1, |stop| run(&options, stop))
}

fn run(options: &Options, stop: &Stop) -> Result<u8> {
    let (since, before) = period(options)?;
    let api = options.api.connect(stop)?;
    let start = Position {
        job: Job {
            source: api.source.clone(),
            credential: Some(CredentialHash::new()),
            options: json!({
                "since": options.since,
                "before": options.before,
                "filters": options.filters,
                "csv": options.csv,
                "raw_cells": options.raw_cells,
            }),
            output: None,
        },
        since: since.map(times::shown),
        before: times::shown(before),
        page: 1,
        logs: 0,
        last_ids: HashSet::new(),
        is_complete: false,
    };
    let outcome = if !is_stdout(options) {
        export_to_file(&api, options, start)
    } else if options.resume {
        Err(Failure::invalid("--resume needs --output FILE"))
    } else {
        export(&api.client, options, start, |lines, _| {
            print::data(&String::from_utf8_lossy(lines))
        })
    };
    match outcome {
        Ok(logs) => {
            print::report(format_args!("exported logs: {logs}"));
            Ok(0)
        }
        Err(failure) => {
            if failure.is_cancelled {
                print::report("stopped; --resume continues an export into a file");
            }
            Err(failure)
        }
    }
}

fn is_stdout(options: &Options) -> bool {
    options.output == Path::new("-")
}

/// The end is fixed, because newer logs would move the items of all pages. Logs can become visible
/// 15 minutes late.
fn period(options: &Options) -> Result<(Option<OffsetDateTime>, OffsetDateTime)> {
    let settled = OffsetDateTime::now_utc() - Duration::minutes(15);
    let before = match &options.before {
        Some(before) => before.instant.min(settled),
        None => settled,
    };
    let Some(since) = &options.since else {
        return Ok((None, before));
    };
    times::require_past("--since", since)?;
    if since.instant >= before {
        return Err(Failure::invalid(format_args!(
            "--since {since} is not before the end of the export, {}",
            times::shown(before)
        )));
    }
    Ok((Some(since.instant), before))
}

/// Exports to `FILE.part`, and renames it when it is complete. Returns the number of logs.
fn export_to_file(api: &Api, options: &Options, start: Position) -> Result<u64> {
    let file = replace::target_of(&options.output)?;
    if fs_err::metadata(&file).is_ok_and(|existing| !existing.is_file()) {
        let file = file.display();
        return Err(Failure::invalid(format_args!("{file} is not a file")));
    }
    api.may_write_to(&file)?;
    let part = with_suffix(&file, ".part");
    let state = with_suffix(&file, ".state");
    let state_file = StateFile::lock(&state, "audit_export")?;
    let mut appender = Appender::to_private_file(&part, state_file, start.clone())?;
    let is_complete = appender.position().is_complete;
    match found(appender.output_id(), is_complete, &part, &file)? {
        Found::Nothing => appender.restart(start)?,
        Found::Complete if !options.resume => appender.restart(start)?,
        Found::Complete => start.job.require_same(&appender.position().job, &state)?,
        Found::Unfinished if !options.resume => {
            let part = part.display();
            return Err(Failure::invalid(format_args!(
                "{part} is of an unfinished export: pass --resume, or see --help"
            )));
        }
        Found::Unfinished => {
            start.job.require_same(&appender.position().job, &state)?;
            appender.require_unchanged_output()?;
            appender.finish()?;
        }
    }
    if !appender.position().is_complete {
        let position = appender.position().clone();
        export(&api.client, options, position, |lines, position| {
            appender.append(lines, position.clone())
        })?;
    }
    if let Some(complete) = private_file::open_existing(&part)? {
        replace::take_over_attributes(complete.file(), &file)?;
        private_file::rename(&part, &file)?;
    }
    let logs = appender.position().logs;
    appender.remove_state()?;
    Ok(logs)
}

/// Passes the lines of each page to `write`, with the position after them. Returns the number of logs.
fn export(
    client: &Client,
    options: &Options,
    mut position: Position,
    mut write: impl FnMut(&[u8], &Position) -> Result<()>,
) -> Result<u64> {
    let style = ProgressStyle::with_template("page {msg}, {human_pos} logs, {per_sec:0}");
    let bar = ProgressBar::no_length().with_style(style.map_err(Failure::new)?);
    let mut pages = client
        .pages(&request(options, &position)?)
        .read_ahead(options.read_ahead);
    let mut is_first = position.page == 1;
    let mut logs = Vec::new();
    loop {
        match pages.next() {
            None => break,
            Some(Ok(page)) => {
                logs.extend(
                    page.items
                        .iter()
                        .map(|log| LogLine::new(log.get().as_bytes())),
                );
            }
            // A log that is not JSON. It follows its page, and more can follow.
            Some(Err(error)) if error.is_item() => {
                print::report(format_args!("warning: {error}"));
                logs.push(LogLine::new(error.body().unwrap_or_default()));
            }
            Some(Err(error)) => return Err(error.into()),
        }
        if pages.next_page() == position.page {
            continue;
        }
        let ids = logs.iter().map(LogLine::identity).collect();
        logs.retain(|log| !position.last_ids.contains(&log.identity()));
        let lines = to_lines(&logs, options, is_first)?;
        is_first = false;
        position.page = pages.next_page();
        position.logs += logs.len() as u64;
        position.last_ids = ids;
        logs.clear();
        bar.set_message(position.page.to_string());
        bar.set_position(position.logs);
        bar.suspend(|| write(&lines, &position))?;
    }
    bar.finish_and_clear();
    position.is_complete = true;
    write(&to_lines(&[], options, is_first)?, &position)?;
    Ok(position.logs)
}

fn request(options: &Options, position: &Position) -> Result<RawAuditLogs> {
    let mut request = options.filters.request().page(position.page);
    if let Some(since) = &position.since {
        request = request.since(since.parse::<DateOrDateTime>()?);
    }
    let before: DateOrDateTime = position.before.parse()?;
    Ok(RawAuditLogs(request.before(before)))
}

/// The lines of a page; the first one of CSV is the header.
fn to_lines(logs: &[LogLine], options: &Options, is_first: bool) -> Result<Vec<u8>> {
    if options.csv {
        let cells = Cells {
            may_be_formulas: options.raw_cells,
            may_have_controls: !is_stdout(options),
        };
        return csv_rows::rows(logs, is_first, cells);
    }
    let lines = logs.iter().map(|log| match is_stdout(options) {
        true => log.for_stdout(),
        false => log.for_file(),
    });
    Ok(lines.flatten().collect())
}
