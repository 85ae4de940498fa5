//! Lists API tokens that are a risk, and why. It fails if there is one, for cron: `cargo run
//! --example token_review`
//!
//! It sends its requests to Cloudflare if the environment has a credential, and otherwise to a
//! demonstration server.

mod demo;

use std::cmp::Reverse;
use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{RequestIp, Token, TokenStatus};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

/// Reviews all API tokens of the user, and prints the riskiest first
///
/// Tokens that are disabled or expired are no risk, since nobody can use them.
#[derive(Parser)]
#[command(
    after_help = "Exit codes: 0 without a finding, 1 with one, 2 for a failure, a token that cannot be decoded, or an\n\
    invalid command line."
)]
struct Arguments {
    /// Print JSON: each token as the API describes it, with its findings
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Review {
    /// The sum of the weights of the findings.
    risk: u32,
    findings: Vec<&'static str>,
    token: Token,
}

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        _ = writeln!(io::stderr(), "error: {error}");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let (client, _demo) = demo::client()?;
    let (mut reviews, mut unreadable) = (Vec::new(), false);
    for token in client.tokens().include_expired(true).iter() {
        match token {
            Ok(token) => reviews.push(review(token)),
            // The tokens after it are still yielded.
            Err(error) if error.is_item() => {
                _ = writeln!(io::stderr(), "error: {error}");
                unreadable = true;
            }
            Err(error) => return Err(error.into()),
        }
    }
    reviews.sort_by_key(|review| Reverse(review.risk));
    let risky = reviews.iter().filter(|review| review.risk > 0).count();
    let text = if arguments.json {
        // JSON leaves some control characters as they are, and a terminal obeys them.
        let is_control = |letter: char| letter.is_control() && letter != '\n';
        serde_json::to_string_pretty(&reviews)?.replace(is_control, "\u{fffd}")
    } else {
        let all: String = reviews.iter().map(describe).collect();
        format!("{all}{} tokens, {risky} with a finding", reviews.len())
    };
    match writeln!(io::stdout(), "{text}") {
        // A broken pipe means that the reader has seen enough, as with `| head`.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ if unreadable => Ok(ExitCode::from(2)),
        _ => Ok(ExitCode::from(u8::from(risky > 0))),
    }
}

fn review(token: Token) -> Review {
    let now = OffsetDateTime::now_utc();
    let is_past = |when: Option<OffsetDateTime>, days| {
        when.is_some_and(|when| when < now - Duration::days(days))
    };
    let status = token.status.as_ref().map_or("", TokenStatus::as_str);
    let (end, used) = (token.expires_on, token.last_used_on);
    let ranges = &token.condition.request_ip.in_;
    // A range of all addresses does not limit anything.
    let anywhere = ranges.is_empty() || ranges.iter().any(|range| range.ends_with("/0"));
    let never = used.is_none() && is_past(token.issued_on, 30);
    let checks = [
        (100, "exposed in public", status.contains("exposed")),
        (50, "enabled after its expiry", is_past(end, 0)),
        (10, "never expires", end.is_none()),
        (10, "works from any IP address", anywhere),
        (5, "never used", never),
        (5, "not used for 90 days", is_past(used, 90)),
    ];
    let works = !matches!(status, "disabled" | "expired");
    let found = checks.iter().filter(|(_, _, found)| works && *found);
    Review {
        risk: found.clone().map(|(weight, _, _)| weight).sum(),
        findings: found.map(|(_, finding, _)| *finding).collect(),
        token,
    }
}

fn describe(review: &Review) -> String {
    let token = &review.token;
    let now = OffsetDateTime::now_utc();
    let days = |when: Option<OffsetDateTime>| match when.map(|when| (when - now).whole_days()) {
        None => String::from("never"),
        Some(0) => String::from("today"),
        Some(days @ ..0) => format!("{} days ago", -days),
        Some(days) => format!("in {days} days"),
    };
    let [created, used, end] = [token.issued_on, token.last_used_on, token.expires_on].map(days);
    let status = token.status.as_ref().map_or("", TokenStatus::as_str);
    let mut details = vec![format!(
        "{status}, created {created}, used {used}, expires {end}"
    )];
    for policy in &token.policies {
        let groups = policy.permission_groups.iter();
        let names = groups.map(|group| group.name.as_deref().unwrap_or(&group.id));
        let names: Vec<&str> = names.collect();
        details.push(format!("{} {}", policy.effect, names.join(", ")));
    }
    let RequestIp { in_, not_in, .. } = &token.condition.request_ip;
    let mut from = format!("from {}", in_.join(", "));
    if in_.is_empty() {
        from += "any address";
    }
    if !not_in.is_empty() {
        from += &format!(", not from {}", not_in.join(", "));
    }
    details.push(from);
    let name = token.name.as_deref().unwrap_or_default();
    let findings = match review.risk {
        0 => String::from("nothing found"),
        _ => review.findings.join(", "),
    };
    let mut text = format!("{name:?} {:?}, risk {}\n", token.id, review.risk);
    text += &format!("  {findings}\n");
    for detail in details {
        // Most of it comes from the server, and a terminal obeys control characters.
        text += &format!("    {}\n", detail.escape_debug());
    }
    text + "\n"
}
