use std::collections::VecDeque;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::PageInfo;
use super::ahead::Ahead;
use super::judge::{Judge, Sheet, Verdict};
use crate::cancel::Cancel;
use crate::client::Client;
use crate::endpoint::Call;
use crate::envelope::{Listed, NULL_LIST};
use crate::error::{Error, Fault, Result};

/// A listing on its way: fetches pages in order, and hands them out until the judge says that it ended.
pub(super) struct Listing<'c, T> {
    client: &'c Client,
    call: Option<Call>,
    /// Why there is no call, until that was said.
    refused: Option<Error>,
    judge: Judge,
    next: u64,
    current: u64,
    total: Option<u64>,
    over: bool,
    fetched: Fetched<T>,
    ahead: Option<Ahead<T>>,
}

/// One page as it came.
pub(super) struct Fetched<T> {
    /// Its bytes.
    body: Vec<u8>,
    listed: Listed<T, Error>,
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
        let first = number("page").unwrap_or(1);
        Self {
            client,
            judge: Judge::new(
                number("per_page"),
                call.as_ref().is_some_and(|call| call.single_page),
            ),
            call,
            refused,
            next: first,
            current: first,
            total: None,
            over: false,
            fetched: Fetched::default(),
            ahead: None,
        }
    }

    pub(super) fn next_page(&self) -> u64 {
        self.next
    }

    pub(super) fn current_page(&self) -> u64 {
        self.current
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    pub(super) fn info(&self) -> Option<PageInfo> {
        self.judge.info().cloned()
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }
}

impl<T: DeserializeOwned + Send + 'static> Listing<'_, T> {
    pub(super) fn read_ahead(&mut self, pages: usize) {
        self.ahead = (pages > 0).then(|| Ahead::new(pages));
    }
}

impl<T: DeserializeOwned> Listing<'_, T> {
    /// Puts the items of the next page into `items`, which must be empty; nothing if there is none.
    pub(super) fn advance(&mut self, items: &mut VecDeque<Result<T>>) -> Option<Result<()>> {
        if let Some(error) = self.refused.take() {
            self.over = true;
            return Some(Err(error));
        }
        while !self.over {
            let number = self.next;
            let call = self.call.as_mut()?;
            // What was allocated for the page before is used again, the caller's queue included.
            std::mem::swap(&mut self.fetched.listed.items, items);
            let landed = self
                .ahead
                .as_mut()
                .and_then(|ahead| ahead.land(&mut self.fetched));
            let outcome =
                landed.unwrap_or_else(|| self.fetched.fill(self.client, call, number, None));
            std::mem::swap(&mut self.fetched.listed.items, items);
            let fetched = &mut self.fetched;
            self.judge.note(fetched.listed.info.as_ref());
            if let Some(info) = &fetched.listed.info {
                self.total = info.total_count.or(self.total);
            }
            let failure = outcome
                .err()
                .map(|error| (error, false))
                .or(fetched.null.take().map(|error| (error, true)));
            let verdict = match failure {
                None => self.judge.judge(number, fetched.sheet()),
                Some((error, null)) if self.judge.ends_at(number, &error, null) => Verdict::End,
                Some((error, _)) => {
                    self.end();
                    items.clear();
                    return Some(Err(error));
                }
            };
            match verdict {
                Verdict::HandOut { known, last } => {
                    items.drain(..known);
                    self.current = number;
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
            items.clear();
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
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self {
            body: Vec::new(),
            listed: Listed::default(),
            null: None,
        }
    }
}

impl<T> Fetched<T> {
    fn sheet(&mut self) -> Sheet<'_> {
        Sheet {
            body: &mut self.body,
            spans: &mut self.listed.spans,
            info: &mut self.listed.info,
        }
    }
}

impl<T: DeserializeOwned> Fetched<T> {
    /// Fetches and decodes page `number`.
    pub(super) fn fill(
        &mut self,
        client: &Client,
        call: &mut Call,
        number: u64,
        cancel: Option<&Cancel>,
    ) -> Result<()> {
        self.listed.info = None;
        self.null = None;
        if !call.single_page {
            call.set_parameter("page", number.to_string());
        }
        let head = client.run(call, &mut self.body, cancel)?;
        let body = &self.body[..];
        let failed =
            |fault| client.failed(call, head.attempts, Some((&head, client.kept(body))), fault);
        // All errors of a page share one copy of its body.
        let mut kept = None;
        let bad = |text| {
            let body = Arc::clone(kept.get_or_insert_with(|| client.kept(body)));
            client.failed(call, head.attempts, Some((&head, body)), Fault::Item(text))
        };
        head.answer(call, body)
            .list(&mut self.listed, bad)
            .map_err(failed)?;
        self.null = self
            .listed
            .null
            .then(|| failed(Fault::Decode(NULL_LIST.to_owned())));
        Ok(())
    }
}
