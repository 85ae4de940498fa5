//! Finds the path of the value that cannot be decoded, from the position of the error.
//!
//! A decoder that tracks its path would compile every model a second time.

use serde_json::error::Category;

use super::error::DecodeError;
use super::split::skip_value;

/// The most bytes of a path that are kept. Much more than is shown, so that no secret is cut before
/// it is redacted.
pub(super) const LARGEST_PATH: usize = 64 << 10;

/// Returns the path of the value that `error` is about, such as `.parts[1].name`. The path of the
/// whole text is empty.
///
/// `fails` returns whether the start of a text cannot be decoded, whatever follows. Where the
/// position fits both a container and an element of it, this decides.
pub(super) fn path(text: &str, error: &DecodeError, fails: fn(&str) -> bool) -> String {
    let fails_before = |end: usize| {
        let end = (end..=text.len()).find(|end| text.is_char_boundary(*end));
        end.is_some_and(|end| fails(&text[..end]))
    };
    // Without a position, it is an error of the whole text.
    let Some(offset) = offset(text, error) else {
        return String::new();
    };
    match error.category {
        Category::Data => path_of_wrong_value(text, offset, error, &fails_before),
        Category::Syntax => {
            path_of_wrong_byte(text, offset.saturating_sub(1), error, &fails_before)
        }
        Category::Eof | Category::Io => path_of_truncation(text, error),
    }
}

/// Returns the path of the value that the byte at `offset` is in.
pub(super) fn path_at(json: &[u8], offset: usize) -> String {
    let place = Place::at(json, offset);
    match place.after {
        After::PartOfName => place.container(),
        _ => place.next_element(),
    }
}

/// Returns how many bytes are before the position of an error.
fn offset(text: &str, error: &DecodeError) -> Option<usize> {
    let start_of_line = match error.line {
        0 => return None,
        1 => 0,
        line => {
            let (line_feed, _) = text.match_indices('\n').nth(line - 2)?;
            line_feed + 1
        }
    };
    // The column counts bytes.
    let offset = start_of_line + error.column;
    (offset <= text.len()).then_some(offset)
}

/// Returns the path of a value of a wrong type. `offset` is how far the decoder had read.
fn path_of_wrong_value(
    text: &str,
    offset: usize,
    error: &DecodeError,
    fails_before: &dyn Fn(usize) -> bool,
) -> String {
    // A model that parses a text inside a value returns a position in that text.
    let is_position_in_this_text = fails_before(offset) || fails_before(offset + 1);
    if !is_position_in_this_text {
        return String::new();
    }
    let fails_in_last = |container: &Container<'_>| container.end_of_last.is_some_and(fails_before);
    let place = Place::at(text.as_bytes(), offset);
    match &place.after {
        // The list, or its first item, if that is an object or a list: nothing of it was read.
        After::Open if place.is_in_list() && !fails_before(offset) => place.next_element(),
        After::Open => place.container(),
        // An unknown field is an error of the field, a duplicate one of the object.
        After::Name if error.message.starts_with("unknown field `") => place.next_element(),
        After::Name => place.container(),
        After::Colon | After::PartOfValue => place.next_element(),
        // The item before the comma, or the one after it.
        After::Comma if place.open.last().is_some_and(fails_in_last) => place.last_element(),
        After::Comma if place.is_in_list() => place.next_element(),
        After::Comma | After::PartOfName => place.container(),
        After::Scalar => place.last_element(),
        // The value that was closed, or its last element.
        After::Close(closed) if fails_in_last(closed) => place.last_element() + &closed.last_step(),
        After::Close(_) => place.last_element(),
    }
}

/// Returns the path for malformed JSON. `at` is where the unexpected byte is.
fn path_of_wrong_byte(
    text: &str,
    at: usize,
    error: &DecodeError,
    fails_before: &dyn Fn(usize) -> bool,
) -> String {
    let reason = &error.message;
    if reason.starts_with("expected value") && !fails_before(at + 1) {
        // After the value of an enum's variant, another field follows.
        return Place::at(text.as_bytes(), at + 1).container();
    }
    let place = Place::at(text.as_bytes(), at);
    let is_list_at_its_end = text.as_bytes().get(at) == Some(&b']');
    match &place.after {
        // A value was complete in the middle of a word, such as `1` in `1x`.
        After::PartOfValue if reason.starts_with("expected `,`") => place.container(),
        After::Colon | After::PartOfValue => place.next_element(),
        // An item is expected here, unless a tuple is complete.
        After::Open | After::Comma
            if place.is_in_list() && !is_list_at_its_end && !fails_before(at) =>
        {
            place.next_element()
        }
        After::Scalar if is_about_word(error) => place.last_element(),
        _ => place.container(),
    }
}

/// Returns the path for JSON that is truncated.
fn path_of_truncation(text: &str, error: &DecodeError) -> String {
    let place = Place::at(text.as_bytes(), text.len());
    match &place.after {
        After::Colon | After::PartOfValue => place.next_element(),
        After::Scalar if is_about_word(error) => place.last_element(),
        _ => place.container(),
    }
}

/// Whether an error is about a number, or about `true`, `false` or `null`.
fn is_about_word(error: &DecodeError) -> bool {
    let reason = &error.message;
    reason.starts_with("invalid number")
        || reason.starts_with("expected ident")
        || reason.starts_with("EOF while parsing a value")
}

/// A place in JSON: the containers that are open there, and what comes before it.
struct Place<'j> {
    /// From the outermost.
    open: Vec<Container<'j>>,
    after: After<'j>,
}

/// What comes before a place, white space aside.
enum After<'j> {
    /// The start of the text, or the bracket that opens a container.
    Open,
    PartOfName,
    Name,
    Colon,
    PartOfValue,
    Scalar,
    /// The bracket that closes this container.
    Close(Container<'j>),
    Comma,
}

struct Container<'j> {
    kind: Kind<'j>,
    /// Where the last complete element ends, if there is one.
    end_of_last: Option<usize>,
}

enum Kind<'j> {
    /// A list with this number of complete items.
    List(usize),
    /// An object with this last name, quoted.
    Object(&'j [u8]),
}

/// Values that are nested deeper are not told apart. The path to them would be too long to show.
const DEEPEST: usize = 200;

impl<'j> Place<'j> {
    /// Finds the place before the byte at `offset`.
    fn at(json: &'j [u8], offset: usize) -> Self {
        let mut place = Self {
            open: Vec::new(),
            after: After::Open,
        };
        let mut at = 0;
        while at < offset {
            at = place.pass_token(json, at, offset);
        }
        place
    }

    /// Goes past the token at `at` and returns where it ends, at most at `offset`.
    fn pass_token(&mut self, json: &'j [u8], at: usize, offset: usize) -> usize {
        match json[at] {
            b' ' | b'\n' | b'\r' | b'\t' => {}
            b',' => self.after = After::Comma,
            b':' => self.after = After::Colon,
            b'[' if self.open.len() < DEEPEST => self.open(Kind::List(0)),
            b'{' if self.open.len() < DEEPEST => self.open(Kind::Object(b"")),
            b']' | b'}' => self.close(at + 1),
            b'"' if self.expects_name() => return self.pass_name(json, at, offset),
            _ => return self.pass_scalar(json, at, offset),
        }
        at + 1
    }

    fn open(&mut self, kind: Kind<'j>) {
        self.open.push(Container {
            kind,
            end_of_last: None,
        });
        self.after = After::Open;
    }

    fn close(&mut self, end: usize) {
        if let Some(closed) = self.open.pop() {
            self.complete_element(end);
            self.after = After::Close(closed);
        }
    }

    fn expects_name(&self) -> bool {
        let is_in_object = self.open.last().is_some_and(|open| !open.is_list());
        is_in_object && matches!(self.after, After::Open | After::Comma)
    }

    fn pass_name(&mut self, json: &'j [u8], at: usize, offset: usize) -> usize {
        match skip_value(json, at) {
            Some(end) if end <= offset => {
                if let Some(object) = self.open.last_mut() {
                    object.kind = Kind::Object(&json[at..end]);
                }
                self.after = After::Name;
                end
            }
            _ => {
                self.after = After::PartOfName;
                offset
            }
        }
    }

    fn pass_scalar(&mut self, json: &[u8], at: usize, offset: usize) -> usize {
        match skip_value(json, at) {
            Some(end) if end <= offset => {
                self.complete_element(end);
                self.after = After::Scalar;
                end
            }
            _ => {
                self.after = After::PartOfValue;
                offset
            }
        }
    }

    fn complete_element(&mut self, end: usize) {
        if let Some(container) = self.open.last_mut() {
            container.end_of_last = Some(end);
            if let Kind::List(items) = &mut container.kind {
                *items += 1;
            }
        }
    }

    fn is_in_list(&self) -> bool {
        self.open.last().is_some_and(Container::is_list)
    }

    /// The path of the container that the place is in.
    fn container(&self) -> String {
        match self.open.split_last() {
            Some((_, outer)) => outer.iter().map(Container::next_step).collect(),
            None => String::new(),
        }
    }

    /// The path of the element that the place is in or before.
    fn next_element(&self) -> String {
        self.open.iter().map(Container::next_step).collect()
    }

    /// The path of the element that the place is after.
    fn last_element(&self) -> String {
        match self.open.last() {
            Some(open) => self.container() + &open.last_step(),
            None => String::new(),
        }
    }
}

impl Container<'_> {
    fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List(_))
    }

    fn next_step(&self) -> String {
        match self.kind {
            Kind::List(items) => format!("[{items}]"),
            Kind::Object(name) => step_to(name),
        }
    }

    fn last_step(&self) -> String {
        match self.kind {
            Kind::List(items) => format!("[{}]", items.saturating_sub(1)),
            Kind::Object(name) => step_to(name),
        }
    }
}

/// Returns the step to the field with this quoted name.
fn step_to(quoted: &[u8]) -> String {
    let quoted = &quoted[..quoted.len().min(LARGEST_PATH)];
    match serde_json::from_slice::<String>(quoted) {
        Ok(name) => format!(".{name}"),
        Err(_) => format!(".{}", String::from_utf8_lossy(quoted)),
    }
}

#[cfg(test)]
mod tests;
