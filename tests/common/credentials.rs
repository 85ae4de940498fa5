//! Invalid credentials, for the setters and the environment variables that refuse them.

#![allow(dead_code, unreachable_pub)]

/// Marks the values of [`MISTAKES`], so that a test can tell whether an error shows any part of
/// them.
pub const MARK: &str = "s3cr3t";

/// Invalid credentials, and a part of the hint in the error of each.
pub const MISTAKES: [(&str, &str); 38] = [
    ("\"s3cr3t\"", "quotation marks"),
    ("'s3cr3t'", "quotation marks"),
    ("`s3cr3t`", "quotation marks"),
    ("\"s3cr3t", "quotation marks"),
    ("s3cr3t'", "quotation marks"),
    ("“s3cr3t”", "quotation marks"),
    ("‘s3cr3t’", "quotation marks"),
    ("\"Bearer s3cr3t\\n\"", "quotation marks"),
    ("$s3cr3t", "`$` or a brace"),
    ("${s3cr3t}", "`$` or a brace"),
    ("$(cat s3cr3t)", "`$` or a brace"),
    ("{{ s3cr3t }}", "`$` or a brace"),
    ("{s3cr3t}", "`$` or a brace"),
    ("s3cr3t}", "`$` or a brace"),
    ("Bearer $s3cr3t", "`$` or a brace"),
    ("<s3cr3t>", "`<` or `>`"),
    ("<s3cr3t", "`<` or `>`"),
    ("s3cr3t>", "`<` or `>`"),
    ("Bearer <s3cr3t>", "`<` or `>`"),
    ("<your s3cr3t>", "`<` or `>`"),
    ("s3cr3t\\n", "backslash"),
    ("s3cr3t\\r\\n", "backslash"),
    ("s3cr3t\\", "backslash"),
    ("Bearer s3cr3t\\n", "backslash"),
    ("Bearer s3cr3t", "`Bearer`"),
    ("bearer  s3cr3t", "`Bearer`"),
    ("BEARER\ts3cr3t", "`Bearer`"),
    ("s3cr3t\r\nx: y", "line break"),
    ("s3cr3t\ns3cr3t", "line break"),
    ("s3cr3t s3cr3t", "white space"),
    ("s3cr3t\ts3cr3t", "white space"),
    ("s3cr3t\u{a0}s3cr3t", "white space"),
    ("Authorization: Bearer s3cr3t", "white space"),
    ("s3cr3t\u{1b}[0m", "control character"),
    ("s3cr3t\u{7f}", "control character"),
    ("\u{feff}s3cr3t", "not ASCII"),
    ("s3cr3t\u{200b}", "not ASCII"),
    ("s3cr3té", "not ASCII"),
];
