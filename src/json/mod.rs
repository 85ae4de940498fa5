//! JSON text: split into raw values, and decoded with errors that name the field.

mod explain;
mod split;

pub(crate) use self::explain::{decode, kind};
pub(crate) use self::split::{Malformed, skip_space, skip_value, value_at, walk_array, walk_object};
