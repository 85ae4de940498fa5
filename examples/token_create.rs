//! Creates an API token by the names of its permissions, and writes its secret to a file that only
//! its owner can read.
//!
//! ```console
//! $ cargo run --example token_create -- backup --permission 'Zone Read' --permission 'DNS Read' --all-zones \
//!       --ip 198.51.100.0/24 --expires-in 90d --output backup.secret
//! ```
//!
//! It sends its requests to Cloudflare if the environment has a credential, and otherwise to a
//! demonstration server.

mod demo;
#[path = "common/secret_file.rs"]
mod secret_file;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser};
use cloudflare_user::{Client, DateOrDateTime, ExposeSecret, PermissionScope, Policy};
use fs_err as fs;
use time::OffsetDateTime;

/// Creates an API token, and writes its secret to a new file that only its owner can read
///
/// All permissions of a token made here have the same scope: zones, accounts or R2 buckets.
#[derive(Parser)]
#[command(
    after_help = "Exit codes: 0 if the token was created, 1 if it was not, 2 for an invalid command line, \
    3 if it may have been created, 130 for Ctrl-C.\n\
    After exit code 3, FILE has what arrived of a successful response, or else instructions."
)]
struct Options {
    /// The name of the token
    name: String,
    /// The name of a permission group, such as 'Zone Read'; may be given several times
    #[arg(long = "permission", value_name = "GROUP", required = true)]
    permissions: Vec<String>,
    #[command(flatten)]
    resources: Resources,
    /// Accept the token only from this IP address or CIDR range; may be given several times
    /// [default: any address]
    #[arg(long = "ip", value_name = "CIDR")]
    ips: Vec<String>,
    #[command(flatten)]
    lifetime: Lifetime,
    /// The file for the secret; it must not exist
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Resources {
    /// A zone, by its identifier; may be given several times
    #[arg(long = "zone", value_name = "ID")]
    zones: Vec<String>,
    /// All zones of all accounts
    #[arg(long)]
    all_zones: bool,
    /// All zones of an account
    #[arg(long, value_name = "ACCOUNT")]
    all_zones_in: Option<String>,
    /// An account, by its identifier; may be given several times
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<String>,
    /// An R2 bucket: ACCOUNT/BUCKET, or ACCOUNT/JURISDICTION/BUCKET; may be given several times
    #[arg(long = "r2-bucket", value_name = "BUCKET")]
    r2_buckets: Vec<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Lifetime {
    /// How long the token works, such as 12h or 90d
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    expires_in: Option<Duration>,
    /// When the token expires: a time (RFC 3339), or a date, at 0:00 UTC
    #[arg(long, value_name = "TIME")]
    expires_on: Option<DateOrDateTime>,
}

/// An error and the exit code for it.
struct Failure(u8, String);

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(1, format!("{error}; no token was created"))
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(code, text)) => {
            _ = writeln!(io::stderr(), "error: {text}");
            ExitCode::from(code)
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let (client, _demo) = demo::client()?;
    ctrlc::set_handler(|| {
        // Waits until the secret is in its file.
        let _stdout = io::stdout().lock();
        std::process::exit(130);
    })?;
    let policy = policy(&client, options)?;
    let expires_on = expiry(&options.lifetime)?;
    let path = &options.output;
    let mut stdout = io::stdout().lock();
    // Before the request, so that no token is created if its secret cannot be saved.
    let mut file = secret_file::reserve(path)?;
    let mut request = client
        .create_token(&options.name, [policy])
        .expires_on(expires_on);
    if !options.ips.is_empty() {
        request = request.request_ip_in(&options.ips);
    }
    let (content, result) = match request.send() {
        Ok(created) => (
            created.value.expose_secret().to_owned().into_bytes(),
            Ok(created.token),
        ),
        Err(error) if !error.may_have_been_applied() => {
            _ = fs::remove_file(path);
            return Err(error.into());
        }
        // Without a response, the file has instructions. While it exists, no second token is
        // created.
        Err(error) => match secret_file::arrived(&error) {
            Some(response) => (response.to_vec(), Err(error)),
            None => (format!("{error}\n").into_bytes(), Err(error)),
        },
    };
    let (name, path) = (&options.name, path.display());
    let lost = |error| {
        Failure(
            3,
            format!("{error}; if a token {name:?} exists, its secret is lost: delete the token"),
        )
    };
    secret_file::fill(&mut file, &content).map_err(lost)?;
    let token = result.map_err(|error| Failure(3, format!("{error}; see {path}")))?;
    // The token exists now, so a broken pipe is no failure.
    _ = writeln!(stdout, "created: {:?} {name:?}", token.id);
    _ = writeln!(stdout, "expires: {}", DateOrDateTime::from(expires_on));
    _ = writeln!(stdout, "secret: {path}");
    Ok(())
}

/// Finds the permission groups by their names, in the scope of the resources.
fn policy(client: &Client, options: &Options) -> Result<Policy, Failure> {
    let Resources {
        zones,
        all_zones,
        all_zones_in,
        accounts,
        r2_buckets,
    } = &options.resources;
    let mut policy = Policy::allow();
    let mut scope = PermissionScope::Zone;
    if *all_zones {
        policy = policy.all_zones();
    }
    if let Some(account) = all_zones_in {
        policy = policy.all_zones_in(account);
    }
    for zone in zones {
        policy = policy.zone(zone);
    }
    for account in accounts {
        scope = PermissionScope::Account;
        policy = policy.account(account);
    }
    for bucket in r2_buckets {
        scope = PermissionScope::R2Bucket;
        policy = match *bucket.split('/').collect::<Vec<_>>() {
            [account, bucket] => policy.r2_bucket(account, "default", bucket),
            [account, jurisdiction, bucket] => policy.r2_bucket(account, jurisdiction, bucket),
            _ => {
                return Err(Failure(
                    2,
                    format!("--r2-bucket {bucket}: expected ACCOUNT/BUCKET"),
                ));
            }
        };
    }
    for name in &options.permissions {
        let Some(group) = client.find_permission_group(name, scope.clone())? else {
            return Err(Failure(
                1,
                format!("there is no permission group {name:?} with the scope {scope}"),
            ));
        };
        policy = policy.permission_group(group.id);
    }
    Ok(policy)
}

fn expiry(lifetime: &Lifetime) -> Result<OffsetDateTime, Failure> {
    let expiry = match (lifetime.expires_in, lifetime.expires_on) {
        (_, Some(DateOrDateTime::Date(date))) => Some(date.midnight().assume_utc()),
        (_, Some(DateOrDateTime::DateTime(time))) => Some(time),
        (duration, None) => duration
            .and_then(|duration| OffsetDateTime::now_utc().checked_add(duration.try_into().ok()?))
            .and_then(|time| time.replace_nanosecond(0).ok()),
    };
    match expiry {
        Some(expiry) if expiry > OffsetDateTime::now_utc() => Ok(expiry),
        _ => Err(Failure(2, String::from("the expiry must be in the future"))),
    }
}
