use std::net::IpAddr;

use super::policy::{require_effects, require_policies};
use super::{Condition, Policy, Token};
use crate::api::prelude::*;

/// The longest name of a token that Cloudflare documents, in characters.
const MAX_NAME_LENGTH: usize = 120;

/// The fields of a token that creations and updates have in common.
///
/// Fields that were read with a token are sent back or copied unchecked. Fields that the caller sets
/// are validated.
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
    #[serde(skip)]
    sets_name: bool,
    #[serde(skip)]
    sets_policies: bool,
    /// Whether the caller set or cleared `expires_on` or `not_before`.
    #[serde(skip)]
    sets_period: bool,
    #[serde(skip)]
    sets_request_ip_in: bool,
    #[serde(skip)]
    sets_request_ip_not_in: bool,
}

impl From<&Token> for TokenFields {
    fn from(token: &Token) -> Self {
        Self {
            name: token.name.clone(),
            policies: token.policies.iter().map(Policy::from).collect(),
            expires_on: token.expires_on.map(whole_second),
            not_before: token.not_before.map(whole_second),
            condition: token.condition.clone(),
            sets_name: false,
            sets_policies: false,
            sets_period: false,
            sets_request_ip_in: false,
            sets_request_ip_not_in: false,
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
        self.sets_name = true;
    }

    pub(super) fn set_policies(&mut self, policies: impl IntoIterator<Item = Policy>) {
        self.policies = policies.into_iter().collect();
        self.sets_policies = true;
    }

    pub(super) fn set_expires_on(&mut self, instant: Option<OffsetDateTime>) {
        self.expires_on = instant.map(whole_second);
        self.sets_period = true;
    }

    pub(super) fn set_not_before(&mut self, instant: Option<OffsetDateTime>) {
        self.not_before = instant.map(whole_second);
        self.sets_period = true;
    }

    pub(super) fn set_request_ip_in<R: Into<String>>(
        &mut self,
        ranges: impl IntoIterator<Item = R>,
    ) {
        let ranges = ranges.into_iter().map(Into::into).collect();
        self.condition.replace_in(ranges);
        self.sets_request_ip_in = true;
    }

    pub(super) fn clear_request_ip_in(&mut self) {
        self.condition.replace_in(Vec::new());
        self.sets_request_ip_in = false;
    }

    pub(super) fn set_request_ip_not_in<R: Into<String>>(
        &mut self,
        ranges: impl IntoIterator<Item = R>,
    ) {
        let ranges = ranges.into_iter().map(Into::into).collect();
        self.condition.replace_not_in(ranges);
        self.sets_request_ip_not_in = true;
    }

    pub(super) fn clear_request_ip_not_in(&mut self) {
        self.condition.replace_not_in(Vec::new());
        self.sets_request_ip_not_in = false;
    }

    pub(super) fn validate(&self) -> Result<()> {
        if self.sets_name {
            require_name(self.name())?;
        }
        if self.sets_policies {
            require_policies(&self.policies)?;
        } else {
            require_effects(&self.policies)?;
        }
        self.validate_period()?;
        if self.sets_request_ip_in {
            require_ranges("request_ip_in", &self.condition.request_ip.in_)?;
        }
        if self.sets_request_ip_not_in {
            require_ranges("request_ip_not_in", &self.condition.request_ip.not_in)?;
        }
        Ok(())
    }

    fn validate_period(&self) -> Result<()> {
        if let Some(expires_on) = self.expires_on {
            expires_on.check("expires_on")?;
        }
        if let Some(not_before) = self.not_before {
            not_before.check("not_before")?;
        }
        if self.sets_period
            && let Some(expires_on) = self.expires_on
            && let Some(not_before) = self.not_before
            && expires_on.instant() <= not_before.instant()
        {
            let reason = format!("({expires_on}) is not later than `not_before` ({not_before})");
            return Err(Error::invalid_request("expires_on", reason));
        }
        Ok(())
    }
}

/// Rounds an instant down to a whole second, because Cloudflare documents no fractions in requests.
fn whole_second(instant: OffsetDateTime) -> DateOrDateTime {
    instant.replace_nanosecond(0).unwrap_or(instant).into()
}

fn require_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid_request("name", "is empty"));
    }
    let length = name.chars().count();
    if length > MAX_NAME_LENGTH {
        let reason = format!("has {length} characters: at most {MAX_NAME_LENGTH} are allowed");
        return Err(Error::invalid_request("name", reason));
    }
    Ok(())
}

fn require_ranges(parameter: &str, ranges: &[String]) -> Result<()> {
    if ranges.is_empty() {
        let reason = format!(
            "is an empty list, which would restrict nothing: leave it out, or call \
             `.clear_{parameter}()`"
        );
        return Err(Error::invalid_request(parameter.to_owned(), reason));
    }
    for (index, range) in ranges.iter().enumerate() {
        if !is_range(range) {
            return Err(Error::invalid_request(
                format!("{parameter}[{index}]"),
                "is neither an IP address nor a range in CIDR notation, such as 203.0.113.0/24",
            ));
        }
    }
    Ok(())
}

/// Whether `text` is an IP address, with or without a prefix length. Bits after the prefix are
/// allowed, because the API returns such ranges.
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
    match prefix {
        Some(prefix) => is_prefix_length(prefix, longest),
        None => true,
    }
}

fn is_prefix_length(text: &str, longest: u8) -> bool {
    // `parse` accepts a sign.
    let has_digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    has_digits_only && text.parse::<u8>().is_ok_and(|length| length <= longest)
}
