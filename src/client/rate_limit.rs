//! Reads the rate limit from the headers of a response.

use std::cmp::Reverse;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName};

static RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The rate limit in the headers `ratelimit` and `ratelimit-policy` of Cloudflare's last response.
///
/// The limit counts all requests of a user: those of other programs and of the dashboard too. If
/// the response named several limits, it is the one with the fewest remaining requests.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many requests remain until the limit is reset.
    pub remaining: u64,
    /// How long it takes until the limit is reset, from the call of
    /// [`Client::rate_limit`](crate::Client::rate_limit).
    pub reset_in: Duration,
    /// How many requests a window allows.
    pub quota: Option<u64>,
    /// How long a window is.
    pub window: Option<Duration>,
}

impl RateLimit {
    /// Reads `Ratelimit: "default";r=50;t=30` and `Ratelimit-Policy: "burst";q=100;w=60`.
    ///
    /// Of several limits, the one with the fewest remaining requests counts; of equal ones, the one
    /// that is reset last.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let limits = members(headers, &RATELIMIT).filter_map(Limit::read);
        let limit = limits.min_by_key(|limit| (limit.remaining, Reverse(limit.reset_in)))?;
        // Cloudflare's limit is named `default` and its only policy `burst`.
        let policy = members(headers, &RATELIMIT_POLICY)
            .find(|policy| name(policy) == limit.name)
            .or_else(|| members(headers, &RATELIMIT_POLICY).next())
            .unwrap_or_default();
        Some(Self {
            remaining: limit.remaining,
            reset_in: Duration::from_secs(limit.reset_in),
            quota: parameter(policy, "q"),
            window: parameter(policy, "w").map(Duration::from_secs),
        })
    }

    /// Returns the time until the limit is reset, if it is used up and the only one.
    ///
    /// If there are several, a client cannot tell against which one a request counts.
    pub(super) fn wait_if_used_up(headers: &HeaderMap) -> Option<Duration> {
        if members(headers, &RATELIMIT).count() > 1 {
            return None;
        }
        let limit = Self::read(headers)?;
        (limit.remaining == 0).then_some(limit.reset_in)
    }
}

/// A member of the header `ratelimit`.
struct Limit<'h> {
    name: &'h str,
    remaining: u64,
    reset_in: u64,
}

impl<'h> Limit<'h> {
    fn read(member: &'h str) -> Option<Self> {
        Some(Self {
            name: name(member),
            remaining: parameter(member, "r")?,
            reset_in: parameter(member, "t")?,
        })
    }
}

/// Returns the members of a header, which can stand on several lines. A line that is not ASCII is
/// one member that cannot be read.
fn members<'h>(
    headers: &'h HeaderMap,
    header: &'static HeaderName,
) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(header).into_iter();
    lines
        .map(|line| line.to_str().unwrap_or("not ASCII"))
        .flat_map(|line| split_unquoted(line, ','))
        .filter(|member| !member.trim().is_empty())
}

/// Splits a text where a separator is outside of quotation marks.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |letter| {
        if letter == '"' {
            is_quoted = !is_quoted;
        }
        letter == separator && !is_quoted
    })
}

/// Returns the name of a limit: `"default"` of `"default";r=50;t=30`.
fn name(member: &str) -> &str {
    let mut parts = split_unquoted(member, ';');
    parts.next().unwrap_or_default().trim()
}

/// Returns a parameter of a limit: 50 for `r` of `"default";r=50;t=30`.
fn parameter(member: &str, name: &str) -> Option<u64> {
    for parameter in split_unquoted(member, ';') {
        if let Some((parameter_name, value)) = parameter.split_once('=')
            && parameter_name.trim() == name
        {
            return value.trim().parse().ok();
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use http::HeaderValue;

    pub(in crate::client) fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()));
        headers.collect()
    }

    #[test]
    fn reads_the_limit_with_the_fewest_requests_left_and_its_policy() {
        let read = |limits, policies| {
            let limit = RateLimit::read(&headers(&[
                ("ratelimit", limits),
                ("ratelimit-policy", policies),
            ]))?;
            Some((
                limit.remaining,
                limit.reset_in.as_secs(),
                limit.quota,
                limit.window.map(|window| window.as_secs()),
            ))
        };
        let limit = r#""default";r=50;t=30"#;
        for (limits, policies, expected) in [
            (limit, "", (50, 30, None, None)),
            (
                limit,
                r#""burst";q=100;w=60"#,
                (50, 30, Some(100), Some(60)),
            ),
            (
                limit,
                r#""burst";q=100;w=60, "default";q=1200;w=300"#,
                (50, 30, Some(1200), Some(300)),
            ),
            (
                r#""a";r=5;t=1, "b"; r = 2; t = 7 ,"c";r=2;t=3"#,
                "",
                (2, 7, None, None),
            ),
            (r#""c";r=2;t=3, "b";r=2;t=7"#, "", (2, 7, None, None)),
        ] {
            assert_eq!(
                read(limits, policies),
                Some(expected),
                "{limits} {policies}"
            );
        }
        for limits in [
            "",
            "default",
            r#""a";r=5"#,
            r#""a";t=5"#,
            r#""a";r=-1;t=5"#,
            r#""a";rr=1;tt=5"#,
        ] {
            assert_eq!(read(limits, ""), None, "{limits}");
        }
    }

    #[test]
    fn only_a_single_limit_that_is_used_up_holds() {
        for (limits, expected) in [
            (r#""default";r=0;t=30"#, Some(30)),
            (r#""default";r=1;t=30"#, None),
            (r#""purge";r=0;t=120, "default";r=900;t=200"#, None),
            (r#""purge";r=0;t=120, "default";r=0;t=200"#, None),
            (r#""purge";r=0;t=120, unreadable"#, None),
            ("", None),
            // An empty member is none, and a name may have any character.
            (r#""default";r=0;t=30,"#, Some(30)),
            (r#", ,"default";r=0;t=30"#, Some(30)),
            (r#""a,b;r=1";r=0;t=30"#, Some(30)),
        ] {
            let hold = RateLimit::wait_if_used_up(&headers(&[("ratelimit", limits)]));
            assert_eq!(hold, expected.map(Duration::from_secs), "{limits}");
        }
        let hold_with_line = |line: &[u8]| {
            let mut two_lines = headers(&[("ratelimit", r#""a";r=0;t=1"#)]);
            two_lines.append(&RATELIMIT, HeaderValue::from_bytes(line).unwrap());
            RateLimit::wait_if_used_up(&two_lines)
        };
        assert_eq!(hold_with_line(br#""b";r=0;t=1"#), None);
        assert_eq!(hold_with_line(b"\"caf\xe9\";r=9;t=1"), None);
        assert_eq!(hold_with_line(b""), Some(Duration::from_secs(1)));
    }
}
