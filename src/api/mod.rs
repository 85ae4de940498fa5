//! The operations: one folder a resource, one file an endpoint.
//!
//! To add an operation, write:
//!
//! 1. a file in the folder of its resource: a struct with the parameters (path parameters with `#[serde(skip)]`), its
//!    setters, `impl Endpoint`, and one line each of `constructors!` and `terminals!`; what it returns goes into
//!    `model.rs`;
//! 2. in the `mod.rs` of the folder: `mod`, `pub use`, and the method of `Client`;
//! 3. a line in the list of all requests, `tests/common/requests.rs`, with the documented response in `tests/fixtures`;
//! 4. a line in README's table of operations and in the changelog.
//!
//! A test fails if one of these is missing.

pub(crate) mod amount;
pub(crate) mod audit_logs;
pub(crate) mod billing;
pub(crate) mod date;
pub(crate) mod deleted;
pub(crate) mod invites;
pub(crate) mod model;
pub(crate) mod order;
pub(crate) mod organizations;
pub(crate) mod request;
pub(crate) mod subscriptions;
pub(crate) mod tokens;
pub(crate) mod user;
