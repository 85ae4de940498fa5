//! The modules that the examples share: their own tests, which are beside the code.

#[path = "../examples/common/mod.rs"]
mod common;
#[path = "../examples/demo/mod.rs"]
mod demo;
