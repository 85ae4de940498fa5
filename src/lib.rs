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
//! # Requests
//!
//! Each operation is a request: a struct with a setter for each optional parameter. A method of [`Client`] makes its
//! bound form, which has `send` and, for a listing, `iter` and `pages`. `new` makes the detached form, plain data to be
//! kept, compared and sent with [`Client::send`], [`Client::iter`] and [`Client::pages`]:
//!
//! ```
//! use cloudflare_user::ListTokens;
//! # use cloudflare_user::{Body, Client, http};
//! # let answer = r#"{"success":true,"result":[{"id":"7","name":"ci"}],"result_info":{"total_pages":1,"per_page":50}}"#;
//! # let client = Client::builder().api_token("t")
//! #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
//!
//! let request = ListTokens::new().include_expired(true);
//! for token in client.iter(&request) {
//!     println!("{}", token?.name.unwrap_or_default());
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Listings
//!
//! [`Iter`] hands out every item of every page, and fetches a page when it is needed, the largest that the API serves.
//! An item that cannot be decoded is an `Err` of its own ([`is_item`](Error::is_item)), and the next ones still come.
//! After any other error [`Iter::next_page`] names the page to go on from:
//!
//! ```
//! # use cloudflare_user::{Body, Client, http};
//! # let answer = r#"{"success":true,"result":[{"id":"7"}]}"#;
//! # let client = Client::builder().api_token("t")
//! #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
//! let mut logs = client.audit_logs().page(1).iter();
//! while let Some(log) = logs.next() {
//!     match log {
//!         Ok(log) => println!("{}", log.id),
//!         Err(error) if error.is_item() => eprintln!("{error}"),
//!         Err(error) => {
//!             eprintln!("{error}; go on with .page({})", logs.next_page());
//!             break;
//!         }
//!     }
//! }
//! # Ok::<(), cloudflare_user::Error>(())
//! ```
//!
//! # Errors
//!
//! [`Error`] is by who failed: the caller, the network, Cloudflare, or an answer that cannot be understood. Its text
//! names the method, the path, the status, Cloudflare's codes and messages, the ray id and the number of attempts; its
//! methods answer what a program asks. After a write whose answer was lost,
//! [`may_have_been_applied`](Error::may_have_been_applied) says so: look before you send it again.
//!
//! # Repeats
//!
//! A read is sent again, twice unless set otherwise, after a connection that failed or broke, a timeout, and the
//! statuses 408, 425, 429, 500, 502 to 504, 520 to 527, 529 and 530. A write is sent again only where it surely did not
//! happen: if no connection was made, or after a 429. `Retry-After` is obeyed if it fits in
//! [`max_retry_wait`](ClientBuilder::max_retry_wait) and in the [`deadline`](ClientBuilder::deadline); if it does not,
//! the error comes at once, and [`retry_after`](Error::retry_after) says how long to wait.
//!
//! # Secrets
//!
//! Secrets are [`SecretString`]s from the moment they are decoded. No `Debug`, no error and no log line shows one, nor
//! the credential of a client, also where a server repeats it. [`Error::body`] alone gives the bytes as they came.
//! ureq's own log at its `trace` level would hold whole heads and bodies. The feature `no-trace-logs`, on by default,
//! compiles that level out of the whole program; without it, keep `ureq` and `ureq_proto` at `debug`.
//!
//! # Other endpoints and other transports
//!
//! [`Endpoint`] makes any other endpoint of Cloudflare's a dozen lines of your own, with the same credentials, repeats,
//! errors and pagination. [`Transport`] replaces ureq, in tests by a function.
//!
//! # Where it stops
//!
//! At the operations below `/user`, for which [`Endpoint`] is the way out; at HTTP/1.1; and at blocking calls. It works
//! inside a thread of an async runtime, and blocks that thread.
//!
//! [User API]: https://developers.cloudflare.com/api/resources/user/

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod amount;
mod audit_logs;
mod auth;
mod billing;
mod builder;
mod cancel;
mod client;
mod date;
mod deleted;
mod encode;
mod endpoint;
mod envelope;
mod error;
mod field;
mod invites;
mod json;
mod model;
mod order;
mod organizations;
mod page;
mod redact;
mod request;
mod retry;
mod subscriptions;
mod tokens;
mod transport;
mod user;

#[doc(no_inline)]
pub use http;
#[doc(no_inline)]
pub use secrecy::{ExposeSecret, SecretString};

pub use self::amount::Amount;
pub use self::audit_logs::*;
pub use self::billing::*;
pub use self::builder::ClientBuilder;
pub use self::client::Client;
pub use self::date::DateOrDateTime;
pub use self::deleted::Deleted;
pub use self::endpoint::Endpoint;
pub use self::envelope::Output;
pub use self::error::{ApiError, Error, Exchange, InvalidRequest, Result};
pub use self::invites::*;
pub use self::order::{Direction, Match};
pub use self::organizations::*;
pub use self::page::{Iter, Page, PageInfo, Pages};
pub use self::request::Detached;
pub use self::retry::RateLimit;
pub use self::subscriptions::*;
pub use self::tokens::*;
pub use self::transport::{
    AttemptTimeout, Body, Transport, TransportError, TransportErrorKind, UreqTransport,
};
pub use self::user::*;

/// The examples of the README, which are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
