//! Rolls API tokens, and writes each new secret to a file that only its owner can read.
//!
//! ```console
//! $ cargo run --example token_rotate -- --demo --dry-run --output secrets 'deploy*'
//! ```

mod common;
mod demo;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser as Text;
use cloudflare_user::{Client, Token};
use time::OffsetDateTime;

use common::api::{ApiOptions, help};
use common::failure::{self, Failure, Result};
use common::print::{self, clean};
use common::secret_file::{self, Left, Received};
use common::stop::Stop;
use common::times;

const AFTER_HELP: &str = "\
Exit codes: 0 if all tokens that match were rolled, 1 if some were not, 2 if none was tried or for an
invalid command line; 130, 143 and 129 for SIGINT, SIGTERM and SIGHUP, which end the rotation after the
current token. The token in use needs the permission API Tokens Write.

In cron:    0 5 1 * *  . /etc/cloudflare.env; token_rotate --yes --older-than 80d \\
                       --output \"/srv/secrets/$(date +\\%F)\" 'deploy*'";

/// Rolls the API tokens that match, and writes each new secret to DIR/ID.secret
///
/// The old secret of a token stops working at once. The outcome for each token is one of:
///
/// rolled: the new secret is in its file.
///
/// failed: nothing was changed, and the old secret works.
///
/// skipped: its file exists, which an earlier run filled. Use another DIR to roll it again.
///
/// unknown: the request was sent, and no whole response arrived. The file says what to do. This is
/// also shown for a token whose roll an earlier run did not finish.
#[derive(Parser)]
#[command(name = "token_rotate", version, after_help = help(AFTER_HELP))]
struct Options {
    /// Names or identifiers of tokens; a * at the end of a name matches any suffix
    #[arg(required = true, value_parser = Text::new())]
    tokens: Vec<String>,
    /// The folder for the secrets; created if it is missing
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Only tokens that were issued and last changed longer ago than this, such as 90d
    #[arg(long, value_name = "DURATION", value_parser = times::parse_age)]
    older_than: Option<Duration>,
    /// Print what would be rolled and what an earlier run left, and roll nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before rolling
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    api: ApiOptions,
}

/// A token that matches, and its file.
struct Candidate<'a> {
    token: &'a Token,
    path: PathBuf,
    left: Left,
    is_in_use: bool,
}

/// What became of a token.
enum Outcome {
    Rolled,
    Failed(String),
    Skipped,
    Unknown(String),
}

fn main() -> ExitCode {
    let options = Options::parse();
    failure::run_until_signal(2, |stop| run(&options, stop))
}

fn run(options: &Options, stop: &Stop) -> Result<u8> {
    let api = options.api.connect(stop)?;
    if !options.dry_run {
        api.may_write_to(&options.output)?;
    }
    let mut code = 0;
    let mut tokens = Vec::new();
    for token in api.client.tokens().iter() {
        match token {
            Ok(token) => tokens.push(token),
            // The tokens after it are still rolled.
            Err(error) if error.is_item() => {
                print::report(format_args!("error: {error}"));
                code = 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
    let in_use = token_in_use(&api.client)?;
    let candidates = candidates(&tokens, options, in_use.as_deref())?;
    for candidate in &candidates {
        print::line(candidate.plan())?;
    }
    if candidates.iter().any(Candidate::ends_this_credential) {
        print::report("warning: the token in use is among them. Its roll ends this credential.");
    }
    if options.dry_run {
        return Ok(code);
    }
    if !options.yes {
        confirm(candidates.len(), stop)?;
    }
    fs_err::create_dir_all(&options.output)?;
    for candidate in &candidates {
        let Some(outcome) = roll(&api.client, candidate, stop) else {
            break;
        };
        if !matches!(outcome, Outcome::Rolled) {
            code = 1;
        }
        let path = candidate.path.display();
        let outcome = match outcome {
            Outcome::Rolled => format!("rolled: {path}"),
            Outcome::Failed(reason) => format!("failed: {reason}"),
            Outcome::Skipped => format!("skipped: {path} exists"),
            Outcome::Unknown(reason) => format!("unknown: {reason}; see {path}"),
        };
        // A reader that has left does not stop the rotation of the other tokens.
        _ = print::line(clean(&format!("{}: {outcome}", candidate.label())));
    }
    Ok(code)
}

/// The identifier of the token that this run uses; `None` for an email and a key.
fn token_in_use(client: &Client) -> Result<Option<String>> {
    match client.verify_token().send() {
        Ok(verified) => Ok(Some(verified.id)),
        Err(error) if error.is_invalid_request() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn candidates<'a>(
    tokens: &'a [Token],
    options: &Options,
    in_use: Option<&str>,
) -> Result<Vec<Candidate<'a>>> {
    let mut matching: Vec<&Token> = Vec::new();
    for wanted in &options.tokens {
        let before = matching.len();
        matching.extend(tokens.iter().filter(|token| is_meant(token, wanted)));
        if matching.len() == before {
            return Err(Failure::invalid(format_args!(
                "{wanted:?} is not the name or identifier of a token; no token was rolled"
            )));
        }
    }
    matching.retain(|token| is_old(token, options.older_than));
    // The token in use comes last, because the client cannot send requests after it was rolled.
    matching.sort_by_key(|token| (Some(&*token.id) == in_use, &token.id));
    matching.dedup_by_key(|token| &token.id);
    let mut candidates = Vec::new();
    for token in matching {
        let path = secret_path(&options.output, &token.id);
        candidates.push(Candidate {
            left: secret_file::left_at(&path)?,
            is_in_use: Some(&*token.id) == in_use,
            path,
            token,
        });
    }
    Ok(candidates)
}

fn is_meant(token: &Token, wanted: &str) -> bool {
    let name = token.name.as_deref().unwrap_or_default();
    match wanted.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == wanted || token.id == wanted,
    }
}

/// A token without times may be of any age, and is rolled.
fn is_old(token: &Token, older_than: Option<Duration>) -> bool {
    let Some(age) = older_than else {
        return true;
    };
    let changed = token.issued_on.max(token.modified_on);
    changed.is_none_or(|changed| changed < OffsetDateTime::now_utc() - age)
}

/// The identifier comes from a server, and a slash in it would lead out of the folder.
fn secret_path(folder: &Path, id: &str) -> PathBuf {
    let name = id.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    folder.join(name + ".secret")
}

fn confirm(count: usize, stop: &Stop) -> Result<()> {
    print::report(format_args!("Roll {count} tokens? [y/N]"));
    match stop.read_line() {
        Some(line) if line.trim() == "y" => Ok(()),
        None => Err(Failure::cancelled()),
        Some(_) => Err(Failure::new("not confirmed with y; no token was rolled")),
    }
}

/// Rolls a token. Returns `None` if there was a signal before.
fn roll(client: &Client, candidate: &Candidate<'_>, stop: &Stop) -> Option<Outcome> {
    match candidate.left {
        Left::Nothing => {}
        Left::Secret => return Some(Outcome::Skipped),
        Left::Unknown => return Some(Outcome::Unknown(String::from("left by an earlier run"))),
    }
    let advice = "No secret arrived. The token may have been rolled: check whether the old secret \
        still works. If not, remove this file and roll the token again.";
    let received = secret_file::request(&candidate.path, advice, stop, || {
        let secret = client.roll_token(&candidate.token.id).send()?;
        Ok((secret, ()))
    });
    match received {
        Received::Stopped => None,
        Received::Saved(()) => Some(Outcome::Rolled),
        Received::Nothing(failure) => Some(Outcome::Failed(failure.text().to_owned())),
        Received::Unknown { reason, created } => Some(Outcome::Unknown(match created {
            Some(()) => format!("rolled, but the new secret is lost: {reason}; roll it again"),
            None => reason,
        })),
    }
}

impl Candidate<'_> {
    /// The identifier and the name.
    fn label(&self) -> String {
        let name = self.token.name.as_deref().unwrap_or_default();
        format!("{} {name}", self.token.id)
    }

    /// What would be done with the token.
    fn plan(&self) -> String {
        let path = self.path.display();
        let plan = match self.left {
            Left::Nothing => String::from("to roll"),
            Left::Secret => format!("skipped: {path} exists"),
            Left::Unknown => format!("unknown: see {path}, which an earlier run left"),
        };
        let mark = if self.is_in_use { " (in use)" } else { "" };
        clean(&format!("{}{mark}: {plan}", self.label()))
    }

    fn ends_this_credential(&self) -> bool {
        self.is_in_use && self.left == Left::Nothing
    }
}
