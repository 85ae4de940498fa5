//! Splits a response into the fields of its envelope, and decodes its result.

use std::ops::Range;

use serde::de::{DeserializeOwned, IgnoredAny};

use super::api_errors::{failure_reasons, has_errors};
use super::describe::describe;
use super::page_info::read_page_info;
use crate::call::{Call, ResponseHead};
use crate::error::{Fault, Problem};
use crate::json::{
    self, Malformed, skip_space, value_at, value_end, walk_array, walk_object,
    without_byte_order_mark,
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
    /// Where each item is in the body.
    pub(crate) items: Vec<Range<usize>>,
    pub(crate) info: Option<PageInfo>,
}

/// A `result` where a list is expected.
enum ListResult {
    /// It is `null` or absent.
    Null,
    /// Where each item is in the body.
    Items(Vec<Range<usize>>),
    /// The kind of another value.
    Other(&'static str),
}

/// Decodes the value that is at `range` of a body.
fn decode_value<T: DeserializeOwned>(
    body: &[u8],
    range: Range<usize>,
    name: &str,
    memory_limit: usize,
) -> Result<T, Fault> {
    let offset = range.start;
    let value = &body[range];
    if !json::fits(value, memory_limit) {
        return Err(Fault::Result(format!("{name}: {TOO_LARGE}").into()));
    }
    let name = || name.to_owned();
    let decoded = json::utf8(value, offset, name).and_then(|text| json::decode(text, name));
    decoded.map_err(|undecodable| Fault::Result(undecodable.into()))
}

/// Decodes the item at `index` of a page.
#[inline]
pub(crate) fn decode_item<T: DeserializeOwned>(
    page: Option<u64>,
    item: &[u8],
    index: usize,
) -> Result<T, Fault> {
    let name = || item_path(page, index);
    let decoded = json::utf8(item, 0, name).and_then(|text| json::decode(text, name));
    decoded.map_err(|undecodable| Fault::Item {
        problem: undecodable.into(),
        json: item.into(),
    })
}

/// Returns the fault of an item that could not be decoded.
pub(crate) fn undecodable_item<T: DeserializeOwned>(
    page: Option<u64>,
    item: &[u8],
    index: usize,
) -> Fault {
    match decode_item::<T>(page, item, index) {
        Err(fault) => fault,
        // A `Deserialize` may have a state.
        Ok(_) => bad_item(page, item, index, "could not be decoded"),
    }
}

/// Returns the fault of an item that is not decoded, because of the memory that it would take.
pub(crate) fn too_large_item(page: Option<u64>, item: &[u8], index: usize) -> Fault {
    bad_item(page, item, index, TOO_LARGE)
}

fn bad_item(page: Option<u64>, item: &[u8], index: usize, reason: &str) -> Fault {
    Fault::Item {
        problem: Problem {
            path: item_path(page, index),
            reason: reason.to_owned(),
            ..Problem::default()
        },
        json: item.into(),
    }
}

fn item_path(page: Option<u64>, index: usize) -> String {
    format!("{}result[{index}]", page_prefix(page))
}

fn page_prefix(page: Option<u64>) -> String {
    match page {
        Some(page) => format!("page {page}, "),
        None => String::new(),
    }
}

impl<'a> RawResponse<'a> {
    /// Decodes a `result` that is one value.
    pub(super) fn value<T: DeserializeOwned>(self, memory_limit: usize) -> Result<T, Fault> {
        let json = self.json()?;
        let mut result = None;
        let envelope = self.split(json, |at| {
            let end = value_end(json, at)?;
            result = Some(at..end);
            Ok(end)
        })?;
        if envelope.is_none() {
            self.check_unwrapped()?;
            let start = json.len() - without_byte_order_mark(json).len();
            return decode_value(json, start..json.len(), "response", memory_limit);
        }
        match result {
            Some(result) if self.call.returns_secret && &json[result.clone()] == EMPTY_TEXT => {
                let reason = "result: expected a secret, found empty text";
                Err(Fault::Result(reason.to_owned().into()))
            }
            Some(result) => decode_value(json, result, "result", memory_limit),
            // A type that accepts `null` accepts an absent result as well.
            None => serde_json::from_str("null")
                .map_err(|_| Fault::Result("result: is missing".to_owned().into())),
        }
    }

    /// Finds where each item of a `result` that is a list is in the body. `null` and absence are an
    /// empty list.
    ///
    /// A malformed item is an error when it is decoded.
    pub(crate) fn list(self) -> Result<RawPage, Fault> {
        let mut result = ListResult::Null;
        let envelope = self.split(self.body, |at| {
            let (list, end) = read_list(self.body, at)?;
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
        let json = self.json()?;
        let envelope = self.split(json, |at| value_end(json, at));
        let checked = envelope.and_then(|envelope| match envelope {
            Some(_) => Ok(()),
            None => self.check_unwrapped(),
        });
        // The caller gets the bytes of a success only, so those of a failure need not be valid.
        if matches!(checked, Err(Fault::Api(_))) {
            return checked;
        }
        self.check_json(json)?;
        checked
    }

    fn check_json(self, json: &[u8]) -> Result<(), Fault> {
        let text = str::from_utf8(json).map_err(|error| {
            self.not_json(&format!("invalid UTF-8 at byte {}", error.valid_up_to()))
        })?;
        serde_json::from_slice::<IgnoredAny>(without_byte_order_mark(text.as_bytes()))
            .map_err(|error| self.not_json(&error.to_string()))?;
        Ok(())
    }

    /// Fails if the start of a streamed export is a failure as JSON, or a web page.
    pub(crate) fn check_stream(self) -> Result<(), Fault> {
        let start = without_byte_order_mark(self.body).trim_ascii_start();
        match self.split(self.body, |at| value_end(self.body, at)) {
            Err(fault @ Fault::Api(_)) => Err(fault),
            _ if start.starts_with(b"<") => Err(self.not_json("")),
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
        json: &[u8],
        mut result: impl FnMut(usize) -> Result<usize, Malformed>,
    ) -> Result<Option<Envelope>, Fault> {
        let mark = json.len() - without_byte_order_mark(json).len();
        let start = skip_space(json, mark);
        if json.get(start) != Some(&b'{') {
            return match serde_json::from_slice::<IgnoredAny>(&json[start..]) {
                Ok(_) => Ok(None),
                Err(_) => Err(self.not_json("")),
            };
        }
        let mut envelope = Envelope::default();
        let mut has_result = false;
        let end = walk_object(json, start, |name, at| match &*name {
            b"success" => envelope.read_success(json, at),
            b"result_info" => envelope.read_info(json, at),
            b"result" if has_result => Err(Malformed::Refused("`result` occurs twice".to_owned())),
            b"result" => {
                has_result = true;
                result(at)
            }
            _ => value_end(json, at),
        });
        let end = end.map_err(|error| match error {
            Malformed::Refused(reason) => Fault::Decode(reason.into()),
            malformed => self.not_json(&malformed.to_string()),
        })?;
        let rest = skip_space(json, end);
        if rest < json.len() {
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
        if has_errors(self.body) {
            Err(Fault::Api(failure_reasons(self.body)))
        } else {
            Ok(())
        }
    }

    /// Fails if the response, which is JSON but no envelope, is not what the endpoint returns.
    fn check_unwrapped(self) -> Result<(), Fault> {
        if self.call.unwrapped {
            self.refuse_errors()
        } else {
            Err(Fault::Decode(NOT_THE_ENVELOPE.to_owned().into()))
        }
    }

    /// Returns the body. With `UNWRAPPED`, an empty one is decoded as null.
    fn json(self) -> Result<&'a [u8], Fault> {
        let is_empty = without_byte_order_mark(self.body).trim_ascii().is_empty();
        if !is_empty {
            return Ok(self.body);
        }
        if self.call.unwrapped {
            return Ok(b"null");
        }
        let mut problem = self.describe("");
        problem.reason += ": a custom endpoint whose success has none sets `UNWRAPPED`";
        Err(Fault::Decode(problem))
    }

    fn not_json(self, reason: &str) -> Fault {
        Fault::Decode(self.describe(reason))
    }

    fn describe(self, reason: &str) -> Problem {
        describe(self.call, &self.head.headers, self.body, reason)
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
    fn read_success(&mut self, json: &[u8], at: usize) -> Result<usize, Malformed> {
        if self.success.is_some() {
            return Err(Malformed::Refused("`success` occurs twice".to_owned()));
        }
        let value = value_at(json, at)?;
        // An error of serde would quote a text in full.
        self.success = match value {
            b"true" => Some(true),
            b"false" => Some(false),
            b"null" => None,
            other => {
                let found = json::kind(other);
                let reason = format!("success: expected a boolean, found {found}");
                return Err(Malformed::Refused(reason));
            }
        };
        Ok(at + value.len())
    }

    /// Reads `result_info`, whose value starts at `at`, and returns where it ends.
    fn read_info(&mut self, json: &[u8], at: usize) -> Result<usize, Malformed> {
        let value = value_at(json, at)?;
        self.info = read_page_info(value);
        Ok(at + value.len())
    }
}

/// Reads a `result` where a list is expected, whose value starts at `at`, and returns where it
/// ends.
fn read_list(json: &[u8], at: usize) -> Result<(ListResult, usize), Malformed> {
    if json.get(at) != Some(&b'[') {
        let value = value_at(json, at)?;
        let result = match value {
            b"null" => ListResult::Null,
            other => ListResult::Other(json::kind(other)),
        };
        return Ok((result, at + value.len()));
    }
    let mut items = Vec::new();
    let end = walk_array(json, at, |at| {
        if items.len() == MOST_ITEMS {
            let reason = format!("result: has more than {MOST_ITEMS} items, too many for a page");
            return Err(Malformed::Refused(reason));
        }
        let end = value_end(json, at)?;
        items.push(at..end);
        Ok(end)
    })?;
    Ok((ListResult::Items(items), end))
}

/// The most items of a page. The largest documented page has 1,000.
const MOST_ITEMS: usize = 100_000;
const EMPTY_TEXT: &[u8] = br#""""#;
const NOT_THE_ENVELOPE: &str = "the response is JSON, but not the API's envelope of `success` and `result`: is a proxy in between?";
const TOO_LARGE: &str = "takes more memory than `max_response_size` once it is decoded";
