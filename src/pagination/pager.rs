use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use super::end::{Judge, Verdict};
use super::read_ahead::Ahead;
use super::sheet::Sheet;
use crate::call::{Call, Head};
use crate::cancel::Cancel;
use crate::client::Client;
use crate::envelope::{Each, NULL_LIST, decode_item, require_substance};
use crate::error::{Error, Fault, Result};
use crate::page::PageInfo;

/// A listing on its way: fetches pages in order, and hands them out until the judge says that it ended.
pub(super) struct Listing<'c, T> {
    client: &'c Client,
    call: Option<Call>,
    /// Why there is no call, until that was said.
    refused: Option<Error>,
    judge: Judge,
    next: u64,
    total: Option<u64>,
    over: bool,
    fetched: Fetched<T>,
    ahead: Option<Ahead<T>>,
    page: Handed,
    /// The first items of the page that are left, as far as they were decoded where they were fetched.
    decoded: VecDeque<Result<T, String>>,
}

/// The page that is being handed out; its bytes are with the judge.
#[derive(Default)]
struct Handed {
    number: u64,
    head: Option<Head>,
    /// Which of its items are still to be handed out.
    left: Range<usize>,
    /// Whether its items were decoded while they were found.
    decoded: bool,
    /// The start of its body, which the errors of all its items share.
    kept: Option<Arc<[u8]>>,
}

/// One page as it came.
pub(super) struct Fetched<T> {
    sheet: Sheet,
    /// The first of its items, as far as they were decoded ahead.
    decoded: VecDeque<Result<T, String>>,
    head: Option<Head>,
    /// For a null result: the error that it is, unless the listing ended before it.
    null: Option<Error>,
}

impl<'c, T> Listing<'c, T> {
    pub(super) fn new(client: &'c Client, call: Result<Call>) -> Self {
        let (call, refused) = match call {
            Ok(call) => (Some(call), None),
            Err(error) => (None, Some(error)),
        };
        let number = |name| {
            call.as_ref()
                .and_then(|call| call.parameter(name)?.parse().ok())
        };
        Self {
            client,
            judge: Judge::new(
                number("per_page"),
                call.as_ref().is_some_and(|call| call.single_page),
                call.as_ref().is_some_and(|call| call.unique_ids),
            ),
            next: number("page").unwrap_or(1),
            call,
            refused,
            total: None,
            over: false,
            fetched: Fetched::default(),
            ahead: None,
            page: Handed::default(),
            decoded: VecDeque::new(),
        }
    }

    pub(super) fn read_ahead(&mut self, pages: usize)
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.ahead = (pages > 0).then(|| Ahead::new(pages));
    }

    /// The first page that was not yet handed out whole.
    pub(super) fn next_page(&self) -> u64 {
        if self.page.left.is_empty() {
            self.next
        } else {
            self.page.number
        }
    }

    pub(super) fn current_page(&self) -> u64 {
        self.page.number
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    pub(super) fn info(&self) -> Option<PageInfo> {
        self.judge.page().info.clone()
    }

    /// How many items the page has.
    pub(super) fn page_len(&self) -> usize {
        self.judge.page().len()
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// How many items of the page are still to be handed out.
    pub(super) fn left(&self) -> usize {
        self.page.left.len()
    }

    /// Goes to the next page; nothing if there is none.
    ///
    /// `each` is shown its items, unless the page was fetched ahead.
    pub(super) fn advance(&mut self, each: Each<'_>) -> Option<Result<()>> {
        if let Some(error) = self.refused.take() {
            self.over = true;
            return Some(Err(error));
        }
        while !self.over {
            let number = self.next;
            let call = self.call.as_mut()?;
            let landed = self
                .ahead
                .as_mut()
                .and_then(|ahead| ahead.land(&mut self.fetched));
            let decoded = landed.is_none();
            let outcome =
                landed.unwrap_or_else(|| self.fetched.fill(self.client, call, number, each, None));
            let fetched = &mut self.fetched;
            self.judge.note(fetched.sheet.info.as_ref());
            if let Some(info) = &fetched.sheet.info {
                self.total = info.total_count.or(self.total);
            }
            let failure = outcome
                .err()
                .map(|error| (error, false))
                .or(fetched.null.take().map(|error| (error, true)));
            let verdict = match failure {
                None => self.judge.judge(number, &mut fetched.sheet),
                Some((error, null)) if self.judge.ends_at(number, &error, null) => Verdict::End,
                Some((error, _)) => {
                    self.end();
                    return Some(Err(error));
                }
            };
            match verdict {
                Verdict::HandOut { known, last } => {
                    std::mem::swap(&mut self.decoded, &mut fetched.decoded);
                    self.decoded.drain(..known.min(self.decoded.len()));
                    self.page = Handed {
                        number,
                        head: fetched.head.take(),
                        left: known..self.judge.page().len(),
                        decoded,
                        kept: None,
                    };
                    self.next = number.saturating_add(1);
                    if last {
                        self.end();
                    } else {
                        self.look_ahead();
                    }
                    return Some(Ok(()));
                }
                Verdict::Skip => self.next = number.saturating_add(1),
                Verdict::End => self.end(),
            }
        }
        None
    }

    fn end(&mut self) {
        self.over = true;
        if let Some(ahead) = &mut self.ahead {
            ahead.stop();
        }
    }

    fn look_ahead(&mut self) {
        if let (Some(ahead), Some(call)) = (&mut self.ahead, &self.call) {
            ahead.launch(self.client, call, self.next, self.judge.last_page());
        }
    }

    /// Decodes the next item of the page; nothing after its last one.
    pub(super) fn item(&mut self) -> Option<Result<T>>
    where
        T: DeserializeOwned,
    {
        let index = self.page.left.next()?;
        let text = match self.decoded.pop_front() {
            Some(Ok(item)) => return Some(Ok(item)),
            Some(Err(text)) => text,
            None => match decode_item(self.judge.page().item(index), index) {
                Ok(item) => return Some(Ok(item)),
                Err(text) => text,
            },
        };
        Some(Err(self.failed(Fault::Item(text))))
    }

    /// Ends the listing at this page, which is no good as a whole.
    pub(super) fn refuse(&mut self, text: String) -> Error {
        self.next = self.page.number;
        self.page.left = 0..0;
        self.end();
        self.failed(Fault::Decode(text))
    }

    /// All items of the page, if they were decoded while they were found, and where those begin that are new.
    pub(super) fn take_decoded(&mut self) -> Option<usize> {
        if !self.page.decoded {
            return None;
        }
        let known = self.page.left.start;
        self.page.left = 0..0;
        Some(known)
    }

    /// An error about the page that is being handed out.
    pub(super) fn failed(&mut self, fault: Fault) -> Error {
        let (Some(call), Some(head)) = (&self.call, &self.page.head) else {
            return Error::invalid_request("page", "was not fetched");
        };
        let body = self.judge.page().text.as_bytes();
        let kept = self.page.kept.get_or_insert_with(|| self.client.kept(body));
        let answer = Some((head, Arc::clone(kept)));
        self.client.failed(call, head.attempts, answer, fault)
    }
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self {
            sheet: Sheet::default(),
            decoded: VecDeque::new(),
            head: None,
            null: None,
        }
    }
}

/// Of a page this part is decoded ahead, if its items take less time than that. To take over what another core made, and
/// to free it, costs almost as much as to decode it: measured on two cores, all of the audit logs, at two microseconds
/// each, make a listing slower, and a sixth makes it fastest, whether its consumer counts the logs or writes them out. The
/// first part of a page decides for all of it.
const QUICK_PART: usize = 6;
const QUICK: Duration = Duration::from_micros(10);

/// As much memory, in place, may the items take that are decoded ahead: a thousand times the documented page, and no
/// multiple of a page of nothing but `{}`.
const LARGEST_DECODED: usize = 4 << 20;

impl<T> Fetched<T> {
    /// Fetches page `number`, and finds its items.
    pub(super) fn fill(
        &mut self,
        client: &Client,
        call: &mut Call,
        number: u64,
        each: Each<'_>,
        cancel: Option<&Cancel>,
    ) -> Result<()> {
        self.sheet.info = None;
        self.decoded.clear();
        self.null = None;
        if !call.single_page {
            call.set_parameter("page", number.to_string());
        }
        let mut body = std::mem::take(&mut self.sheet.text).into_bytes();
        let head = client.run(call, &mut body, cancel)?;
        self.sheet.text = String::from_utf8(body).map_err(|error| {
            let fault = head
                .answer(call, error.as_bytes())
                .not_utf8(error.utf8_error());
            client.not_understood(call, &head, error.as_bytes(), fault)
        })?;
        let text = &self.sheet.text;
        let failed = |fault| client.not_understood(call, &head, text.as_bytes(), fault);
        let answer = head.answer(call, text.as_bytes());
        let listed = require_substance(text)
            .and_then(|()| answer.list(text, &mut self.sheet.spans, each))
            .map_err(failed)?;
        self.null = listed
            .null
            .then(|| failed(Fault::Decode(NULL_LIST.to_owned())));
        self.sheet.info = listed.info;
        self.head = Some(head);
        Ok(())
    }

    /// Decodes the first of its items, as many as pays, until that is enough.
    pub(super) fn decode_until(&mut self, enough: impl Fn() -> bool)
    where
        T: DeserializeOwned,
    {
        let most = LARGEST_DECODED / size_of::<Result<T, String>>();
        let part = self.sheet.len().div_ceil(QUICK_PART);
        let started = Instant::now();
        for (index, item) in self.sheet.items().enumerate().take(most) {
            if enough() || (index == part && started.elapsed() < QUICK.saturating_mul(part as u32))
            {
                return;
            }
            self.decoded.push_back(decode_item(item, index));
        }
    }
}
