//! Dates and times: reading them from responses, parsing them from text, converting and sending
//! them.

use std::time::{Duration, SystemTime};

use cloudflare_user::{DateOrDateTime, Endpoint, ListAuditLogs, Token};
use serde_json::json;
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime, UtcOffset};

fn read(text: &str) -> serde_json::Result<Token> {
    serde_json::from_value(json!({ "issued_on": text }))
}

#[test]
fn reads_times_in_every_form_that_the_api_sends() {
    let nanoseconds = datetime!(2021-10-10 10:13:46.123456789 UTC);
    let before_leap_second = datetime!(2016-12-31 23:59:59.999999999 UTC);
    let times = [
        ("2017-04-26T17:31:07Z", datetime!(2017-04-26 17:31:07 UTC)),
        (
            "2014-03-01T12:21:59.3456Z",
            datetime!(2014-03-01 12:21:59.3456 UTC),
        ),
        (
            "2021-10-10T10:13:46.214209Z",
            datetime!(2021-10-10 10:13:46.214209 UTC),
        ),
        ("2021-10-10t10:13:46.1234567891234z", nanoseconds),
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
        ("2016-12-31T23:59:60Z", before_leap_second),
        ("2019-04-30", datetime!(2019-04-30 0:00 UTC)),
        ("0001-01-01T00:00:01Z", datetime!(0001-01-01 0:00:01 UTC)),
    ];
    for (text, expected) in times {
        assert_eq!(read(text).unwrap().issued_on, Some(expected), "{text}");
    }
    for unset in [json!(""), json!(null), json!("0001-01-01T00:00:00Z")] {
        let token: Token = serde_json::from_value(json!({ "issued_on": unset })).unwrap();
        assert_eq!(token.issued_on, None, "{unset}");
    }
}

#[test]
fn refuses_text_that_is_not_a_time() {
    let texts = [
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
    for text in texts {
        let error = read(text).unwrap_err().to_string();
        assert!(
            error.contains("expected a date or a time as in RFC 3339"),
            "{text}: {error}"
        );
    }
}

#[test]
fn writes_a_time_as_it_was_read() {
    let texts = [
        "2014-03-01T12:21:59.3456Z",
        "2017-04-26T17:31:07Z",
        "2021-10-10T10:13:46.5-03:30",
    ];
    for text in texts {
        assert_eq!(
            serde_json::to_value(read(text).unwrap()).unwrap(),
            json!({ "issued_on": text })
        );
    }
}

#[test]
fn parses_a_date_or_an_instant_and_displays_it() {
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
    assert_eq!(
        "2026-11-01".parse::<DateOrDateTime>().unwrap(),
        date!(2026 - 11 - 01).into()
    );
}

#[test]
fn refuses_text_that_is_neither_a_date_nor_an_instant_with_an_example() {
    let texts = [
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
    ];
    for text in texts {
        let error = text.parse::<DateOrDateTime>().unwrap_err();
        assert!(error.is_invalid_request(), "{text}");
        assert!(
            error.to_string().contains("2026-11-01T12:30:00Z"),
            "{error}"
        );
    }
}

#[test]
fn converts_a_system_time_and_saturates() {
    let epoch = SystemTime::UNIX_EPOCH;
    let [first, last] = [time::Duration::MIN, time::Duration::MAX]
        .map(|far| OffsetDateTime::UNIX_EPOCH.saturating_add(far).into());
    for (system, expected) in [
        (
            Some(epoch + Duration::from_secs(1_700_000_000)),
            datetime!(2023-11-14 22:13:20 UTC).into(),
        ),
        (
            Some(epoch - Duration::from_secs(1)),
            datetime!(1969-12-31 23:59:59 UTC).into(),
        ),
        // Not every system can represent these times.
        (epoch.checked_add(Duration::from_secs(1 << 60)), last),
        (epoch.checked_sub(Duration::from_secs(1 << 60)), first),
    ] {
        assert!(
            system.is_none_or(|system| DateOrDateTime::from(system) == expected),
            "{system:?}"
        );
    }
}

#[test]
fn displays_every_instant_and_refuses_to_send_those_outside_rfc_3339() {
    for outside in [
        DateOrDateTime::from(Date::MIN),
        DateOrDateTime::from(
            Date::MIN
                .midnight()
                .assume_offset(UtcOffset::from_hms(23, 0, 0).unwrap()),
        ),
        DateOrDateTime::from(datetime!(-0001-01-01 0:00 UTC)),
    ] {
        assert!(!outside.to_string().is_empty());
        let error = ListAuditLogs::new().since(outside).validate().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`since` is outside the years 0 to 9999"),
            "{error}"
        );
    }
}
