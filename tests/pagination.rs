//! Iterators of paginated lists: order, laziness, errors of items and pages, resuming, and
//! ownership.

mod common;

use std::rc::Rc;

use cloudflare_user::{Client, Iter, ListTokens, Pages, Token, TransportError};
use common::{ListOf, ScriptedResponse, client_returning, ok, scripted, status, success};

/// A page of tokens with these identifiers and this `result_info`.
fn page(ids: &[u32], info: &str) -> ScriptedResponse {
    let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    ok(format!(
        r#"{{"success":true,"result":[{}],"result_info":{info}}}"#,
        items.join(",")
    ))
}

fn ids(client: &Client) -> Vec<String> {
    client
        .tokens()
        .iter()
        .map(|token| token.unwrap().id)
        .collect()
}

#[test]
fn yields_items_in_order_and_requests_one_page_at_a_time() {
    let pages = vec![
        page(&[1, 2], "null"),
        page(&[3, 4], "null"),
        page(&[], "null"),
    ];
    let (client, requests) = scripted(pages);
    let mut tokens = client.tokens().per_page(2).iter();
    assert_eq!(requests.lock().unwrap().len(), 0);
    let mut read = Vec::new();
    for token in tokens.by_ref() {
        read.push(token.unwrap().id);
        assert_eq!(requests.lock().unwrap().len(), read.len().div_ceil(2));
    }
    assert_eq!(read, ["1", "2", "3", "4"]);
    assert!(tokens.next().is_none());
    let targets: Vec<_> = requests
        .lock()
        .unwrap()
        .iter()
        .map(|request| request.target.clone())
        .collect();
    assert_eq!(targets.len(), 3);
    assert!(
        targets[2].contains("page=3") && targets[2].contains("per_page=2"),
        "{targets:?}"
    );
}

#[test]
fn returns_the_total_but_no_size_hint_before_the_end() {
    let info = r#"{"total_count":3,"per_page":2,"total_pages":2}"#;
    let (client, requests) = scripted(vec![page(&[1, 2], info), page(&[3], info)]);
    let mut tokens = client.tokens().iter();
    assert_eq!(
        (tokens.next_page(), tokens.total(), tokens.size_hint()),
        (1, None, (0, None))
    );
    tokens.next().unwrap().unwrap();
    assert_eq!(
        (tokens.next_page(), tokens.total(), tokens.size_hint()),
        (1, Some(3), (0, None))
    );
    tokens.next().unwrap().unwrap();
    assert_eq!((tokens.next_page(), tokens.size_hint()), (2, (0, None)));
    tokens.next().unwrap().unwrap();
    assert_eq!((tokens.next_page(), tokens.size_hint()), (3, (0, Some(0))));
    assert!(tokens.next().is_none());
    assert_eq!(requests.lock().unwrap().len(), 2);
}

#[test]
fn yields_pages_with_their_page_info() {
    let info = r#"{"total_count":3,"per_page":2,"total_pages":2}"#;
    let (client, _) = scripted(vec![page(&[1, 2], info), page(&[3], info)]);
    let pages: Vec<_> = client.tokens().pages().collect::<Result<_, _>>().unwrap();
    assert_eq!(
        pages
            .iter()
            .map(|page| page.items.len())
            .collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(pages[0].info.as_ref().unwrap().total_count, Some(3));
}

#[test]
fn yields_an_error_in_place_of_an_item_that_cannot_be_decoded() {
    let first = ok(success(r#"[{"id":"1"},{"name":5},{"id":"3"},7]"#));
    let (client, _) = scripted(vec![first, page(&[4], "null"), page(&[], "null")]);
    let read: Vec<_> = client
        .tokens()
        .iter()
        .map(|token| {
            token
                .map(|token| token.id)
                .map_err(|error| error.to_string())
        })
        .collect();
    assert_eq!(read.len(), 5);
    assert_eq!(
        (read[0].as_deref(), read[2].as_deref(), read[4].as_deref()),
        (Ok("1"), Ok("3"), Ok("4"))
    );
    assert!(
        read[1]
            .as_ref()
            .unwrap_err()
            .contains("result[1].name: expected a string, found a number")
    );
    assert!(
        read[3]
            .as_ref()
            .unwrap_err()
            .contains("result[3]: expected an object, found a number")
    );
}

#[test]
fn yields_one_error_for_a_malformed_item() {
    for item in [
        "nul",
        "-",
        "1x",
        "tru",
        r#"{"id":}"#,
        r#"{"id":"\q"}"#,
        "[{}]",
    ] {
        let client = || {
            let first = ok(success(&format!(r#"[{{"id":"1"}},{item},{{"id":"3"}}]"#)));
            scripted(vec![first, page(&[], "null"), page(&[], "null")]).0
        };
        let errors = |read: Vec<cloudflare_user::Error>| {
            let texts = read.iter().map(|error| error.to_string());
            texts.collect::<Vec<_>>()
        };
        let by_items = errors(client().tokens().iter().filter_map(Result::err).collect());
        let by_pages = errors(client().tokens().pages().filter_map(Result::err).collect());
        let ahead = client().tokens().iter().read_ahead(1);
        assert_eq!(by_items.len(), 1, "{item}: {by_items:?}");
        assert_eq!(by_items, by_pages, "{item}");
        assert_eq!(
            by_items,
            errors(ahead.filter_map(Result::err).collect()),
            "{item}"
        );
    }
}

#[test]
fn yields_a_page_of_decoded_items_and_then_an_error_for_each_other_item() {
    let first = ok(success(r#"[{"id":"1"},{"name":5},{"id":"3"},7]"#));
    let (client, _) = scripted(vec![first, page(&[4], "null"), page(&[], "null")]);
    let mut pages = client.tokens().pages();
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 2);
    assert_eq!(pages.next_page(), 1);
    assert!(pages.next().unwrap().unwrap_err().is_decode());
    assert!(pages.next().unwrap().unwrap_err().is_decode());
    assert_eq!(pages.next_page(), 2);
    assert_eq!(pages.next().unwrap().unwrap().items.len(), 1);
    assert!(pages.next().is_none() && pages.next().is_none());
}

#[test]
fn keeps_other_items_if_a_type_ignores_its_decode_error() {
    struct Lenient(Option<Vec<u32>>);
    impl<'de> serde::Deserialize<'de> for Lenient {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Ok(Self(Vec::deserialize(deserializer).ok()))
        }
    }
    #[derive(serde::Serialize)]
    struct ListLenient;
    impl cloudflare_user::Endpoint for ListLenient {
        type Output = cloudflare_user::Page<Lenient>;
        const METHOD: cloudflare_user::http::Method = cloudflare_user::http::Method::GET;
        const SINGLE_PAGE: bool = true;
        fn path(&self) -> Vec<&str> {
            vec!["lenient"]
        }
    }
    for item in [r#"[2,"x",[4]]"#, r#"{"a":1}"#, r#"[2,"x"]"#, r#""x""#] {
        let client = common::client_returning(common::success(&format!("[[1],{item},[3]]")));
        let items = client.iter(&ListLenient);
        let read: Vec<_> = items.map(|item| item.map_or(None, |item| item.0)).collect();
        assert_eq!(read, [Some(vec![1]), None, Some(vec![3])], "{item}");
        let pages: Vec<_> = client.pages(&ListLenient).collect();
        let items = pages[0].as_ref().unwrap().items.iter();
        let decoded: Vec<_> = items.filter_map(|item| item.0.clone()).collect();
        assert_eq!(decoded, [vec![1], vec![3]], "{item}");
        assert!(
            pages[1..]
                .iter()
                .all(|page| page.as_ref().is_err_and(|error| error.is_item()))
        );
    }
}

#[test]
fn resumes_from_the_page_that_failed() {
    let interrupted: ScriptedResponse = Err(|| TransportError::interrupted("reset"));
    for failure in [
        interrupted,
        status(500, "<html>"),
        ok("<html>"),
        ok(r#"{"success":false}"#),
    ] {
        let (client, _) = scripted(vec![
            page(&[1, 2], "null"),
            failure,
            page(&[3], "null"),
            page(&[], "null"),
        ]);
        let mut tokens = client.tokens().iter();
        let read: Vec<_> = tokens.by_ref().collect();
        assert_eq!(
            read.iter().map(Result::is_ok).collect::<Vec<_>>(),
            [true, true, false]
        );
        assert!(tokens.next().is_none());
        assert_eq!(tokens.next_page(), 2);
        let rest: Vec<_> = client
            .tokens()
            .page(2)
            .iter()
            .map(|token| token.unwrap().id)
            .collect();
        assert_eq!(rest, ["3"]);
    }
}

#[test]
fn yields_only_an_error_for_an_invalid_request() {
    let (client, requests) = scripted(vec![page(&[1], "null")]);
    let mut tokens = client.iter(&ListTokens::new().page(0));
    assert!(tokens.next().unwrap().unwrap_err().is_invalid_request());
    assert!(tokens.next().is_none());
    assert!(
        client
            .tokens()
            .per_page(0)
            .send()
            .unwrap_err()
            .to_string()
            .contains("per_page")
    );
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn reads_ahead_the_same_items_in_the_same_order() {
    let responses = || {
        let mut pages: Vec<_> = (0..20)
            .map(|number| page(&[number * 2, number * 2 + 1], "null"))
            .collect();
        pages.push(page(&[], "null"));
        pages
    };
    // Each response depends on the requested page, and later pages may arrive before earlier ones.
    let client_by_page = || {
        let responses = responses();
        let transport = move |request: cloudflare_user::http::Request<Vec<u8>>| {
            let query = request.uri().query().unwrap().to_owned();
            let number = query
                .split('&')
                .find_map(|part| part.strip_prefix("page="))
                .unwrap();
            let number: usize = number.parse().unwrap();
            std::thread::sleep(std::time::Duration::from_millis((number * 7 % 5) as u64));
            let response = responses[(number - 1).min(20)].as_ref().unwrap();
            Ok(response.clone().map(cloudflare_user::Body::from))
        };
        Client::builder()
            .api_token("token")
            .transport(transport)
            .build()
            .unwrap()
    };
    let expected: Vec<String> = (0..40).map(|id| id.to_string()).collect();
    for ahead in [0, 1, 2, 8, 100] {
        let client = client_by_page();
        let read: Vec<_> = client
            .tokens()
            .iter()
            .read_ahead(ahead)
            .map(|token| token.unwrap().id)
            .collect();
        assert_eq!(read, expected, "{ahead} ahead");
        assert_eq!(client.tokens().pages().read_ahead(ahead).count(), 20);
    }
    assert_eq!(ids(&client_by_page()), expected);
}

#[test]
fn distinguishes_the_error_of_an_item_from_that_of_a_page() {
    let (client, _) = scripted(vec![ok(success(r#"[{"id":"1"},7]"#)), ok("<html>")]);
    let errors: Vec<_> = client.tokens().iter().filter_map(Result::err).collect();
    assert_eq!(
        errors
            .iter()
            .map(|error| (error.is_item(), error.is_decode()))
            .collect::<Vec<_>>(),
        [(true, true), (false, true)]
    );
}

#[test]
fn reads_ahead_items_that_cannot_move_to_another_thread() {
    struct NotSend(Rc<u32>);
    impl<'de> serde::Deserialize<'de> for NotSend {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            u32::deserialize(deserializer).map(|number| Self(Rc::new(number)))
        }
    }
    let pages = ["[1,2]", "[3]", "[]"].map(|items| ok(success(items)));
    let (client, _) = scripted(pages.into());
    let items = client.iter(&ListOf::<NotSend>::new()).read_ahead(1);
    let read: Vec<u32> = items.map(|item| *item.unwrap().0).collect();
    assert_eq!(read, [1, 2, 3]);
    let (client, _) = scripted(vec![ok(success("[1]")), ok(success("[]"))]);
    assert_eq!(
        client
            .pages(&ListOf::<NotSend>::new())
            .read_ahead(1)
            .count(),
        1
    );
}

fn three_tokens() -> Client {
    scripted(vec![
        page(&[1, 2], "null"),
        page(&[3], "null"),
        page(&[], "null"),
    ])
    .0
}

#[test]
fn returns_iterators_from_functions_that_drop_the_client() {
    fn token_iter() -> Iter<Token> {
        three_tokens().tokens().per_page(2).iter()
    }
    fn token_pages() -> Pages<Token> {
        let client = three_tokens();
        let request = ListTokens::new().per_page(2);
        client.pages(&request)
    }
    assert_eq!(
        token_iter()
            .map(|token| token.unwrap().id)
            .collect::<String>(),
        "123"
    );
    assert_eq!(
        token_pages()
            .map(|page| page.unwrap().items.len())
            .collect::<Vec<_>>(),
        [2, 1]
    );
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
    let mut tokens = three_tokens().tokens().iter();
    assert_eq!(tokens.next().unwrap().unwrap().id, "1");
    let reader =
        std::thread::spawn(move || tokens.map(|token| token.unwrap().id).collect::<String>());
    assert_eq!(reader.join().unwrap(), "23");
    let pages = three_tokens().tokens().pages();
    assert_eq!(std::thread::spawn(move || pages.count()).join().unwrap(), 2);
}
