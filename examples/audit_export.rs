//! Exports the audit log, or a part of it, and goes on where it was cut short: `cargo run --example audit_export`
//! asks Cloudflare if `CLOUDFLARE_API_TOKEN` is set, and a server of the demonstration if it is not.

mod demo;

use std::{error::Error, io, io::Write};

use clap::Parser;
use cloudflare_user::{Endpoint, Page, http::Method};
use fs_err::{self as fs, File};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// Exports the audit log, newest first; until FILE is whole, it is FILE.part, with a FILE.state to go on from
#[derive(Clone, Parser, Serialize, Deserialize)]
struct Export {
    #[arg(long, help = "Only from this day on, or this time in UTC (RFC 3339)")]
    since: Option<String>,
    #[arg(long, help = "Only before this day, or this time in UTC")]
    before: Option<String>,
    #[arg(long, help = "Only actions of this type, such as login")]
    #[serde(rename = "action.type")]
    action_type: Option<String>,
    #[arg(long, help = "Only what was done with this email address")]
    #[serde(rename = "actor.email")]
    actor_email: Option<String>,
    #[arg(long, help = "Only what was done from this address, or CIDR range")]
    #[serde(rename = "actor.ip")]
    actor_ip: Option<String>,
    #[arg(long, help = "Only changes to the zone with this name")]
    #[serde(rename = "zone.name")]
    zone_name: Option<String>,
    #[arg(long, help = "Leave out logs of the user level")]
    hide_user_logs: bool,
    #[arg(skip)]
    page: Option<u64>,
    #[arg(long, help = "Write CSV, not the JSON that the server sent")]
    #[serde(skip)]
    csv: bool,
    #[arg(long, value_name = "FILE", help = "Write a file, not standard output")]
    #[serde(skip)]
    output: Option<String>,
    #[arg(long, default_value_t = 0, help = "Fetch so many pages ahead")]
    #[serde(skip)]
    read_ahead: usize,
    #[arg(long, requires = "output", help = "Go on if FILE was cut short")]
    #[serde(skip)]
    resume: bool,
}

impl Endpoint for Export {
    type Output = Page<Box<RawValue>>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(1000);

    fn path(&self) -> Vec<&str> {
        vec!["user", "audit_logs"]
    }
}

fn main() {
    let Err(error) = run() else { return };
    if error.downcast_ref().map(io::Error::kind) != Some(io::ErrorKind::BrokenPipe) {
        _ = writeln!(io::stderr(), "error: {error}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let options = Export::parse();
    let (client, _demo) = demo::client()?;
    ctrlc::set_handler(|| {
        let _page_is_whole = io::stdout().lock();
        _ = writeln!(io::stderr(), "\nstopped: a FILE goes on with --resume");
        std::process::exit(130);
    })?;
    let asked = json!([options, options.csv]);
    let mut next = options.clone();
    // A fixed end: newer logs would shift all pages.
    let settled = (OffsetDateTime::now_utc() - Duration::MINUTE).format(&Rfc3339)?;
    next.before = next.before.or(Some(settled.clone())).min(Some(settled));
    let (mut bytes, mut file, mut bar) = (0, None, ProgressBar::no_length());
    let path = options.output.unwrap_or_default();
    let [part, kept, new] = [".part", ".state", ".new"].map(|end| format!("{path}{end}"));
    if !path.is_empty() {
        let fits = fs::metadata(&path).map_or(true, |known| known.is_file());
        fits.then_some(()).ok_or(format!("{path}: is no file"))?;
        if fs::exists(&kept)? {
            let state: (Value, Export, u64, u64) = serde_json::from_slice(&fs::read(&kept)?)?;
            let fits = options.resume && state.0 == asked && fs::exists(&part)?;
            let advice = "go on with --resume and the same options, or remove it";
            fits.then_some(()).ok_or(format!("{kept}: {advice}"))?;
            bar = bar.with_position(state.2);
            (_, next, _, bytes) = state;
        }
        let part = File::options().append(true).create(true).open(&part)?;
        file.insert(part).set_len(bytes)?;
    }
    let mut pages = client.pages(&next).read_ahead(options.read_ahead);
    while let Some(page) = pages.next().transpose()? {
        // A log that is no JSON ends the export before its page is written.
        _ = pages.next_page() > next.page.unwrap_or(1) || pages.next().transpose()?.is_none();
        let lines = lines(&page.items, options.csv, next.page.is_none())?;
        let number = next.page.insert(pages.next_page());
        let left = pages.total().map_or("", |_| "{wide_bar} {eta} left");
        let template = format!("page {number}, {{human_pos}} logs, {{per_sec:0}} {left}");
        bar.set_style(ProgressStyle::with_template(&template)?);
        bar.set_length(pages.total().unwrap_or_default());
        bar.inc(page.items.len() as u64);
        // Ctrl-C waits for this lock, so that no page is cut in two; a failed write leaves nothing of its page.
        let mut stdout = io::stdout().lock();
        let Some(file) = &mut file else {
            bar.suspend(|| stdout.write_all(&lines))?;
            continue;
        };
        let written = file.write_all(&lines).and_then(|()| file.sync_data());
        written.or_else(|error| file.set_len(bytes).and(Err(error)))?;
        bytes += lines.len() as u64;
        let state = json!([asked, next, bar.position(), bytes]);
        fs::write(&new, state.to_string())?;
        fs::rename(&new, &kept)?;
    }
    let Some(_) = file else { return Ok(()) };
    _ = fs::remove_file(&kept);
    Ok(fs::rename(&part, path)?)
}

fn lines(logs: &[Box<RawValue>], csv: bool, first: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    const COLUMNS: &str =
        "when,action.type,action.result,actor.email,actor.ip,interface,metadata.zone_name,resource.type,id";
    if !csv {
        let lines = logs.iter().map(|log| log.get().replace('\n', " ") + "\n");
        return Ok(lines.collect::<String>().into());
    }
    let mut rows = csv::Writer::from_writer(Vec::new());
    let header = first.then(|| rows.write_record(COLUMNS.split(',')));
    header.transpose()?;
    for log in logs {
        let log: Value = serde_json::from_str(log.get())?;
        let cell = |name: &str| match name.split('.').fold(&log, |value, key| &value[key]) {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        rows.write_record(COLUMNS.split(',').map(cell))?;
    }
    Ok(rows.into_inner()?)
}
