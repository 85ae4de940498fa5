//! Iterators of paginated lists: order, laziness, errors of items and pages, resuming, and
//! ownership.

mod common;

use std::rc::Rc;
use std::thread;
use std::time::Duration;

use cloudflare_user::{Body, Client, Endpoint, Error, Iter, ListTokens, Page, Pages, Token, http};
use common::lists::{page, page_with};
use common::{
    ListOf, ScriptedResponse, builder, client_returning, interrupted, ok, page_number, scripted,
    scripted_client, status, success,
};
use serde::{Deserialize, Deserializer, Serialize};

/// The identifiers of all tokens.
fn ids(tokens: impl Iterator<Item = Result<Token, Error>>) -> Vec<String> {
    tokens.map(|token| token.unwrap().id).collect()
}

#[test]
fn yields_items_in_order_and_requests_one_page_at_a_time() {
    let (client, requests) = scripted([page(&[1, 2]), page(&[3, 4]), page(&[])]);
    let mut tokens = client.tokens().per_page(2).iter();
    assert_eq!(requests.count(), 0);
    let mut read = Vec::new();
    for token in tokens.by_ref() {
        read.push(token.unwrap().id);
        assert_eq!(requests.count(), read.len().div_ceil(2));
    }
    assert_eq!(read, ["1", "2", "3", "4"]);
    assert!(tokens.next().is_none());
    assert_eq!(requests.count(), 3);
    assert_eq!(requests.last().parameters(), ["page=3", "per_page=2"]);
}

#[test]
fn returns_the_total_but_no_size_hint_before_the_end() {
    let info = r#"{"total_count":3,"per_page":2,"total_pages":2}"#;
    let (client, requests) = scripted([page_with(&[1, 2], info), page_with(&[3], info)]);
    let mut tokens = client.tokens().iter();
    assert_eq!(tokens.next_page(), 1);
    assert_eq!(tokens.total(), None);
    assert_eq!(tokens.size_hint(), (0, None));

    tokens.next().unwrap().unwrap();
    assert_eq!(tokens.next_page(), 1);
    assert_eq!(tokens.total(), Some(3));
    assert_eq!(tokens.size_hint(), (0, None));

    tokens.next().unwrap().unwrap();
    assert_eq!(tokens.next_page(), 2);
    assert_eq!(tokens.size_hint(), (0, None));

    tokens.next().unwrap().unwrap();
    assert_eq!(tokens.next_page(), 3);
    assert_eq!(tokens.size_hint(), (0, Some(0)));
    assert!(tokens.next().is_none());
    assert_eq!(requests.count(), 2);
}

#[test]
fn yields_pages_with_their_page_info() {
    let info = r#"{"total_count":3,"per_page":2,"total_pages":2}"#;
    let client = scripted_client([page_with(&[1, 2], info), page_with(&[3], info)]);
    let pages: Vec<_> = client.tokens().pages().collect::<Result<_, _>>().unwrap();
    let sizes: Vec<_> = pages.iter().map(|page| page.items.len()).collect();
    assert_eq!(sizes, [2, 1]);
    assert_eq!(pages[0].info.as_ref().unwrap().total_count, Some(3));
}

#[test]
fn yields_an_error_in_place_of_an_item_that_cannot_be_decoded() {
    let first = ok(success(r#"[{"id":"1"},{"name":5},{"id":"3"},7]"#));
    let client = scripted_client([first, page(&[4]), page(&[])]);
    let tokens = client.tokens().iter();
    let read: Vec<_> = tokens
        .map(|token| match token {
            Ok(token) => token.id,
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(read.len(), 5);
    assert_eq!(read[0], "1");
    assert_eq!(read[2], "3");
    assert_eq!(read[4], "4");
    assert!(read[1].contains("result[1].name: expected a string, found a number"));
    assert!(read[3].contains("result[3]: expected an object, found a number"));
}

#[test]
fn yields_one_error_for_a_malformed_item() {
    fn errors<T>(yielded: impl Iterator<Item = Result<T, Error>>) -> Vec<String> {
        let errors = yielded.filter_map(Result::err);
        errors.map(|error| error.to_string()).collect()
    }
    let malformed = [
        "nul",
        "-",
        "1x",
        "tru",
        r#"{"id":}"#,
        r#"{"id":"\q"}"#,
        "[{}]",
    ];
    for item in malformed {
        let client = || {
            let first = ok(success(&format!(r#"[{{"id":"1"}},{item},{{"id":"3"}}]"#)));
            scripted_client([first, page(&[]), page(&[])])
        };
        let of_items = errors(client().tokens().iter());
        assert_eq!(of_items.len(), 1, "{item}: {of_items:?}");
        assert_eq!(of_items, errors(client().tokens().pages()), "{item}");
        let ahead = client().tokens().iter().read_ahead(1);
        assert_eq!(of_items, errors(ahead), "{item}");
    }
}

#[test]
fn yields_a_page_of_decoded_items_and_then_an_error_for_each_other_item() {
    let first = ok(success(r#"[{"id":"1"},{"name":5},{"id":"3"},7]"#));
    let client = scripted_client([first, page(&[4]), page(&[])]);
    let mut pages = client.tokens().pages();
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 2);
    assert_eq!(pages.next_page(), 1);
    assert!(pages.next().unwrap().unwrap_err().is_decode());
    assert!(pages.next().unwrap().unwrap_err().is_decode());
    assert_eq!(pages.next_page(), 2);
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 1);
    assert!(pages.next().is_none());
    assert!(pages.next().is_none());
}

#[test]
fn keeps_other_items_if_a_type_ignores_its_decode_error() {
    struct Lenient(Option<Vec<u32>>);
    impl<'de> Deserialize<'de> for Lenient {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Ok(Self(Vec::deserialize(deserializer).ok()))
        }
    }
    #[derive(Serialize)]
    struct ListLenient;
    impl Endpoint for ListLenient {
        type Output = Page<Lenient>;
        const METHOD: http::Method = http::Method::GET;
        const SINGLE_PAGE: bool = true;
        fn path(&self) -> Vec<&str> {
            vec!["lenient"]
        }
    }
    for item in [r#"[2,"x",[4]]"#, r#"{"a":1}"#, r#"[2,"x"]"#, r#""x""#] {
        let client = client_returning(success(&format!("[[1],{item},[3]]")));
        let items = client.iter(&ListLenient);
        let read: Vec<_> = items.map(|item| item.map_or(None, |item| item.0)).collect();
        assert_eq!(read, [Some(vec![1]), None, Some(vec![3])], "{item}");

        let mut pages = client.pages(&ListLenient);
        let items = pages.next().unwrap().unwrap().items;
        let decoded: Vec<_> = items.into_iter().filter_map(|item| item.0).collect();
        assert_eq!(decoded, [vec![1], vec![3]], "{item}");
        assert!(pages.all(|page| page.is_err_and(|error| error.is_item())));
    }
}

#[test]
fn resumes_from_the_page_that_failed() {
    let failures = [
        interrupted(),
        status(500, "<html>"),
        ok("<html>"),
        ok(r#"{"success":false}"#),
    ];
    for failure in failures {
        let client = scripted_client([page(&[1, 2]), failure, page(&[3]), page(&[])]);
        let mut tokens = client.tokens().iter();
        let outcomes: Vec<_> = tokens.by_ref().map(|token| token.is_ok()).collect();
        assert_eq!(outcomes, [true, true, false]);
        assert!(tokens.next().is_none());
        assert_eq!(tokens.next_page(), 2);
        assert_eq!(ids(client.tokens().page(2).iter()), ["3"]);
    }
}

#[test]
fn yields_only_an_error_for_an_invalid_request() {
    let (client, requests) = scripted([page(&[1])]);
    let mut tokens = client.iter(&ListTokens::new().page(0));
    assert!(tokens.next().unwrap().unwrap_err().is_invalid_request());
    assert!(tokens.next().is_none());
    let error = client.tokens().per_page(0).send().unwrap_err();
    assert!(error.to_string().contains("per_page"), "{error}");
    assert_eq!(requests.count(), 0);
}

#[test]
fn reads_ahead_the_same_items_in_the_same_order() {
    // The response depends on the requested page, and later pages may arrive before earlier ones.
    let respond = |request: http::Request<Vec<u8>>| {
        let number = page_number(&request);
        thread::sleep(Duration::from_millis((number * 7 % 5) as u64));
        let ids = match u32::try_from(number).unwrap() {
            number @ ..=20 => vec![number * 2 - 2, number * 2 - 1],
            _ => Vec::new(),
        };
        Ok(page(&ids).unwrap().map(Body::from))
    };
    let client = builder().transport(respond).build().unwrap();
    let expected: Vec<String> = (0..40).map(|id| id.to_string()).collect();
    for ahead in [0, 1, 2, 8, 100] {
        let tokens = client.tokens().iter().read_ahead(ahead);
        assert_eq!(ids(tokens), expected, "{ahead} ahead");
        assert_eq!(client.tokens().pages().read_ahead(ahead).count(), 20);
    }
    assert_eq!(ids(client.tokens().iter()), expected);
}

#[test]
fn distinguishes_the_error_of_an_item_from_that_of_a_page() {
    let client = scripted_client([ok(success(r#"[{"id":"1"},7]"#)), ok("<html>")]);
    let mut tokens = client.tokens().iter();
    tokens.next().unwrap().unwrap();
    let of_item = tokens.next().unwrap().unwrap_err();
    assert!(of_item.is_item() && of_item.is_decode(), "{of_item}");
    let of_page = tokens.next().unwrap().unwrap_err();
    assert!(!of_page.is_item() && of_page.is_decode(), "{of_page}");
    assert!(tokens.next().is_none());
}

#[test]
fn reads_ahead_items_that_cannot_move_to_another_thread() {
    struct NotSend(Rc<u32>);
    impl<'de> Deserialize<'de> for NotSend {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            u32::deserialize(deserializer).map(|number| Self(Rc::new(number)))
        }
    }
    let responses = |pages: &[&str]| -> Vec<ScriptedResponse> {
        pages.iter().map(|items| ok(success(items))).collect()
    };
    let client = scripted_client(responses(&["[1,2]", "[3]", "[]"]));
    let items = client.iter(&ListOf::<NotSend>::new()).read_ahead(1);
    let read: Vec<u32> = items.map(|item| *item.unwrap().0).collect();
    assert_eq!(read, [1, 2, 3]);

    let client = scripted_client(responses(&["[1]", "[]"]));
    let pages = client.pages(&ListOf::<NotSend>::new()).read_ahead(1);
    assert_eq!(pages.count(), 1);
}

fn client_of_three_tokens() -> Client {
    scripted_client([page(&[1, 2]), page(&[3]), page(&[])])
}

#[test]
fn returns_iterators_from_functions_that_drop_the_client() {
    fn token_iter() -> Iter<Token> {
        client_of_three_tokens().tokens().per_page(2).iter()
    }
    fn token_pages() -> Pages<Token> {
        let client = client_of_three_tokens();
        let request = ListTokens::new().per_page(2);
        client.pages(&request)
    }
    assert_eq!(ids(token_iter()), ["1", "2", "3"]);
    let sizes = token_pages().map(|page| page.unwrap().items.len());
    assert_eq!(sizes.collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn stores_iterators_in_a_struct() {
    struct Reader {
        tokens: Iter<Token>,
        pages: Pages<Token>,
    }
    impl Reader {
        fn new(client: &Client) -> Self {
            Self {
                tokens: client.tokens().iter(),
                pages: client.tokens().pages().read_ahead(1),
            }
        }
    }
    let mut reader = Reader::new(&client_returning(success(r#"[{"id":"1"}]"#)));
    assert_eq!(reader.tokens.next().unwrap().unwrap().id, "1");
    assert_eq!(reader.pages.next().unwrap().unwrap().items.len(), 1);
}

#[test]
fn moves_iterators_to_a_thread_after_the_first_item() {
    let mut tokens = client_of_three_tokens().tokens().iter();
    assert_eq!(tokens.next().unwrap().unwrap().id, "1");
    let reader = thread::spawn(move || ids(tokens));
    assert_eq!(reader.join().unwrap(), ["2", "3"]);
    let pages = client_of_three_tokens().tokens().pages();
    let reader = thread::spawn(move || pages.count());
    assert_eq!(reader.join().unwrap(), 2);
}
