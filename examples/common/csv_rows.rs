//! Audit logs as rows of CSV.

use serde_json::Value;

use super::failure::{Failure, Result};
use super::log_line::LogLine;
use super::print;

const COLUMNS: [&str; 9] = [
    "when",
    "action.type",
    "action.result",
    "actor.email",
    "actor.ip",
    "interface",
    "metadata.zone_name",
    "resource.type",
    "id",
];

/// What is done to each cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells {
    /// Cells can be formulas, which a spreadsheet runs.
    pub(crate) may_be_formulas: bool,
    /// Cells can have characters that a terminal obeys.
    pub(crate) may_have_controls: bool,
}

/// The rows of these logs. What is not JSON becomes a row with the type `(malformed)` and the text
/// as its identifier.
pub(crate) fn rows(logs: &[LogLine], has_header: bool, cells: Cells) -> Result<Vec<u8>> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    if has_header {
        rows.write_record(COLUMNS).map_err(Failure::new)?;
    }
    for log in logs {
        let row = COLUMNS.map(|column| cell(log, column, cells));
        rows.write_record(&row).map_err(Failure::new)?;
    }
    rows.into_inner().map_err(Failure::new)
}

fn cell(log: &LogLine, column: &str, cells: Cells) -> String {
    let mut text = field(log, column);
    if !cells.may_be_formulas && is_formula(&text) {
        text.insert(0, '\'');
    }
    if !cells.may_have_controls {
        text = print::clean(&text);
    }
    text
}

fn field(log: &LogLine, column: &str) -> String {
    if let Some(malformed) = log.text("/malformed") {
        return match column {
            "action.type" => String::from("(malformed)"),
            "id" => malformed.to_owned(),
            _ => String::new(),
        };
    }
    let mut value = &log.json;
    for name in column.split('.') {
        value = &value[name];
    }
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Spreadsheets also accept the full-width forms of the four characters.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv_of(email: &str, cells: Cells) -> String {
        let log = serde_json::json!({"actor": {"email": email}}).to_string();
        let log = LogLine::new(log.as_bytes());
        cell(&log, "actor.email", cells)
    }

    #[test]
    fn defuses_formulas() {
        let cells = Cells {
            may_be_formulas: false,
            may_have_controls: true,
        };
        for email in [
            "=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "＋1", "－1", "＠a",
        ] {
            assert_eq!(csv_of(email, cells), format!("'{email}"));
        }
        assert_eq!(csv_of("a=b", cells), "a=b");
        let cells = Cells {
            may_be_formulas: true,
            may_have_controls: false,
        };
        assert_eq!(csv_of("=1\u{1b}", cells), "=1\\u{1b}");
    }

    #[test]
    fn has_a_row_for_what_is_not_json() {
        let cells = Cells {
            may_be_formulas: false,
            may_have_controls: true,
        };
        let logs = [LogLine::new(b"{\"id\":nope}")];
        let rows = String::from_utf8(rows(&logs, true, cells).unwrap()).unwrap();
        let mut lines = rows.lines();
        assert_eq!(lines.next().unwrap(), COLUMNS.join(","));
        assert_eq!(
            lines.next().unwrap(),
            r#",(malformed),,,,,,,"{""id"":nope}""#
        );
    }
}
