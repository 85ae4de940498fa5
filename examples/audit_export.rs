//! Exports the audit log, or a part of it, and resumes after an interruption, for example with
//! `cargo run --example audit_export -- --since 2026-11-01 --csv --output november.csv`. It sends
//! its requests to Cloudflare if the environment has a credential, and otherwise to a demonstration
//! server.

mod demo;
#[path = "common/journal.rs"]
mod journal;
#[path = "common/state.rs"]
mod state;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use clap::Parser;
use cloudflare_user::{Client, DateOrDateTime, Endpoint, Page, http::Method};
use fs_err as fs;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use time::{Duration, OffsetDateTime};

use journal::{Journal, read_state};

/// Exports the audit log, newest first
///
/// An unfinished export is FILE.part, and FILE.state holds what --resume needs. FILE.state.lock
/// prevents a second process from using them, and is not removed. In CSV, a cell that starts with
/// = + - @ tab or a line break gets a leading apostrophe, because a spreadsheet would run it as a
/// formula.
#[derive(Clone, Parser, Serialize, Deserialize)]
#[command(
    after_help = "Exit codes: 0 if all was exported, 1 for a failure, 2 for an invalid command line, 130 for Ctrl-C.\n\
    After a failure or Ctrl-C, pass --resume with the same options, or remove FILE.part and FILE.state to start over."
)]
struct Export {
    #[arg(long, value_parser = date, help = "Only from this date or time on, inclusive (RFC 3339, UTC)")]
    since: Option<String>,
    #[arg(long, value_parser = date, help = "Only before this time or date; latest and default: 15 minutes ago")]
    before: Option<String>,
    #[arg(long, help = "Only actions of this type, such as login")]
    #[serde(rename = "action.type")]
    action_type: Option<String>,
    #[arg(long, help = "Only actions by this email address")]
    #[serde(rename = "actor.email")]
    actor_email: Option<String>,
    #[arg(long, help = "Only actions from this IP address or CIDR range")]
    #[serde(rename = "actor.ip")]
    actor_ip: Option<String>,
    #[arg(long, help = "Only changes to the zone with this name")]
    #[serde(rename = "zone.name")]
    zone_name: Option<String>,
    #[arg(long, help = "Leave out logs of the user level")]
    hide_user_logs: bool,
    #[arg(skip)]
    page: Option<u64>,
    #[arg(long, help = "Write CSV instead of one line of JSON for each log")]
    #[serde(skip)]
    csv: bool,
    #[arg(
        long,
        requires = "csv",
        help = "Write cells of CSV as they are, including formulas"
    )]
    #[serde(skip)]
    raw_cells: bool,
    #[arg(
        long,
        value_name = "FILE",
        help = "Write to this file, which is replaced, instead of standard output"
    )]
    #[serde(skip)]
    output: Option<PathBuf>,
    #[arg(
        long,
        value_name = "PAGES",
        default_value_t = 0,
        help = "Fetch up to this many pages ahead, at most 32"
    )]
    #[serde(skip)]
    read_ahead: usize,
    #[arg(
        long,
        requires = "output",
        help = "Continue an export that was interrupted"
    )]
    #[serde(skip)]
    resume: bool,
}

/// What the state file holds beside the length of the output.
#[derive(Clone, Serialize, Deserialize)]
struct Position {
    options: Value,
    request: Export,
    logs: u64,
}

/// `ListAuditLogs` of this crate decodes the logs. Here they stay as the server sent them.
impl Endpoint for Export {
    type Output = Page<Box<RawValue>>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(1000);

    fn path(&self) -> Vec<&str> {
        vec!["user", "audit_logs"]
    }
}

/// Formats a date or time in UTC, so that texts compare as times.
fn date(text: &str) -> Result<String, cloudflare_user::Error> {
    text.parse().map(|date: DateOrDateTime| date.to_string())
}

fn main() {
    let Err(error) = run(&Export::parse()) else {
        return;
    };
    if error.downcast_ref().map(io::Error::kind) != Some(ErrorKind::BrokenPipe) {
        _ = writeln!(io::stderr(), "error: {error}");
        std::process::exit(1);
    }
}

fn run(options: &Export) -> Result<(), Box<dyn Error>> {
    let (client, _demo) = demo::client()?;
    ctrlc::set_handler(|| {
        // Waits until the current page is written.
        let _stdout = io::stdout().lock();
        _ = writeln!(
            io::stderr(),
            "\nstopped; --resume continues an export into a file"
        );
        std::process::exit(130);
    })?;
    // A fixed end, because newer logs would move the items of all pages. Logs can become visible 15
    // minutes late.
    let settled =
        Some(DateOrDateTime::from(OffsetDateTime::now_utc() - Duration::minutes(15)).to_string());
    let request = Export {
        before: options.before.clone().or(settled.clone()).min(settled),
        ..options.clone()
    };
    let start = Position {
        options: json!([options, options.csv, options.raw_cells]),
        request,
        logs: 0,
    };
    let Some(path) = &options.output else {
        return export(&client, options, start, |lines, _| {
            Ok(io::stdout().lock().write_all(lines.as_bytes())?)
        });
    };
    if fs::metadata(path).is_ok_and(|existing| !existing.is_file()) {
        return Err(format!("{} is not a file", path.display()).into());
    }
    let [part, state] = [".part", ".state"].map(|suffix| state::with_suffix(path, suffix));
    let _lock = state::lock(&state)?;
    let length = fs::metadata(path).ok().map(|file| file.len());
    if !fs::exists(&part)?
        && read_state::<Position>(&state)?.is_some_and(|saved| saved.length == length)
    {
        fs::remove_file(&state)?; // A run was killed between the rename and the removal at the end.
        if options.resume {
            return Ok(());
        }
    }
    let mut journal = Journal::open(Some(&part), state.clone(), false, start.clone())?;
    let saved = journal.position();
    if saved.request.page.is_none() {
        // Nothing was written yet, so the options may differ.
        journal.commit(start.clone())?;
    } else if !options.resume || saved.options != start.options {
        return Err(format!(
            "{} is unfinished: pass --resume and the same options, or see --help",
            part.display()
        )
        .into());
    }
    export(
        &client,
        options,
        journal.position().clone(),
        |lines, position| {
            journal.append(lines)?;
            journal.commit(position.clone())
        },
    )?;
    state::rename(&part, path)?;
    Ok(fs::remove_file(&state)?)
}

/// Passes the lines of each page to `write`, with the position after them.
fn export(
    client: &Client,
    options: &Export,
    mut position: Position,
    mut write: impl FnMut(&str, &Position) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let style = ProgressStyle::with_template("{msg}, {human_pos} logs, {per_sec:0}")?;
    let bar = ProgressBar::no_length()
        .with_style(style)
        .with_position(position.logs);
    let mut pages = client
        .pages(&position.request)
        .read_ahead(options.read_ahead);
    while let Some(page) = pages.next().transpose()? {
        if pages.size_hint().0 > 0 {
            // This page has logs that are not JSON. The first one ends the export before the page
            // is written.
            pages.next().transpose()?;
        }
        let lines = match options.csv {
            true => csv(&page.items, options, position.request.page.is_none())?,
            false => page
                .items
                .iter()
                .map(|log| log.get().replace('\n', " ") + "\n")
                .collect(),
        };
        bar.set_message(format!(
            "page {}",
            position.request.page.insert(pages.next_page())
        ));
        position.logs += page.items.len() as u64;
        bar.set_position(position.logs);
        let _stdout = io::stdout().lock();
        bar.suspend(|| write(&lines, &position))?;
    }
    Ok(())
}

fn csv(
    logs: &[Box<RawValue>],
    options: &Export,
    has_header: bool,
) -> Result<String, Box<dyn Error>> {
    const COLUMNS: &str = "when,action.type,action.result,actor.email,actor.ip,interface,metadata.zone_name,resource.type,id";
    let mut rows = csv::Writer::from_writer(Vec::new());
    if has_header {
        rows.write_record(COLUMNS.split(','))?;
    }
    for log in logs {
        let log: Value = serde_json::from_str(log.get())?;
        let cell = |name: &str| {
            let text = match name.split('.').fold(&log, |value, key| &value[key]) {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let is_formula =
                !options.raw_cells && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            if is_formula { format!("'{text}") } else { text }
        };
        rows.write_record(COLUMNS.split(',').map(cell))?;
    }
    Ok(String::from_utf8(rows.into_inner()?)?)
}
