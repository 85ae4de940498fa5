use std::collections::BTreeSet;
use std::net::IpAddr;

use super::policy::{require_effects, require_policies};
use super::{Condition, Policy, Token};
use crate::api::prelude::*;

/// The fields of a token that creations and updates have in common.
///
/// Fields that were read with a token are sent back unchecked. Fields that the caller sets are
/// validated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct TokenFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    policies: Vec<Policy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<DateOrDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<DateOrDateTime>,
    // With an empty condition, the API refuses every address.
    #[serde(skip_serializing_if = "is_default")]
    condition: Condition,
    /// What the caller set: `name`, `policies`, `period` (`expires_on` or `not_before`), `in` and
    /// `not_in`.
    #[serde(skip)]
    set: BTreeSet<&'static str>,
}

impl From<&Token> for TokenFields {
    fn from(token: &Token) -> Self {
        Self {
            name: token.name.clone(),
            policies: token.policies.iter().map(Policy::from).collect(),
            expires_on: token.expires_on.map(whole_second),
            not_before: token.not_before.map(whole_second),
            condition: token.condition.clone(),
            set: BTreeSet::new(),
        }
    }
}

impl TokenFields {
    pub(super) fn new(name: impl Into<String>, policies: impl IntoIterator<Item = Policy>) -> Self {
        let mut fields = Self::from(&Token::default());
        fields.set_name(name);
        fields.set_policies(policies);
        fields
    }

    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    pub(super) fn set_name(&mut self, name: impl Into<String>) {
        self.name = Some(name.into());
        self.set.insert("name");
    }

    pub(super) fn set_policies(&mut self, policies: impl IntoIterator<Item = Policy>) {
        self.policies = policies.into_iter().collect();
        self.set.insert("policies");
    }

    pub(super) fn set_expires_on(&mut self, instant: Option<OffsetDateTime>) {
        self.expires_on = instant.map(whole_second);
        self.set.insert("period");
    }

    pub(super) fn set_not_before(&mut self, instant: Option<OffsetDateTime>) {
        self.not_before = instant.map(whole_second);
        self.set.insert("period");
    }

    /// Sets one side of the client addresses, `in` or `not_in`.
    pub(super) fn set_request_ip<R: Into<String>>(
        &mut self,
        side: &'static str,
        ranges: impl IntoIterator<Item = R>,
    ) {
        *self.condition.side_mut(side) = ranges.into_iter().map(Into::into).collect();
        self.set.insert(side);
    }

    pub(super) fn clear_request_ip(&mut self, side: &'static str) {
        self.condition.side_mut(side).clear();
        self.set.remove(side);
    }

    pub(super) fn validate(&self) -> Result<()> {
        if self.set.contains("name") {
            require_name(self.name())?;
        }
        if self.set.contains("policies") {
            require_policies(&self.policies)?;
        } else {
            require_effects(&self.policies)?;
        }
        self.expires_on
            .map_or(Ok(()), |instant| instant.check("expires_on"))?;
        self.not_before
            .map_or(Ok(()), |instant| instant.check("not_before"))?;
        if self.set.contains("period")
            && let (Some(expires_on), Some(not_before)) = (self.expires_on, self.not_before)
            && expires_on.instant() <= not_before.instant()
        {
            let reason = format!("({expires_on}) is not later than `not_before` ({not_before})");
            return Err(Error::invalid_request("expires_on", reason));
        }
        let request_ip = &self.condition.request_ip;
        for (side, ranges) in [("in", &request_ip.in_), ("not_in", &request_ip.not_in)] {
            if self.set.contains(side) {
                require_ranges(&format!("request_ip_{side}"), ranges)?;
            }
        }
        Ok(())
    }
}

/// Writes the setters that creations and updates have in common.
macro_rules! restriction_setters {
    ($request:ident) => {
        impl<C> $request<C> {
            /// Sets when the token expires, to the second. Without an expiry, a token never
            /// expires.
            pub fn expires_on(mut self, instant: OffsetDateTime) -> Self {
                self.fields.set_expires_on(Some(instant));
                self
            }

            /// Sets when the token becomes valid, to the second. Without a start, a token is valid
            /// at once.
            ///
            /// Clocks differ: the current time of this machine may be in the future for the server.
            pub fn not_before(mut self, instant: OffsetDateTime) -> Self {
                self.fields.set_not_before(Some(instant));
                self
            }

            /// Allows only these client addresses to use the token: IP addresses, and ranges in
            /// CIDR notation.
            ///
            /// An empty list is refused before sending, because it would restrict nothing.
            pub fn request_ip_in<R: Into<String>>(
                mut self,
                ranges: impl IntoIterator<Item = R>,
            ) -> Self {
                self.fields.set_request_ip("in", ranges);
                self
            }

            /// Prevents these client addresses from using the token: IP addresses, and ranges in
            /// CIDR notation.
            ///
            /// An empty list is refused before sending, because it would restrict nothing.
            pub fn request_ip_not_in<R: Into<String>>(
                mut self,
                ranges: impl IntoIterator<Item = R>,
            ) -> Self {
                self.fields.set_request_ip("not_in", ranges);
                self
            }
        }
    };
}

pub(super) use restriction_setters;

/// Rounds an instant down to a whole second, because Cloudflare documents no fractions in requests.
fn whole_second(instant: OffsetDateTime) -> DateOrDateTime {
    instant.replace_nanosecond(0).unwrap_or(instant).into()
}

fn require_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid_request("name", "is empty"));
    }
    match name.chars().count() {
        ..=120 => Ok(()),
        length => Err(Error::invalid_request(
            "name",
            format!("has {length} characters: at most 120 are allowed"),
        )),
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

/// Whether `text` is an IP address, with or without a prefix length. Bits after the prefix are
/// allowed, because the API returns such ranges.
fn is_range(text: &str) -> bool {
    let (address, prefix) = text
        .split_once('/')
        .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    prefix.is_none_or(|prefix| {
        // `parse` accepts a sign.
        prefix.bytes().all(|byte| byte.is_ascii_digit())
            && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= longest)
    })
}
