//! Gives API tokens new secrets, each in a file that only its owner can read: `cargo run --example token_rotate --
//! --output secrets 'deploy*'` asks Cloudflare if `CLOUDFLARE_API_TOKEN` is set, and a demonstration if it is not.

mod demo;

use std::error::Error;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{Client, ExposeSecret, Token};
use fs_err::{self as fs, File, OpenOptions};

/// Rolls the API tokens that match: each old secret is dead at once, and the new one in a file of its own in DIR
///
/// A token that "failed" still has its old secret; one that is "unknown" may have been rolled or not.
/// Exit codes: 0 if all tokens that match were rolled, 1 if some were not, 2 if none was tried.
#[derive(Parser)]
struct Arguments {
    /// Names of tokens, identifiers, or the start of names with a * after it
    #[arg(required = true)]
    tokens: Vec<String>,
    /// The directory for the secrets; made if there is none
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Say what would be rolled, and roll nothing
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
    // Ctrl-C waits until the token in hand is done.
    ctrlc::set_handler(|| {
        let _token_is_done = io::stdout().lock();
        std::process::exit(130);
    })?;
    let known = client.tokens().iter().collect::<Result<Vec<_>, _>>()?;
    let mut meant = Vec::new();
    for wanted in &arguments.tokens {
        let before = meant.len();
        meant.extend(known.iter().filter(|token| is_meant(token, wanted)));
        if meant.len() == before {
            return Err(format!("{wanted:?} is no token's name or identifier").into());
        }
    }
    let own = match client.verify_token().send() {
        // An email and a key are no token.
        Err(error) if error.is_invalid_request() => None,
        verified => Some(verified?.id),
    };
    // The token in use comes last: after it, the client may roll no other.
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
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        if answer.trim() != "y" {
            return Err("the answer was not y".into());
        }
    }
    fs::create_dir_all(&arguments.output)?;
    let mut code = ExitCode::SUCCESS;
    for Token { id, .. } in meant {
        // Even if nobody reads it: the other tokens are rolled all the same.
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

/// Rolls a token, and tells the file with its new secret, or what became of it instead.
fn roll(client: &Client, id: &str, directory: &Path) -> Result<PathBuf, String> {
    // The identifier comes from a server: a slash in it would lead out of the directory.
    let name = id.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let path = directory.join(name + ".secret");
    let _no_ctrl_c = io::stdout().lock();
    // While the old secret still works: a file that cannot be written is found out now.
    let mut file = reserve(&path).map_err(|error| format!("failed: {error}"))?;
    let answer = client.roll_token(id).send();
    let secret = match &answer {
        Ok(secret) => secret.expose_secret().as_bytes(),
        // An answer that could not be understood may be the only copy of the secret.
        Err(error) if error.is_decode() => error.body().unwrap_or_default(),
        Err(error) => {
            _ = fs::remove_file(&path);
            let unknown = error.may_have_been_applied();
            let what = if unknown { "unknown" } else { "failed" };
            return Err(format!("{what}: {error}"));
        }
    };
    fill(&mut file, secret).map_err(|error| format!("rolled, but the secret is lost, so roll it again: {error}"))?;
    match answer {
        Ok(_) => Ok(path),
        Err(error) => Err(format!("unknown: {error}, see {}", path.display())),
    }
}

/// Makes a new file for a secret, and takes the room that it needs.
fn reserve(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    fs_err::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(path)?;
    let reserved = file.write_all(&[b' '; 4096]).and_then(|()| file.sync_all());
    reserved.inspect_err(|_| drop(fs::remove_file(path)))?;
    Ok(file)
}

fn fill(file: &mut File, secret: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(secret)?;
    file.set_len(secret.len() as u64)?;
    file.sync_all()
}
