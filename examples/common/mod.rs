//! What several scripts need. Each module has one job, and tests that run with `cargo test --test
//! example_common`.

// Each script uses a part of it.
#![allow(dead_code)]

pub(crate) mod actions;
pub(crate) mod alerts;
pub(crate) mod api;
pub(crate) mod append;
pub(crate) mod audit_filters;
pub(crate) mod csv_rows;
pub(crate) mod failure;
pub(crate) mod file_id;
pub(crate) mod found;
pub(crate) mod ip_ranges;
pub(crate) mod job;
pub(crate) mod log_line;
pub(crate) mod logger;
pub(crate) mod print;
pub(crate) mod private_file;
pub(crate) mod raw_audit_logs;
pub(crate) mod replace;
pub(crate) mod secret_file;
pub(crate) mod state;
pub(crate) mod stop;
pub(crate) mod times;
pub(crate) mod token_text;
