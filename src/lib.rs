//! A blocking SDK for Cloudflare's [User API]: the user's details, audit logs, billing, invites, organizations,
//! subscriptions, and API tokens with their permission groups and secrets.
//!
//! ```no_run
//! use cloudflare_user::Client;
//! use time::macros::date;
//!
//! let client = Client::from_env()?; // CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL with CLOUDFLARE_API_KEY
//!
//! for log in client.audit_logs().since(date!(2026-11-01)).iter() {
//!     let log = log?;
//!     println!("{:?} {:?}", log.when, log.action.kind);
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! This page is the guide; it takes ten minutes. [Requests](#requests) · [Listings](#listings) · [Errors](#errors) ·
//! [Repeats and time](#repeats-and-time) · [Rate limits](#rate-limits) · [Secrets](#secrets) · [Logging](#logging) ·
//! [Corporate networks](#corporate-networks) · [Endpoints of your own](#endpoints-of-your-own) · [Tests of your
//! own](#tests-of-your-own) · [Command-line tools](#command-line-tools) · [Features](#features) · [Where it
//! stops](#where-it-stops)
//!
//! # Requests
//!
//! Each of the 22 operations is a request: a struct with a setter for each optional parameter. It has two forms. The
//! *bound* one is made by a method of [`Client`], and sends itself. The *detached* one is made by `new`, and is plain
//! data: keep it, compare it, send it with any client.
//!
//! ```
//! use cloudflare_user::ListTokens;
//! # use cloudflare_user::{Body, Client, http};
//! # let answer = r#"{"success":true,"result":[{"id":"7","name":"ci"}],"result_info":{"total_pages":1}}"#;
//! # let client = Client::builder().api_token("t")
//! #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
//!
//! // Bound.
//! for token in client.tokens().include_expired(true).iter() {
//!     println!("{:?}", token?.name);
//! }
//!
//! // Detached.
//! let request = ListTokens::new().include_expired(true);
//! for token in client.iter(&request) {
//!     println!("{:?}", token?.name);
//! }
//! let first_page = client.send(&request)?;
//! assert_eq!(first_page.items.len(), 1);
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! `send` and its like borrow the request, so that the same one can be sent again. The third form is a struct of yours:
//! see [endpoints of your own](#endpoints-of-your-own).
//!
//! | bound | detached, or your own | what it answers |
//! | --- | --- | --- |
//! | `send()` | [`client.send(&request)`](Client::send) | a value; of a listing, one [`Page`] |
//! | `iter()` | [`client.iter(&request)`](Client::iter) | every item of every page of a listing |
//! | `pages()` | [`client.pages(&request)`](Client::pages) | every page of a listing |
//! | | [`client.send_raw(&request)`](Client::send_raw) | the status, the headers, and the bytes as they came |
//! | `export()` | [`client.export(&request)`](Client::export) | audit logs as CSV, streamed |
//!
//! A client is cheap to clone, and shared between threads; clones share connections and what is known of the rate
//! limit. [`Client::builder`] sets what [`Client::new`] and [`Client::from_env`] leave at its default.
//!
//! # Listings
//!
//! [`Iter`] hands out every item of every page, and fetches a page when it is needed: the largest that the API serves,
//! unless `per_page` says otherwise. An item that cannot be decoded is an `Err` of its own
//! ([`is_item`](Error::is_item)), and the next ones still come. Any other error ends the listing, after everything
//! before it was handed out.
//!
//! A listing ends where the API says so, and where the API goes round in circles. [`Iter::total`] tells people how much
//! there is, as far as the server knows; [`Iter::read_ahead`] fetches pages on threads while you work on those before
//! them, in the same order. It pays where an answer takes longer than your work on it:
//! `client.audit_logs().iter().read_ahead(4)`.
//!
//! ## Resuming
//!
//! [`Iter::next_page`] names the page to go on from: the first one that was not handed out whole, which after an error
//! is the one that failed. Hand it to `.page(n)` of the same request, with the same `per_page`:
//!
//! ```
//! use cloudflare_user::ListAuditLogs;
//! use time::macros::datetime;
//! # use std::sync::atomic::{AtomicUsize, Ordering};
//! # use cloudflare_user::{Body, Client, TransportError, http};
//! # let calls = AtomicUsize::new(0);
//! # let client = Client::builder().api_token("t").max_retries(0)
//! #     .transport(move |_: http::Request<Vec<u8>>| match calls.fetch_add(1, Ordering::SeqCst) {
//! #         0 => Ok(http::Response::new(Body::from(r#"{"success":true,"result":[{"id":"1"}]}"#))),
//! #         1 => Err(TransportError::interrupted("reset")),
//! #         2 => Ok(http::Response::new(Body::from(r#"{"success":true,"result":[{"id":"2"}]}"#))),
//! #         _ => Ok(http::Response::new(Body::from(r#"{"success":true,"result":[]}"#))),
//! #     }).build()?;
//!
//! let request = ListAuditLogs::new().before(datetime!(2026-12-01 0:00 UTC));
//! let (mut seen, mut page) = (Vec::new(), 1);
//! for _attempt in 0..3 {
//!     let mut logs = client.iter(&request.clone().page(page));
//!     let failure = loop {
//!         match logs.next() {
//!             Some(Ok(log)) => seen.push(log.id),
//!             // One log that cannot be decoded: its error says which field. The next ones still come.
//!             Some(Err(error)) if error.is_item() => eprintln!("{error}"),
//!             Some(Err(error)) => break Some(error),
//!             None => break None,
//!         }
//!     };
//!     let Some(error) = failure else { break };
//!     page = logs.next_page();
//!     eprintln!("{error}; going on from page {page}");
//! }
//! assert_eq!(seen, ["1", "2"]);
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! Keep the request, with its `before`, and the page: that is all it takes to go on tomorrow.
//!
//! ## What changes meanwhile
//!
//! Pages are numbered, and what happens while you read moves their contents.
//!
//! * New entries on top push old ones to the next page. Within one listing they are recognized, and handed out once. A
//!   listing that was resumed at page `n` knows nothing of page `n - 1`: there they may come twice.
//! * Removed entries pull later ones to an earlier page, past the reader. No client can see that.
//! * A fixed `before` on audit logs, the newest first, rules out both: what is older than an instant gets no additions,
//!   and what becomes too old to be kept drops off at the end.
//! * Deleting while iterating is removing: every page that follows is missing as many as were deleted. Collect first.
//!
//! ```
//! use cloudflare_user::{Token, TokenStatus};
//! # use cloudflare_user::{Body, Client, http};
//! # let client = Client::builder().api_token("t").transport(|request: http::Request<Vec<u8>>| {
//! #     Ok(http::Response::new(Body::from(match request.method().as_str() {
//! #         "GET" => r#"{"success":true,"result":[{"id":"7","status":"expired"}],"result_info":{"total_pages":1}}"#,
//! #         _ => r#"{"success":true,"result":{"id":"7"}}"#,
//! #     })))
//! # }).build()?;
//!
//! let tokens: Vec<Token> = client.tokens().include_expired(true).iter().collect::<Result<_, _>>()?;
//! for token in tokens.iter().filter(|token| token.status == Some(TokenStatus::Expired)) {
//!     client.delete_token(&token.id).send()?;
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Errors
//!
//! [`Error`] is by who failed: the caller, the network, Cloudflare, or an answer that cannot be understood. Its text
//! names the method, the path, the status, Cloudflare's codes and messages, the ray id and the number of attempts;
//! print it. Its methods answer what a program asks:
//!
//! | predicate | what happened | what to do |
//! | --- | --- | --- |
//! | [`is_invalid_request`](Error::is_invalid_request) | the input cannot be right; nothing was sent | mend the call: the text names the parameter or the variable |
//! | [`is_unauthorized`](Error::is_unauthorized) | 401 or 403: the credential was refused, or lacks a permission | look at [`codes`](Error::codes), and at the permission that the request's page names |
//! | [`is_not_found`](Error::is_not_found) | 404 | of a deletion: it is done already |
//! | [`is_rate_limited`](Error::is_rate_limited) | 429, or the limit is known to be used up; nothing happened | wait as long as [`retry_after`](Error::retry_after) says, and send it again |
//! | [`is_connect`](Error::is_connect) | no connection, or its certificate was refused; nothing happened | see to the network, the proxy, or the roots |
//! | [`is_timeout`](Error::is_timeout) | a timeout or the deadline ended the call | allow more time; of a write, look first |
//! | [`is_decode`](Error::is_decode) | a success that cannot be understood | report it: the text names the field, [`body`](Error::body) has the bytes |
//! | [`is_item`](Error::is_item) | the same of one item of a listing | note it, and take the next one |
//! | [`may_have_been_applied`](Error::may_have_been_applied) | a write whose answer was lost, was a 5xx, or was no answer | look whether it happened before you send it again; the text says at what |
//!
//! They overlap: a write that timed out [`is_timeout`](Error::is_timeout), and
//! [`may_have_been_applied`](Error::may_have_been_applied) too. Ask that one first. A status of 200 that says
//! `"success": false` is an error like any other.
//!
//! ```
//! # use cloudflare_user::{Body, Client, http};
//! # let client = Client::builder().api_token("t").transport(|_: http::Request<Vec<u8>>| {
//! #     let answer = Body::from(r#"{"success":false,"errors":[{"code":9109,"message":"Unauthorized to access requested resource"}]}"#);
//! #     Ok(http::Response::builder().status(403).body(answer).unwrap_or_default())
//! # }).build()?;
//! let error = client.delete_token("ed17574386854bf78a67040be0a770b0").send().unwrap_err();
//! assert!(error.is_unauthorized() && !error.may_have_been_applied());
//! assert!(error.codes().any(|code| code == 9109));
//! assert_eq!(
//!     error.to_string(),
//!     "DELETE /user/tokens/ed17574386854bf78a67040be0a770b0: 403 Forbidden: \
//!      9109 Unauthorized to access requested resource [1 attempt]",
//! );
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Repeats and time
//!
//! A read is sent again, twice unless set otherwise, after a connection that failed or broke, a timeout, and the
//! statuses 408, 425, 429, 500, 502 to 504, 520 to 527, 529 and 530. A write is sent again only where it surely did not
//! happen: if no connection was made, or after a 429. Never repeated are a write whose answer was lost, other statuses,
//! answers that cannot be understood, and a certificate that was refused.
//!
//! Between two attempts it waits a random half to whole of 0.5 s, doubled each time up to 8 s, or as long as
//! `Retry-After` asks. Three clocks run:
//!
//! | clock | of what | default |
//! | --- | --- | --- |
//! | [`connect_timeout`](ClientBuilder::connect_timeout) | name, connection and TLS | 10 s |
//! | [`timeout`](ClientBuilder::timeout) | one attempt with its whole body | 60 s |
//! | [`deadline`](ClientBuilder::deadline) | the call, with its repeats and waits; of a listing, each page | 300 s |
//!
//! [`Client::with_timeout`], [`with_deadline`](Client::with_deadline) and
//! [`with_max_retries`](Client::with_max_retries) make a client with other limits over the same connections, for one
//! call among many.
//!
//! # Rate limits
//!
//! Cloudflare counts 1,200 requests in five minutes, for the user as a whole: those of other programs and of the
//! dashboard too. Above that, everything is refused for up to five minutes. A million audit logs are 1,000 requests.
//!
//! [`Client::rate_limit`] is what the last answer said. When nothing remains, or after a 429 that says for how long and
//! that is waited out, all clones of a client wait, as long as the wait is no longer than [`max_retry_wait`](ClientBuilder::max_retry_wait), 60 s, and fits in the
//! deadline. A wait that is longer is an error at once, [`is_rate_limited`](Error::is_rate_limited), with the wait in
//! [`retry_after`](Error::retry_after).
//!
//! A program that would rather wait than fail says so:
//!
//! ```
//! # use cloudflare_user::{Body, http};
//! # let answer = r#"{"success":true,"result":{"id":"7"}}"#;
//! use std::time::Duration;
//! use cloudflare_user::Client;
//!
//! let client = Client::builder()
//!     .api_token("your-token")
//!     .max_retry_wait(Duration::from_secs(5 * 60))
//!     .deadline(Duration::from_secs(15 * 60))
//! #     .transport(move |_: http::Request<Vec<u8>>| {
//! #         let head = http::Response::builder().header("Ratelimit", r#""default";r=50;t=30"#);
//! #         Ok(head.body(Body::from(answer)).unwrap_or_default())
//! #     })
//!     .build()?;
//! client.user().send()?;
//! if let Some(limit) = client.rate_limit() {
//!     println!("{} requests remain for {} s", limit.remaining, limit.reset_in.as_secs());
//! }
//! # assert_eq!(client.rate_limit().map(|limit| limit.remaining), Some(50));
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! One that has something else to do takes the error, and comes back:
//!
//! ```
//! # use std::sync::atomic::{AtomicUsize, Ordering};
//! # use cloudflare_user::{Body, Client, http};
//! # let calls = AtomicUsize::new(0);
//! # let client = Client::builder().api_token("t").max_retries(0).transport(move |_: http::Request<Vec<u8>>| {
//! #     let (status, answer) = match calls.fetch_add(1, Ordering::SeqCst) {
//! #         0 => (429, r#"{"success":false,"errors":[{"code":971}]}"#),
//! #         _ => (200, r#"{"success":true,"result":{"id":"7"}}"#),
//! #     };
//! #     let head = http::Response::builder().status(status).header("Retry-After", "1");
//! #     Ok(head.body(Body::from(answer)).unwrap_or_default())
//! # }).build()?;
//! use std::{thread, time::Duration};
//!
//! let user = loop {
//!     match client.user().send() {
//!         Err(error) if error.is_rate_limited() => {
//!             // It may be `None`: not every refusal says for how long.
//!             let wait = error.retry_after().unwrap_or(Duration::from_secs(5 * 60));
//!             eprintln!("{error}");
//!             thread::sleep(wait);
//!         }
//!         other => break other?,
//!     }
//! };
//! assert_eq!(user.id, "7");
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Secrets
//!
//! A new secret is a [`SecretString`] from the moment it is decoded; [`ExposeSecret`] opens it. No `Debug`, no error
//! and no log line shows one, nor the credential of a client, also where a server repeats it.
//!
//! [`CreateToken`] and [`RollToken`] answer their secret once. Keep it before you do anything else. Should the answer
//! arrive and not be understood, [`Error::body`] holds the only copy; nothing else of the error does:
//!
//! ```
//! # use cloudflare_user::{Body, Client, http};
//! # let answer = r#"{"success":true,"result":{"secret":"n3w"}}"#;
//! # let client = Client::builder().api_token("t")
//! #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
//! # fn save(_: &[u8]) {}
//! use cloudflare_user::ExposeSecret;
//!
//! match client.roll_token("ed17574386854bf78a67040be0a770b0").send() {
//!     Ok(secret) => save(secret.expose_secret().as_bytes()),
//!     Err(error) => {
//!         if let Some(body) = error.body().filter(|_| error.is_decode()) {
//!             save(body);
//!         }
//!         eprintln!("{error}");
//! #       assert!(error.is_decode() && !error.to_string().contains("n3w") && !format!("{error:?}").contains("n3w"));
//!     }
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! A credential goes over https, or over http to this machine, and to no other host: redirects are errors.
//!
//! # Logging
//!
//! Through the `log` crate, under `cloudflare_user`: at `debug`, each attempt with its method, path, status, number,
//! milliseconds and ray id, and each wait for a rate limit; at `warn`, each repeat with the status and the codes, or
//! with what broke, and the wait before it. No query, no header but the ray id, no text of a body, and no secret. With
//! `env_logger`, say, `RUST_LOG=cloudflare_user=debug` shows:
//!
//! ```text
//! GET /user/audit_logs: 429, attempt 1, 12 ms, cf-ray 8c1d2e3f4a5b6c7d-FRA
//! ```
//!
//! ureq has its own log. At `trace` it holds whole requests and responses, credentials included, and this crate logs one
//! warning a process if that level is on. Keep ureq at `debug`: `RUST_LOG=trace,ureq=debug,ureq_proto=debug`, both for
//! `env_logger` and for `EnvFilter` of `tracing-subscriber`.
//!
//! # Corporate networks
//!
//! * **A proxy** is taken from the first that is set of `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY`, such as
//!   `http://user:password@proxy.example.com:3128`, but for the hosts in `NO_PROXY`. Proxies that speak SOCKS need the
//!   feature `socks-proxy`. Where a proxy that is asked for cannot be used, nothing is sent.
//! * **A company's own root certificates**, such as those of a proxy that reads along: the feature `platform-verifier`
//!   trusts what the operating system trusts. That is all it takes.
//! * **The operating system's TLS** instead of rustls: `default-features = false`, and the features `native-tls` and
//!   `gzip`.
//! * **Anything else** is set on an agent of your own, with `ureq = "3.5"` among your dependencies. The client still sets
//!   the timeouts, and follows no redirect. The agent's `TlsConfig` says whose TLS and whose roots it takes, such as
//!   `TlsProvider::NativeTls` or `RootCerts::PlatformVerifier`, for which the feature of this crate must be on.
//!
//! ```no_run
//! use cloudflare_user::{Client, UreqTransport};
//! use ureq::tls::{Certificate, RootCerts, TlsConfig};
//!
//! let root = Certificate::from_pem(&std::fs::read("company-root.pem")?)?;
//! let agent: ureq::Agent = ureq::Agent::config_builder()
//!     // These roots and no others.
//!     .tls_config(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).build())
//!     // This proxy, whatever the variables say.
//!     .proxy(Some(ureq::Proxy::new("http://proxy.example.com:3128")?))
//!     .build()
//!     .into();
//! let client = Client::builder().api_token("your-token").transport(UreqTransport::new(agent)).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Endpoints of your own
//!
//! Any other endpoint of Cloudflare's is an [`Endpoint`]: a struct whose fields are the query of a GET or DELETE, or
//! the JSON body of anything else, and three lines that say what it answers, and where. Credentials, repeats, errors
//! and pagination are those of the requests here. The example there is `GET /zones`.
//!
//! What an endpoint answers is yours to choose as well. With `Page<Box<RawValue>>` a listing hands out each item as the
//! bytes that the server sent, decoded by nobody and complete, for an archive. A newtype keeps the filters, for which
//! `serde_json` needs its feature `raw_value`:
//!
//! ```
//! use cloudflare_user::http::Method;
//! use cloudflare_user::{Endpoint, ListAuditLogs, Page, Result};
//! use serde_json::value::RawValue;
//! # use cloudflare_user::{Body, Client, http};
//! # let answer = r#"{"success":true,"result":[{"id":"1", "when" : "2026-11-01T00:00:00Z"}]}"#;
//! # let client = Client::builder().api_token("t")
//! #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
//!
//! #[derive(serde::Serialize)]
//! struct RawAuditLogs(ListAuditLogs);
//!
//! impl Endpoint for RawAuditLogs {
//!     type Output = Page<Box<RawValue>>;
//!     const METHOD: Method = Method::GET;
//!     const MAX_PER_PAGE: Option<u64> = <ListAuditLogs>::MAX_PER_PAGE;
//!
//!     fn path(&self) -> Vec<&str> {
//!         self.0.path()
//!     }
//!
//!     fn validate(&self) -> Result<()> {
//!         self.0.validate()
//!     }
//! }
//!
//! for log in client.iter(&RawAuditLogs(ListAuditLogs::new().action_type("login"))) {
//!     assert_eq!(log?.get(), r#"{"id":"1", "when" : "2026-11-01T00:00:00Z"}"#);
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Tests of your own
//!
//! A function from a request to an answer is a [`Transport`], so that a test needs neither a socket nor a server:
//!
//! ```
//! use cloudflare_user::{Body, Client, TransportError, http};
//!
//! let client = Client::builder()
//!     .api_token("t")
//!     .max_retries(0) // so that nobody waits before a failure is repeated
//!     .transport(|request: http::Request<Vec<u8>>| match (request.method().as_str(), request.uri().path()) {
//!         ("GET", "/client/v4/user/tokens") => Ok(http::Response::new(Body::from(
//!             r#"{"success":true,"result":[{"id":"7"}],"result_info":{"total_pages":1}}"#,
//!         ))),
//!         ("DELETE", _) => Err(TransportError::interrupted("the cable was pulled")),
//!         _ => http::Response::builder().status(404).body(Body::default()).map_err(TransportError::other),
//!     })
//!     .build()?;
//!
//! assert_eq!(client.tokens().iter().count(), 1);
//! assert!(client.delete_token("7").send().unwrap_err().may_have_been_applied());
//! assert!(client.user().send().unwrap_err().is_not_found());
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! * The query of a listing holds `page` and `per_page`, also where you set neither: `page=1&per_page=1000`.
//! * The path begins with `/client/v4`, unless [`base_url`](ClientBuilder::base_url) says otherwise.
//! * A listing needs `total_pages` in `result_info` to end with its first page. Without it, a second page is asked for;
//!   the same answer once more ends it then.
//! * Answers pass through all that real ones pass through: the envelope, the status, headers such as `Retry-After`.
//!
//! # Command-line tools
//!
//! An option that may be left out becomes a filter that may be left out. Setters take the request and answer it, so
//! that an `if let` does:
//!
//! ```
//! use cloudflare_user::ListAuditLogs;
//! use time::Date;
//!
//! struct Options {
//!     email: Option<String>,
//!     since: Option<Date>,
//! }
//!
//! fn request(options: &Options) -> ListAuditLogs {
//!     let mut request = ListAuditLogs::new();
//!     if let Some(email) = &options.email {
//!         request = request.actor_email(email);
//!     }
//!     if let Some(day) = options.since {
//!         request = request.since(day);
//!     }
//!     request
//! }
//! # assert_eq!(request(&Options { email: None, since: None }), ListAuditLogs::new());
//! ```
//!
//! A `main` that returns an error shows its `Debug`. For people, print it: `eprintln!("error: {error}")`, and answer with
//! `std::process::ExitCode::FAILURE`.
//!
//! What a server sends is not yours to trust. The name of a token may hold an escape sequence that rewrites the
//! terminal: print it with `{:?}`, or with [`escape_debug`](str::escape_debug). The text of an [`Error`] is safe to
//! print: it is one line, without control characters, and of limited length.
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `rustls` (default) | TLS by rustls, with Mozilla's roots |
//! | `gzip` (default) | answers that are packed on their way |
//! | `native-tls` | TLS by the operating system's library, with the roots that it trusts, where `rustls` is off |
//! | `platform-verifier` | certificates judged by the operating system, with the roots that it trusts |
//! | `socks-proxy` | proxies that speak SOCKS |
//!
//! # Where it stops
//!
//! At the operations below `/user`, for which [`Endpoint`] is the way out; at HTTP/1.1; and at blocking calls. It works
//! inside a thread of an async runtime, and blocks that thread. It keeps no cache, and asks for nothing that it was not
//! told to. Cloudflare keeps audit logs for 18 months, and calls billing history, billing profile and organizations
//! deprecated.
//!
//! [User API]: https://developers.cloudflare.com/api/resources/user/

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod api;
mod auth;
mod call;
mod cancel;
mod client;
mod encode;
mod endpoint;
mod envelope;
mod error;
mod json;
mod page;
mod pagination;
mod redact;
mod transport;

#[doc(no_inline)]
pub use http;
#[doc(no_inline)]
pub use secrecy::{ExposeSecret, SecretString};
#[doc(no_inline)]
pub use time;

pub use self::api::amount::Amount;
pub use self::api::audit_logs::*;
pub use self::api::billing::*;
pub use self::api::date::DateOrDateTime;
pub use self::api::deleted::Deleted;
pub use self::api::invites::*;
pub use self::api::order::{Direction, Match};
pub use self::api::organizations::*;
pub use self::api::request::Detached;
pub use self::api::subscriptions::*;
pub use self::api::tokens::*;
pub use self::api::user::*;
pub use self::client::{Client, ClientBuilder, RateLimit};
pub use self::endpoint::Endpoint;
pub use self::envelope::Output;
pub use self::error::{ApiError, Error, FailedRequest, InvalidRequest, Result};
pub use self::page::{Page, PageInfo};
pub use self::pagination::{Iter, Pages};
pub use self::transport::{AttemptTimeout, Body, Transport, TransportError, TransportErrorKind, UreqTransport};

/// The examples of the README, which are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
