//! Deletes expired API tokens. Its tests need no socket, because a function takes the place of the
//! network.
//!
//! `cargo run --example offline_tests -- --delete` runs the tool. `cargo test --example
//! offline_tests` runs the tests, because `Cargo.toml` has `test = true` for this example.
//!
//! It sends its requests to Cloudflare if the environment has a credential, and otherwise to a
//! demonstration server.

mod demo;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{Client, Token, TokenStatus};

/// Deletes expired API tokens
#[derive(Parser)]
#[command(
    after_help = "Exit codes: 0 if all were listed or deleted, 1 for a failure, 2 for an invalid command line, \
    75 for a rate limit."
)]
struct Options {
    /// Delete the tokens; without this option they are only listed
    #[arg(long)]
    delete: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let run = || {
        let (client, _demo) = demo::client()?;
        clean_up(&client, options.delete, &mut io::stdout().lock())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            _ = writeln!(io::stderr(), "error: {error}");
            exit_code(error.as_ref()).into()
        }
    }
}

/// What the tool does. The client and the output are arguments, so that tests can pass their own.
fn clean_up(client: &Client, delete: bool, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    // All pages first, because each deletion moves a token of the next page to a page that was
    // already read.
    let tokens = client.tokens().include_expired(true).iter();
    let tokens = tokens.collect::<Result<Vec<Token>, _>>()?;
    for token in tokens {
        if token.status != Some(TokenStatus::Expired) {
            continue;
        }
        let outcome = match delete.then(|| client.delete_token(&token.id).send()) {
            None => "expired; --delete deletes it",
            Some(Ok(_)) => "deleted",
            Some(Err(error)) if error.is_not_found() => "gone already",
            Some(Err(error)) => return Err(error.into()),
        };
        match writeln!(out, "{:?}: {outcome}", token.name.unwrap_or_default()) {
            // A broken pipe, as with `| head`, does not stop the deletions.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            written => written?,
        }
    }
    Ok(())
}

fn exit_code(error: &(dyn Error + 'static)) -> u8 {
    match error.downcast_ref::<cloudflare_user::Error>() {
        // `EX_TEMPFAIL` of sysexits.h: a temporary failure.
        Some(error) if error.is_rate_limited() => 75,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use cloudflare_user::http::{Method, Request, Response};
    use cloudflare_user::{Body, TransportError};

    use super::*;

    const TOKENS: &str = r#"{"success": true, "result_info": {"total_pages": 1}, "result": [
        {"id": "1a", "name": "deploy", "status": "active"},
        {"id": "2b", "name": "old laptop", "status": "expired"},
        {"id": "3c", "name": "trial", "status": "expired"}
    ]}"#;

    /// Runs the tool with `--delete`, with a transport that responds to deletions with `deletion`.
    /// Returns the outcome, what was printed, and the requests.
    fn run(
        deletion: fn(&str) -> Result<Response<Body>, TransportError>,
    ) -> (Result<(), Box<dyn Error>>, String, Vec<String>) {
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&requests);
        let transport = move |request: Request<Vec<u8>>| {
            let (method, path) = (request.method(), request.uri().path());
            log.lock().unwrap().push(format!("{method} {path}"));
            match *method {
                Method::GET => Ok(Response::new(Body::from(TOKENS))),
                _ => deletion(path),
            }
        };
        let client = Client::builder().api_token("t").transport(transport);
        let client = client.base_url("https://api.example.com").build().unwrap();
        let mut out = Vec::new();
        let outcome = clean_up(&client, true, &mut out);
        let requests = requests.lock().unwrap().clone();
        (outcome, String::from_utf8(out).unwrap(), requests)
    }

    #[test]
    fn deletes_expired_tokens_only() {
        let (outcome, out, requests) = run(|_| {
            let body = r#"{"success": true, "result": {"id": "2b"}}"#;
            Ok(Response::new(Body::from(body)))
        });
        assert!(outcome.is_ok());
        assert_eq!(out, "\"old laptop\": deleted\n\"trial\": deleted\n");
        assert_eq!(
            requests[1..],
            ["DELETE /user/tokens/2b", "DELETE /user/tokens/3c"]
        );
    }

    #[test]
    fn a_long_rate_limit_is_an_error_at_once() {
        let (outcome, _, requests) = run(|_| {
            // More than the default `max_retry_wait` of 60 s.
            let limited = Response::builder().status(429).header("retry-after", 240);
            Ok(limited.body(Body::from("{}")).unwrap())
        });
        let error = outcome.unwrap_err();
        assert_eq!(exit_code(error.as_ref()), 75);
        assert!(error.to_string().contains("retry after 240 s"));
        assert_eq!(requests.len(), 2);
    }

    #[test]
    fn a_deletion_whose_response_was_lost_is_not_retried() {
        let (outcome, out, requests) =
            run(|_| Err(TransportError::interrupted("connection reset by peer")));
        let error = outcome.unwrap_err().downcast::<cloudflare_user::Error>();
        assert!(error.unwrap().may_have_been_applied());
        assert_eq!(out, "", "no deletion is reported");
        assert_eq!(requests, ["GET /user/tokens", "DELETE /user/tokens/2b"]);
    }
}
