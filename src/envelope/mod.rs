//! `success`, `errors`, `result`, `result_info`: what an answer means. The only file that knows them.

mod failure;
mod items;

use std::ops::Range;
use std::str::Utf8Error;

use http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::failure::{api_errors, describe};
pub(crate) use self::failure::{created_secret, failure};
use self::items::find_items;
pub(crate) use self::items::{Each, Items, decode_item, step_over};
use crate::call::{Call, Head};
use crate::error::Fault;
use crate::json::{self, Cursor};
use crate::page::{Page, PageInfo};

/// What a success of an [`Endpoint`](crate::Endpoint) becomes: any type that can be deserialized, or a [`Page`].
///
/// Implemented for all of them, and not to be implemented by hand.
// `Page` must never implement `Deserialize`: that is what keeps the two implementations apart.
pub trait Output: sealed::Decode {}

impl<T: sealed::Decode> Output for T {}

/// A whole answer with a status of success.
#[derive(Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) call: &'a Call,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Head {
    pub(crate) fn answer<'a>(&'a self, call: &'a Call, body: &'a [u8]) -> Answer<'a> {
        Answer {
            call,
            headers: &self.headers,
            body,
        }
    }
}

pub(crate) mod sealed {
    use super::{Answer, Cursor, DeserializeOwned, Fault, NULL_LIST, Page};
    use crate::envelope::items::Items;

    #[allow(private_interfaces, reason = "named by nothing outside this crate")]
    pub trait Decode: Sized {
        #[doc(hidden)]
        fn decode(answer: Answer<'_>) -> Result<Self, Fault>;
    }

    #[allow(private_interfaces, reason = "as above")]
    impl<T: DeserializeOwned> Decode for T {
        fn decode(answer: Answer<'_>) -> Result<Self, Fault> {
            answer.single()
        }
    }

    #[allow(private_interfaces, reason = "as above")]
    impl<T: DeserializeOwned> Decode for Page<T> {
        fn decode(answer: Answer<'_>) -> Result<Self, Fault> {
            let mut spans = Vec::new();
            let mut items = Items::with_room_for(0);
            let mut each =
                |cursor: &mut Cursor<'_>, index, ends_first| items.read(cursor, index, ends_first);
            let listed = answer.list(answer.text()?, &mut spans, &mut each)?;
            if listed.null {
                return Err(Fault::Decode(NULL_LIST.to_owned()));
            }
            Items::<T>::check(spans.len()).map_err(Fault::Decode)?;
            if let Some((_, text)) = items.bad.into_iter().next() {
                return Err(Fault::Decode(text));
            }
            Ok(Self {
                items: items.good,
                info: listed.info,
            })
        }
    }
}

pub(crate) const NULL_LIST: &str = "result: expected a list, found null or nothing";

/// The `result` of a listing, but for its items.
pub(crate) struct Listed {
    pub(crate) info: Option<PageInfo>,
    /// There was no list: `result` was null, or absent.
    pub(crate) null: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Success,
    Result,
    ResultInfo,
    #[serde(other)]
    Other,
}

impl Key {
    /// The key that comes next, if it is one of every answer and written as in every answer. Whatever else there is goes
    /// the long way.
    fn eat(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.peek();
        let (text, key) = match cursor.rest() {
            [b'"', b's', ..] => (r#""success""#, Self::Success),
            [b'"', b'e', ..] => (r#""errors""#, Self::Other),
            [b'"', b'm', ..] => (r#""messages""#, Self::Other),
            [b'"', b'r', b'e', b's', b'u', b'l', b't', b'"', ..] => (r#""result""#, Self::Result),
            [b'"', b'r', ..] => (r#""result_info""#, Self::ResultInfo),
            _ => return None,
        };
        cursor.eat_text(text).then_some(key)
    }
}

impl<'a> Answer<'a> {
    /// Decodes a `result` that is one value.
    fn single<T: DeserializeOwned>(self) -> Result<T, Fault> {
        let mut result = None;
        let read = |cursor: &mut Cursor<'a>| {
            cursor.peek();
            let value = match cursor.value::<T>() {
                Ok(value) => Ok(value),
                Err(error) => Err(json::explain(&error, "result", cursor.skip()?)),
            };
            result = Some(value);
            Ok(())
        };
        match self.walk(self.text()?, read)? {
            Some(_) => {}
            None => return self.bare(),
        }
        match result {
            Some(result) => result.map_err(Fault::Decode),
            // What takes a null takes nothing as well.
            None => serde_json::from_str("null")
                .map_err(|_| Fault::Decode("result: is missing".to_owned())),
        }
    }

    /// Finds the items of a `result` that is a list, and puts where they stand in the answer's text into `spans`.
    ///
    /// All around the items is checked to be JSON. `each` may decode an item or leave it for later: one that cannot be
    /// decoded costs itself, and no other.
    pub(crate) fn list(
        self,
        text: &'a str,
        spans: &mut Vec<Range<usize>>,
        each: Each<'_>,
    ) -> Result<Listed, Fault> {
        match self.list_once(text, spans, each, false) {
            Err(Fault::Decode(_)) => self.list_once(text, spans, each, true),
            listed => listed,
        }
    }

    fn list_once(
        self,
        text: &'a str,
        spans: &mut Vec<Range<usize>>,
        each: Each<'_>,
        ends_first: bool,
    ) -> Result<Listed, Fault> {
        spans.clear();
        let (mut null, mut wrong) = (true, None);
        let read = |cursor: &mut Cursor<'a>| {
            match cursor.peek() {
                Some(b'[') => {
                    null = false;
                    wrong = find_items(cursor, spans, each, ends_first)?;
                }
                Some(b'n') => drop(cursor.skip()?),
                _ => {
                    let found = json::kind(cursor.skip()?);
                    wrong = Some(format!("result: expected a list, found {found}"));
                }
            }
            Ok(())
        };
        let info = self.walk(text, read)?;
        if let Some(wrong) = wrong {
            return Err(Fault::Decode(wrong));
        }
        let info = info.ok_or_else(|| Fault::Decode(NOT_THE_ENVELOPE.to_owned()))?;
        Ok(Listed { info, null })
    }

    /// Judges the answer without decoding what it holds.
    pub(crate) fn check(self) -> Result<(), Fault> {
        let walk = |text| self.walk(text, |cursor| cursor.skip().map(drop));
        match self.text().and_then(walk) {
            // What may come bare may come as anything.
            Err(Fault::Decode(_)) | Ok(None) if self.call.bare => Ok(()),
            Ok(None) => Err(Fault::Decode(NOT_THE_ENVELOPE.to_owned())),
            Ok(Some(_)) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// Judges what a stream begins with, which should be no JSON at all.
    pub(crate) fn check_stream(self) -> Result<(), Fault> {
        let walk = |text| self.walk(text, |cursor| cursor.skip().map(drop));
        match self.text().and_then(walk) {
            Err(fault @ Fault::Api(_)) => Err(fault),
            _ if self.body.trim_ascii_start().starts_with(b"<") => Err(self.not_json("")),
            _ => Ok(()),
        }
    }

    /// Walks the envelope, leaves `result` to `read`, and answers the `result_info`; nothing if it is no envelope.
    // Everything is read to the end before anything is believed: `success` comes after `result`.
    fn walk(
        self,
        text: &'a str,
        mut read: impl FnMut(&mut Cursor<'a>) -> Result<(), String>,
    ) -> Result<Option<Option<PageInfo>>, Fault> {
        let mut cursor = Cursor::new(text);
        if !cursor.eat(b'{') {
            let broken = cursor.skip().is_err();
            return if broken {
                Err(self.not_json(""))
            } else {
                Ok(None)
            };
        }
        let (mut success, mut has_result, mut info) = (None, false, None);
        let mut walk = || -> Result<Option<String>, String> {
            let mut first = true;
            while !cursor.eat(b'}') {
                if !std::mem::take(&mut first) {
                    cursor.expect(b',')?;
                }
                let key = match Key::eat(&mut cursor).map_or_else(|| cursor.value(), Ok) {
                    Ok(key) => key,
                    Err(error) if error.is_eof() => return Err("it is cut short".to_owned()),
                    Err(_) => return Err(cursor.broken("expected the name of a field")),
                };
                cursor.expect(b':')?;
                cursor.peek();
                match key {
                    Key::Success if success.is_some() => {
                        return Ok(Some("`success` twice".to_owned()));
                    }
                    Key::Success if cursor.eat_text("true") => success = Some(true),
                    Key::Success => match cursor.step_over()? {
                        "false" => success = Some(false),
                        "null" => {}
                        other => {
                            return Ok(Some(format!(
                                "success: expected a boolean, found {}",
                                json::kind(other)
                            )));
                        }
                    },
                    Key::Result if has_result => return Ok(Some("`result` twice".to_owned())),
                    Key::Result => {
                        has_result = true;
                        read(&mut cursor)?;
                    }
                    Key::ResultInfo => info = PageInfo::read(cursor.skip()?),
                    Key::Other => drop(cursor.skip()?),
                }
            }
            match cursor.peek() {
                None => Ok(None),
                Some(_) => Err(cursor.broken("something follows the JSON")),
            }
        };
        match walk() {
            Err(broken) => Err(self.not_json(&broken)),
            Ok(Some(wrong)) => Err(Fault::Decode(wrong)),
            Ok(None) if success == Some(false) => {
                Err(Fault::Api(api_errors(self.body).unwrap_or_default()))
            }
            Ok(None) if success.is_some() || has_result => Ok(Some(info)),
            Ok(None) => Ok(None),
        }
    }

    /// Decodes an answer that is JSON, and not the envelope.
    fn bare<T: DeserializeOwned>(self) -> Result<T, Fault> {
        if !self.call.bare {
            return Err(Fault::Decode(NOT_THE_ENVELOPE.to_owned()));
        }
        let text = self.text()?;
        if let Some(errors) = api_errors(self.body).filter(|errors| !errors.is_empty()) {
            return Err(Fault::Api(errors));
        }
        let text = text.trim_start_matches('\u{feff}');
        serde_json::from_str(text)
            .map_err(|error| Fault::Decode(json::explain(&error, "the answer", text)))
    }

    fn text(self) -> Result<&'a str, Fault> {
        let text = str::from_utf8(self.body).map_err(|error| self.not_utf8(error))?;
        require_substance(text)?;
        // A bare answer that says nothing is worth a null.
        if self.call.bare && text.trim().is_empty() {
            Ok("null")
        } else {
            Ok(text)
        }
    }

    pub(crate) fn not_utf8(self, error: Utf8Error) -> Fault {
        self.not_json(&format!("invalid UTF-8 at byte {}", error.valid_up_to()))
    }

    fn not_json(self, reason: &str) -> Fault {
        Fault::Decode(describe(self.call, self.headers, self.body, reason))
    }
}

/// Refuses a text of countless values of next to nothing, such as `[0,0,0` and so on: each would take a multiple of its
/// size in memory.
pub(crate) fn require_substance(text: &str) -> Result<(), Fault> {
    // As many values as this, and no text between them; a documented page is shorter.
    const MANY: usize = 1 << 18;
    const THIN: usize = 8;
    const SHORT: usize = 1 << 20;
    if text.len() <= SHORT {
        return Ok(());
    }
    let is_start = |byte: &u8| u8::from(matches!(byte, b',' | b'[' | b'{'));
    // In sums that fit in a byte, of which a processor makes many at a time.
    let chunks = text.as_bytes().chunks(255);
    let values: usize = chunks
        .map(|chunk| usize::from(chunk.iter().map(is_start).sum::<u8>()))
        .sum();
    if values > MANY && text.len() < values * THIN {
        let reason =
            format!("the answer holds some {values} values of next to nothing, too many to be one");
        return Err(Fault::Decode(reason));
    }
    Ok(())
}

const NOT_THE_ENVELOPE: &str = "the answer is JSON, but not the API's envelope of `success` and `result`: is a proxy in between?";
