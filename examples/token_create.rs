//! Creates an API token by the names of its permissions, and writes its secret to a file that only
//! its owner can read.
//!
//! ```console
//! $ cargo run --example token_create -- --demo backup --permission 'Zone Read' --all-zones \
//!       --ip 198.51.100.0/24 --expires-in 90d --output backup.secret
//! ```

mod common;
mod demo;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser as Text;
use clap::{Args, Parser};
use cloudflare_user::{Client, PermissionScope, Policy};
use time::OffsetDateTime;

use common::api::{ApiOptions, help};
use common::failure::{self, Failure, Result};
use common::print::{self, clean};
use common::secret_file::{self, Received};
use common::stop::Stop;
use common::times;

const AFTER_HELP: &str = "\
Exit codes: 0 if the token was created, 1 if it was not, 2 for an invalid command line, 3 if it may have
been created and the secret is not in FILE; 130, 143 and 129 for SIGINT, SIGTERM and SIGHUP, also if the
token was created before the script ended. After exit code 3, FILE has what arrived of a successful
response, or else instructions. The token in use needs the permission API Tokens Write.

For R2, use an access key: its id is the id of the token, and its secret is the SHA-256 of the content of
FILE, in hexadecimal: sha256sum FILE.

In cron:    0 4 1 * *  . /etc/cloudflare.env; token_create \"backup-$(date +\\%F)\" --all-zones \\
                       --permission 'Zone Read' --expires-in 35d --output \"/srv/secrets/$(date +\\%F)\"";

/// Creates an API token, and writes its secret to a new file that only its owner can read
///
/// All permissions of a token made here have the same scope: zones, accounts or R2 buckets.
#[derive(Parser)]
#[command(name = "token_create", version, after_help = help(AFTER_HELP))]
struct Options {
    /// The name of the token
    #[arg(value_parser = parse_name)]
    name: String,
    /// The name of a permission group, such as 'Zone Read'; may be given several times
    #[arg(long = "permission", value_name = "GROUP", required = true, value_parser = Text::new())]
    permissions: Vec<String>,
    #[command(flatten)]
    resources: Resources,
    /// Accept the token only from this IP address or CIDR range; may be given several times
    /// [default: any address]
    #[arg(long = "ip", value_name = "CIDR", value_parser = Text::new())]
    ips: Vec<String>,
    #[command(flatten)]
    lifetime: Lifetime,
    /// The file for the secret; it must not exist
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// List the permission groups and their scopes, and create nothing; needs no other option
    #[arg(long)]
    list_permissions: bool,
    #[command(flatten)]
    api: ApiOptions,
}

/// The options of `--list-permissions`.
#[derive(Parser)]
struct ListOptions {
    #[arg(long)]
    list_permissions: bool,
    #[command(flatten)]
    api: ApiOptions,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Resources {
    /// A zone, by its identifier; may be given several times
    #[arg(long = "zone", value_name = "ID", value_parser = Text::new())]
    zones: Vec<String>,
    /// All zones of all accounts
    #[arg(long)]
    all_zones: bool,
    /// All zones of an account
    #[arg(long, value_name = "ACCOUNT", value_parser = Text::new())]
    all_zones_in: Option<String>,
    /// An account, by its identifier; may be given several times
    #[arg(long = "account", value_name = "ID", value_parser = Text::new())]
    accounts: Vec<String>,
    /// An R2 bucket: ACCOUNT/BUCKET, or ACCOUNT/JURISDICTION/BUCKET; may be given several times
    #[arg(long = "r2-bucket", value_name = "BUCKET", value_parser = Text::new())]
    r2_buckets: Vec<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Lifetime {
    /// How long the token works, such as 12h or 90d; 1min to 3650d
    #[arg(long, value_name = "DURATION", value_parser = times::parse_lifetime)]
    expires_in: Option<Duration>,
    /// When the token expires: a time (RFC 3339), or a date, at 0:00 UTC
    #[arg(long, value_name = "TIME", value_parser = times::parse_expiry)]
    expires_on: Option<OffsetDateTime>,
}

fn main() -> ExitCode {
    let is_list = std::env::args_os().any(|argument| argument == "--list-permissions");
    if is_list {
        let options = ListOptions::parse();
        failure::run(1, |stop| list_permissions(&options, stop))
    } else {
        let options = Options::parse();
        failure::run_until_signal(1, |stop| create(&options, stop))
    }
}

fn list_permissions(options: &ListOptions, stop: &Stop) -> Result<u8> {
    let api = options.api.connect(stop)?;
    let groups = api.client.permission_groups().send()?;
    let mut lines = String::new();
    for group in groups {
        let scopes: Vec<&str> = group.scopes.iter().map(PermissionScope::as_str).collect();
        let name = group.name.unwrap_or_default();
        lines += &format!("{:<40}  {}\n", clean(&name), clean(&scopes.join(", ")));
    }
    print::data(&lines)?;
    Ok(0)
}

fn create(options: &Options, stop: &Stop) -> Result<u8> {
    let api = options.api.connect(stop)?;
    api.may_write_to(&options.output)?;
    let policy = policy(&api.client, options)?;
    let (name, path) = (&options.name, &options.output);
    let expires_on = options.lifetime.end();
    let advice = format!(
        "No secret arrived. If there is a new token {name:?}, delete it. Then remove this file, and \
         create the token again."
    );
    let received = secret_file::request(path, &advice, stop, || {
        let mut request = api
            .client
            .create_token(name, [policy])
            .expires_on(expires_on);
        if !options.ips.is_empty() {
            request = request.request_ip_in(&options.ips);
        }
        let created = request.send()?;
        Ok((created.value, created.token))
    });
    let path = path.display();
    let token = match received {
        Received::Saved(token) => token,
        Received::Stopped => return Ok(0),
        Received::Nothing(failure) => return Err(failure.and("no token was created")),
        Received::Unknown { reason, created } => {
            let text = match created {
                Some(token) => format!(
                    "{reason}; the token {} was created, but its secret is not in {path}: delete \
                     the token",
                    token.id
                ),
                None => format!("{reason}; see {path}"),
            };
            return Err(Failure::with_code(3, text));
        }
    };
    // The token exists now, so a reader that has left is no failure.
    _ = print::data(&format!(
        "created: {}\nname: {}\nexpires: {}\nsecret: {path}\n",
        clean(&token.id),
        clean(name),
        times::shown(expires_on)
    ));
    Ok(0)
}

/// Finds the permission groups by their names, in the scope of the resources.
fn policy(client: &Client, options: &Options) -> Result<Policy> {
    let (mut policy, scope) = options.resources.policy()?;
    for name in &options.permissions {
        let Some(group) = client.find_permission_group(name, scope.clone())? else {
            return Err(Failure::new(format_args!(
                "there is no permission group {name:?} with the scope {scope}; \
                 --list-permissions lists them"
            )));
        };
        policy = policy.permission_group(group.id);
    }
    Ok(policy)
}

impl Resources {
    fn policy(&self) -> Result<(Policy, PermissionScope)> {
        let mut policy = Policy::allow();
        let mut scope = PermissionScope::Zone;
        if self.all_zones {
            policy = policy.all_zones();
        }
        if let Some(account) = &self.all_zones_in {
            policy = policy.all_zones_in(account);
        }
        for zone in &self.zones {
            policy = policy.zone(zone);
        }
        for account in &self.accounts {
            scope = PermissionScope::Account;
            policy = policy.account(account);
        }
        for bucket in &self.r2_buckets {
            scope = PermissionScope::R2Bucket;
            policy = match *bucket.split('/').collect::<Vec<_>>() {
                [account, bucket] => policy.r2_bucket(account, "default", bucket),
                [account, jurisdiction, bucket] => policy.r2_bucket(account, jurisdiction, bucket),
                _ => {
                    return Err(Failure::invalid(format_args!(
                        "--r2-bucket {bucket}: expected ACCOUNT/BUCKET"
                    )));
                }
            };
        }
        Ok((policy, scope))
    }
}

impl Lifetime {
    /// When the token expires, in whole seconds.
    fn end(&self) -> OffsetDateTime {
        let end = match (self.expires_in, self.expires_on) {
            (_, Some(end)) => end,
            (duration, None) => OffsetDateTime::now_utc() + duration.unwrap_or_default(),
        };
        end.replace_nanosecond(0).unwrap_or(end)
    }
}

fn parse_name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err(String::from("the name is empty")),
        name => Ok(name.to_owned()),
    }
}
