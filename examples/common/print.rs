//! Printing: data to standard output, everything else to standard error, and no character that a
//! terminal obeys.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use super::failure::{Failure, Result};

/// Writes data to standard output. A reader that has left, as with `| head`, ends the script
/// without an error.
pub(crate) fn data(text: &str) -> Result<()> {
    match write_all(text.as_bytes()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::reader_left()),
        Err(error) => Err(Failure::new(format_args!("standard output: {error}"))),
    }
}

/// Writes a line of data to standard output, as [`data`] does.
pub(crate) fn line(line: impl Display) -> Result<()> {
    data(&format!("{line}\n"))
}

/// Writes data to standard output. A reader that has left is an error.
pub(crate) fn write_all(data: &[u8]) -> io::Result<()> {
    require_open_stdout()?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(data)?;
    stdout.flush()
}

/// Writes one line to standard error. Unlike `eprintln!`, this does not panic if it is closed.
pub(crate) fn report(line: impl Display) {
    _ = writeln!(io::stderr(), "{}", clean(&line.to_string()));
}

/// Escapes control characters and characters that change the direction of text, since a terminal
/// obeys them.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::new();
    for letter in text.chars() {
        if is_obeyed(letter) {
            clean.extend(letter.escape_default());
        } else {
            clean.push(letter);
        }
    }
    clean
}

/// Does the same to JSON, which stays the same value: such characters are part of a text there.
/// Line breaks between values become spaces, so that the JSON is one line.
pub(crate) fn clean_json(json: &str) -> String {
    let mut clean = String::new();
    for letter in json.chars() {
        match letter {
            '\n' | '\r' | '\t' => clean.push(' '),
            _ if is_obeyed(letter) => clean += &format!("\\u{:04x}", u32::from(letter)),
            _ => clean.push(letter),
        }
    }
    clean
}

fn is_obeyed(letter: char) -> bool {
    let changes_direction = matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let breaks_line = matches!(letter, '\u{2028}' | '\u{2029}');
    letter.is_control() || changes_direction || breaks_line
}

/// Fails if the process was started without a standard output, as with `>&-`.
///
/// The Rust runtime then opens `/dev/null` for reading and writing in its place, so that writing
/// would succeed. A shell's `>/dev/null` is open for writing only.
#[cfg(unix)]
fn require_open_stdout() -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat};

    let stdout = rustix::stdio::stdout();
    let file = fstat(stdout)?;
    if FileType::from_raw_mode(file.st_mode) != FileType::CharacterDevice {
        return Ok(());
    }
    let null = std::fs::metadata("/dev/null").map(|null| null.rdev());
    let is_null = null.is_ok_and(|null| null == file.st_rdev);
    if is_null && fcntl_getfl(stdout)?.contains(OFlags::RDWR) {
        return Err(io::Error::other(
            "is closed; to write to nowhere, use `>/dev/null`",
        ));
    }
    Ok(())
}

/// On Windows, writing to a closed standard output cannot be told apart from writing to a console.
#[cfg(not(unix))]
fn require_open_stdout() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_obeys_and_nothing_else() {
        for (text, expected) in [
            ("plain, it's \"quoted\" \\ café e\u{301} 日本", None),
            ("a\u{1b}[2Jb", Some("a\\u{1b}[2Jb")),
            ("a\nb\tc", Some("a\\nb\\tc")),
            ("\u{7f}\u{9b}", Some("\\u{7f}\\u{9b}")),
            (
                "a\u{202e}b\u{2066}c\u{2029}",
                Some("a\\u{202e}b\\u{2066}c\\u{2029}"),
            ),
        ] {
            assert_eq!(clean(text), expected.unwrap_or(text));
        }
    }

    #[test]
    fn escaped_json_is_one_line_with_the_same_value() {
        let json = "{\n\"a\":\t\"x\u{9b}\u{202e}\u{7f}é\"}";
        let clean = clean_json(json);
        assert!(clean.chars().all(|letter| !is_obeyed(letter)), "{clean}");
        let value = |json| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(value(&clean), value(json));
    }
}
