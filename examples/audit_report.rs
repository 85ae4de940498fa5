//! Draws a month of audit logs as SVG, and as charts on the terminal.
//!
//! ```console
//! $ cargo run --example audit_report -- --demo --days 7 --output week.svg
//! ```

mod common;
mod demo;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use charts_rs::MultiChart;
use clap::Parser;
use clap::builder::NonEmptyStringValueParser as Text;
use cloudflare_user::{Client, ListAuditLogs};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use common::api::{ApiOptions, help};
use common::failure::{self, Failure, Result};
use common::print::{self, clean};
use common::replace;
use common::stop::Stop;

const AFTER_HELP: &str = "\
Exit codes: 0 if the picture was written, 1 for a failure, 2 for an invalid command line. The token needs
the permission Account Settings Read.

In cron:    0 6 * * *  . /etc/cloudflare.env; audit_report --output /srv/www/audit.svg >/dev/null";

/// Draws how many audit logs there were by day, by type and by actor
///
/// An existing FILE is replaced when the new picture is complete, and keeps its mode and owner.
#[derive(Parser)]
#[command(name = "audit_report", version, after_help = help(AFTER_HELP))]
struct Options {
    /// How many days to show, 1 to 366, today included, in UTC
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// The SVG file to write; with -, the picture is written to standard output instead of the charts
    #[arg(long, value_name = "FILE", default_value = "audit_report.svg")]
    output: PathBuf,
    /// Read the logs of this account, and not those of the user
    #[arg(long, value_name = "ID", value_parser = Text::new())]
    account: Option<String>,
    #[command(flatten)]
    api: ApiOptions,
}

/// A label, and how many actions succeeded and failed.
type Bars = Vec<(String, [u32; 2])>;

fn main() -> ExitCode {
    let options = Options::parse();
    failure::run(1, |stop| run(&options, stop))
}

fn run(options: &Options, stop: &Stop) -> Result<u8> {
    let api = options.api.connect(stop)?;
    let path = &options.output;
    let is_stdout = path == Path::new("-");
    if !is_stdout {
        api.may_write_to(path)?;
    }
    let charts = read(&api.client, options)?;
    let picture = picture(&charts).map_err(|error| Failure::new(format_args!("SVG: {error}")))?;
    if is_stdout {
        print::data(&picture)?;
        return Ok(0);
    }
    replace::replace(path, picture.as_bytes())?;
    print::report(format_args!("The picture is in {}.", path.display()));
    let text: String = charts.iter().map(terminal_chart).collect();
    print::data(&text)?;
    Ok(0)
}

/// Counts the logs as they arrive, so that only one page is in memory.
fn read(client: &Client, options: &Options) -> Result<[(String, Bars); 3]> {
    let days = options.days;
    let now = OffsetDateTime::now_utc();
    let first = now.date() - Duration::days(i64::from(days) - 1);
    let dates = (0..i64::from(days)).map(|day| (first + Duration::days(day)).to_string());
    let mut by_day: BTreeMap<_, _> = dates.map(|date| (date, [0; 2])).collect();
    let (mut by_type, mut by_actor) = (BTreeMap::new(), BTreeMap::new());
    let (mut total, mut left_out) = ([0; 2], 0);

    // With `before`, new logs do not move the items of a page meanwhile.
    let mut request = ListAuditLogs::new().since(first).before(now);
    if let Some(account) = &options.account {
        request = request.in_account(account);
    }
    for log in client.iter(&request) {
        let log = match log {
            Err(error) if !error.is_item() => return Err(error.into()),
            // A log that cannot be decoded has no time, and is counted as left out.
            log => log.unwrap_or_default(),
        };
        let day = log.when.and_then(|when| when.checked_to_utc());
        let Some(day) = day.and_then(|day| by_day.get_mut(&day.date().to_string())) else {
            left_out += 1;
            continue;
        };
        let kind = log.actor.kind.map(|kind| kind.to_string());
        let actor = by_actor.entry(log.actor.email.or(kind)).or_default();
        let action = by_type.entry(log.action.kind).or_default();
        let failed = usize::from(log.action.result == Some(false));
        for count in [&mut total, day, action, actor] {
            count[failed] += 1;
        }
    }
    let [all, bad] = [total[0] + total[1], total[1]];
    let title = format!("By day, in UTC: {all} actions, {bad} failed, {left_out} left out");
    Ok([
        (title, by_day.into_iter().collect()),
        (String::from("By type"), ranked(by_type)),
        (String::from("By actor"), ranked(by_actor)),
    ])
}

/// The eight bars with most actions, and the sum of the others.
fn ranked(counts: BTreeMap<Option<String>, [u32; 2]>) -> Bars {
    let mut bars = Bars::new();
    for (name, count) in counts {
        // The name comes from the server, and a terminal obeys control characters.
        let name = clean(&name.unwrap_or_else(|| String::from("(none)")));
        bars.push((shortened(&name), count));
    }
    bars.sort_by_key(|(_, [good, bad])| Reverse(good + bad));
    let others = bars.split_off(bars.len().min(8));
    let sum = |which: usize| others.iter().map(|(_, count)| count[which]).sum();
    if !others.is_empty() {
        bars.push((format!("{} others", others.len()), [sum(0), sum(1)]));
    }
    bars
}

/// A long label would leave no room for the bars.
fn shortened(label: &str) -> String {
    const LONGEST: usize = 24;
    if label.chars().count() <= LONGEST {
        return label.to_owned();
    }
    let start: String = label.chars().take(LONGEST - 1).collect();
    start + "…"
}

fn terminal_chart((title, bars): &(String, Bars)) -> String {
    let most = bars.iter().map(|(_, [good, bad])| good + bad).max();
    let cells = |count: u32| (count * 40).div_ceil(most.unwrap_or(1).max(1)) as usize;
    let mut text = format!("{title}\n\n");
    for (label, [good, bad]) in bars {
        let bar = "█".repeat(cells(*good)) + &"░".repeat(cells(*bad));
        text += &format!("{label:>24}  {bar}  {}\n", good + bad);
    }
    text + "\n"
}

fn picture([by_day, by_type, by_actor]: &[(String, Bars); 3]) -> charts_rs::Result<String> {
    let page = json!({"background_color": "#fff", "child_charts": [
        chart("bar", by_day, [0, 15, 1000]),
        chart("horizontal_bar", by_type, [0, 415, 500]),
        chart("horizontal_bar", by_actor, [500, 415, 500]),
    ]});
    MultiChart::from_json(&page.to_string())?.svg()
}

fn chart(kind: &str, (title, bars): &(String, Bars), [x, y, width]: [u32; 3]) -> Value {
    let (mut bars, mut height) = (bars.clone(), 380);
    if kind == "horizontal_bar" {
        bars.reverse(); // The library draws them from the bottom upwards.
        height = 60 + 34 * bars.len();
    } else {
        // The library leaves labels out so that the others do not touch in its own font. The spaces
        // leave room for wider fonts. SVG would remove spaces that may break.
        let room = "\u{a0}".repeat(3);
        for (label, _) in &mut bars {
            *label = format!("{room}{label}{room}");
        }
    }
    let labels: Vec<_> = bars.iter().map(|(label, _)| label).collect();
    let data = |which: usize| -> Value { bars.iter().map(|bar| bar.1[which]).collect() };
    json!({
        "type": kind, "x": x, "y": y, "width": width, "height": height,
        "margin": {"left": 20, "right": 30, "top": 5, "bottom": 5},
        "font_family": "Roboto, Arial, sans-serif",
        "title_text": title, "title_align": "left", "tooltip_show": true,
        "legend_align": "right", "legend_category": "rect", "legend_show": kind == "bar",
        "x_axis_data": labels, "x_axis_name_gap": 8, "y_axis_configs": [{"axis_formatter": "{t}"}],
        "series_colors": ["#3b6fb6", "#d9534f"],
        "series_list": [
            {"name": "succeeded", "stack": "all", "data": data(0)},
            {"name": "failed", "stack": "all", "data": data(1)},
        ],
    })
}
