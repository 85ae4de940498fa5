//! Shows the user, tokens that expire, and the last audit logs: `cargo run --example quickstart`
//!
//! It sends its requests to Cloudflare if the environment has a credential, and otherwise to a
//! demonstration server.

mod demo;

use std::error::Error;
use std::io::{self, ErrorKind::BrokenPipe, Write};
use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{Client, Policy, Token};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// Shows the user, the tokens that are expired or expire within 30 days, and the last ten audit
/// logs
#[derive(Parser)]
#[command(
    after_help = "Exit codes: 0 if all was shown, 1 for a failure, 2 for an invalid command line."
)]
struct Options {
    /// Also create a token that works for an hour; the demonstration always does
    #[arg(long)]
    create: bool,
}

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options, &mut io::stdout().lock()) {
        // A broken pipe means that the reader has seen enough, as with `| head`.
        Err(error) if error.downcast_ref().map(io::Error::kind) != Some(BrokenPipe) => {
            _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

fn run(options: &Options, out: &mut impl Write) -> Outcome {
    let (client, demo) = demo::client()?;
    who_am_i(&client, out)?;
    expiring_tokens(&client, out)?;
    last_audit_logs(&client, out)?;
    if demo.is_some() || options.create {
        create_token(&client, out)?;
    }
    an_error(&client, out)
}

fn who_am_i(client: &Client, out: &mut impl Write) -> Outcome {
    let user = client.user().send()?;
    let second_factor = match user.two_factor_authentication_enabled {
        Some(true) => "with a second factor",
        Some(false) => "without a second factor",
        None => "and whether you have a second factor is unknown",
    };
    let name = user.email.unwrap_or(user.id);
    writeln!(out, "You are {}, {second_factor}.", name.escape_debug())?;
    Ok(())
}

fn expiring_tokens(client: &Client, out: &mut impl Write) -> Outcome {
    writeln!(out, "\nTokens that expire within 30 days:\n")?;
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
        let status = token.status.as_ref().map_or("", |status| status.as_str());
        let days = left.whole_days();
        let when = match left.is_negative() {
            true => format!("{} days ago", -days),
            false => format!("in {days} days"),
        };
        let name = shown(token.name.as_deref());
        writeln!(out, "  {name:<14}  {:<9}  {when}", shown(Some(status)))?;
    }
    Ok(())
}

fn last_audit_logs(client: &Client, out: &mut impl Write) -> Outcome {
    writeln!(out, "\nThe last audit logs:\n")?;
    let (zone, ip) = ("on", "from");
    writeln!(
        out,
        "  {:<20}  {:<15}  {:<3}  {zone:<16}  {ip:<15}  by",
        "when", "action", "ok"
    )?;
    // `iter()` yields all logs. Ten fit on one small page.
    for log in client.audit_logs().per_page(10).iter().take(10) {
        let log = log?;
        let when = log
            .when
            .and_then(|when| when.format(&Rfc3339).ok())
            .unwrap_or_default();
        let action = shown(log.action.kind.as_deref());
        let ok = log
            .action
            .result
            .map_or("-", |ok| ["no", "yes"][usize::from(ok)]);
        let zone = shown(log.metadata["zone_name"].as_str());
        let ip = shown(log.actor.ip.as_deref());
        let by = shown(log.actor.email.as_deref());
        writeln!(
            out,
            "  {when:<20}  {action:<15}  {ok:<3}  {zone:<16}  {ip:<15}  {by}"
        )?;
    }
    Ok(())
}

/// Escapes control characters, because the text comes from the server and a terminal obeys them.
fn shown(text: Option<&str>) -> String {
    text.unwrap_or("-").escape_debug().to_string()
}

fn create_token(client: &Client, out: &mut impl Write) -> Outcome {
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
    let id = shown(Some(&created.token.id));
    writeln!(out, "\nCreated the token {id}, which works for an hour.")?;
    writeln!(out, "Debug does not show its secret: {:?}", created.value)?;
    Ok(())
}

fn an_error(client: &Client, out: &mut impl Write) -> Outcome {
    writeln!(out, "\nA request that needs another permission:\n")?;
    match client.billing_profile().send() {
        Ok(profile) => writeln!(out, "  billed to {}", shown(profile.country.as_deref()))?,
        Err(error) if error.is_unauthorized() => writeln!(
            out,
            "  {error}\n  The token needs the permission Billing Read."
        )?,
        Err(error) => writeln!(out, "  {error}")?,
    }
    Ok(())
}
