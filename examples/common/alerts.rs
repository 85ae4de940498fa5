//! Reports actions that the user named, on standard error.

use clap::Args;
use clap::builder::NonEmptyStringValueParser as Text;

use super::actions::parse_action;
use super::log_line::LogLine;
use super::print;

#[derive(Debug, Args)]
pub(crate) struct AlertOptions {
    /// Report these actions on standard error, separated by commas, such as token_create,token_roll;
    /// a log whose action cannot be read is reported too
    #[arg(long, value_name = "ACTIONS", value_delimiter = ',', value_parser = parse_action)]
    alert: Vec<String>,
    /// Do not report actions of these email addresses, separated by commas
    #[arg(long, value_name = "EMAILS", value_delimiter = ',', requires = "alert", value_parser = Text::new())]
    except: Vec<String>,
}

/// Reports each log once, even if it comes again because it could not be appended.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    pub(crate) has_alerted: bool,
    not_appended: Vec<String>,
}

impl Alerts {
    pub(crate) fn report(&mut self, log: &LogLine, options: &AlertOptions) {
        if !options.is_alert(log) {
            return;
        }
        self.has_alerted = true;
        let [when, action, email, ip, id] =
            ["/when", "/action/type", "/actor/email", "/actor/ip", "/id"]
                .map(|field| log.text(field).unwrap_or("-"));
        let alert = format!("alert: {when} {action} by {email} from {ip}, id {id}");
        if !self.not_appended.contains(&alert) {
            print::report(&alert);
            self.not_appended.push(alert);
        }
    }

    /// The logs that were reported are appended, so that they do not come again.
    pub(crate) fn forget(&mut self) {
        self.not_appended.clear();
    }
}

impl AlertOptions {
    fn is_alert(&self, log: &LogLine) -> bool {
        let is_listed = match log.text("/action/type") {
            Some(action) => self.alert.iter().any(|listed| listed == action),
            // It may be any action.
            None => !self.alert.is_empty(),
        };
        let email = log.text("/actor/email").unwrap_or_default();
        let mut except = self.except.iter().map(|listed| listed.trim());
        is_listed && !except.any(|listed| listed.eq_ignore_ascii_case(email))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_that_cannot_be_read_is_an_alert() {
        let options = AlertOptions {
            alert: vec![String::from("token_create")],
            except: vec![String::from(" CI@example.com")],
        };
        for (log, expected) in [
            (r#"{"action":{"type":"token_create"}}"#, true),
            (r#"{"action":{"type":"login"}}"#, false),
            (r#"{"action":"token_create"}"#, true),
            (r#"{"action":{"type":["token_create"]}}"#, true),
            (r#"{}"#, true),
            (r#"not json"#, true),
            (
                r#"{"action":{"type":"token_create"},"actor":{"email":"ci@example.com"}}"#,
                false,
            ),
            (
                r#"{"action":{"type":"token_create"},"actor":{"email":["ci@example.com"]}}"#,
                true,
            ),
        ] {
            assert_eq!(
                options.is_alert(&LogLine::new(log.as_bytes())),
                expected,
                "{log}"
            );
        }
        let none = AlertOptions {
            alert: Vec::new(),
            except: Vec::new(),
        };
        assert!(!none.is_alert(&LogLine::new(b"{}")));
    }
}
