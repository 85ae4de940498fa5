//! Dates and times as the API writes and reads them.

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

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
    /// Refuses what RFC 3339 cannot write.
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

/// Instants in bodies: UTC, whole seconds.
pub(crate) fn whole_seconds<S: Serializer>(
    instant: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    instant
        .map(|instant| DateOrDateTime::DateTime(instant.replace_nanosecond(0).unwrap_or(instant)))
        .serialize(serializer)
}

/// As RFC 3339 writes it.
pub(crate) fn format(instant: OffsetDateTime) -> Result<String, time::error::Format> {
    instant.format(&Rfc3339)
}

/// The same instant in UTC, if RFC 3339 can write it.
fn utc(instant: OffsetDateTime) -> Option<OffsetDateTime> {
    instant
        .checked_to_offset(UtcOffset::UTC)
        .filter(|utc| (0..=9999).contains(&utc.year()))
}

/// Reads RFC 3339, and somewhat more: a date alone, any number of digits in a fraction, a space for the `T`, an offset
/// without a colon, and no offset, for UTC.
// By hand: no format of `time` is as lenient, and nothing else in a listing takes as long.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    let [a, b, c, d, b'-', e, f, b'-', g, h] = *date else {
        return None;
    };
    let year = number(&[a, b, c, d])?;
    let month = Month::try_from(u8::try_from(number(&[e, f])?).ok()?).ok()?;
    let date =
        Date::from_calendar_date(i32::from(year), month, u8::try_from(number(&[g, h])?).ok()?)
            .ok()?;
    if rest.is_empty() {
        return Some(date.midnight().assume_utc());
    }
    let (time, rest) = rest.split_at_checked(9)?;
    let [b'T' | b't' | b' ', a, b, b':', c, d, b':', e, f] = *time else {
        return None;
    };
    let (hour, minute, second) = (number(&[a, b])?, number(&[c, d])?, number(&[e, f])?);
    let (nanosecond, rest) = fraction(rest)?;
    // A leap second, which `time` does not know, counts as the end of the second before it.
    let (second, nanosecond) = if second == 60 && minute == 59 {
        (59, 999_999_999)
    } else {
        (second, nanosecond)
    };
    let small = |number: u16| u8::try_from(number).ok();
    let time =
        Time::from_hms_nano(small(hour)?, small(minute)?, small(second)?, nanosecond).ok()?;
    Some(date.with_time(time).assume_offset(offset(rest)?))
}

/// Reads `.123`, of any length, as nanoseconds; digits past them are dropped.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some(digits) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = digits.split_at(length);
    let mut nanosecond = 0;
    for place in 0..9 {
        nanosecond = nanosecond * 10 + digits.get(place).map_or(0, |digit| u32::from(digit - b'0'));
    }
    (length > 0).then_some((nanosecond, rest))
}

fn offset(text: &[u8]) -> Option<UtcOffset> {
    let (sign, hours, minutes) = match *text {
        [] | [b'Z' | b'z'] => return Some(UtcOffset::UTC),
        [sign, a, b] => (sign, [a, b], [b'0', b'0']),
        [sign, a, b, c, d] | [sign, a, b, b':', c, d] => (sign, [a, b], [c, d]),
        _ => return None,
    };
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let part = |digits: [u8; 2], most: u16| {
        let number = number(&digits).filter(|number| *number <= most)?;
        i8::try_from(number).ok().map(|number| sign * number)
    };
    UtcOffset::from_hms(part(hours, 23)?, part(minutes, 59)?, 0).ok()
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u16::from(digit - b'0'))
    })
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
