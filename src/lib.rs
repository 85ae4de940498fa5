#![doc = include_str!("guide.md")]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod api;
mod auth;
mod call;
mod cancel;
mod client;
mod debug_model;
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
pub use self::auth::IntoSecret;
pub use self::cancel::Cancel;
pub use self::client::{Client, ClientBuilder, RateLimit};
pub use self::endpoint::Endpoint;
pub use self::envelope::Output;
pub use self::error::{ApiError, Error, ErrorKind, Result};
pub use self::page::{Page, PageInfo};
pub use self::pagination::{Iter, Pages};
pub use self::transport::{
    AttemptOptions, Body, Transport, TransportError, TransportErrorKind, UreqTransport,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
