//! JSON text: split into raw values, and explained where a value does not decode.

mod explain;
mod split;

pub(crate) use self::explain::{explain, kind};
pub(crate) use self::split::{Malformed, skip_space, value_at, walk_array, walk_object};
