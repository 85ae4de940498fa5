//! Times and durations on the command line.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use cloudflare_user::DateOrDateTime;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::failure::{Failure, Result};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_LIFETIME: Duration = Duration::from_secs(10 * 365 * DAY.as_secs());

/// A date, a time, or a duration ago, such as `2026-11-01`, `2026-11-01T12:00:00Z` or `7d`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moment {
    text: String,
    pub(crate) instant: OffsetDateTime,
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let instant = match humantime::parse_duration(text) {
            Ok(ago) => time::Duration::try_from(ago)
                .ok()
                .and_then(|ago| OffsetDateTime::now_utc().checked_sub(ago))
                .ok_or("is too long ago")?,
            Err(_) => parse_date(text)?,
        };
        Ok(Self {
            text: text.to_owned(),
            instant,
        })
    }
}

fn parse_date(text: &str) -> Result<OffsetDateTime, String> {
    match text.parse() {
        Ok(DateOrDateTime::Date(date)) => Ok(date.midnight().assume_utc()),
        Ok(DateOrDateTime::DateTime(instant)) => Ok(instant),
        Err(_) => Err(format!(
            "{text:?} is neither a date, such as 2026-11-01, nor a time, such as \
             2026-11-01T12:00:00Z, nor a duration, such as 7d"
        )),
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What was given on the command line, so that `7d` stays the same option on the next day.
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Refuses a start in the future: a typing error, or a wrong clock.
pub(crate) fn require_past(option: &str, moment: &Moment) -> Result<()> {
    if moment.instant > OffsetDateTime::now_utc() {
        return Err(Failure::invalid(format_args!(
            "{option} {moment} is in the future: check it, and the clock of this machine"
        )));
    }
    Ok(())
}

/// How long a token works: a minute to ten years.
pub(crate) fn parse_lifetime(text: &str) -> Result<Duration, String> {
    let lifetime = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if lifetime < Duration::from_secs(60) {
        return Err(String::from("the shortest lifetime is 1min"));
    }
    if lifetime > LONGEST_LIFETIME {
        return Err(String::from("the longest lifetime is 3650d"));
    }
    Ok(lifetime)
}

/// When a token expires: within the next ten years.
pub(crate) fn parse_expiry(text: &str) -> Result<OffsetDateTime, String> {
    let expiry = parse_date(text)?;
    let now = OffsetDateTime::now_utc();
    if expiry <= now {
        return Err(String::from("the expiry must be in the future"));
    }
    if expiry > now + LONGEST_LIFETIME {
        return Err(String::from("the expiry must be within ten years"));
    }
    Ok(expiry)
}

/// An interval of at least a second.
pub(crate) fn parse_interval(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text).map_err(|error| error.to_string())? {
        interval if interval >= Duration::from_secs(1) => Ok(interval),
        _ => Err(String::from("the shortest interval is 1s")),
    }
}

/// A duration of at most ten years, such as `14d`.
pub(crate) fn parse_age(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text).map_err(|error| error.to_string())? {
        age if age <= LONGEST_LIFETIME => Ok(age),
        _ => Err(String::from("the longest duration is 3650d")),
    }
}

/// A duration for people, with one unit: `45s`, `3min`, `5h`, `12d`.
pub(crate) fn rounded(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}min", seconds / 60),
        3600..86400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86400),
    }
}

/// A time in RFC 3339, in whole seconds, UTC.
pub(crate) fn shown(instant: OffsetDateTime) -> String {
    instant
        .checked_to_utc()
        .and_then(|instant| instant.replace_nanosecond(0).ok())
        .and_then(|instant| instant.format(&Rfc3339).ok())
        .unwrap_or_else(|| instant.to_string())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn parses_dates_times_and_durations_ago() {
        for (text, expected) in [
            ("2026-11-01", datetime!(2026-11-01 0:00 UTC)),
            ("2026-11-01T12:00:00Z", datetime!(2026-11-01 12:00 UTC)),
            ("2026-11-01T12:00:00+02:00", datetime!(2026-11-01 10:00 UTC)),
        ] {
            assert_eq!(text.parse::<Moment>().unwrap().instant, expected, "{text}");
        }
        let week = "7d".parse::<Moment>().unwrap();
        let ago = OffsetDateTime::now_utc() - week.instant;
        assert!((ago - time::Duration::days(7)).abs() < time::Duration::minutes(1));
        assert_eq!(serde_json::to_string(&week).unwrap(), r#""7d""#);
        for text in ["", "yesterday", "7", "99999999999999y", "2026-13-01"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_meant() {
        assert!(require_past("--since", &"2062-11-01".parse().unwrap()).is_err());
        assert!(require_past("--since", &"0s".parse().unwrap()).is_ok());
        assert!(parse_lifetime("90d").is_ok());
        for lifetime in ["0s", "59s", "11y", "90", ""] {
            assert!(parse_lifetime(lifetime).is_err(), "{lifetime}");
        }
        for expiry in ["2020-01-01", "2999-01-01", "soon"] {
            assert!(parse_expiry(expiry).is_err(), "{expiry}");
        }
        assert!(parse_interval("1s").is_ok());
        assert!(parse_interval("999ms").is_err());
    }

    #[test]
    fn shows_durations_and_times() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1min"),
            (7200, "2h"),
            (864000, "10d"),
        ] {
            assert_eq!(rounded(Duration::from_secs(seconds)), text);
        }
        assert_eq!(
            shown(datetime!(2026-11-01 12:00:00.5 +1)),
            "2026-11-01T11:00:00Z"
        );
    }
}
