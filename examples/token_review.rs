//! Lists API tokens that are a risk, and why, for people, programs and Nagios.
//!
//! ```console
//! $ cargo run --example token_review -- --demo --expires-within 14d
//! ```

mod common;
mod demo;

use std::cmp::Reverse;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser as Text;
use clap::{Parser, ValueEnum};
use cloudflare_user::{Effect, Token, TokenStatus};
use serde::Serialize;
use time::OffsetDateTime;

use common::api::{ApiOptions, help};
use common::failure::{self, Result};
use common::print::{self, clean, clean_json};
use common::stop::Stop;
use common::{ip_ranges, times, token_text};

const AFTER_HELP: &str = "\
Exit codes: 0 without findings, 1 with findings, 2 for a failure, a token that cannot be decoded, or an invalid
command line. With --format nagios: 0 OK, 1 WARNING, 2 CRITICAL (a token that is exposed, or enabled after
its expiry), 3 UNKNOWN (a failure). The token in use needs the permission API Tokens Read.

In cron:    0 7 * * 1  . /etc/cloudflare.env; token_review --expires-within 14d --ignore 'old printer'";

/// Reviews all API tokens of the user, and prints the riskiest first
///
/// Tokens that are disabled or expired are no risk, since nobody can use them.
#[derive(Parser)]
#[command(name = "token_review", version, after_help = help(AFTER_HELP))]
struct Options {
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Also find tokens that expire within this time, such as 14d
    #[arg(long, value_name = "DURATION", value_parser = times::parse_age)]
    expires_within: Option<Duration>,
    /// Leave out the token with this name or identifier; may be given several times
    #[arg(long, value_name = "NAME", value_parser = Text::new())]
    ignore: Vec<String>,
    #[command(flatten)]
    api: ApiOptions,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// Each token with its findings
    Text,
    /// Each token as the API describes it, with its findings
    Json,
    /// One line for Nagios and its relatives, and a line for each finding
    Nagios,
}

#[derive(Serialize)]
struct Review {
    /// The sum of the weights of the findings.
    risk: u32,
    findings: Vec<&'static str>,
    #[serde(skip)]
    is_critical: bool,
    token: Token,
}

struct Report {
    /// The riskiest first.
    reviews: Vec<Review>,
    ignored: usize,
    /// Whether there are tokens that cannot be decoded.
    is_incomplete: bool,
}

fn main() -> ExitCode {
    let mut options = Options::parse();
    if options.json {
        options.format = Format::Json;
    }
    failure::run(2, |stop| {
        let outcome = review_all(&options, stop);
        match outcome.and_then(|report| print_report(&report, options.format)) {
            Err(failure) if options.format == Format::Nagios => {
                print::line(format_args!("TOKENS UNKNOWN - {}", clean(failure.text())))?;
                Ok(3)
            }
            outcome => outcome,
        }
    })
}

fn review_all(options: &Options, stop: &Stop) -> Result<Report> {
    let api = options.api.connect(stop)?;
    let mut report = Report {
        reviews: Vec::new(),
        ignored: 0,
        is_incomplete: false,
    };
    for token in api.client.tokens().include_expired(true).iter() {
        match token {
            Ok(token) if is_ignored(&token, &options.ignore) => report.ignored += 1,
            Ok(token) => report.reviews.push(review(token, options.expires_within)),
            // The tokens after it are still yielded.
            Err(error) if error.is_item() => {
                print::report(format_args!("error: {error}"));
                report.is_incomplete = true;
            }
            Err(error) => return Err(error.into()),
        }
    }
    report.reviews.sort_by_key(|review| Reverse(review.risk));
    Ok(report)
}

fn is_ignored(token: &Token, ignore: &[String]) -> bool {
    let name = token.name.as_deref().unwrap_or_default();
    ignore
        .iter()
        .any(|ignored| ignored == name || *ignored == token.id)
}

fn review(token: Token, expires_within: Option<Duration>) -> Review {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let now = OffsetDateTime::now_utc();
    let is_older =
        |when: Option<OffsetDateTime>, age: Duration| when.is_some_and(|when| when < now - age);
    let (end, used) = (token.expires_on, token.last_used_on);
    let is_soon = expires_within.is_some_and(|time| end.is_some_and(|end| end < now + time));
    let is_late = end.is_some_and(|end| end > now + 3650 * DAY);
    let status = token.status.as_ref().map_or("", TokenStatus::as_str);
    let is_exposed = status.contains("exposed");
    let is_expired = is_older(end, Duration::ZERO);
    let ranges = &token.condition.request_ip.in_;
    let is_unlimited = ranges.is_empty() || ip_ranges::cover_everything(ranges);
    let is_never_used = used.is_none() && is_older(token.issued_on, 30 * DAY);
    let checks = [
        (100, "exposed in public", is_exposed),
        (50, "enabled after its expiry", is_expired),
        (20, "can create tokens", can_create_tokens(&token)),
        (10, "never expires", end.is_none()),
        (10, "expires in more than ten years", is_late),
        (10, "works from any IP address", is_unlimited),
        (5, "expires soon", is_soon && !is_expired),
        (5, "never used", is_never_used),
        (5, "not used for 90 days", is_older(used, 90 * DAY)),
    ];
    let works = !matches!(status, "disabled" | "expired");
    let found = checks.iter().filter(|(_, _, is_found)| works && *is_found);
    Review {
        risk: found.clone().map(|(weight, _, _)| weight).sum(),
        findings: found.map(|(_, finding, _)| *finding).collect(),
        is_critical: works && (is_exposed || is_expired),
        token,
    }
}

/// Such a token can give itself any permission.
fn can_create_tokens(token: &Token) -> bool {
    let allowed = token
        .policies
        .iter()
        .filter(|policy| policy.effect == Effect::Allow);
    let mut groups = allowed.flat_map(|policy| &policy.permission_groups);
    groups.any(|group| {
        let name = group.name.as_deref().unwrap_or_default();
        name.ends_with("API Tokens Write")
    })
}

fn print_report(report: &Report, format: Format) -> Result<u8> {
    let findings = report
        .reviews
        .iter()
        .filter(|review| review.risk > 0)
        .count();
    let critical = report
        .reviews
        .iter()
        .filter(|review| review.is_critical)
        .count();
    match format {
        Format::Json => {
            let json = serde_json::to_string(&report.reviews)?;
            print::data(&(clean_json(&json) + "\n"))?;
        }
        Format::Text => {
            let all: String = report.reviews.iter().map(describe).collect();
            print::data(&format!(
                "{all}{} tokens, {findings} with a finding, {} ignored\n",
                report.reviews.len(),
                report.ignored
            ))?;
        }
        Format::Nagios => return print_for_nagios(report, findings, critical),
    }
    Ok(match report.is_incomplete {
        true => 2,
        false => u8::from(findings > 0),
    })
}

fn print_for_nagios(report: &Report, findings: usize, critical: usize) -> Result<u8> {
    let (code, state) = if critical > 0 {
        (2, "CRITICAL")
    } else if report.is_incomplete {
        (3, "UNKNOWN")
    } else if findings > 0 {
        (1, "WARNING")
    } else {
        (0, "OK")
    };
    let mut text = format!(
        "TOKENS {state} - {findings} of {} tokens with a finding, {critical} critical | \
         findings={findings} critical={critical}\n",
        report.reviews.len()
    );
    for review in report.reviews.iter().filter(|review| review.risk > 0) {
        text += &format!("{}: {}\n", quoted(review), review.findings.join(", "));
    }
    print::data(&text)?;
    Ok(code)
}

fn describe(review: &Review) -> String {
    let findings = match review.risk {
        0 => String::from("nothing found"),
        _ => review.findings.join(", "),
    };
    let mut text = format!("{}, risk {}\n  {findings}\n", quoted(review), review.risk);
    for line in token_text::describe(&review.token) {
        text += &format!("    {}\n", clean(&line));
    }
    text + "\n"
}

fn quoted(review: &Review) -> String {
    let name = review.token.name.as_deref().unwrap_or_default();
    clean(&format!("\"{name}\" {}", review.token.id))
}
