//! Dates and times as the API writes and reads them.

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, UtcOffset};

use crate::error::{Error, Result};

/// A day, or an instant.
///
/// Made from a [`time::Date`] or a [`time::OffsetDateTime`]:
///
/// ```
/// use cloudflare_user::ListAuditLogs;
/// use time::macros::{date, datetime};
///
/// let november = ListAuditLogs::new().since(date!(2026-11-01)).before(datetime!(2026-12-01 0:00 UTC));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrDateTime {
    /// A day, written as `2026-11-01`.
    Date(Date),
    /// An instant, written in UTC: `2026-11-01T12:30:00Z`.
    DateTime(OffsetDateTime),
}

impl DateOrDateTime {
    /// Refuses years that RFC 3339 cannot represent.
    pub(crate) fn check(self, parameter: &'static str) -> Result<()> {
        match self {
            Self::Date(date) if (0..=9999).contains(&date.year()) => Ok(()),
            Self::DateTime(instant) if utc(instant).is_some() => Ok(()),
            _ => Err(Error::invalid_request(
                parameter,
                "is outside the years 0 to 9999",
            )),
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

impl Serialize for DateOrDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // A date's own text has more digits outside these years.
            Self::Date(date) => serializer.collect_str(date),
            Self::DateTime(instant) => {
                let utc = utc(*instant).ok_or_else(|| {
                    serde::ser::Error::custom("an instant outside the years 0 to 9999")
                })?;
                serializer.serialize_str(&format(utc).map_err(serde::ser::Error::custom)?)
            }
        }
    }
}

/// Writes an instant in UTC and whole seconds, as request bodies require.
pub(crate) fn whole_seconds<S: Serializer>(
    instant: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    instant
        .map(|instant| DateOrDateTime::DateTime(instant.replace_nanosecond(0).unwrap_or(instant)))
        .serialize(serializer)
}

/// Formats an instant as in RFC 3339.
pub(crate) fn format(instant: OffsetDateTime) -> Result<String, time::error::Format> {
    instant.format(&Rfc3339)
}

/// The instant in UTC, if RFC 3339 can represent it.
fn utc(instant: OffsetDateTime) -> Option<OffsetDateTime> {
    instant
        .checked_to_offset(UtcOffset::UTC)
        .filter(|utc| (0..=9999).contains(&utc.year()))
}

/// Parses a time of a response. Beyond RFC 3339, the API has sent a date alone, which means midnight UTC, an offset
/// without a colon or without minutes, and no offset, which means UTC.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&completed(text), &Rfc3339))
        .ok()
}

/// Adds what RFC 3339 requires and `text` leaves out.
fn completed(text: &str) -> String {
    let Some((_, time)) = text.split_at_checked("2026-11-01".len()) else {
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
            (
                "2014-03-01T12:21:59.3456Z",
                datetime!(2014-03-01 12:21:59.3456 UTC),
            ),
            (
                "2021-10-10T10:13:46.214209Z",
                datetime!(2021-10-10 10:13:46.214209 UTC),
            ),
            (
                "2021-10-10t10:13:46.1234567891234z",
                datetime!(2021-10-10 10:13:46.123456789 UTC),
            ),
            ("2021-10-10 10:13:46", datetime!(2021-10-10 10:13:46 UTC)),
            (
                "2021-10-10T10:13:46+02:00",
                datetime!(2021-10-10 10:13:46 +2),
            ),
            (
                "2021-10-10T10:13:46.5-0330",
                datetime!(2021-10-10 10:13:46.5 -3:30),
            ),
            ("2021-10-10T10:13:46+05", datetime!(2021-10-10 10:13:46 +5)),
            (
                "2016-12-31T23:59:60Z",
                datetime!(2016-12-31 23:59:59.999999999 UTC),
            ),
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
    fn what_is_read_is_written_back() {
        for text in [
            "2014-03-01T12:21:59.3456Z",
            "2017-04-26T17:31:07Z",
            "2021-10-10T10:13:46.5-03:30",
        ] {
            assert_eq!(format(parse(text).unwrap()).unwrap(), text);
        }
    }
}
