//! The operations: a folder for each resource, with a file for each endpoint.
//!
//! `CONTRIBUTING.md` says how to add an operation.

pub(crate) mod amount;
pub(crate) mod audit_logs;
pub(crate) mod billing;
pub(crate) mod date;
pub(crate) mod deleted;
mod invalid_text;
pub(crate) mod invites;
pub(crate) mod model;
pub(crate) mod order;
pub(crate) mod organizations;
mod owner;
mod prelude;
pub(crate) mod request;
pub(crate) mod subscriptions;
pub(crate) mod tokens;
pub(crate) mod user;
