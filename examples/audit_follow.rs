//! Appends the audit logs that are new since the last run to a file, each log once, even if the
//! program is killed.
//!
//! ```console
//! $ cargo run --example audit_follow -- --output new.jsonl --since 7d --alert token_create,token_roll
//! ```
//!
//! It sends its requests to Cloudflare if the environment has a credential, and otherwise to a
//! demonstration server.

mod demo;
#[path = "common/journal.rs"]
mod journal;
#[path = "common/state.rs"]
mod state;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use clap::Parser;
use cloudflare_user::{AuditLog, AuditLogCursor, Client, DateOrDateTime};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use journal::Journal;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Appends new audit logs to a file as JSON lines, oldest first
///
/// Each log is in the file once, even if this program is killed: the state file holds the position
/// in the audit log and the length of the file, and the next start truncates the file to that
/// length. After a kill, alerts can be printed twice, and without --output logs too. STATE.lock
/// prevents a second process, and is not removed.
#[derive(Parser)]
#[command(
    after_help = "Exit codes: 0 for no alert, 1 after an alert, 2 for an invalid command line or a failure, even\n\
    after an alert, 130 for a second Ctrl-C. The next run continues after the last log that was written."
)]
struct Options {
    /// The file to append to; without it, logs go to standard output, and --state is required
    #[arg(long, value_name = "FILE", required_unless_present = "state")]
    output: Option<PathBuf>,
    /// The state file [default: FILE.state]
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    /// Continue in a new FILE, after the old one was moved away or is damaged
    #[arg(long, requires = "output")]
    new_output: bool,
    /// Where the first run starts: a date or time (RFC 3339), or a duration ago, such as 7d
    /// [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_start)]
    since: Option<OffsetDateTime>,
    /// Run again after each interval, at least 1s, until Ctrl-C; failures that may pass are
    /// reported
    #[arg(long, value_name = "INTERVAL", value_parser = parse_interval)]
    every: Option<Duration>,
    /// Report these actions on standard error, separated by commas, such as token_create,token_roll
    #[arg(long, value_name = "ACTIONS", value_delimiter = ',')]
    alert: Vec<String>,
    /// Do not report actions of these email addresses, separated by commas
    #[arg(long, value_name = "EMAILS", value_delimiter = ',', requires = "alert")]
    except: Vec<String>,
    /// Save after this many logs
    #[arg(long, value_name = "LOGS", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
}

fn main() -> ExitCode {
    run(Options::parse()).unwrap_or_else(|error| {
        _ = writeln!(io::stderr(), "error: {error}");
        ExitCode::from(2)
    })
}

fn run(options: Options) -> Result<ExitCode> {
    let (client, _demo) = demo::client()?;
    let (stop, stopped) = mpsc::sync_channel(1);
    ctrlc::set_handler(move || {
        // The first Ctrl-C stops after the current log. A second one also ends a pending request.
        if stop.try_send(()).is_err() {
            std::process::exit(130);
        }
    })?;
    let output = options.output.as_deref();
    let state = options
        .state
        .clone()
        .or(output.map(|path| state::with_suffix(path, ".state")))
        .unwrap_or_default();
    let _lock = state::lock(&state)?;
    let start = AuditLogCursor::starting_at(options.since.unwrap_or_else(OffsetDateTime::now_utc));
    let mut journal = Journal::open(output, state, options.new_output, start)?;
    let mut has_alerted = false;
    loop {
        let (is_stopped, wait) =
            match append_new_logs(&client, &mut journal, &options, &stopped, &mut has_alerted) {
                Ok(is_stopped) => (is_stopped, Duration::ZERO),
                Err(error) => (false, time_to_wait(error, options.every.is_some())?),
            };
        let Some(every) = options.every.filter(|_| !is_stopped) else {
            break;
        };
        if stopped.recv_timeout(every.max(wait)).is_ok() {
            break;
        }
    }
    Ok(ExitCode::from(u8::from(has_alerted)))
}

/// Appends what is new, and returns whether Ctrl-C was pressed.
fn append_new_logs(
    client: &Client,
    journal: &mut Journal<AuditLogCursor>,
    options: &Options,
    stopped: &Receiver<()>,
    has_alerted: &mut bool,
) -> Result<bool> {
    let mut logs = client.audit_logs().follow(journal.position());
    loop {
        let mut batch = Vec::new();
        let end = loop {
            if batch.len() == options.batch as usize {
                break None;
            } else if stopped.try_recv().is_ok() {
                break Some(Ok(true));
            }
            match logs.next() {
                None => break Some(Ok(false)),
                Some(Err(error)) if !error.is_item() => break Some(Err(error.into())),
                Some(log) => batch.push(to_json(log)?),
            }
        };
        if !batch.is_empty() {
            journal.append(
                &batch
                    .iter()
                    .map(|log| format!("{log}\n"))
                    .collect::<String>(),
            )?;
            for log in batch.iter().filter(|log| is_alert(log, options)) {
                let [when, action, email, ip, id] =
                    ["/when", "/action/type", "/actor/email", "/actor/ip", "/id"]
                        .map(|field| text(log, field));
                writeln!(
                    io::stderr(),
                    "alert: {when} {action} by {email} from {ip}, id {id}"
                )?;
                *has_alerted = true;
            }
            journal.commit(logs.cursor())?;
        }
        if let Some(end) = end {
            return end;
        }
    }
}

/// A log that cannot be decoded is written as it was received.
fn to_json(log: cloudflare_user::Result<AuditLog>) -> Result<Value> {
    let error = match log {
        Ok(log) => return Ok(serde_json::to_value(log)?),
        Err(error) => error,
    };
    writeln!(io::stderr(), "warning: {error}")?;
    let json = error.body().unwrap_or_default();
    Ok(serde_json::from_slice(json)
        .unwrap_or_else(|_| json!({"malformed": String::from_utf8_lossy(json)})))
}

fn is_alert(log: &Value, Options { alert, except, .. }: &Options) -> bool {
    let [action, email] = ["/action/type", "/actor/email"].map(|field| text(log, field));
    // A malformed log may be of any action.
    let is_listed = alert.iter().any(|listed| listed.trim() == action)
        || (!alert.is_empty() && log.get("malformed").is_some());
    is_listed
        && !except
            .iter()
            .any(|listed| listed.trim().eq_ignore_ascii_case(&email))
}

/// The text of a field. Control characters are escaped, because a terminal obeys them.
fn text(log: &Value, field: &str) -> String {
    log.pointer(field)
        .and_then(Value::as_str)
        .unwrap_or("-")
        .escape_debug()
        .to_string()
}

/// Reports a temporary failure and returns how long to wait at least; any other failure is
/// returned.
fn time_to_wait(error: Box<dyn Error>, is_loop: bool) -> Result<Duration> {
    let Some(failure) = error.downcast_ref::<cloudflare_user::Error>() else {
        return Err(error);
    };
    let wait = failure.retry_after();
    let end = wait.and_then(|wait| OffsetDateTime::now_utc().checked_add(wait.try_into().ok()?));
    let end = end.and_then(|end| end.replace_nanosecond(0).ok()?.format(&Rfc3339).ok());
    let hint = end
        .map(|end| format!("; run again after {end}"))
        .unwrap_or_default();
    if !is_loop || failure.is_unauthorized() || failure.is_invalid_request() {
        return Err(format!("{failure}{hint}").into());
    }
    writeln!(io::stderr(), "warning: {failure}")?;
    Ok(wait.unwrap_or_default())
}

fn parse_start(text: &str) -> Result<OffsetDateTime, String> {
    if let Ok(ago) = humantime::parse_duration(text) {
        let ago = time::Duration::try_from(ago).ok();
        return ago
            .and_then(|ago| OffsetDateTime::now_utc().checked_sub(ago))
            .ok_or("is too long ago".into());
    }
    match text.parse() {
        Ok(DateOrDateTime::Date(date)) => Ok(date.midnight().assume_utc()),
        Ok(DateOrDateTime::DateTime(time)) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

fn parse_interval(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text).map_err(|error| error.to_string())? {
        interval if interval >= Duration::from_secs(1) => Ok(interval),
        _ => Err("the shortest interval is 1s".into()),
    }
}
