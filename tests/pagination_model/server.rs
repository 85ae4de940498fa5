//! The simulated server: it follows its plan and counts what it sends.

#![allow(unreachable_pub)]

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use cloudflare_user::{Body, Client, TransportError, http};
use serde_json::{Value, json};

use super::plan::{Failure, PAGE_OUT_OF_RANGE, Past, Plan, StatedSize};

/// After this many requests the server fails, so that a list without an end fails its test.
pub const MAX_REQUESTS: usize = 600;

#[derive(Debug, Clone)]
pub struct Server {
    pub plan: Arc<Plan>,
    pub state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
pub struct State {
    /// The numbers of the items, newest first.
    pub list: Vec<usize>,
    pub all_requests: usize,
    /// Requests of the current reader.
    pub requests: usize,
    /// Pages with an item that was not sent to the current reader before.
    pub pages_with_new_items: usize,
    pub sent: HashSet<usize>,
    pub first_page: Option<Vec<usize>>,
    pub has_failed: bool,
}

impl Server {
    pub fn new(plan: Plan) -> Self {
        let list = (0..plan.items).collect();
        let state = State {
            list,
            ..State::default()
        };
        Self {
            plan: Arc::new(plan),
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub fn client(&self) -> Client {
        let server = self.clone();
        let transport = move |request: http::Request<Vec<u8>>| {
            let query = request.uri().query().unwrap_or_default();
            let mut parameters = query
                .split('&')
                .filter_map(|parameter| parameter.split_once('='));
            let page = parameters
                .find(|(name, _)| *name == "page")
                .map_or(1, |(_, page)| page.parse().unwrap());
            server.respond(page)
        };
        let builder = Client::builder()
            .api_token("a-token-of-the-tests")
            .transport(transport);
        builder.max_retries(0).build().unwrap()
    }

    fn respond(&self, page: u64) -> std::result::Result<http::Response<Body>, TransportError> {
        let plan = &*self.plan;
        let state = &mut *self.state.lock().unwrap();
        if state.requests > MAX_REQUESTS {
            return Err(TransportError::interrupted("too many requests"));
        }
        for _ in 0..plan
            .growth
            .get(state.all_requests)
            .copied()
            .unwrap_or_default()
        {
            state.list.insert(0, state.list.len());
        }
        state.all_requests += 1;
        state.requests += 1;
        if let Some((failing, failure)) = plan.failure
            && failing == page
            && !state.has_failed
        {
            state.has_failed = true;
            return match failure {
                Failure::Status(status, body) => Ok(response(status, body.to_owned())),
                Failure::Transport => Err(TransportError::interrupted("connection reset")),
            };
        }
        let pages = state.list.len().div_ceil(plan.real_size).max(1);
        let page = match usize::try_from(page).unwrap() {
            _ if plan.ignores_page => 1,
            page if page <= pages => page,
            page => match plan.past {
                Past::RepeatsLast => pages,
                Past::StartsOver => (page - 1) % pages + 1,
                Past::BadRequest => return Ok(response(400, PAGE_OUT_OF_RANGE.to_owned())),
                Past::Empty | Past::Null | Past::NoResult => page,
            },
        };
        let page_items = state
            .list
            .iter()
            .skip((page - 1) * plan.real_size)
            .take(plan.real_size);
        let items: Vec<usize> = page_items
            .copied()
            .filter(|item| !plan.is_hidden(*item))
            .collect();
        let mut has_new_items = false;
        for item in &items {
            has_new_items |= state.sent.insert(*item);
        }
        state.pages_with_new_items += usize::from(has_new_items);
        let tick = if plan.changes_items {
            state.all_requests
        } else {
            0
        };
        let mut body = json!({"success": true, "errors": [], "messages": []});
        match plan.past {
            Past::Null if items.is_empty() => body["result"] = Value::Null,
            Past::NoResult if items.is_empty() => {}
            _ => body["result"] = items.iter().map(|item| self.item(*item, tick)).collect(),
        }
        let info = self.info(&state.list);
        if !info.is_empty() {
            body["result_info"] = Value::Object(info);
        }
        state.first_page.get_or_insert(items);
        Ok(response(
            200,
            if plan.pretty {
                format!("{body:#}")
            } else {
                body.to_string()
            },
        ))
    }

    fn item(&self, item: usize, tick: usize) -> Value {
        let mut value = json!({"interface": tick.to_string(), "metadata": {"number": item}});
        if self.plan.has_identifier(item) {
            value["id"] = json!(format!("id-{item}"));
        } else if item.is_multiple_of(2) {
            value["id"] = if item.is_multiple_of(4) {
                Value::Null
            } else {
                json!("")
            };
        }
        value
    }

    fn info(&self, list: &[usize]) -> serde_json::Map<String, Value> {
        let plan = &*self.plan;
        let visible = |items: &mut dyn Iterator<Item = usize>| {
            items.filter(|item| !plan.is_hidden(*item)).count()
        };
        let count = visible(&mut list.iter().copied());
        let stale_count = visible(&mut (0..plan.items));
        let pages = list.len().div_ceil(plan.real_size);
        let stale_pages = plan.items.div_ceil(plan.real_size);
        let size = match plan.stated_size {
            StatedSize::Absent => None,
            StatedSize::Zero => Some(0),
            StatedSize::Requested => Some(plan.requested_size as u64),
            StatedSize::Real => Some(plan.real_size as u64),
        };
        let numbers = [
            ("per_page", size),
            ("total_pages", plan.total_pages.state(pages, stale_pages)),
            ("total_count", plan.total_count.state(count, stale_count)),
        ];
        let stated = numbers
            .into_iter()
            .filter_map(|(name, number)| Some((name.to_owned(), number?.into())));
        stated.collect()
    }

    /// Resets the counters for another reader of the same list.
    pub fn start_another_reader(&self) {
        let mut state = self.state.lock().unwrap();
        state.requests = 0;
        state.pages_with_new_items = 0;
        state.sent.clear();
    }
}

fn response(status: u16, body: String) -> http::Response<Body> {
    let mut response = http::Response::new(Body::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    response
}
