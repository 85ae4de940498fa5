//! Who am I, which tokens are about to expire, and what happened last?
//!
//! `cargo run --example quickstart` asks Cloudflare if `CLOUDFLARE_API_TOKEN` is set, and a server of the demonstration
//! if it is not. With `-- --create` it makes a token at Cloudflare too, good for an hour; the demonstration always does.

mod demo;

use std::process::ExitCode;

use cloudflare_user::{Client, Error, ExposeSecret, Policy, Result, Token};
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (client, demo) = demo::client()?;
    who_am_i(&client)?;
    expiring_tokens(&client)?;
    last_audit_logs(&client)?;
    if demo.is_some() || std::env::args().any(|argument| argument == "--create") {
        create_token(&client)?;
    }
    an_error(&client);
    Ok(())
}

fn who_am_i(client: &Client) -> Result<()> {
    let user = client.user().send()?;
    let second_factor = match user.two_factor_authentication_enabled {
        Some(true) => "with a second factor",
        Some(false) => "without a second factor",
        None => "a second factor is not known of",
    };
    println!(
        "You are {}, {second_factor}.",
        user.email.unwrap_or(user.id)
    );
    Ok(())
}

fn expiring_tokens(client: &Client) -> Result<()> {
    println!("\nTokens that expire within 30 days:\n");
    let now = OffsetDateTime::now_utc();
    let mut tokens: Vec<(Duration, Token)> = Vec::new();
    for token in client.tokens().include_expired(true).iter() {
        let token = token?;
        if let Some(end) = token
            .expires_on
            .filter(|end| *end < now + Duration::days(30))
        {
            tokens.push((end - now, token));
        }
    }
    tokens.sort_by_key(|(left, _)| *left);
    for (left, token) in tokens {
        let name = token.name.unwrap_or_default();
        let status = token
            .status
            .map_or(String::new(), |status| status.to_string());
        let days = left.whole_days();
        let when = if left.is_negative() {
            format!("{} days ago", -days)
        } else {
            format!("in {days} days")
        };
        println!("  {name:<14}  {status:<9}  {when}");
    }
    Ok(())
}

fn last_audit_logs(client: &Client) -> Result<()> {
    println!("\nThe last audit logs:\n");
    println!(
        "  {:<20}  {:<15}  {:<3}  {:<16}  {:<15}  by",
        "when", "action", "ok", "on", "from"
    );
    let seconds = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    // Every log there is would come from `iter()` alone; ten are on one small page.
    for log in client.audit_logs().per_page(10).iter().take(10) {
        let log = log?;
        let when = log
            .when
            .and_then(|when| when.format(seconds).ok())
            .unwrap_or_default();
        let zone = log.metadata["zone_name"].as_str().unwrap_or("-");
        println!(
            "  {when:<20}  {:<15}  {:<3}  {zone:<16}  {:<15}  {}",
            log.action.kind.unwrap_or_default(),
            if log.action.result == Some(false) {
                "no"
            } else {
                "yes"
            },
            log.actor.ip.unwrap_or_default(),
            log.actor.email.unwrap_or_default(),
        );
    }
    Ok(())
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
    // Keep the whole secret somewhere safe: it is never answered again.
    let secret = created.value.expose_secret();
    let start: String = secret.chars().take(9).collect();
    println!(
        "\nMade the token `quickstart`, good for an hour: {start}{}",
        "*".repeat(secret.len().saturating_sub(9))
    );
    println!("What Debug shows of it: {:?}", created.value);
    Ok(())
}

fn an_error(client: &Client) {
    println!("\nAnd one question that not every token may ask:\n");
    match client.billing_profile().send() {
        Ok(profile) => println!("  billed to {}", profile.country.unwrap_or_default()),
        Err(error) => println!("  {error}\n  {}", advice(&error)),
    }
}

fn advice(error: &Error) -> &'static str {
    if error.is_unauthorized() {
        "The token lacks a permission: Billing Read, for this one."
    } else if error.is_rate_limited() {
        "Too many requests: wait as long as `retry_after` says."
    } else if error.is_connect() || error.is_timeout() {
        "Is the network up?"
    } else {
        "The message above says what there is to know."
    }
}
