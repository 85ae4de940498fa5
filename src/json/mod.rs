//! Splits JSON text into raw values, and decodes values with errors that name the field. Reads no
//! envelope.

mod error;
mod explain;
mod fields;
mod lossy;
mod memory;
mod number;
mod path;
mod split;

pub(crate) use self::explain::{Undecodable, decode, kind, try_decode, utf8};
pub(crate) use self::fields::{fields, only_field};
pub(crate) use self::lossy::text_lossy;
pub(crate) use self::memory::{Budget, fits, memory_of_field};
pub(crate) use self::number::whole_number;
pub(crate) use self::split::{
    BYTE_ORDER_MARK, Malformed, is_blank, skip_space, skip_value, value_at, value_end, walk_array,
    walk_object, without_byte_order_mark,
};
