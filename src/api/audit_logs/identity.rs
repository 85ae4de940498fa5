//! Decides which logs are the same, by their identities. A cursor remembers those of the logs that
//! were yielded.
//!
//! An identity depends on what was sent and on nothing else, because features of serde_json and
//! later versions of the model decode some logs differently. Saved cursors hold identities, so the
//! rules must not change.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};

use crate::json;

/// The longest `id` that is an identity, in bytes. Cloudflare's have 36.
const LONGEST_ID: usize = 256;

/// Returns the identity of a log: its `id`, or a hash of its JSON if it has none or more than one.
pub(super) fn identity(json: &[u8]) -> String {
    let id = json::only_field(json, "id");
    id.and_then(identity_of_id).unwrap_or_else(|| hash(json))
}

/// Returns the identity of a log with this raw `id`; `None` if it is not usable.
fn identity_of_id(id: &[u8]) -> Option<String> {
    if id.starts_with(b"\"") {
        let text = deserialize(&mut serde_json::Deserializer::from_slice(id)).ok()?;
        return (!text.is_empty()).then_some(text);
    }
    let number = str::from_utf8(id).ok()?;
    is_integer(number).then(|| shortened(number))
}

/// Whether a number in JSON has no fraction and no exponent.
fn is_integer(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Returns a hash of a long `id`, because its log and the cursor have copies of it.
fn shortened(id: &str) -> String {
    if id.len() <= LONGEST_ID {
        id.to_owned()
    } else {
        hash(id.as_bytes())
    }
}

/// Reads the `id` of a log, or the identity of a saved cursor, which may be a long `id`.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    deserializer.deserialize_str(IdVisitor)
}

/// Shortens the text that it visits, so that a long one is not copied.
struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(shortened(text))
    }
}

/// Hashes with FNV-1a, because the hashes of the standard library may change.
fn hash(bytes: &[u8]) -> String {
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash = START;
    for byte in bytes {
        hash = (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
    }
    format!("hash:{hash:032x}")
}
