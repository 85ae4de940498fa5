//! The operations: a folder for each resource, with a file for each endpoint.
//!
//! To add an operation, write:
//!
//! 1. in the folder of its resource, a file with a struct of the parameters (path parameters with
//!    `#[serde(skip)]`), `impl Endpoint`, `parameters!` and `terminals!`; the type of the response
//!    goes into `model.rs`, in `model!`;
//! 2. in the `mod.rs` of the folder, `mod`, `pub use`, and the method of `Client`;
//! 3. in `tests/common/requests.rs`, a line in the list of all requests; in `tests/fixtures`, the
//!    documented response;
//! 4. a line in README's table of operations and one in the changelog.
//!
//! A test fails if one of the first three, or the line in README, is missing.

pub(crate) mod amount;
pub(crate) mod audit_logs;
pub(crate) mod billing;
pub(crate) mod date;
pub(crate) mod deleted;
pub(crate) mod invites;
pub(crate) mod model;
pub(crate) mod order;
pub(crate) mod organizations;
mod prelude;
pub(crate) mod request;
pub(crate) mod subscriptions;
pub(crate) mod tokens;
pub(crate) mod user;
