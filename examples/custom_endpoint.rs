//! Lists zones with a custom endpoint, `GET /zones`, which this crate does not have.
//!
//! ```console
//! $ cargo run --example custom_endpoint -- --status pending
//! ```
//!
//! It sends its requests to Cloudflare if the environment has a credential, and otherwise to a
//! demonstration server.

mod demo;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use cloudflare_user::http::Method;
use cloudflare_user::{Client, Endpoint, Page};
use serde::{Deserialize, Serialize};

/// `GET /zones`. The fields are the query; a field that is `None` is left out.
///
/// <https://developers.cloudflare.com/api/resources/zones/methods/list/>
#[derive(Serialize)]
struct ListZones {
    name: Option<String>,
    status: Option<Status>,
}

impl Endpoint for ListZones {
    // A `Page` makes it a paginated list, for `client.iter` and `client.pages`.
    type Output = Page<Zone>;
    const METHOD: Method = Method::GET;
    // The server's default is 20, which takes more requests.
    const MAX_PER_PAGE: Option<u64> = Some(50);

    fn path(&self) -> Vec<&str> {
        vec!["zones"]
    }
}

/// The fields of a zone that the table shows. Other fields are ignored.
#[derive(Deserialize)]
struct Zone {
    name: String,
    // Not a `Status`, so that a status that Cloudflare adds is not an error.
    status: Option<String>,
    #[serde(default)]
    paused: bool,
    plan: Option<Plan>,
    #[serde(default)]
    name_servers: Vec<String>,
}

#[derive(Deserialize)]
struct Plan {
    name: String,
}

#[derive(Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Initializing,
    Pending,
    Active,
    Moved,
}

/// Lists the zones that the credential can read
#[derive(Parser)]
#[command(
    after_help = "Exit codes: 0 if all zones were printed, 1 for a failure, 2 for an invalid command line."
)]
struct Options {
    /// Only the zone with this name; contains:shop selects all names that contain shop
    #[arg(long)]
    name: Option<String>,
    /// Only zones with this status
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// At most this many zones [default: all]
    #[arg(long, value_name = "ZONES")]
    limit: Option<usize>,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // A broken pipe means that the reader has seen enough, as with `| head`.
        Err(error) if is_broken_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            // Unlike `eprintln!`, this does not panic if standard error is closed.
            _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let (client, _demo) = demo::client()?;
    let request = ListZones {
        name: options.name,
        status: options.status,
    };
    let limit = options.limit.unwrap_or(usize::MAX);
    print_table(&client, &request, limit).map_err(|error| {
        match error.downcast_ref::<cloudflare_user::Error>() {
            Some(refused) if refused.is_unauthorized() => {
                format!("{refused}: the token needs the permission Zone Read").into()
            }
            _ => error,
        }
    })
}

fn print_table(client: &Client, request: &ListZones, limit: usize) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", row("zone", "status", "plan", "name servers"))?;
    // Only the pages that `limit` needs are requested.
    for zone in client.iter(request).take(limit) {
        let zone = zone?;
        let status = match &zone.status {
            _ if zone.paused => "paused",
            status => status.as_deref().unwrap_or_default(),
        };
        let plan = zone.plan.map(|plan| plan.name).unwrap_or_default();
        let servers = zone.name_servers.join(", ");
        writeln!(out, "{}", row(&zone.name, status, &plan, &servers))?;
    }
    Ok(())
}

fn row(zone: &str, status: &str, plan: &str, servers: &str) -> String {
    // The texts come from the server, and a terminal obeys control characters.
    let [zone, status, plan, servers] =
        [zone, status, plan, servers].map(|text| text.escape_debug().to_string());
    format!("{zone:<28}  {status:<12}  {plan:<16}  {servers}")
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
