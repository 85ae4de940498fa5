//! The cursor of `follow`: where it starts, and how it is saved.

mod common;

use std::time::{Duration, SystemTime};

use cloudflare_user::{AuditLogCursor, DateOrDateTime, ErrorKind, ListAuditLogs};
use common::{ok, scripted, success};
use serde_json::json;
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};

#[test]
fn starts_at_a_date_or_an_instant() {
    let start = datetime!(2026-11-01 0:00 UTC);
    let expected = AuditLogCursor::starting_at(start);
    assert_eq!(AuditLogCursor::starting_at(date!(2026 - 11 - 01)), expected);
    assert_eq!(
        AuditLogCursor::starting_at(SystemTime::from(start)),
        expected
    );
    let parsed: DateOrDateTime = "2026-11-01".parse().unwrap();
    assert_eq!(AuditLogCursor::starting_at(parsed), expected);
    let overlap = Duration::from_secs(1);
    assert_ne!(expected.clone().overlap(overlap), expected);
}

#[test]
fn reads_a_cursor_as_it_is_saved() {
    let saved = json!({
        "position": "2026-11-01T00:10:00Z",
        "floor": "2026-11-01T00:00:00Z",
        "overlap": {"secs": 900, "nanos": 0},
        "yielded": [{"when": "2026-11-01T00:10:00Z", "id": "1"}],
    });
    let cursor: AuditLogCursor = serde_json::from_value(saved.clone()).unwrap();
    assert_eq!(serde_json::to_value(&cursor).unwrap(), saved);

    let yielded = r#"[{"id":"1","when":"2026-11-01T00:10:00Z"}]"#;
    let (client, requests) = scripted([ok(success(yielded))]);
    assert_eq!(client.follow(&ListAuditLogs::new(), &cursor).count(), 0);
    let target = &requests.all()[0].target;
    assert!(
        target.contains("since=2026-11-01T00%3A00%3A00Z"),
        "{target}"
    );
}

#[test]
fn refuses_a_start_outside_the_years_of_rfc_3339() {
    let (client, requests) = scripted([ok(success("[]"))]);
    let saturated = OffsetDateTime::UNIX_EPOCH.saturating_sub(time::Duration::MAX);
    for start in [
        DateOrDateTime::from(Date::MIN),
        DateOrDateTime::from(saturated),
        DateOrDateTime::from(datetime!(-0001-12-31 23:59:59 UTC)),
        // The year 10000 in UTC.
        DateOrDateTime::from(datetime!(9999-12-31 23:59:59 -1)),
    ] {
        let cursor = AuditLogCursor::starting_at(start);
        let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
        let error = logs.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(
            error.to_string(),
            "`cursor` is outside the years 0 to 9999",
            "{start}"
        );
        assert!(logs.next().is_none());
        assert_eq!(logs.cursor(), cursor);
    }
    assert_eq!(requests.count(), 0);
}

#[test]
fn follows_from_the_first_and_the_last_instant_of_rfc_3339() {
    let (client, requests) = scripted([ok(success("[]"))]);
    for (start, since) in [
        (datetime!(0000-01-01 0:00 UTC), "since=0000-01-01T00"),
        (datetime!(9999-12-31 23:59:59 UTC), "since=9999-12-31T23"),
    ] {
        let cursor = AuditLogCursor::starting_at(start);
        let mut logs = client.follow(&ListAuditLogs::new(), &cursor);
        assert!(logs.next().is_none());
        let target = requests.last().target;
        assert!(target.contains(since), "{target}");
    }
}
