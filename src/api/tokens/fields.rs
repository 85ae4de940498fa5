use std::net::IpAddr;

use serde::Serialize;
use time::OffsetDateTime;

use super::{Condition, Token};
use crate::api::date::{self, DateOrDateTime};
use crate::api::model::is_default;
use crate::error::{Error, Result};

/// When and from where a token may be used: the part that creations and updates have in common.
///
/// What was read with a token goes back as it was read. Only what the caller sets is validated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Restrictions {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "date::whole_seconds")]
    expires_on: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "date::whole_seconds")]
    not_before: Option<OffsetDateTime>,
    // An empty condition would lock everybody out.
    #[serde(skip_serializing_if = "is_default")]
    condition: Condition,
    #[serde(skip)]
    sets_period: bool,
    #[serde(skip)]
    sets_in: bool,
    #[serde(skip)]
    sets_not_in: bool,
}

impl From<&Token> for Restrictions {
    fn from(token: &Token) -> Self {
        Self {
            expires_on: token.expires_on,
            not_before: token.not_before,
            condition: token.condition.clone(),
            ..Self::default()
        }
    }
}

impl Restrictions {
    pub(super) fn expires_on(&mut self, instant: Option<OffsetDateTime>) {
        self.expires_on = instant;
        self.sets_period = true;
    }

    pub(super) fn not_before(&mut self, instant: Option<OffsetDateTime>) {
        self.not_before = instant;
        self.sets_period = true;
    }

    pub(super) fn request_ip_in<R: Into<String>>(&mut self, ranges: impl IntoIterator<Item = R>) {
        self.condition.replace("in").in_ = ranges.into_iter().map(Into::into).collect();
        self.sets_in = true;
    }

    pub(super) fn clear_request_ip_in(&mut self) {
        self.condition.replace("in").in_.clear();
        self.sets_in = false;
    }

    pub(super) fn request_ip_not_in<R: Into<String>>(&mut self, ranges: impl IntoIterator<Item = R>) {
        self.condition.replace("not_in").not_in = ranges.into_iter().map(Into::into).collect();
        self.sets_not_in = true;
    }

    pub(super) fn clear_request_ip_not_in(&mut self) {
        self.condition.replace("not_in").not_in.clear();
        self.sets_not_in = false;
    }

    pub(super) fn validate(&self) -> Result<()> {
        for (parameter, instant) in [("expires_on", self.expires_on), ("not_before", self.not_before)] {
            instant.map_or(Ok(()), |instant| DateOrDateTime::from(instant).check(parameter))?;
        }
        if self.sets_period
            && let (Some(expires_on), Some(not_before)) = (self.expires_on, self.not_before)
            // Fractions of a second are not sent.
            && expires_on.unix_timestamp() <= not_before.unix_timestamp()
        {
            let reason = "is not later than `not_before`: the token would never be valid";
            return Err(Error::invalid_request("expires_on", reason));
        }
        let request_ip = &self.condition.request_ip;
        if self.sets_in {
            require_ranges("request_ip_in", &request_ip.in_)?;
        }
        if self.sets_not_in {
            require_ranges("request_ip_not_in", &request_ip.not_in)?;
        }
        Ok(())
    }
}

fn require_ranges(parameter: &str, ranges: &[String]) -> Result<()> {
    if ranges.is_empty() {
        let reason = format!(
            "is an empty list, which would restrict nothing: \
             leave it out, or call `.clear_{parameter}()` on an update"
        );
        return Err(Error::invalid_request(parameter.to_owned(), reason));
    }
    match ranges.iter().position(|range| !is_range(range)) {
        Some(index) => Err(Error::invalid_request(
            format!("{parameter}[{index}]"),
            "is neither an IP address nor a range in CIDR notation, such as 203.0.113.0/24",
        )),
        None => Ok(()),
    }
}

/// Whether `text` is an IP address, or one with a prefix length. Bits after the prefix are allowed: the API returns
/// such ranges itself.
fn is_range(text: &str) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    prefix.is_none_or(|prefix| {
        // `parse` would take a sign.
        prefix.bytes().all(|byte| byte.is_ascii_digit()) && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= longest)
    })
}

#[cfg(test)]
mod tests {
    use super::is_range;

    #[test]
    fn addresses_and_ranges_are_told_from_anything_else() {
        for range in ["203.0.113.7", "203.0.113.7/24", "0.0.0.0/0", "10.0.0.1/32", "::1", "::/0", "2001:db8::1/128"] {
            assert!(is_range(range), "{range}");
        }
        for other in [
            "",
            " ",
            "my house",
            "203.0.113.0/99",
            "203.0.113.0/33",
            "203.0.113.0/",
            "203.0.113.0/+8",
            "203.0.113.0/-1",
            "203.0.113.0/8/8",
            "203.0.113",
            "203.0.113.256",
            " 203.0.113.7",
            "203.0.113.7\n",
            "203.0.113.0/255.255.255.0",
            "::/129",
            "::1%eth0",
            "example.com",
            "203.0.113.1-203.0.113.9",
            "203.0.113.7,203.0.113.8",
        ] {
            assert!(!is_range(other), "{other}");
        }
    }
}
