//! Shows the user, tokens that expire, and the last audit logs: `cargo run --example quickstart`
//!
//! Without a credential in the environment, it shows made-up data.

mod common;
mod demo;

use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{Client, Policy, Token};
use time::{Duration, OffsetDateTime};

use common::api::{ApiOptions, help};
use common::failure::{self, Result};
use common::print::{self, clean};
use common::stop::Stop;
use common::times;

const AFTER_HELP: &str = "\
Exit codes: 0 if all was shown, 1 for a failure, 2 for an invalid command line. If none of the
environment variables below is set, quickstart shows made-up data, as with --demo. The token needs the
permissions User Details Read, API Tokens Read and Account Settings Read; --create needs API Tokens
Write.

In cron:    0 8 * * 1  . /etc/cloudflare.env; quickstart";

/// Shows the user, the tokens that are expired or expire within 30 days, and the last ten audit
/// logs
#[derive(Parser)]
#[command(name = "quickstart", version, after_help = help(AFTER_HELP))]
struct Options {
    /// Also create a token that works for an hour; always done with made-up data
    #[arg(long)]
    create: bool,
    #[command(flatten)]
    api: ApiOptions,
}

fn main() -> ExitCode {
    let options = Options::parse();
    failure::run(1, |stop| run(&options, stop))
}

fn run(options: &Options, stop: &Stop) -> Result<u8> {
    let (api, is_demo) = options.api.connect_or_demo(stop)?;
    if is_demo {
        print::line("These are made-up data. Set CLOUDFLARE_API_TOKEN to see yours.\n")?;
    }
    who_am_i(&api.client)?;
    expiring_tokens(&api.client)?;
    last_audit_logs(&api.client)?;
    if is_demo || options.create {
        create_token(&api.client)?;
    }
    an_error(&api.client)?;
    Ok(0)
}

fn who_am_i(client: &Client) -> Result<()> {
    let user = client.user().send()?;
    let second_factor = match user.two_factor_authentication_enabled {
        Some(true) => "with a second factor",
        Some(false) => "without a second factor",
        None => "and whether you have a second factor is unknown",
    };
    let name = user.email.unwrap_or(user.id);
    print::line(format_args!("You are {}, {second_factor}.", clean(&name)))
}

fn expiring_tokens(client: &Client) -> Result<()> {
    print::line("\nTokens that expire within 30 days:\n")?;
    let now = OffsetDateTime::now_utc();
    let mut tokens: Vec<(Duration, Token)> = Vec::new();
    for token in client.tokens().include_expired(true).iter() {
        let token = token?;
        let left = token.expires_on.map(|end| end - now);
        if let Some(left) = left.filter(|left| *left < Duration::days(30)) {
            tokens.push((left, token));
        }
    }
    tokens.sort_by_key(|(left, _)| *left);
    for (left, token) in tokens {
        let name = shown(token.name.as_deref());
        let status = shown(token.status.as_ref().map(|status| status.as_str()));
        let days = left.whole_days();
        let when = match left.is_negative() {
            true => format!("{} days ago", -days),
            false => format!("in {days} days"),
        };
        print::line(format_args!("  {name:<14}  {status:<9}  {when}"))?;
    }
    Ok(())
}

fn last_audit_logs(client: &Client) -> Result<()> {
    print::line("\nThe last audit logs:\n")?;
    print::line(log_row("when", "action", "ok", "on", "from", "by"))?;
    // `iter()` yields all logs. Ten fit on one small page.
    for log in client.audit_logs().per_page(10).iter().take(10) {
        let log = log?;
        let when = log.when.map(times::shown).unwrap_or_default();
        let action = shown(log.action.kind.as_deref());
        let ok = match log.action.result {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        let zone = shown(log.metadata["zone_name"].as_str());
        let ip = shown(log.actor.ip.as_deref());
        let by = shown(log.actor.email.as_deref());
        print::line(log_row(&when, &action, ok, &zone, &ip, &by))?;
    }
    Ok(())
}

fn log_row(when: &str, action: &str, ok: &str, zone: &str, ip: &str, by: &str) -> String {
    format!("  {when:<20}  {action:<15}  {ok:<3}  {zone:<16}  {ip:<15}  {by}")
}

/// The text comes from the server, and a terminal obeys control characters.
fn shown(text: Option<&str>) -> String {
    clean(text.unwrap_or("-"))
}

fn create_token(client: &Client) -> Result<()> {
    let user_read = Policy::allow()
        .permission_group("8acbe5bb0d54464ab867149d7f7cf8ac")
        .resource("com.cloudflare.api.user.*", "*");
    let created = client
        .create_token("quickstart", [user_read])
        .expires_on(OffsetDateTime::now_utc() + Duration::hours(1))
        .request_ip_in(["198.51.100.0/24"])
        .send()?;
    // `created.value.expose_secret()` is the secret. Save it, because no later response contains
    // it.
    let (id, secret) = (clean(&created.token.id), &created.value);
    print::line(format_args!(
        "\nCreated the token {id}, which works for an hour."
    ))?;
    print::line(format_args!("Debug does not show its secret: {secret:?}"))
}

fn an_error(client: &Client) -> Result<()> {
    print::line("\nA request that needs another permission:\n")?;
    match client.billing_profile().send() {
        Ok(profile) => {
            let country = shown(profile.country.as_deref());
            print::line(format_args!("  billed to {country}"))
        }
        Err(error) if error.is_unauthorized() => {
            let error = clean(&error.to_string());
            print::line(format_args!(
                "  {error}\n  The token needs the permission Billing Read."
            ))
        }
        Err(error) => print::line(format_args!("  {}", clean(&error.to_string()))),
    }
}
