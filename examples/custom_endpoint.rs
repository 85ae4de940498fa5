//! Lists zones with a custom endpoint, `GET /zones`, which this crate does not have.
//!
//! ```console
//! $ cargo run --example custom_endpoint -- --demo --status pending
//! ```

mod common;
mod demo;

use std::borrow::Cow;
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser as Text;
use clap::{Parser, ValueEnum};
use cloudflare_user::http::Method;
use cloudflare_user::{Endpoint, Page};
use serde::{Deserialize, Serialize};

use common::api::{ApiOptions, help};
use common::failure::{self, Failure, Result};
use common::print::{self, clean};
use common::stop::Stop;

const AFTER_HELP: &str = "\
Exit codes: 0 if all zones were printed, 1 for a failure or a zone that cannot be decoded, 2 for an invalid
command line. The token needs the permission Zone Read.

In cron:    0 6 * * *  . /etc/cloudflare.env; custom_endpoint --status moved";

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

    // Each zone is yielded once, even if a new one moves it to the next page.
    fn item_id(zone: &Zone) -> Option<Cow<'_, str>> {
        Some(zone.id.as_str().into())
    }
}

/// The fields of a zone that the table shows. Other fields are ignored.
#[derive(Deserialize)]
struct Zone {
    id: String,
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
#[command(name = "custom_endpoint", version, after_help = help(AFTER_HELP))]
struct Options {
    /// Only the zone with this name; contains:shop selects all names that contain shop
    #[arg(long, value_parser = Text::new())]
    name: Option<String>,
    /// Only zones with this status
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// At most this many zones [default: all]
    #[arg(long, value_name = "ZONES")]
    limit: Option<usize>,
    #[command(flatten)]
    api: ApiOptions,
}

fn main() -> ExitCode {
    let options = Options::parse();
    failure::run(1, |stop| run(options, stop))
}

fn run(options: Options, stop: &Stop) -> Result<u8> {
    let api = options.api.connect(stop)?;
    let request = ListZones {
        name: options.name,
        status: options.status,
    };
    print::data(&row("zone", "status", "plan", "name servers"))?;
    let mut code = 0;
    let limit = options.limit.unwrap_or(usize::MAX);
    // Only the pages that `limit` needs are requested.
    for zone in api.client.iter(&request).take(limit) {
        match zone {
            Ok(zone) => print_zone(&zone)?,
            // The zones after it are still yielded.
            Err(error) if error.is_item() => {
                print::report(format_args!("error: {error}"));
                code = 1;
            }
            Err(error) if error.is_unauthorized() => {
                let reason = "the token needs the permission Zone Read";
                return Err(Failure::new(format_args!("{error}: {reason}")));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(code)
}

fn print_zone(zone: &Zone) -> Result<()> {
    let status = if zone.paused {
        "paused"
    } else {
        zone.status.as_deref().unwrap_or_default()
    };
    let plan = zone.plan.as_ref().map_or("", |plan| &plan.name);
    print::data(&row(
        &zone.name,
        status,
        plan,
        &zone.name_servers.join(", "),
    ))
}

fn row(zone: &str, status: &str, plan: &str, servers: &str) -> String {
    let [zone, status, plan, servers] = [zone, status, plan, servers].map(clean);
    format!("{zone:<28}  {status:<12}  {plan:<16}  {servers}\n")
}
