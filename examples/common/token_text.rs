//! A token described for people.

use cloudflare_user::{Token, TokenStatus};
use time::OffsetDateTime;

/// Describes a token in lines: its status and times, its policies, and its addresses.
pub(crate) fn describe(token: &Token) -> Vec<String> {
    let status = token.status.as_ref().map_or("", TokenStatus::as_str);
    let created = in_days(token.issued_on);
    let used = in_days(token.last_used_on);
    let end = in_days(token.expires_on);
    let mut lines = vec![format!(
        "{status}, created {created}, used {used}, expires {end}"
    )];
    for policy in &token.policies {
        let groups = policy.permission_groups.iter();
        let names: Vec<&str> = groups
            .map(|group| group.name.as_deref().unwrap_or(&group.id))
            .collect();
        lines.push(format!("{} {}", policy.effect, names.join(", ")));
    }
    let addresses = &token.condition.request_ip;
    let mut from = match addresses.in_.is_empty() {
        true => String::from("from any address"),
        false => format!("from {}", addresses.in_.join(", ")),
    };
    if !addresses.not_in.is_empty() {
        from += &format!(", not from {}", addresses.not_in.join(", "));
    }
    lines.push(from);
    lines
}

fn in_days(when: Option<OffsetDateTime>) -> String {
    let days = when.map(|when| (when - OffsetDateTime::now_utc()).whole_days());
    match days {
        None => String::from("never"),
        Some(0) => String::from("today"),
        Some(days @ ..0) => format!("{} days ago", -days),
        Some(days) => format!("in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_a_token() {
        let token = r#"{"id": "1", "status": "active",
            "policies": [{"effect": "allow", "permission_groups": [{"id": "2", "name": "Zone Read"}, {"id": "3"}]}],
            "condition": {"request_ip": {"in": ["1.2.3.0/24"], "not_in": ["1.2.3.4"]}}}"#;
        let mut token: Token = serde_json::from_str(token).unwrap();
        token.issued_on = Some(OffsetDateTime::now_utc() - time::Duration::hours(49));
        assert_eq!(
            describe(&token),
            [
                "active, created 2 days ago, used never, expires never",
                "allow Zone Read, 3",
                "from 1.2.3.0/24, not from 1.2.3.4",
            ]
        );
    }
}
