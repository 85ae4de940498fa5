//! Deletes expired API tokens. Its tests need no socket, because a function takes the place of the
//! network: `cargo test --example prune_tokens`.
//!
//! ```console
//! $ cargo run --example prune_tokens -- --demo
//! ```

mod common;
mod demo;

use std::process::ExitCode;

use clap::Parser;
use cloudflare_user::{Client, Token, TokenStatus};

use common::api::{ApiOptions, help};
use common::failure::{self, Failure, Result};
use common::print::{self, clean};
use common::stop::Stop;

const AFTER_HELP: &str = "\
Exit codes: 0 if all expired tokens were listed or deleted, 1 for a failure or a token that cannot be
decoded, 2 for an invalid command line, 75 for a rate limit. The token in use needs the permission API
Tokens Write, and API Tokens Read without --yes.

In cron:    0 3 1 * *  . /etc/cloudflare.env; prune_tokens --yes";

/// Lists expired API tokens, or deletes them
#[derive(Parser)]
#[command(name = "prune_tokens", version, after_help = help(AFTER_HELP))]
struct Options {
    /// Delete the tokens; without this option they are only listed
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    api: ApiOptions,
}

fn main() -> ExitCode {
    let options = Options::parse();
    failure::run(1, |stop| run(&options, stop))
}

fn run(options: &Options, stop: &Stop) -> Result<u8> {
    let api = options.api.connect(stop)?;
    // A reader that has left, as with `| head`, does not stop the deletions.
    prune(&api.client, options.yes, |line| _ = print::data(line))
}

/// The client and the output are arguments, so that tests can pass their own. Returns the exit code.
fn prune(client: &Client, delete: bool, mut print: impl FnMut(&str)) -> Result<u8> {
    let mut code = 0;
    // All pages first, because each deletion moves a token of the next page to a page that was
    // already read.
    let mut expired: Vec<Token> = Vec::new();
    for token in client.tokens().include_expired(true).iter() {
        match token {
            Ok(token) if token.status == Some(TokenStatus::Expired) => expired.push(token),
            Ok(_) => {}
            Err(error) if error.is_item() => {
                print::report(format_args!("error: {error}"));
                code = 1;
            }
            Err(error) => return Err(failure(error)),
        }
    }
    for token in expired {
        let outcome = match delete.then(|| client.delete_token(&token.id).send()) {
            None => "expired; --yes deletes it",
            Some(Ok(_)) => "deleted",
            Some(Err(error)) if error.is_not_found() => "gone already",
            Some(Err(error)) => return Err(failure(error)),
        };
        print(&format!(
            "{}: {outcome}\n",
            clean(&token.name.unwrap_or_default())
        ));
    }
    Ok(code)
}

fn failure(error: cloudflare_user::Error) -> Failure {
    // `EX_TEMPFAIL` of sysexits.h: a temporary failure.
    const TEMPORARY: u8 = 75;
    match error.is_rate_limited() {
        true => Failure::with_code(TEMPORARY, error),
        false => Failure::new(error),
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

    /// Runs the tool with `--yes`, with a transport that responds to deletions with `deletion`.
    /// Returns the outcome, what was printed, and the requests.
    fn run(
        deletion: fn(&str) -> Result<Response<Body>, TransportError>,
    ) -> (Result<u8>, String, Vec<String>) {
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
        let mut out = String::new();
        let outcome = prune(&client, true, |line| out += line);
        let requests = requests.lock().unwrap().clone();
        (outcome, out, requests)
    }

    #[test]
    fn deletes_expired_tokens_only() {
        let (outcome, out, requests) = run(|_| {
            let body = r#"{"success": true, "result": {"id": "2b"}}"#;
            Ok(Response::new(Body::from(body)))
        });
        assert!(outcome.is_ok());
        assert_eq!(out, "old laptop: deleted\ntrial: deleted\n");
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
        assert!(error.text().contains("retry after 240 s"));
        assert_eq!(failure::exit_code(Err(error), 1), ExitCode::from(75));
        assert_eq!(requests.len(), 2);
    }

    #[test]
    fn a_deletion_whose_response_was_lost_is_not_retried() {
        let (outcome, out, requests) =
            run(|_| Err(TransportError::interrupted("connection reset by peer")));
        assert!(outcome.unwrap_err().text().contains("may have been"));
        assert_eq!(out, "", "no deletion is reported");
        assert_eq!(requests, ["GET /user/tokens", "DELETE /user/tokens/2b"]);
    }
}
