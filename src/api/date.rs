//! Dates and times as the API writes and reads them.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

use crate::error::{Error, Result};

/// A date or an instant.
///
/// Make it from a [`time::Date`] or a [`time::OffsetDateTime`]:
///
/// ```
/// use cloudflare_user::ListAuditLogs;
/// use time::macros::{date, datetime};
///
/// let november = ListAuditLogs::new().since(date!(2026-11-01)).before(datetime!(2026-12-01 0:00 UTC));
/// ```
///
/// or parse it, for example from the command line. It is an argument of `clap` as it is:
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
///
/// or make it from a [`SystemTime`], to which the types of chrono and jiff convert:
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use cloudflare_user::ListAuditLogs;
///
/// let last_hour = ListAuditLogs::new().since(SystemTime::now() - Duration::from_secs(3600));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrDateTime {
    /// A date, sent as `2026-11-01`.
    Date(Date),
    /// An instant, sent in UTC as `2026-11-01T12:30:00Z`.
    DateTime(OffsetDateTime),
}

impl DateOrDateTime {
    /// Refuses years that RFC 3339 cannot represent.
    pub(crate) fn check(self, parameter: &'static str) -> Result<()> {
        match self {
            Self::Date(date) if (0..=9999).contains(&date.year()) => Ok(()),
            Self::DateTime(instant) if utc(instant).is_some() => Ok(()),
            _ => Err(Error::invalid_request(parameter, "is outside the years 0 to 9999")),
        }
    }

    /// The instant that the API takes it for.
    pub(crate) fn instant(self) -> OffsetDateTime {
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
        let saturated = |duration: std::time::Duration| duration.try_into().unwrap_or(Duration::MAX);
        let epoch = OffsetDateTime::UNIX_EPOCH;
        Self::DateTime(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => epoch.saturating_add(saturated(after)),
            Err(before) => epoch.saturating_sub(saturated(before.duration())),
        })
    }
}

/// Parses a date or a date-time as in RFC 3339. A date-time needs an offset, such as `Z` or `+01:00`.
impl FromStr for DateOrDateTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
        // `time` takes any byte between date and time.
        let parsed = match text.as_bytes().get(DATE_LENGTH) {
            None => parse(&format!("{text}T00:00:00Z")).map(|midnight| midnight.date().into()),
            Some(b'T' | b't' | b' ') => parse(text).map(Self::DateTime),
            Some(_) => None,
        };
        parsed.ok_or_else(|| {
            let reason = "is neither a date, such as 2026-11-01, \
                          nor a date and time with an offset, such as 2026-11-01T12:30:00Z";
            Error::invalid_request("date", reason)
        })
    }
}

/// The length of `2026-11-01`.
const DATE_LENGTH: usize = 10;

/// Writes what is sent: a date as `2026-11-01`, an instant in UTC as `2026-11-01T12:30:00Z`.
impl fmt::Display for DateOrDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::DateTime(instant) => match utc(*instant).and_then(|utc| format(utc).ok()) {
                Some(text) => f.pad(&text),
                // Out of the range of RFC 3339, and refused before it is sent.
                None => instant.fmt(f),
            },
        }
    }
}

impl Serialize for DateOrDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes an instant in UTC and whole seconds, as request bodies require.
pub(crate) fn whole_seconds<S: Serializer>(instant: &Option<OffsetDateTime>, serializer: S) -> Result<S::Ok, S::Error> {
    instant
        .map(|instant| DateOrDateTime::DateTime(instant.replace_nanosecond(0).unwrap_or(instant)))
        .serialize(serializer)
}

/// Instants that are saved, in RFC 3339.
pub(crate) mod instant {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::{Serialize, Serializer};
    use time::OffsetDateTime;

    pub(crate) fn serialize<S: Serializer>(instant: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
        super::format(*instant).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OffsetDateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse(&text).ok_or_else(|| D::Error::custom("expected a time as in RFC 3339"))
    }
}

/// Formats an instant as in RFC 3339.
pub(crate) fn format(instant: OffsetDateTime) -> Result<String, time::error::Format> {
    instant.format(&Rfc3339)
}

/// The instant in UTC, if RFC 3339 can represent it.
fn utc(instant: OffsetDateTime) -> Option<OffsetDateTime> {
    instant.checked_to_offset(UtcOffset::UTC).filter(|utc| (0..=9999).contains(&utc.year()))
}

/// Parses a time of a response. Beyond RFC 3339, the API has sent a date alone, which means midnight UTC, an offset
/// without a colon or without minutes, and no offset, which means UTC.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(&completed(text), &Rfc3339)).ok()
}

/// Adds what RFC 3339 requires and `text` leaves out.
fn completed(text: &str) -> String {
    let Some((_, time)) = text.split_at_checked(DATE_LENGTH) else {
        return text.to_owned();
    };
    let offset = time.find(['+', '-']).map_or("", |at| &time[at..]);
    match (time.len(), offset.len()) {
        (0, _) => format!("{text}T00:00:00Z"),
        (_, 0) => format!("{text}Z"),
        (_, 3) => format!("{text}:00"),
        (_, 5) if text.is_ascii() => {
            let (rest, minutes) = text.split_at(text.len() - 2);
            format!("{rest}:{minutes}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn times_are_read_as_the_api_has_written_them() {
        let known = [
            ("2017-04-26T17:31:07Z", datetime!(2017-04-26 17:31:07 UTC)),
            ("2014-03-01T12:21:59.3456Z", datetime!(2014-03-01 12:21:59.3456 UTC)),
            ("2021-10-10T10:13:46.214209Z", datetime!(2021-10-10 10:13:46.214209 UTC)),
            ("2021-10-10t10:13:46.1234567891234z", datetime!(2021-10-10 10:13:46.123456789 UTC)),
            ("2021-10-10 10:13:46", datetime!(2021-10-10 10:13:46 UTC)),
            ("2021-10-10T10:13:46+02:00", datetime!(2021-10-10 10:13:46 +2)),
            ("2021-10-10T10:13:46.5-0330", datetime!(2021-10-10 10:13:46.5 -3:30)),
            ("2021-10-10T10:13:46+05", datetime!(2021-10-10 10:13:46 +5)),
            ("2016-12-31T23:59:60Z", datetime!(2016-12-31 23:59:59.999999999 UTC)),
            ("2019-04-30", datetime!(2019-04-30 0:00 UTC)),
            ("0001-01-01T00:00:00Z", datetime!(0001-01-01 0:00 UTC)),
        ];
        for (text, expected) in known {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        let wrong = [
            "",
            "soon",
            "2019-04",
            "2019-13-01",
            "2019-02-30",
            "2019-04-30T",
            "2019-04-30T25:00:00Z",
            "2019-04-30T01:12Z",
            "2019-04-30T01:12:20.Z",
            "2019-04-30T01:12:20+99:00",
            "2019-04-30T01:12:20+1",
            "2019-04-30T01:12:20ZZ",
            "2019-04-30T23:60:60Z",
            "+019-04-30",
            "2019-04-3\u{661}",
            "1493227867",
        ];
        for text in wrong {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn text_converts_to_a_date_or_an_instant_and_back() {
        for (text, displayed) in [
            ("2026-11-01", "2026-11-01"),
            ("2026-11-01T12:30:00Z", "2026-11-01T12:30:00Z"),
            ("2026-11-01 12:30:00.25z", "2026-11-01T12:30:00.25Z"),
            ("2026-11-01t12:30:00+01:00", "2026-11-01T11:30:00Z"),
        ] {
            let parsed: DateOrDateTime = text.parse().unwrap();
            assert_eq!(parsed.to_string(), displayed);
            assert_eq!(displayed.parse::<DateOrDateTime>().unwrap(), parsed);
            assert_eq!(serde_json::to_value(parsed).unwrap(), displayed);
        }
    }

    #[test]
    fn text_that_is_neither_a_date_nor_an_instant_names_what_was_expected() {
        for text in [
            "",
            "today",
            "2026-11",
            "2026-11-31",
            "2026-W45-1",
            "20261101",
            "2026-11-01T12:30:00",
            "2026-11-01T12:30Z",
            "2026-11-01x12:30:00Z",
            "2026-11-01T12:30:00Z ",
            " 2026-11-01",
            "2026-11-0\u{661}",
        ] {
            let error = text.parse::<DateOrDateTime>().unwrap_err();
            assert!(error.is_invalid_request(), "{text}");
            let told = error.to_string();
            assert!(told.contains("2026-11-01T12:30:00Z"), "{told}");
        }
    }

    #[test]
    fn a_system_time_converts_and_saturates() {
        let system = |seconds| SystemTime::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds));
        let noon = DateOrDateTime::from(system(1_700_000_000).unwrap());
        assert_eq!(noon.to_string(), "2023-11-14T22:13:20Z");
        let early = SystemTime::UNIX_EPOCH - std::time::Duration::from_secs(1);
        assert_eq!(DateOrDateTime::from(early).to_string(), "1969-12-31T23:59:59Z");
        // Not every system can represent it.
        if let Some(late) = system(1 << 60) {
            let last = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::MAX);
            assert_eq!(DateOrDateTime::from(late), DateOrDateTime::DateTime(last));
        }
        if let Some(early) = SystemTime::UNIX_EPOCH.checked_sub(std::time::Duration::from_secs(1 << 60)) {
            let first = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::MIN);
            assert_eq!(DateOrDateTime::from(early), DateOrDateTime::DateTime(first));
        }
    }

    #[test]
    fn display_never_fails() {
        for wide in [
            DateOrDateTime::from(Date::MIN),
            DateOrDateTime::from(Date::MIN.midnight().assume_offset(UtcOffset::from_hms(23, 0, 0).unwrap())),
            DateOrDateTime::from(datetime!(-0001-01-01 0:00 UTC)),
        ] {
            assert!(!wide.to_string().is_empty());
            assert!(wide.check("since").is_err());
        }
    }

    #[test]
    fn what_is_read_is_written_back() {
        for text in ["2014-03-01T12:21:59.3456Z", "2017-04-26T17:31:07Z", "2021-10-10T10:13:46.5-03:30"] {
            assert_eq!(format(parse(text).unwrap()).unwrap(), text);
        }
    }
}
