//! Splits JSON text into raw values, and decodes values with errors that name the field. Reads no
//! envelope.

mod explain;
mod path;
mod split;

pub(crate) use self::explain::{Undecodable, decode, kind};
pub(crate) use self::split::{
    BYTE_ORDER_MARK, Malformed, skip_space, skip_value, value_at, value_end, walk_array,
    walk_object,
};
