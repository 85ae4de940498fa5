//! Finds the secret that a write has created, so that no text shows it.

use std::ops::RangeInclusive;

use super::fields::fields;

/// The length of a secret. Shorter words are common, and Cloudflare's secrets are not longer.
const SECRETS: RangeInclusive<usize> = 16..=256;

/// Returns the new secret in the response to a write, if there is one.
pub(crate) fn created_secret(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let [result] = fields(&text, ["result"])?;
    let result = result?;
    let secret = match fields(result, ["value"]) {
        Some([value]) => value?,
        None => result,
    };
    let secret: String = serde_json::from_str(secret).ok()?;
    SECRETS.contains(&secret.len()).then_some(secret)
}
