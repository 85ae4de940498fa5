//! Finds the secret that a write has created, so that no text shows it.

use std::ops::RangeInclusive;

use crate::json::{fields, text_lossy};

/// The length of a secret. Shorter words are common, and Cloudflare's secrets are not longer.
const SECRETS: RangeInclusive<usize> = 16..=256;

/// Returns the new secret in the response to a write, if there is one.
pub(crate) fn created_secret(body: &[u8]) -> Option<String> {
    let [result] = fields(body, ["result"])?;
    let result = result?;
    let secret = match fields(result, ["value"]) {
        Some([value]) => value?,
        None => result,
    };
    let secret = text_lossy(secret)?;
    SECRETS.contains(&secret.len()).then_some(secret)
}
