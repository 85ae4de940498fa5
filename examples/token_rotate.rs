//! Rolls API tokens, and writes each new secret to a file that only its owner can read.
//!
//! ```console
//! $ cargo run --example token_rotate -- --output secrets 'deploy*'
//! ```
//!
//! It sends its requests to Cloudflare if the environment has a credential, and otherwise to a
//! demonstration server.

mod demo;
#[path = "common/secret_file.rs"]
mod secret_file;

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{Client, ExposeSecret, Token};
use fs_err as fs;

/// Rolls the API tokens that match, and writes each new secret to DIR/ID.secret
///
/// An old secret stops working at once. A token that is reported as "failed" still has its old
/// secret. One that is reported as "unknown" may have been rolled. If DIR/ID.secret exists, it has
/// the response as JSON. If not, check the old secret, and roll the token again if it no longer
/// works. An existing secret file is not replaced.
#[derive(Parser)]
#[command(
    after_help = "Exit codes: 0 if all tokens that match were rolled, 1 if some were not, 2 if none was tried or for \
    an invalid command line, 130 for Ctrl-C."
)]
struct Arguments {
    /// Names or identifiers of tokens; a * at the end of a name matches any suffix
    #[arg(required = true)]
    tokens: Vec<String>,
    /// The directory for the secrets; created if it is missing
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Print what would be rolled, and roll nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before rolling
    #[arg(long)]
    yes: bool,
}

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        _ = writeln!(io::stderr(), "error: {error}; no token was rolled");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let (client, _demo) = demo::client()?;
    ctrlc::set_handler(|| {
        // Waits until the secret of the current token is in its file.
        let _stdout = io::stdout().lock();
        std::process::exit(130);
    })?;
    let known = client.tokens().iter().collect::<Result<Vec<_>, _>>()?;
    let mut meant = Vec::new();
    for wanted in &arguments.tokens {
        let before = meant.len();
        meant.extend(known.iter().filter(|token| is_meant(token, wanted)));
        if meant.len() == before {
            return Err(format!("{wanted:?} is not the name or identifier of a token").into());
        }
    }
    let own = match client.verify_token().send() {
        // The credential is an email and a key, not a token.
        Err(error) if error.is_invalid_request() => None,
        verified => Some(verified?.id),
    };
    // The token in use comes last, because the client cannot send requests after it was rolled.
    meant.sort_by_key(|token| (Some(&token.id) == own.as_ref(), &token.id));
    meant.dedup_by_key(|token| &token.id);
    for Token { id, name, .. } in &meant {
        let name = name.as_deref().unwrap_or_default();
        _ = writeln!(io::stdout(), "to roll: {id:?} {name:?}");
    }
    if arguments.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if !arguments.yes {
        _ = write!(io::stderr(), "Roll {} tokens? [y/N] ", meant.len());
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        if line.trim() != "y" {
            return Err("not confirmed with y".into());
        }
    }
    fs::create_dir_all(&arguments.output)?;
    let mut code = ExitCode::SUCCESS;
    for Token { id, .. } in meant {
        // A broken pipe does not stop the rotation of the other tokens.
        _ = match roll(&client, id, &arguments.output) {
            Ok(path) => writeln!(io::stdout(), "rolled: {id:?}: {}", path.display()),
            Err(error) => {
                code = ExitCode::FAILURE;
                writeln!(io::stderr(), "{id:?}: {error}")
            }
        };
    }
    Ok(code)
}

fn is_meant(token: &Token, wanted: &str) -> bool {
    let name = token.name.as_deref().unwrap_or_default();
    match wanted.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == wanted || token.id == wanted,
    }
}

/// Rolls a token, and returns the path of the file with its new secret.
fn roll(client: &Client, id: &str, directory: &Path) -> Result<PathBuf, String> {
    // The identifier comes from a server, and a slash in it would lead out of the directory.
    let name = id.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let path = directory.join(name + ".secret");
    let _stdout = io::stdout().lock();
    // Before the request, so that the old secret still works if the new one cannot be saved.
    let mut file = secret_file::reserve(&path).map_err(|error| format!("failed: {error}"))?;
    let result = client.roll_token(id).send();
    let secret = match &result {
        Ok(secret) => secret.expose_secret().as_bytes(),
        Err(error) => match secret_file::arrived(error) {
            Some(response) => response,
            None => {
                _ = fs::remove_file(&path);
                let what = if error.may_have_been_applied() {
                    "unknown"
                } else {
                    "failed"
                };
                return Err(format!("{what}: {error}"));
            }
        },
    };
    secret_file::fill(&mut file, secret).map_err(|error| {
        format!("rolled, but the secret could not be saved, so roll it again: {error}")
    })?;
    match result {
        Ok(_) => Ok(path),
        Err(error) => Err(format!(
            "unknown: {error}; {} has the response",
            path.display()
        )),
    }
}
