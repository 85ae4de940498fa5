//! The simulated server: it follows its plan and counts what it sends.

#![allow(unreachable_pub)]

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use cloudflare_user::{Body, Client, TransportError, http};
use serde_json::{Map, Value, json};

use super::common::{builder, query_parameter};
use super::plan::{FailureKind, PAGE_OUT_OF_RANGE, Past, Plan, StatedSize};

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
    /// The totals that were stated to the current reader last. 0 is left out.
    pub stated: Totals,
    /// The page for which the current reader got a 400, because it is past the end.
    pub refused_page: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    pub pages: Option<u64>,
    pub count: Option<u64>,
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
            let page = query_parameter(&request, "page");
            server.respond(page.map_or(1, |page| page.parse().unwrap()))
        };
        let builder = builder().transport(transport).max_retries(0);
        builder.build().unwrap()
    }

    fn respond(&self, page: u64) -> Response {
        let plan = &*self.plan;
        let state = &mut *self.state.lock().unwrap();
        if state.requests > MAX_REQUESTS {
            return Err(TransportError::interrupted("too many requests"));
        }
        let growth = plan.growth.get(state.all_requests);
        for _ in 0..growth.copied().unwrap_or_default() {
            state.list.insert(0, state.list.len());
        }
        state.all_requests += 1;
        state.requests += 1;
        match plan.failure {
            Some(failure) if failure.page == page && !state.has_failed => {
                state.has_failed = true;
                fail(failure.kind)
            }
            _ => self.respond_with_page(state, usize::try_from(page).unwrap()),
        }
    }

    fn respond_with_page(&self, state: &mut State, page: usize) -> Response {
        let plan = &*self.plan;
        let pages = state.list.len().div_ceil(plan.real_size).max(1);
        let page = if plan.ignores_page {
            1
        } else if page <= pages {
            page
        } else {
            match plan.past {
                Past::RepeatsLast => pages,
                Past::StartsOver => (page - 1) % pages + 1,
                Past::BadRequest => {
                    state.refused_page = Some(page as u64);
                    return response(400, PAGE_OUT_OF_RANGE.to_owned());
                }
                Past::Empty | Past::Null | Past::NoResult => page,
            }
        };
        let before = (page - 1) * plan.real_size;
        let on_page = state.list.iter().skip(before).take(plan.real_size);
        let items: Vec<usize> = on_page
            .copied()
            .filter(|item| !plan.is_hidden(*item))
            .collect();
        state.count_new_items(&items);
        let body = self.body(state, &items);
        state.first_page.get_or_insert(items);
        let body = if plan.pretty {
            format!("{body:#}")
        } else {
            body.to_string()
        };
        response(200, body)
    }

    fn body(&self, state: &mut State, items: &[usize]) -> Value {
        let tick = if self.plan.changes_items {
            state.all_requests
        } else {
            0
        };
        let mut body = json!({"success": true, "errors": [], "messages": []});
        match self.plan.past {
            Past::Null if items.is_empty() => body["result"] = Value::Null,
            Past::NoResult if items.is_empty() => {}
            _ => body["result"] = items.iter().map(|item| self.item(*item, tick)).collect(),
        }
        let info = self.info(&state.list);
        state.stated.update(&info);
        if !info.is_empty() {
            body["result_info"] = Value::Object(info);
        }
        body
    }

    fn item(&self, item: usize, tick: usize) -> Value {
        let mut value = json!({"interface": tick.to_string(), "metadata": {"number": item}});
        if self.plan.has_identifier(item) {
            value["id"] = json!(format!("id-{item}"));
        } else if item.is_multiple_of(4) {
            value["id"] = Value::Null;
        } else if item.is_multiple_of(2) {
            value["id"] = json!("");
        }
        value
    }

    fn info(&self, list: &[usize]) -> Map<String, Value> {
        let plan = &*self.plan;
        let is_visible = |item: &usize| !plan.is_hidden(*item);
        let count = list.iter().copied().filter(is_visible).count();
        let stale_count = (0..plan.items).filter(is_visible).count();
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
        let mut info = Map::new();
        for (name, number) in numbers {
            if let Some(number) = number {
                info.insert(name.to_owned(), number.into());
            }
        }
        info
    }

    /// Resets the counters for another reader of the same list.
    pub fn start_another_reader(&self) {
        let mut state = self.state.lock().unwrap();
        state.requests = 0;
        state.pages_with_new_items = 0;
        state.sent.clear();
        state.stated = Totals::default();
        state.refused_page = None;
    }
}

impl State {
    fn count_new_items(&mut self, items: &[usize]) {
        let mut has_new_items = false;
        for item in items {
            has_new_items |= self.sent.insert(*item);
        }
        self.pages_with_new_items += usize::from(has_new_items);
    }
}

impl Totals {
    fn update(&mut self, info: &Map<String, Value>) {
        let total = |name| info.get(name)?.as_u64().filter(|total| *total > 0);
        self.pages = total("total_pages").or(self.pages);
        self.count = total("total_count").or(self.count);
    }
}

type Response = Result<http::Response<Body>, TransportError>;

fn fail(kind: FailureKind) -> Response {
    match kind {
        FailureKind::Response(status, body) => response(status, body.to_owned()),
        FailureKind::Transport => Err(TransportError::interrupted("connection reset")),
    }
}

fn response(status: u16, body: String) -> Response {
    let mut response = http::Response::new(Body::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    Ok(response)
}
