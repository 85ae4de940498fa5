//! Dates and enums as texts: in settings files, on command lines, and in errors.

use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use clap::Parser;
use cloudflare_user::{
    ActorKind, BillingOrder, DateOrDateTime, Direction, Effect, Error, ErrorKind, Frequency,
    InviteResponse, InviteStatus, ListAuditLogs, Match, OrganizationOrder, OrganizationStatus,
    PermissionScope, RatePlanId, SubscriptionState, TokenStatus,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::{date, datetime};

/// Asserts that an enum that is sent parses, displays and serializes as these texts, and that the
/// error for any other text lists them.
#[track_caller]
fn assert_texts<T>(values: &[(T, &str)], as_str: fn(&T) -> &'static str)
where
    T: Copy + Debug + PartialEq + Display + FromStr<Err = Error> + Serialize + DeserializeOwned,
{
    for (value, text) in values {
        assert_eq!(as_str(value), *text);
        assert_eq!(value.to_string(), *text);
        assert_eq!(format!("{value:>20}"), format!("{text:>20}"));
        assert_eq!(text.parse::<T>().unwrap(), *value);
        assert_eq!(serde_json::to_value(value).unwrap(), *text);
        assert_eq!(serde_json::from_value::<T>(json!(text)).unwrap(), *value);
    }
    let texts: Vec<_> = values.iter().map(|(_, text)| format!("`{text}`")).collect();
    let expected = format!("`Up` is none of {}", texts.join(", "));
    let error = "Up".parse::<T>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.parameter(), None);
    assert_eq!(error.to_string(), expected);
    let error = serde_json::from_value::<T>(json!("Up")).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert!("".parse::<T>().is_err());
    assert!(values[0].1.to_uppercase().parse::<T>().is_err());
}

#[test]
fn reads_and_writes_each_enum_of_requests_as_its_text() {
    assert_texts(
        &[(Direction::Asc, "asc"), (Direction::Desc, "desc")],
        Direction::as_str,
    );
    assert_texts(&[(Match::Any, "any"), (Match::All, "all")], Match::as_str);
    assert_texts(
        &[
            (BillingOrder::Type, "type"),
            (BillingOrder::OccurredAt, "occurred_at"),
            (BillingOrder::Action, "action"),
        ],
        BillingOrder::as_str,
    );
    assert_texts(
        &[
            (OrganizationOrder::Id, "id"),
            (OrganizationOrder::Name, "name"),
            (OrganizationOrder::Status, "status"),
        ],
        OrganizationOrder::as_str,
    );
    assert_texts(
        &[
            (InviteResponse::Accepted, "accepted"),
            (InviteResponse::Rejected, "rejected"),
        ],
        InviteResponse::as_str,
    );
}

#[test]
fn parses_any_text_as_an_enum_of_responses() {
    fn parsed<T: FromStr<Err = Infallible>>(text: &str) -> T {
        let Ok(value) = text.parse();
        value
    }
    assert_eq!(parsed::<TokenStatus>("active"), TokenStatus::Active);
    assert_eq!(
        parsed::<TokenStatus>("Active"),
        TokenStatus::Other("Active".to_owned())
    );
    assert_eq!(parsed::<ActorKind>("Cloudflare"), ActorKind::Cloudflare);
    assert_eq!(parsed::<Effect>("deny"), Effect::Deny);
    assert_eq!(parsed::<Frequency>("monthly"), Frequency::Monthly);
    assert_eq!(parsed::<InviteStatus>("pending"), InviteStatus::Pending);
    assert_eq!(
        parsed::<OrganizationStatus>("member"),
        OrganizationStatus::Member
    );
    assert_eq!(
        parsed::<PermissionScope>("com.cloudflare.api.user"),
        PermissionScope::User
    );
    assert_eq!(parsed::<RatePlanId>("pro_plus"), RatePlanId::ProPlus);
    assert_eq!(parsed::<SubscriptionState>("Paid"), SubscriptionState::Paid);
}

#[test]
fn quotes_the_start_of_a_long_text_and_lists_the_values() {
    let error = "é".repeat(1000).parse::<Direction>().unwrap_err();
    let quoted = "é".repeat(60);
    assert_eq!(
        error.to_string(),
        format!("`{quoted}…` is none of `asc`, `desc`")
    );
    let error = "a\nb\u{202e}".parse::<Match>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a\\nb\\u{202e}` is none of `any`, `all`"
    );
}

#[test]
fn names_the_text_and_no_parameter_in_the_error_of_a_date() {
    let reason = "is neither a date, such as 2026-11-01, nor a date and time with an offset, such \
                  as 2026-11-01T12:30:00Z";
    let error = "yesterday".parse::<DateOrDateTime>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.parameter(), None);
    assert_eq!(error.to_string(), format!("`yesterday` {reason}"));
    let error = serde_json::from_value::<DateOrDateTime>(json!("yesterday")).unwrap_err();
    assert_eq!(error.to_string(), format!("`yesterday` {reason}"));
    let long = "2026-11-01".repeat(100).parse::<DateOrDateTime>();
    assert!(long.unwrap_err().to_string().ends_with(reason));
}

#[test]
fn deserializes_a_date_or_an_instant_from_the_text_that_it_serializes_to() {
    let check = |text: &str, expected: DateOrDateTime, instant: OffsetDateTime| {
        let read: DateOrDateTime = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(read, expected);
        assert_eq!(read.instant(), instant);
        assert_eq!(serde_json::to_value(read).unwrap(), text);
    };
    let date = DateOrDateTime::Date(date!(2026 - 11 - 01));
    check("2026-11-01", date, datetime!(2026-11-01 0:00 UTC));
    let instant = datetime!(2026-11-01 12:30:00.5 UTC);
    let date_time = DateOrDateTime::DateTime(instant);
    check("2026-11-01T12:30:00.5Z", date_time, instant);

    let error = serde_json::from_value::<DateOrDateTime>(json!(7)).unwrap_err();
    let expected = "a date or a date and time in quotation marks, such as \"2026-11-01\"";
    assert!(error.to_string().contains(expected), "{error}");
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
struct Settings {
    since: Option<DateOrDateTime>,
    direction: Option<Direction>,
    status: Option<TokenStatus>,
}

#[test]
fn reads_a_settings_file() {
    let settings: Settings = toml::from_str(
        r#"
        since = "2026-11-01"
        direction = "asc"
        status = "active"
        "#,
    )
    .unwrap();
    let expected = Settings {
        since: Some(date!(2026 - 11 - 01).into()),
        direction: Some(Direction::Asc),
        status: Some(TokenStatus::Active),
    };
    assert_eq!(settings, expected);
    for (text, reason) in [
        (
            "since = 2026-11-01",
            "expected a date or a date and time in quotation marks",
        ),
        ("since = \"soon\"", "`soon` is neither a date"),
        ("direction = \"up\"", "`up` is none of `asc`, `desc`"),
    ] {
        let error = toml::from_str::<Settings>(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long)]
    since: Option<DateOrDateTime>,
    #[arg(long)]
    direction: Option<Direction>,
    #[arg(long)]
    status: Option<TokenStatus>,
}

#[test]
fn reads_arguments_of_a_command_line() {
    let parse = |arguments: &[&str]| {
        let program = ["program"];
        Arguments::try_parse_from(program.iter().chain(arguments))
    };
    let arguments = parse(&[
        "--since",
        "2026-11-01",
        "--direction=asc",
        "--status=active",
    ])
    .unwrap();
    assert_eq!(arguments.since, Some(date!(2026 - 11 - 01).into()));
    assert_eq!(arguments.direction, Some(Direction::Asc));
    assert_eq!(arguments.status, Some(TokenStatus::Active));
    for (argument, reason) in [
        (
            "--since=soon",
            "'--since <SINCE>': `soon` is neither a date",
        ),
        (
            "--direction=up",
            "'--direction <DIRECTION>': `up` is none of `asc`, `desc`",
        ),
    ] {
        let error = parse(&[argument]).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn sends_what_was_read_from_text() {
    let request = ListAuditLogs::new()
        .since("2026-11-01".parse::<DateOrDateTime>().unwrap())
        .direction("asc".parse().unwrap());
    let sent = serde_json::to_value(&request).unwrap();
    assert_eq!(sent["since"], "2026-11-01");
    assert_eq!(sent["direction"], "asc");
}
