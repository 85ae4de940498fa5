//! Pages that are fetched ahead: their numbers after a panic, and threads while totals change.

mod common;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use cloudflare_user::{Client, Endpoint, Page, http};
use common::{ListOf, builder, page_number, success};
use serde::{Deserialize, Deserializer};

/// A client whose server sends one item on each of this many pages, its number. Counts how often
/// each page was requested.
fn numbers(pages: usize) -> (Client, Arc<Mutex<Vec<usize>>>) {
    let requested = Arc::<Mutex<Vec<usize>>>::default();
    let log = Arc::clone(&requested);
    let transport = move |request: http::Request<Vec<u8>>| {
        let number = page_number(&request);
        log.lock().unwrap().push(number);
        let items = if number <= pages {
            format!("[{number}]")
        } else {
            "[]".to_owned()
        };
        Ok(http::Response::new(success(&items).into()))
    };
    (builder().transport(transport).build().unwrap(), requested)
}

/// Yields items until the end. After a panic, it calls `next` again.
fn catch_panics<T>(mut items: impl Iterator<Item = cloudflare_user::Result<T>>) -> Vec<T> {
    let mut yielded = Vec::new();
    let mut panics = 0;
    loop {
        match catch_unwind(AssertUnwindSafe(|| items.next())) {
            Ok(Some(item)) => yielded.push(item.unwrap()),
            Ok(None) => return yielded,
            Err(_) => panics += 1,
        }
        assert!(panics <= 10, "it panics again and again");
    }
}

#[test]
fn fetches_a_page_again_whose_first_item_panicked() {
    static HAS_PANICKED: AtomicBool = AtomicBool::new(false);
    #[derive(Debug)]
    struct PanicsOnce(usize);
    impl<'de> Deserialize<'de> for PanicsOnce {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let number = usize::deserialize(deserializer)?;
            let has_panicked = number != 3 || HAS_PANICKED.swap(true, Ordering::SeqCst);
            assert!(has_panicked, "deserialize panicked");
            Ok(Self(number))
        }
    }
    for pages_ahead in [0, 1, 2, 3, 5] {
        HAS_PANICKED.store(false, Ordering::SeqCst);
        let (client, requested) = numbers(7);
        let list = ListOf::<PanicsOnce>::new();
        let mut items = client.iter(&list).read_ahead(pages_ahead);
        let yielded = catch_panics(items.by_ref());
        let numbers: Vec<_> = yielded.iter().map(|item| item.0).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7], "{pages_ahead} ahead");
        assert_eq!(items.next_page(), 9, "{pages_ahead} ahead");
        let requested = requested.lock().unwrap();
        let count = |page: usize| requested.iter().filter(|number| **number == page).count();
        for page in 1..=7 {
            let expected = if page == 3 { 2 } else { 1 };
            assert_eq!(count(page), expected, "page {page}, {pages_ahead} ahead");
        }
    }
}

/// An item that panics when it is decoded for the first time, if its name says so.
#[derive(Debug)]
struct Fragile(String);

static PANICKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl<'de> Deserialize<'de> for Fragile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name.contains("panics") {
            let mut panicked = PANICKED.lock().unwrap();
            if !panicked.contains(&name) {
                panicked.push(name.clone());
                drop(panicked);
                panic!("deserialize panicked");
            }
        }
        Ok(Self(name))
    }
}

#[derive(serde::Serialize)]
struct ListNames;

impl Endpoint for ListNames {
    type Output = Page<Fragile>;
    const METHOD: http::Method = http::Method::GET;
    fn path(&self) -> Vec<&str> {
        vec!["names"]
    }
    // Some have no identifier.
    fn item_id(item: &Fragile) -> Option<Cow<'_, str>> {
        (!item.0.starts_with('-')).then_some(Cow::Borrowed(&item.0))
    }
}

#[test]
fn loses_no_item_whichever_item_of_a_page_panics() {
    let names = |page: usize| ["a", "-b", "c", "d"].map(|name| format!("{name}{page}"));
    for (position, pages_ahead, whole_pages) in (0..4).flat_map(|position| {
        [(0, false), (2, false), (0, true), (2, true)]
            .map(|(ahead, whole)| (position, ahead, whole))
    }) {
        let case = format!("{position} {pages_ahead} {whole_pages}");
        let page_of = |page: usize| {
            let mut names = names(page);
            names[position] += &format!(" panics {case}");
            names
        };
        let responses: Vec<_> = (1..=3)
            .map(|page| serde_json::to_string(&page_of(page)).unwrap())
            .collect();
        let transport = move |request: http::Request<Vec<u8>>| {
            let page = responses.get(page_number(&request) - 1);
            Ok(http::Response::new(
                success(page.map_or("[]", String::as_str)).into(),
            ))
        };
        let client = builder().transport(transport).build().unwrap();
        let yielded: Vec<String> = if whole_pages {
            let pages = client.pages(&ListNames).read_ahead(pages_ahead);
            catch_panics(pages)
                .into_iter()
                .flatten()
                .map(|item| item.0)
                .collect()
        } else {
            let items = client.iter(&ListNames).read_ahead(pages_ahead);
            catch_panics(items).into_iter().map(|item| item.0).collect()
        };
        let expected: Vec<String> = (1..=3).flat_map(page_of).collect();
        assert_eq!(yielded, expected, "{case}");
    }
}

/// Counts the requests in flight.
#[derive(Default)]
struct InFlight {
    count: Mutex<usize>,
    changed: Condvar,
}

impl InFlight {
    /// Waits until two requests are in flight, at most this long. Returns whether they are.
    fn wait_for_two(&self, timeout: Duration) -> bool {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        self.changed.notify_all();
        let is_alone = |count: &mut usize| *count < 2;
        let waited = self.changed.wait_timeout_while(count, timeout, is_alone);
        !waited.unwrap().1.timed_out()
    }
}

#[test]
fn reads_ahead_again_after_the_totals_grow() {
    const PAGES: usize = 12;
    let in_flight = Arc::<InFlight>::default();
    let waits = Arc::new(AtomicUsize::new(0));
    let (counter, waiting) = (Arc::clone(&in_flight), Arc::clone(&waits));
    let transport = move |request: http::Request<Vec<u8>>| {
        let number = page_number(&request);
        // The first pages say that page 2 is the last one, page 3 that there are more.
        let total = if number <= 2 { 2 } else { PAGES };
        if number == 5 || number == 6 {
            let are_two = counter.wait_for_two(Duration::from_secs(20));
            waiting.fetch_add(usize::from(are_two), Ordering::SeqCst);
        }
        let items = if number <= PAGES {
            format!("[{number}]")
        } else {
            "[]".to_owned()
        };
        let body = format!(
            r#"{{"success":true,"result":{items},"result_info":{{"total_pages":{total}}}}}"#
        );
        Ok(http::Response::new(body.into()))
    };
    let client = builder().transport(transport).build().unwrap();
    let items = client.iter(&ListOf::<usize>::new()).read_ahead(2);
    let numbers: Vec<_> = items.map(|item| item.unwrap()).collect();
    assert_eq!(numbers, (1..=PAGES).collect::<Vec<_>>());
    assert_eq!(waits.load(Ordering::SeqCst), 2, "one page at a time");
}

#[test]
fn reads_on_beyond_the_totals() {
    for pages_ahead in [1, 2, 4] {
        let transport = |request: http::Request<Vec<u8>>| {
            let number = page_number(&request);
            let items = if number <= 9 {
                format!("[{number}]")
            } else {
                "[]".to_owned()
            };
            let body =
                format!(r#"{{"success":true,"result":{items},"result_info":{{"total_pages":3}}}}"#);
            Ok(http::Response::new(body.into()))
        };
        let client = builder().transport(transport).build().unwrap();
        let items = client.iter(&ListOf::<usize>::new()).read_ahead(pages_ahead);
        let numbers: Vec<_> = items.map(|item| item.unwrap()).collect();
        assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    }
}
