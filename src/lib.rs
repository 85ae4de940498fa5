//! A blocking SDK for Cloudflare's [User API]: the user's details, audit logs, billing, invites,
//! organizations, subscriptions, and API tokens with their permission groups and secrets.
//!
//! ```no_run
//! use cloudflare_user::Client;
//! use time::macros::date;
//!
//! let client = Client::from_env()?; // CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL with CLOUDFLARE_API_KEY
//!
//! for log in client.audit_logs().since(date!(2026-11-01)).iter() {
//!     let log = log?;
//!     println!("{} {}", log.id, log.action.kind.unwrap_or_default());
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! This page is the guide: [Requests](#requests) · [Paginated lists](#paginated-lists) · [Following
//! the audit log](#following-the-audit-log) · [Errors](#errors) · [Retries and time
//! limits](#retries-and-time-limits) · [Rate limits](#rate-limits) · [Secrets](#secrets) ·
//! [Changing tokens](#changing-tokens) · [Logging](#logging) · [Corporate
//! networks](#corporate-networks) · [Custom endpoints](#custom-endpoints) · [Testing](#testing) ·
//! [Recipes](#recipes)
//!
//! # Requests
//!
//! Each of the 22 operations is a request: a struct with a setter for each optional parameter. It
//! has two forms. A method of [`Client`] returns the *bound* form, which has `send`, and `iter` and
//! `pages` for a paginated list. `new` returns the *detached* form, which is plain data: you can
//! store it, compare it, and send it with any client. Invalid input, such as an empty identifier,
//! is refused before anything is sent.
//!
//! ```no_run
//! use cloudflare_user::ListTokens;
//! # let client = cloudflare_user::Client::from_env()?;
//!
//! for token in client.tokens().include_expired(true).iter() {
//!     println!("{}", token?.name.unwrap_or_default());
//! }
//!
//! let request = ListTokens::new().include_expired(true);
//! for token in client.iter(&request) {
//!     println!("{}", token?.name.unwrap_or_default());
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! | bound | detached, or custom | returns |
//! | --- | --- | --- |
//! | `send()` | [`client.send(&request)`](Client::send) | a value; for a paginated list, one [`Page`] |
//! | `iter()` | [`client.iter(&request)`](Client::iter) | an iterator over all items of a list |
//! | `pages()` | [`client.pages(&request)`](Client::pages) | an iterator over all pages of a list |
//! | | [`client.send_raw(&request)`](Client::send_raw) | the status, the headers, and the exact bytes of the body |
//! | `follow(&cursor)` | [`client.follow(&request, &cursor)`](Client::follow) | audit logs that are new since a saved cursor |
//! | `export()` | [`client.export(&request)`](Client::export) | audit logs as CSV, streamed |
//!
//! A client is cheap to clone and can be shared between threads. Clones share connections and the
//! rate limit. Use [`Client::builder`] to change what [`Client::new`] and [`Client::from_env`]
//! leave at its default; [`ClientBuilder::from_env`] starts with the credential and base URL of the
//! environment.
//!
//! # Paginated lists
//!
//! [`Iter`] yields every item of every page, and requests a page when it is needed. Without
//! `per_page`, it requests the largest page that the API serves; invites, subscriptions and
//! permission groups have one page. An item that cannot be decoded is an `Err` in its place
//! ([`is_item`](Error::is_item)), and the items after it are still yielded. Any other error ends
//! the iteration. [`Pages`] yields pages: the items of a page that can be decoded, and then an
//! `Err` for each item that cannot. Both own a clone of the client, so they can be stored,
//! returned, and moved to a thread.
//!
//! [`Iter::total`] is the server's `total_count`, which a filter may not affect. The `size_hint` of
//! `Iter` is `(0, None)` until the list ends. [`Iter::read_ahead`] fetches pages on threads while
//! you work on earlier ones: `client.audit_logs().before(an_hour_ago).iter().read_ahead(4)`. Items,
//! order and errors are the same as without it if the list does not change. Use it if a response
//! takes longer than your work on a page.
//!
//! ## Where a list ends
//!
//! 1. **An empty page** ends the list, without an error. If `total_pages` says that more pages
//!    follow, one empty page is skipped, and the second in a row ends the list. A filter that
//!    matches nothing is an empty list.
//! 2. **A short page**, with fewer items than `per_page`, ends the list if a total says that it is
//!    the last one: `total_pages`, or if that is absent, `total_count` of a list that is read from
//!    page 1. A short page alone does not end a list, because servers may cap or filter pages. Nor
//!    does a total alone: it may count filtered items.
//! 3. **Pages whose items were all yielded before** are skipped. If `total_pages` says that more
//!    pages follow, `n + 3` skipped pages in a row are an error, where `n` is the number of pages
//!    with new items so far. Otherwise the list ends after two skipped pages in a row that each
//!    equal the page before them, or after `n + 3` in a row.
//! 4. **A 400 about the page number** ends a list from page 2 on, even if it is the first page that
//!    is requested, unless `total_pages` says that the page exists. Such a 400 has the word "page"
//!    in a message, not after "per". A server that limits the page number looks the same. Any other
//!    failure is yielded as an `Err`.
//!
//! ## Resuming
//!
//! [`Iter::next_page`] is the page to resume from: the first one whose items and errors were not
//! all yielded yet. It changes when the last item or error of a page is yielded. After an error
//! that ended the list, it is the page that failed. Pass it to `.page(n)` of the same request, with
//! the same `per_page`. A page that was yielded in part is yielded again from its start, so write a
//! page to its destination as a whole. Save the length of the destination and `next_page` together,
//! and truncate it to that length before you resume, as the example `audit_export` does. With
//! `pages`, save both when `next_page` changes: with the page, or with the last of its errors. To
//! drop logs that a resumed list yields again, compare with the identifiers in the destination.
//!
//! ```no_run
//! use time::macros::datetime;
//! # let client = cloudflare_user::Client::from_env()?;
//!
//! // The first argument is the page to resume from.
//! let page = std::env::args().nth(1).and_then(|page| page.parse().ok()).unwrap_or(1);
//! let mut logs = client.audit_logs().before(datetime!(2026-12-01 0:00 UTC)).page(page).iter();
//! while let Some(log) = logs.next() {
//!     match log {
//!         Ok(log) => println!("{}", log.id),
//!         // One log that cannot be decoded. The iterator continues after it.
//!         Err(error) if error.is_item() => eprintln!("{error}"),
//!         Err(error) => {
//!             eprintln!("resume from page {}", logs.next_page());
//!             return Err(error);
//!         }
//!     }
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! ## Lists that change
//!
//! Pages are numbered, so additions and removals move items from one page to another while you
//! read.
//!
//! * **Added items** push others to the next page. Each item with an identifier is yielded once:
//!   the last 65,536 are remembered. Items without one, and items that cannot be decoded, are
//!   compared page by page only, so they are yielded again after they move. An iterator that
//!   resumes remembers none of the earlier ones and may yield some of them again. If a list grows
//!   by a whole page before each of several requests, its pages look like duplicates, and it can
//!   end early without an error.
//! * **Removed items** pull others to an earlier page, which was read already. The moved items are
//!   missed. No client can detect it.
//! * **With `read_ahead`**, pages are requested before earlier ones have arrived. If the list grows
//!   in the meantime, items between two pages in flight can be missed.
//! * **`before`** prevents all three for audit logs, newest first (the default): logs that expire
//!   are removed at the end of the list, and new ones are not in it. Set it at least 15 minutes in
//!   the past, because logs can become visible late. A log that becomes visible later is missed if
//!   its page was read already, and it can make a resumed list yield a log that was yielded before.
//!   To find a missed log, read the period once more on another day.
//! * **Deleting while iterating** removes items. Collect the list first, with
//!   `client.tokens().iter().collect::<Result<Vec<_>, _>>()?`.
//!
//! # Following the audit log
//!
//! [`follow`](ListAuditLogs::follow) yields the logs that are new since the last run, each once,
//! oldest first. An [`AuditLogCursor`] is the position. Save it after each run, even a failed one.
//! You can also save it during a run, after you have stored the logs yielded so far:
//!
//! ```no_run
//! use cloudflare_user::AuditLogCursor;
//! use std::fs;
//! # let client = cloudflare_user::Client::from_env()?;
//!
//! let cursor = match fs::exists("cursor.json")? {
//!     true => serde_json::from_slice(&fs::read("cursor.json")?)?,
//!     false => AuditLogCursor::starting_at(time::OffsetDateTime::now_utc()),
//! };
//! let mut logs = client.audit_logs().action_type("token_create").follow(&cursor);
//! for log in &mut logs {
//!     match log {
//!         Ok(log) => println!("{} created a token", log.actor.email.unwrap_or_default()),
//!         Err(error) => eprintln!("{error}"), // no more logs follow, unless `is_item()`
//!     }
//! }
//! fs::write("cursor.json", serde_json::to_vec(&logs.cursor())?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * A log that becomes visible up to 15 minutes late is yielded by a later run. One that becomes
//!   visible later than that is missed. [`AuditLogCursor::overlap`] changes the 15 minutes.
//! * Use one cursor for each set of filters. The cursor sets `since`, `before`, `direction` and
//!   `page` itself.
//! * If the program is killed before it saves the cursor, the next run yields the same logs again.
//!   The example `audit_follow` shows how to append each log to a file exactly once.
//! * For a fixed period, use a list with `since` and `before` instead. The example `audit_export`
//!   writes one to a file.
//!
//! # Errors
//!
//! The text of an [`Error`] is one line: the invalid parameter, or for any other error the method,
//! the path, the status, Cloudflare's codes and messages, the wait or what to check, the ray id and
//! the number of attempts. It has at most 500 characters besides method and path. `source()` is
//! `None`: the text is complete. Methods distinguish errors:
//!
//! | error | what happened | what to do |
//! | --- | --- | --- |
//! | [`is_invalid_request`](Error::is_invalid_request) | the input is invalid; nothing was sent | fix the call: the text names the parameter or the environment variable |
//! | [`is_item`](Error::is_item) | one item of a list cannot be decoded; the text has its page and field | record [`body`](Error::body), the item's JSON; `iter` and `pages` continue, `send` returns no page |
//! | [`may_have_been_applied`](Error::may_have_been_applied) | the response to a write was lost, was a 5xx, or cannot be decoded | save [`body`](Error::body): with a 2xx status, it may hold the only copy of a new secret; the text says what to check before you send the write again |
//! | [`is_decode`](Error::is_decode) | a response with a 2xx status cannot be decoded | report it, with [`body`](Error::body) |
//! | [`is_unauthorized`](Error::is_unauthorized) | 401, 403, or 400 with code 6003, 9103, 9106 or 9107 | check the credential and its permissions; see [`codes`](Error::codes) |
//! | [`is_not_found`](Error::is_not_found) | 404 | check the identifier; after a deletion, the resource is gone |
//! | [`is_rate_limited`](Error::is_rate_limited) | 429, or the request was not sent because of the rate limit | wait for [`retry_after`](Error::retry_after), and send it again |
//! | [`is_connect`](Error::is_connect) | no connection, or a refused certificate; nothing was sent | check the network, the proxy and the trusted roots |
//! | [`is_timeout`](Error::is_timeout) | a timeout or the deadline ended the call | allow more time |
//! | [`Error::Transport`] | no complete response arrived; the text has the cause | try again later; a refused certificate and a malformed or too large response are unlikely to pass, but only the text distinguishes them |
//! | [`Error::Api`] | Cloudflare returned a failure, with its [`codes`](Error::codes) | after [`status`](Error::status) 408, 425 or 5xx, try again later |
//!
//! They overlap, so check them in the order of the table: a write that timed out is also one that
//! [`may_have_been_applied`](Error::may_have_been_applied). A 200 with `"success": false` is an
//! error like any other.
//!
//! ```text
//! DELETE /user/tokens/7: 403 Forbidden: 9109 Unauthorized to access requested resource [cf-ray 8f2b7c1d-FRA, 1 attempt]
//! ```
//!
//! # Retries and time limits
//!
//! Reads are retried, by default twice, after a failed or interrupted connection, a truncated body,
//! a timeout, and the statuses 408, 425, 429, 500, 502 to 504, 520 to 527, 529 and 530. Writes are
//! retried only if they were not applied: if no connection was made, or after a 429. Nothing is
//! retried after any other status, a malformed response or a refused certificate. A custom endpoint
//! whose write may be sent twice can declare it [idempotent](Endpoint::is_idempotent). It is then
//! retried like a read.
//!
//! Before a retry, the client waits as long as `Retry-After` says. If it is absent or longer than
//! an hour, the client uses its own backoff: 0.5 s, 1 s, 2 s and so on up to 8 s, times a random
//! factor from 0.5 to 1. If the wait exceeds [`max_retry_wait`](ClientBuilder::max_retry_wait)
//! (default 60 s) or the time left, the call fails at once.
//!
//! | time limit | of what | default |
//! | --- | --- | --- |
//! | [`connect_timeout`](ClientBuilder::connect_timeout) | name resolution, connecting and TLS | 10 s |
//! | [`timeout`](ClientBuilder::timeout) | one attempt with its whole body; for an export, the response head and each read | 60 s |
//! | [`deadline`](ClientBuilder::deadline) | the call with its retries and waits; in a list, each page; not an export's body | 300 s |
//!
//! [`Client::with_timeout`], [`with_deadline`](Client::with_deadline),
//! [`with_max_retries`](Client::with_max_retries) and
//! [`with_max_retry_wait`](Client::with_max_retry_wait) make a client with other limits over the
//! same connections.
//!
//! The default transport verifies the end of a body by its `Content-Length`, chunks, or the trailer
//! of gzip. A read whose body is truncated is retried. If all three are missing, truncated JSON is
//! a decode error and is not retried, and an export that is empty or does not end in a line break
//! is an error. After a failed read, the reader of an export returns an error for each further
//! read.
//!
//! # Rate limits
//!
//! Cloudflare allows 1,200 requests in five minutes for each user, including those of other
//! programs and of the dashboard. Above that, it refuses everything for up to five minutes. A
//! million audit logs take 1,000 requests.
//!
//! [`Client::rate_limit`] returns the last limit that a response stated. Its `reset_in` counts from
//! the call of `rate_limit`.
//!
//! After a 429 with `Retry-After`, or a response that says that no requests remain, the requests of
//! all clones wait until the limit is reset, even with `max_retries(0)`. A request fails at once,
//! without being sent, if its wait is longer than [`max_retry_wait`](ClientBuilder::max_retry_wait)
//! (default 60 s) or than its deadline allows. For its error,
//! [`is_rate_limited`](Error::is_rate_limited) is true, [`retry_after`](Error::retry_after) returns
//! the wait, and [`attempts`](Error::attempts) returns 0. A wait of more than an hour does not hold
//! later requests; `retry_after` still returns it.
//!
//! A program that should wait instead of failing allows longer waits:
//!
//! ```no_run
//! use std::time::Duration;
//! use cloudflare_user::ClientBuilder;
//!
//! let client = ClientBuilder::from_env()?
//!     .max_retry_wait(Duration::from_secs(5 * 60))
//!     .deadline(Duration::from_secs(15 * 60))
//!     .build()?;
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Secrets
//!
//! A new secret is a [`SecretString`] as soon as it is decoded; [`ExposeSecret`] returns its text.
//! No `Debug`, error or log line of this crate shows a new secret or the credential of a client,
//! even if a server returns it.
//!
//! [`CreateToken`] and [`RollToken`] return their secret once. Save it before you do anything else.
//! After an error that [`may_have_been_applied`](Error::may_have_been_applied), save
//! [`Error::body`]: with a 2xx status, it may hold the only copy. It is the JSON of the response,
//! or its start. The secret is its `result.value`, or for a roll its `result`.
//!
//! ```no_run
//! # let client = cloudflare_user::Client::from_env()?;
//! # fn save_secret(_: &str) {}
//! # fn save_response(_: &[u8]) {}
//! use cloudflare_user::ExposeSecret;
//!
//! match client.roll_token("ed17574386854bf78a67040be0a770b0").send() {
//!     Ok(secret) => save_secret(secret.expose_secret()),
//!     Err(error) => {
//!         if error.may_have_been_applied() {
//!             save_response(error.body().unwrap_or_default());
//!         }
//!         // The old secret may no longer work. The text says what to check.
//!         return Err(error);
//!     }
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! The credential is sent to the host of the base URL only: over https, or over http to this
//! machine. [`allow_http`](ClientBuilder::allow_http) permits http to other hosts. Redirects are
//! errors.
//!
//! # Changing tokens
//!
//! The API replaces a token as a whole, so [`Client::update_token`] takes the token that was read
//! and sends back everything that you do not change. This includes unknown fields of the policies,
//! so that a rename cannot give the token more permissions. `Policy::from(&policy)` converts a
//! policy that was read into one for another token, or for a comparison with `==`, which depends on
//! unknown fields and on the order of the permission groups. The docs of [`CreateToken`] and
//! [`UpdateToken`] list the input that is refused.
//!
//! # Logging
//!
//! The crate logs with `log`, under `cloudflare_user`. At `debug` it logs each attempt, each wait
//! for the rate limit, and why a list ended; at `warn`, each retry with the status, the codes or
//! the failure, and the wait. Log lines contain no query, no header except the ray id, no text of a
//! body, and no secret. With `env_logger`, `RUST_LOG=cloudflare_user=debug` shows them.
//!
//! ureq, the HTTP client below this crate, has its own log. At `trace` it contains whole requests
//! and responses, credentials included. If that level is on, the first client with the default
//! transport logs one warning; one with your own agent does not. Keep ureq at `debug`, for both
//! env_logger and tracing's `EnvFilter`: `trace,ureq=debug,ureq_proto=debug`. At `debug`, ureq logs
//! some response headers as they came, such as `server` and `date`, and the first letter of a
//! proxy's user name. A server can put a credential into a header, which is then logged. To exclude
//! headers, use `ureq=info,ureq_proto=info`.
//!
//! # Corporate networks
//!
//! * **Proxy:** a client reads it from the environment once, when it is built, nearly as curl does:
//!   `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, or their upper-case forms. If the
//!   proxy cannot be used, each request fails with [`is_connect`](Error::is_connect), and nothing
//!   is sent. [`UreqTransport`] has the details. SOCKS proxies need the feature `socks-proxy`.
//! * **A company's root certificates:** the feature `platform-verifier` trusts what the operating
//!   system trusts.
//! * **The operating system's TLS** instead of rustls: `default-features = false` with the features
//!   `native-tls` and `gzip`.
//! * **Anything else** is set on your own agent, with `ureq = "3.5"` among your dependencies. The
//!   client still sets the timeouts and follows no redirects. The features of this crate decide
//!   which TLS providers and verifiers an agent can use. An agent keeps its own proxy, which ureq
//!   reads from the environment by its own rules unless you call `proxy`.
//!
//! ```no_run
//! use cloudflare_user::{Client, UreqTransport};
//! use ureq::tls::{Certificate, RootCerts, TlsConfig};
//!
//! let root = Certificate::from_pem(&std::fs::read("company-root.pem")?)?;
//! let agent: ureq::Agent = ureq::Agent::config_builder()
//!     // These certificate roots and no others.
//!     .tls_config(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).build())
//!     // This proxy, whatever the environment says. `None` turns proxies off.
//!     .proxy(Some(ureq::Proxy::new("http://proxy.example.com:3128")?))
//!     .build()
//!     .into();
//! let client = Client::builder().api_token("your-token").transport(UreqTransport::new(agent)).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Custom endpoints
//!
//! Implement [`Endpoint`] for your own struct to call any other endpoint of Cloudflare. The fields
//! of the struct are the query of a GET or DELETE, or the JSON body of a POST, PUT or PATCH. Three
//! items are required: the output, the method and the path. Credentials, retries, errors and
//! pagination work as for the requests of this crate. [`Endpoint`] has examples.
//!
//! A custom endpoint can also wrap a request of this crate and change its output. This one yields
//! the exact bytes of each log, for an archive. Its items have no fields, so their text is their
//! identifier. It needs the feature `raw_value` of `serde_json`:
//!
//! ```no_run
//! use cloudflare_user::{Endpoint, ListAuditLogs, Page, Result, http::Method};
//! use serde_json::value::RawValue;
//! use std::borrow::Cow;
//! # let client = cloudflare_user::Client::from_env()?;
//!
//! #[derive(serde::Serialize)]
//! struct RawAuditLogs(ListAuditLogs);
//!
//! impl Endpoint for RawAuditLogs {
//!     type Output = Page<Box<RawValue>>;
//!     const METHOD: Method = Method::GET;
//!     const MAX_PER_PAGE: Option<u64> = <ListAuditLogs>::MAX_PER_PAGE;
//!     fn path(&self) -> Vec<&str> {
//!         self.0.path()
//!     }
//!     fn validate(&self) -> Result<()> {
//!         self.0.validate()
//!     }
//!     fn item_id(log: &Box<RawValue>) -> Option<Cow<'_, str>> {
//!         Some(log.get().into())
//!     }
//! }
//!
//! for log in client.iter(&RawAuditLogs(ListAuditLogs::new().action_type("login"))) {
//!     println!("{}", log?.get());
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Testing
//!
//! A function from request to response is a [`Transport`], so a test needs neither a socket nor a
//! server:
//!
//! ```
//! use cloudflare_user::{Body, Client, TransportError, http};
//!
//! let client = Client::builder()
//!     .api_token("t")
//!     .max_retries(0) // so that the test does not wait for retries
//!     .transport(|request: http::Request<Vec<u8>>| match (request.method().as_str(), request.uri().path()) {
//!         ("GET", "/client/v4/user/tokens") => Ok(http::Response::new(Body::from(
//!             r#"{"success":true,"result":[{"id":"7"}],"result_info":{"total_pages":1}}"#,
//!         ))),
//!         ("DELETE", _) => Err(TransportError::interrupted("connection reset")),
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
//! * To the query of a list with pages, `iter` and `pages` add `page` and `per_page`, and `send`
//!   adds `per_page`.
//! * A short page ends a list at once if `result_info` says that it is the last, by `total_pages`
//!   or `total_count`. Without them, the client requests another page.
//! * After a 429 with `Retry-After`, the client's next request waits.
//!   `max_retry_wait(Duration::ZERO)` makes it fail.
//!
//! # Recipes
//!
//! ## Exit on a rate limit
//!
//! [Rate limits](#rate-limits) shows a client that waits. A cron job exits instead, and reports
//! when to come back:
//!
//! ```no_run
//! # let client = cloudflare_user::Client::from_env()?;
//! let user = match client.user().send() {
//!     Err(error) if error.is_rate_limited() => {
//!         let wait = error.retry_after().unwrap_or(std::time::Duration::from_secs(300));
//!         eprintln!("try again in {} s", wait.as_secs() + 1);
//!         std::process::exit(75); // a temporary failure, in sysexits.h
//!     }
//!     other => other?,
//! };
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! ## Record items that cannot be decoded
//!
//! [`Error::body`] is the JSON of the item, as the server sent it, which can have line breaks:
//!
//! ```no_run
//! # let client = cloudflare_user::Client::from_env()?;
//! for log in client.audit_logs().iter() {
//!     match log {
//!         Ok(log) => println!("{}", log.id),
//!         Err(error) if error.is_item() => println!("{}", String::from_utf8_lossy(error.body().unwrap_or_default())),
//!         Err(error) => return Err(error),
//!     }
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! ## Use chrono or jiff
//!
//! Types of both crates convert through [`SystemTime`](std::time::SystemTime), in either direction:
//!
//! ```
//! use cloudflare_user::{AuditLog, ListAuditLogs};
//! use std::time::SystemTime;
//!
//! let request = ListAuditLogs::new()
//!     .since(SystemTime::from(chrono::Utc::now() - chrono::TimeDelta::days(1)))
//!     .before(SystemTime::from(jiff::Timestamp::now()));
//!
//! let when = |log: AuditLog| log.when.map(|when| chrono::DateTime::<chrono::Utc>::from(SystemTime::from(when)));
//! ```
//!
//! ## Use anyhow, tracing and clap
//!
//! The text of an [`Error`] is complete, so anyhow's `{:#}` prints nothing twice.
//! `tracing_subscriber` receives the log lines of this crate. A [`DateOrDateTime`] parses from an
//! argument. Setters take and return the request, so an optional argument becomes an optional
//! filter.
//!
//! ```no_run
//! use anyhow::Context;
//! use clap::Parser;
//! use cloudflare_user::{Client, DateOrDateTime};
//! use tracing_subscriber::filter::LevelFilter;
//!
//! #[derive(Parser)]
//! struct Args {
//!     /// The first date or time, such as 2026-11-01 or 2026-11-01T12:00:00Z.
//!     #[arg(long)]
//!     since: Option<DateOrDateTime>,
//! }
//!
//! fn main() -> anyhow::Result<()> {
//!     let args = Args::parse();
//!     tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).init();
//!     let client = Client::from_env().context("no usable credential")?;
//!     let mut request = client.audit_logs();
//!     if let Some(since) = args.since {
//!         request = request.since(since);
//!     }
//!     for log in request.iter() {
//!         println!("{}", log.context("cannot list audit logs")?.id);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Without anyhow, print the error with `eprintln!("error: {error}")` and return an `ExitCode`: a
//! `main` that returns an error prints its `Debug`. The text of an [`Error`] has no control
//! characters. Names and other text of a server may have some, such as escape sequences: print them
//! with [`escape_debug`](str::escape_debug).
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
pub use self::transport::{
    AttemptTimeout, Body, Transport, TransportError, TransportErrorKind, UreqTransport,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
