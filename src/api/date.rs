//! Dates and times in requests and responses.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::SystemTime;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

use crate::api::invalid_text::invalid_text;
use crate::error::{Error, Result};

/// A date or an instant.
///
/// It parses from text, for example as an argument of `clap`, and deserializes from it, for example
/// in a settings file. It converts from [`time::Date`], [`time::OffsetDateTime`], and
/// [`SystemTime`], to which the types of chrono and jiff convert.
///
/// ```
/// use cloudflare_user::{DateOrDateTime, ListAuditLogs};
///
/// let since: DateOrDateTime = "2026-11-01".parse()?;
/// let before: DateOrDateTime = "2026-11-08T12:30:00+01:00".parse()?;
/// let request = ListAuditLogs::new().since(since).before(before);
/// assert_eq!(format!("{since} to {before}"), "2026-11-01 to 2026-11-08T11:30:00Z");
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrDateTime {
    /// A date, sent as `2026-11-01`.
    Date(Date),
    /// An instant, sent in UTC as `2026-11-01T12:30:00Z`, with the fraction of a second if there is
    /// one.
    DateTime(OffsetDateTime),
}

/// The years that RFC 3339 can represent.
const YEARS: RangeInclusive<i32> = 0..=9999;

impl DateOrDateTime {
    /// Refuses years that RFC 3339 cannot represent.
    pub(crate) fn check(self, parameter: &'static str) -> Result<()> {
        let is_representable = match self {
            Self::Date(date) => YEARS.contains(&date.year()),
            Self::DateTime(instant) => utc(instant).is_some(),
        };
        if !is_representable {
            return Err(Error::invalid_request(
                parameter,
                "is outside the years 0 to 9999",
            ));
        }
        Ok(())
    }

    /// Returns the instant. A date means midnight UTC, as in the API.
    pub fn instant(self) -> OffsetDateTime {
        match self {
            Self::Date(date) => date.midnight().assume_utc(),
            Self::DateTime(instant) => instant,
        }
    }
}

impl From<Date> for DateOrDateTime {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<OffsetDateTime> for DateOrDateTime {
    fn from(instant: OffsetDateTime) -> Self {
        Self::DateTime(instant)
    }
}

/// Saturates at the first and the last instant that [`time`] can represent.
impl From<SystemTime> for DateOrDateTime {
    fn from(time: SystemTime) -> Self {
        let epoch = OffsetDateTime::UNIX_EPOCH;
        let instant = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => epoch.saturating_add(saturated(after)),
            Err(before) => epoch.saturating_sub(saturated(before.duration())),
        };
        Self::DateTime(instant)
    }
}

fn saturated(duration: std::time::Duration) -> Duration {
    Duration::try_from(duration).unwrap_or(Duration::MAX)
}

/// Parses a date or a date-time as in RFC 3339. A date-time needs an offset, such as `Z` or
/// `+01:00`.
impl FromStr for DateOrDateTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_exactly(text).ok_or_else(|| {
            invalid_text(
                text,
                "is neither a date, such as 2026-11-01, nor a date and time with an offset, such \
                 as 2026-11-01T12:30:00Z",
            )
        })
    }
}

fn parse_exactly(text: &str) -> Option<DateOrDateTime> {
    match text.as_bytes().get(DATE_LENGTH) {
        None => {
            let midnight = OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok()?;
            Some(DateOrDateTime::Date(midnight.date()))
        }
        // `time` accepts any byte between date and time.
        Some(b'T' | b't' | b' ') => {
            let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
            Some(DateOrDateTime::DateTime(instant))
        }
        Some(_) => None,
    }
}

/// The length of `2026-11-01`.
const DATE_LENGTH: usize = 10;

/// Writes the text that is sent: a date as `2026-11-01`, an instant in UTC as
/// `2026-11-01T12:30:00Z`.
impl fmt::Display for DateOrDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::DateTime(instant) => {
                if let Some(utc) = utc(*instant)
                    && let Ok(text) = format(utc)
                {
                    return f.pad(&text);
                }
                // RFC 3339 cannot represent it, and `check` refuses it before sending.
                instant.fmt(f)
            }
        }
    }
}

/// Writes the text that is sent.
impl Serialize for DateOrDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads what [`FromStr`] parses.
impl<'de> Deserialize<'de> for DateOrDateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = DateOrDateTime;

    // A date of TOML is not text, unless it has quotation marks.
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date or a date and time in quotation marks, such as \"2026-11-01\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<DateOrDateTime, E> {
        text.parse().map_err(E::custom)
    }
}

/// Instants in saved cursors, in RFC 3339.
pub(crate) mod instant {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::{Serialize, Serializer};
    use time::OffsetDateTime;

    pub(crate) fn serialize<S: Serializer>(
        instant: &OffsetDateTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        super::format(*instant)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<OffsetDateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse(&text).ok_or_else(|| D::Error::custom("expected a time as in RFC 3339"))
    }
}

/// Formats an instant as in RFC 3339.
pub(crate) fn format(instant: OffsetDateTime) -> Result<String, time::error::Format> {
    instant.format(&Rfc3339)
}

/// Converts an instant to UTC, if RFC 3339 can represent it.
fn utc(instant: OffsetDateTime) -> Option<OffsetDateTime> {
    instant
        .checked_to_offset(UtcOffset::UTC)
        .filter(|utc| YEARS.contains(&utc.year()))
}

/// Parses a time of a response. Beyond RFC 3339, the API has sent a date without a time, which
/// means midnight UTC, an offset without a colon or without minutes, and no offset, which means
/// UTC.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    if let Ok(instant) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(instant);
    }
    OffsetDateTime::parse(&completed(text), &Rfc3339).ok()
}

/// Adds the parts that RFC 3339 requires and `text` lacks.
fn completed(text: &str) -> String {
    let Some((_, time)) = text.split_at_checked(DATE_LENGTH) else {
        return text.to_owned();
    };
    if time.is_empty() {
        return format!("{text}T00:00:00Z");
    }
    let Some(offset_start) = time.find(['+', '-']) else {
        return format!("{text}Z");
    };
    let offset = &time[offset_start..];
    match offset.len() {
        // `+05`
        3 => format!("{text}:00"),
        // `+0530`
        5 => match text.split_at_checked(text.len() - 2) {
            Some((rest, minutes)) => format!("{rest}:{minutes}"),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}
