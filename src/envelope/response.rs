//! Splits a response into the fields of its envelope, and decodes its result.

use std::ops::Range;
use std::str::Utf8Error;

use serde::de::DeserializeOwned;

use super::api_errors::{api_errors, failure_reasons};
use super::describe::describe;
use crate::call::{Call, ResponseHead};
use crate::error::Fault;
use crate::json::{
    self, BYTE_ORDER_MARK, Malformed, skip_space, value_at, value_end, walk_array, walk_object,
};
use crate::page::PageInfo;

/// A response with a 2xx status and its whole body.
#[derive(Clone, Copy)]
pub(crate) struct RawResponse<'a> {
    pub(crate) call: &'a Call,
    pub(crate) head: &'a ResponseHead,
    pub(crate) body: &'a [u8],
}

/// The items of a page as raw JSON.
pub(crate) struct RawPage {
    /// Where each item is in the text.
    pub(crate) items: Vec<Range<usize>>,
    pub(crate) info: Option<PageInfo>,
}

/// A `result` that is one value.
enum ResultValue<'a, T> {
    Decoded(T),
    /// The JSON of a value that cannot be decoded.
    Raw(&'a str),
}

/// A `result` where a list is expected.
enum ListResult {
    /// It is `null` or absent.
    Null,
    /// Where each item is in the text.
    Items(Vec<Range<usize>>),
    /// The kind of another value.
    Other(&'static str),
}

/// Decodes the item at `index` of a page.
#[inline]
pub(crate) fn decode_item<T: DeserializeOwned>(
    page: Option<u64>,
    item: &str,
    index: usize,
) -> Result<T, Fault> {
    let decoded = json::decode(item, || format!("{}result[{index}]", page_prefix(page)));
    decoded.map_err(|undecodable| Fault::Item {
        problem: undecodable.into(),
        json: item.as_bytes().into(),
    })
}

fn page_prefix(page: Option<u64>) -> String {
    page.map_or(String::new(), |page| format!("page {page}, "))
}

impl<'a> RawResponse<'a> {
    /// Decodes a `result` that is one value.
    pub(super) fn value<T: DeserializeOwned>(self) -> Result<T, Fault> {
        let text = self.text()?;
        let mut result = None;
        let envelope = self.split(text, |at| {
            let (value, end) = self.read_result(text, at)?;
            result = Some(value);
            Ok(end)
        })?;
        if envelope.is_none() {
            return self.unwrapped(text);
        }
        match result {
            Some(ResultValue::Decoded(value)) => Ok(value),
            Some(ResultValue::Raw(EMPTY_TEXT)) if self.call.returns_secret => Err(Fault::Result(
                "result: expected a secret, found empty text"
                    .to_owned()
                    .into(),
            )),
            Some(ResultValue::Raw(raw)) => json::decode(raw, || "result".to_owned())
                .map_err(|undecodable| Fault::Result(undecodable.into())),
            // A type that accepts `null` accepts an absent result as well.
            None => serde_json::from_str("null")
                .map_err(|_| Fault::Result("result: is missing".to_owned().into())),
        }
    }

    /// Reads the value of `result` and returns where it ends.
    // The result is decoded in place: to find its end first costs 8 % of a call, in instructions.
    fn read_result<T: DeserializeOwned>(
        self,
        text: &'a str,
        at: usize,
    ) -> Result<(ResultValue<'a, T>, usize), Malformed> {
        let is_empty_secret = self.call.returns_secret && text[at..].starts_with(EMPTY_TEXT);
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter();
        if !is_empty_secret && let Some(Ok(value)) = values.next() {
            let end = at + values.byte_offset();
            if let Some(b',' | b'}') = text.as_bytes().get(skip_space(text, end)) {
                return Ok((ResultValue::Decoded(value), end));
            }
        }
        let raw = value_at(text, at)?;
        Ok((ResultValue::Raw(raw), at + raw.len()))
    }

    /// Finds where each item of a `result` that is a list is in the text. `null` and absence are an
    /// empty list.
    ///
    /// A malformed item is an error when it is decoded.
    pub(crate) fn list(self, text: &str) -> Result<RawPage, Fault> {
        let mut result = ListResult::Null;
        let envelope = self.split(text, |at| {
            let (list, end) = read_list(text, at)?;
            result = list;
            Ok(end)
        })?;
        let Some(envelope) = envelope else {
            return Err(Fault::Decode(NOT_THE_ENVELOPE.to_owned().into()));
        };
        let items = match result {
            ListResult::Items(items) => items,
            ListResult::Null if envelope.success == Some(true) => Vec::new(),
            ListResult::Null => return Err(self.not_a_list("null")),
            ListResult::Other(kind) => return Err(self.not_a_list(kind)),
        };
        Ok(RawPage {
            items,
            info: envelope.info,
        })
    }

    fn not_a_list(self, found: &str) -> Fault {
        let page = page_prefix(self.call.page());
        Fault::Decode(format!("{page}result: expected a list, found {found}").into())
    }

    /// Checks that the response is a success and valid JSON, without decoding its result.
    pub(crate) fn check(self) -> Result<(), Fault> {
        let text = self.text()?;
        serde_json::from_str::<serde::de::IgnoredAny>(text.trim_start_matches(BYTE_ORDER_MARK))
            .map_err(|error| self.not_json(&error.to_string()))?;
        match self.split(text, |at| value_end(text, at))? {
            Some(_) => Ok(()),
            None => self.unwrapped::<serde::de::IgnoredAny>(text).map(drop),
        }
    }

    /// Fails if the start of a streamed export is a failure as JSON, or a web page.
    pub(crate) fn check_stream(self) -> Result<(), Fault> {
        let envelope = self
            .text()
            .and_then(|text| self.split(text, |at| value_end(text, at)));
        match envelope {
            Err(fault @ Fault::Api(_)) => Err(fault),
            _ if self.body.trim_ascii_start().starts_with(b"<") => Err(self.not_json("")),
            _ => Ok(()),
        }
    }

    /// Splits the envelope into its fields. Returns `None` if the response is JSON but no envelope.
    ///
    /// `result` gets the offset at which the value of `result` starts, and returns the one at which
    /// it ends.
    // Nothing of `result` may be used before this returns, because `success` can come after it.
    fn split(
        self,
        text: &str,
        mut result: impl FnMut(usize) -> Result<usize, Malformed>,
    ) -> Result<Option<Envelope>, Fault> {
        refuse_tiny_values(text)?;
        let mark = text
            .strip_prefix(BYTE_ORDER_MARK)
            .map_or(0, |_| BYTE_ORDER_MARK.len_utf8());
        let start = skip_space(text, mark);
        if text.as_bytes().get(start) != Some(&b'{') {
            return match serde_json::from_str::<serde::de::IgnoredAny>(&text[start..]) {
                Ok(_) => Ok(None),
                Err(_) => Err(self.not_json("")),
            };
        }
        let mut envelope = Envelope::default();
        let mut has_result = false;
        let end = walk_object(text, start, |name, at| match &*name {
            "success" => envelope.read_success(text, at),
            "result_info" => envelope.read_info(text, at),
            "result" if has_result => Err(Malformed::Refused("`result` occurs twice".to_owned())),
            "result" => {
                has_result = true;
                result(at)
            }
            _ => value_end(text, at),
        });
        let end = end.map_err(|error| match error {
            Malformed::Refused(reason) => Fault::Decode(reason.into()),
            malformed => self.not_json(&malformed.to_string()),
        })?;
        let rest = skip_space(text, end);
        if rest < text.len() {
            return Err(self.not_json(&format!("expected nothing more at byte {rest}")));
        }
        match envelope.success {
            Some(true) => Ok(Some(envelope)),
            Some(false) => Err(Fault::Api(failure_reasons(self.body))),
            None if !has_result => Ok(None),
            // Without `success`, the status decides, unless there are errors.
            None => {
                self.refuse_errors()?;
                Ok(Some(envelope))
            }
        }
    }

    /// Fails if the response has errors. For responses that do not say whether they are a success.
    fn refuse_errors(self) -> Result<(), Fault> {
        match api_errors(self.body) {
            Some(errors) if !errors.is_empty() => Err(Fault::Api(errors)),
            _ => Ok(()),
        }
    }

    /// Decodes a response that is JSON but no envelope.
    fn unwrapped<T: DeserializeOwned>(self, text: &str) -> Result<T, Fault> {
        if !self.call.unwrapped {
            return Err(Fault::Decode(NOT_THE_ENVELOPE.to_owned().into()));
        }
        self.refuse_errors()?;
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        json::decode(text, || "response".to_owned())
            .map_err(|undecodable| Fault::Result(undecodable.into()))
    }

    pub(super) fn text(self) -> Result<&'a str, Fault> {
        let text = str::from_utf8(self.body).map_err(|error| self.not_utf8(error))?;
        // With `UNWRAPPED`, an empty body is decoded as null.
        if self.call.unwrapped && text.trim().is_empty() {
            Ok("null")
        } else {
            Ok(text)
        }
    }

    pub(crate) fn not_utf8(self, error: Utf8Error) -> Fault {
        self.not_json(&format!("invalid UTF-8 at byte {}", error.valid_up_to()))
    }

    fn not_json(self, reason: &str) -> Fault {
        Fault::Decode(describe(self.call, &self.head.headers, self.body, reason))
    }
}

/// The fields of an envelope, besides its result.
#[derive(Default)]
struct Envelope {
    success: Option<bool>,
    info: Option<PageInfo>,
}

impl Envelope {
    /// Reads `success`, whose value starts at `at`, and returns where it ends.
    fn read_success(&mut self, text: &str, at: usize) -> Result<usize, Malformed> {
        if self.success.is_some() {
            return Err(Malformed::Refused("`success` occurs twice".to_owned()));
        }
        let value = value_at(text, at)?;
        self.success = serde_json::from_str(value).map_err(|_| {
            let found = json::kind(value);
            Malformed::Refused(format!("success: expected a boolean, found {found}"))
        })?;
        Ok(at + value.len())
    }

    /// Reads `result_info`, whose value starts at `at`, and returns where it ends.
    fn read_info(&mut self, text: &str, at: usize) -> Result<usize, Malformed> {
        let value = value_at(text, at)?;
        self.info = PageInfo::read(value);
        Ok(at + value.len())
    }
}

/// Reads a `result` where a list is expected, whose value starts at `at`, and returns where it
/// ends.
fn read_list(text: &str, at: usize) -> Result<(ListResult, usize), Malformed> {
    if text.as_bytes().get(at) != Some(&b'[') {
        let value = value_at(text, at)?;
        let result = match value {
            "null" => ListResult::Null,
            other => ListResult::Other(json::kind(other)),
        };
        return Ok((result, at + value.len()));
    }
    let mut items = Vec::new();
    let end = walk_array(text, at, |at| {
        if items.len() == MOST_ITEMS {
            let reason = format!("result: has more than {MOST_ITEMS} items, too many for a page");
            return Err(Malformed::Refused(reason));
        }
        let end = value_end(text, at)?;
        items.push(at..end);
        Ok(end)
    })?;
    Ok((ListResult::Items(items), end))
}

/// Refuses text that consists of very many tiny values, such as `[0,0,0,…]`, because decoding them
/// takes many times the memory of the text.
pub(super) fn refuse_tiny_values(text: &str) -> Result<(), Fault> {
    // A documented page has far fewer values, and each is longer.
    const MANY: usize = 1 << 18;
    const TINY: usize = 8;
    if text.len() <= 1 << 20 {
        return Ok(());
    }
    let (mut values, mut in_string) = (0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => drop(bytes.next()),
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    if values > MANY && text.len() < values * TINY {
        let reason = format!("the response has some {values} tiny values, too many to decode");
        return Err(Fault::Decode(reason.into()));
    }
    Ok(())
}

/// The most items of a page. The largest documented page has 1,000.
const MOST_ITEMS: usize = 100_000;
const EMPTY_TEXT: &str = r#""""#;
const NOT_THE_ENVELOPE: &str = "the response is JSON, but not the API's envelope of `success` and `result`: is a proxy in between?";
