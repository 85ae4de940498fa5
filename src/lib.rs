//! A blocking SDK for Cloudflare's User API.

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
