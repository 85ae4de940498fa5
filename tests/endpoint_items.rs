//! What each provided item of `Endpoint` does.

mod common;

use std::borrow::Cow;

use cloudflare_user::http::{Method, Request, Response};
use cloudflare_user::{Body, Client, Endpoint, Error, Page, Result, TransportError};
use common::endpoints::{Zone, lines, purge};
use common::{ScriptedResponse, ok, scripted, status, success};
use serde::Serialize;

#[test]
fn unwrapped_decodes_a_response_without_the_envelope() {
    #[derive(Serialize)]
    struct Trace<const UNWRAPPED: bool>;
    impl<const UNWRAPPED: bool> Endpoint for Trace<UNWRAPPED> {
        type Output = Option<Zone>;
        const METHOD: Method = Method::GET;
        const UNWRAPPED: bool = UNWRAPPED;
        fn path(&self) -> Vec<&str> {
            vec!["trace"]
        }
    }
    let name = |zone: Option<Zone>| zone.map(|zone| zone.name);
    for (body, expected) in [
        (r#"{"name":"a"}"#.to_owned(), Some("a".to_owned())),
        (success(r#"{"name":"a"}"#), Some("a".to_owned())),
        (String::new(), None),
    ] {
        let (client, _) = scripted(vec![ok(body.clone())]);
        let zone = client.send(&Trace::<true>).unwrap();
        assert_eq!(name(zone), expected, "{body}");
        client.send_raw(&Trace::<true>).unwrap();
    }
    for body in [r#"{"name":"a"}"#, ""] {
        let (client, _) = scripted(vec![ok(body)]);
        assert!(client.send(&Trace::<false>).unwrap_err().is_decode());
        assert!(client.send_raw(&Trace::<false>).unwrap_err().is_decode());
    }
}

/// A list whose provided items depend on the parameters. `MAX_PER_PAGE` of 0 is `None`.
#[derive(Serialize, Default)]
struct Things<const SINGLE_PAGE: bool, const MAX_PER_PAGE: u64, const HAS_ID: bool> {
    per_page: Option<u64>,
}

impl<const SINGLE_PAGE: bool, const MAX_PER_PAGE: u64, const HAS_ID: bool> Endpoint
    for Things<SINGLE_PAGE, MAX_PER_PAGE, HAS_ID>
{
    type Output = Page<Zone>;
    const METHOD: Method = Method::GET;
    const SINGLE_PAGE: bool = SINGLE_PAGE;
    const MAX_PER_PAGE: Option<u64> = match MAX_PER_PAGE {
        0 => None,
        size => Some(size),
    };
    fn path(&self) -> Vec<&str> {
        vec!["things"]
    }
    fn item_id(zone: &Zone) -> Option<Cow<'_, str>> {
        HAS_ID.then_some(Cow::Borrowed(&zone.name))
    }
}

fn pages(pages: &[&[&str]]) -> Vec<ScriptedResponse> {
    let item = |name: &&str| format!(r#"{{"name":"{name}"}}"#);
    let page = |names: &&[&str]| {
        let items: Vec<_> = names.iter().map(item).collect();
        ok(success(&format!("[{}]", items.join(","))))
    };
    pages.iter().map(page).collect()
}

fn names<E: Endpoint<Output = Page<Zone>>>(client: &Client, request: &E) -> Vec<String> {
    let zones = client.iter(request).map(|zone| zone.unwrap().name);
    zones.collect()
}

#[test]
fn single_page_sends_one_request_without_a_page_number() {
    let (client, requests) = scripted(pages(&[&["a"], &["b"], &[]]));
    assert_eq!(names(&client, &Things::<true, 0, false>::default()), ["a"]);
    assert_eq!(lines(&requests), ["GET /things"]);

    let (client, requests) = scripted(pages(&[&["a"], &["b"], &[]]));
    let paginated = Things::<false, 0, false>::default();
    assert_eq!(names(&client, &paginated), ["a", "b"]);
    assert_eq!(requests.lock().unwrap().len(), 3);
}

#[test]
fn max_per_page_is_sent_unless_the_request_sets_per_page() {
    let targets = |per_page| {
        let (client, requests) = scripted(pages(&[&[]]));
        let request = Things::<false, 50, false> { per_page };
        client.send(&request).unwrap();
        assert!(names(&client, &request).is_empty());
        lines(&requests)
    };
    assert_eq!(
        targets(None),
        ["GET /things?per_page=50", "GET /things?per_page=50&page=1"]
    );
    assert_eq!(
        targets(Some(5)),
        ["GET /things?per_page=5", "GET /things?per_page=5&page=1"]
    );
}

#[test]
fn item_id_prevents_duplicates_of_an_item_that_moves_to_a_later_page() {
    let moved: &[&[&str]] = &[&["b", "a"], &["a", "c"], &[]];
    let (client, _) = scripted(pages(moved));
    let with_ids = Things::<false, 0, true>::default();
    assert_eq!(names(&client, &with_ids), ["b", "a", "c"]);

    let (client, _) = scripted(pages(moved));
    let without_ids = Things::<false, 0, false>::default();
    assert_eq!(names(&client, &without_ids), ["b", "a", "a", "c"]);
}

#[test]
fn token_only_refuses_an_email_with_a_key() {
    #[derive(Serialize)]
    struct Verify<const TOKEN_ONLY: bool>;
    impl<const TOKEN_ONLY: bool> Endpoint for Verify<TOKEN_ONLY> {
        type Output = serde_json::Value;
        const METHOD: Method = Method::GET;
        const TOKEN_ONLY: bool = TOKEN_ONLY;
        fn path(&self) -> Vec<&str> {
            vec!["verify"]
        }
    }
    let with_key = |respond: fn() -> Result<Response<Body>, TransportError>| {
        Client::builder()
            .api_key("a@example.com", "some-key")
            .transport(move |_: Request<Vec<u8>>| respond())
            .build()
            .unwrap()
    };
    let client = with_key(|| panic!("must not be sent"));
    let error = client.send(&Verify::<true>).unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(error.to_string().starts_with("`api_token`"), "{error}");

    let client = with_key(|| Ok(Response::new(Body::from(r#"{"success":true,"result":1}"#))));
    assert_eq!(client.send(&Verify::<false>).unwrap(), 1);
    let (client, _) = scripted(vec![ok(success("1"))]);
    assert_eq!(client.send(&Verify::<true>).unwrap(), 1);
}

#[test]
fn validate_refuses_a_request_before_it_is_sent() {
    let (client, requests) = scripted(vec![ok(success("null"))]);
    let invalid = purge("a", &[]);
    let error = client.send(&invalid).unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert_eq!(error.to_string(), "`files` is empty");
    let error = client.send_raw(&invalid).unwrap_err();
    assert_eq!(error.to_string(), "`files` is empty");
    assert!(requests.lock().unwrap().is_empty());
}

#[test]
fn validate_refuses_a_list_before_it_is_sent() {
    #[derive(Serialize)]
    struct Refused;
    impl Endpoint for Refused {
        type Output = Page<Zone>;
        const METHOD: Method = Method::GET;
        fn path(&self) -> Vec<&str> {
            vec!["zones"]
        }
        fn validate(&self) -> Result<()> {
            Err(Error::invalid_request("name", "is missing"))
        }
    }
    let (client, requests) = scripted(pages(&[&[]]));
    let errors = [
        client.iter(&Refused).next().unwrap().unwrap_err(),
        client.pages(&Refused).next().unwrap().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.to_string(), "`name` is missing");
    }
    assert!(requests.lock().unwrap().is_empty());
}

/// A request whose `is_idempotent` and `recovery_hint` are fields.
#[derive(Serialize)]
struct Write {
    #[serde(skip)]
    is_idempotent: bool,
    #[serde(skip)]
    recovery_hint: Option<&'static str>,
}

impl Endpoint for Write {
    type Output = ();
    const METHOD: Method = Method::POST;
    fn path(&self) -> Vec<&str> {
        vec!["things"]
    }
    fn is_idempotent(&self) -> bool {
        self.is_idempotent
    }
    fn recovery_hint(&self) -> Option<String> {
        self.recovery_hint.map(str::to_owned)
    }
}

#[test]
fn is_idempotent_decides_whether_a_write_is_retried() {
    let failures: [fn() -> ScriptedResponse; 2] = [
        || status(503, ""),
        || Err(|| TransportError::interrupted("reset")),
    ];
    for failure in failures {
        for (is_idempotent, attempts) in [(true, 2), (false, 1)] {
            let (client, requests) = scripted(vec![failure(), ok(success("null"))]);
            let request = Write {
                is_idempotent,
                recovery_hint: None,
            };
            let sent = client.with_max_retries(1).send(&request);
            assert_eq!(sent.is_ok(), is_idempotent, "{sent:?}");
            assert_eq!(requests.lock().unwrap().len(), attempts);
        }
    }
}

#[test]
fn treats_a_get_that_is_not_idempotent_as_a_write() {
    #[derive(Serialize)]
    struct Next;
    impl Endpoint for Next {
        type Output = ();
        const METHOD: Method = Method::GET;
        fn path(&self) -> Vec<&str> {
            vec!["next"]
        }
        fn is_idempotent(&self) -> bool {
            false
        }
    }
    let (client, requests) = scripted(vec![status(503, ""), ok(success("null"))]);
    let error = client.with_max_retries(1).send(&Next).unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    assert_eq!(requests.lock().unwrap().len(), 1);
}

#[test]
fn recovery_hint_is_shown_if_a_write_may_have_been_applied() {
    let hint = "look for a thing named `ci`";
    let request = Write {
        is_idempotent: false,
        recovery_hint: Some(hint),
    };
    let (client, _) = scripted(vec![Err(|| TransportError::interrupted("reset"))]);
    let error = client.send(&request).unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    assert!(error.to_string().contains(hint), "{error}");

    let (client, _) = scripted(vec![status(403, "")]);
    let error = client.send(&request).unwrap_err();
    assert!(!error.may_have_been_applied(), "{error}");
    assert!(!error.to_string().contains(hint), "{error}");
}

#[test]
fn returns_secret_redacts_the_response_and_mentions_the_secret() {
    #[derive(Serialize)]
    struct CreateAccountToken<const SECRET: bool>;
    impl<const SECRET: bool> Endpoint for CreateAccountToken<SECRET> {
        type Output = u32;
        const METHOD: Method = Method::POST;
        const RETURNS_SECRET: bool = SECRET;
        fn path(&self) -> Vec<&str> {
            vec!["accounts", "1", "tokens"]
        }
    }
    let created_secret = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
    let body = success(&format!(r#"{{"{created_secret}":1e999}}"#));
    let (client, _) = scripted(vec![ok(body)]);
    let text = client
        .send(&CreateAccountToken::<true>)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("which may hold the only copy of a new secret")
            && !text.contains(created_secret),
        "{text}"
    );
    let text = client
        .send(&CreateAccountToken::<false>)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("was applied") && !text.contains("secret"),
        "{text}"
    );
}

#[test]
fn reports_a_write_that_an_earlier_attempt_may_have_applied() {
    #[derive(serde::Serialize)]
    struct Set;
    impl Endpoint for Set {
        type Output = serde_json::Value;
        const METHOD: Method = Method::PUT;
        fn path(&self) -> Vec<&str> {
            vec!["setting"]
        }
        fn is_idempotent(&self) -> bool {
            true
        }
    }
    for (first_status, is_reported) in [(503, true), (429, false)] {
        let attempts = std::sync::atomic::AtomicUsize::new(0);
        let client = Client::builder()
            .api_token("a-token-of-the-tests")
            .max_retries(1)
            .transport(move |_: http::Request<Vec<u8>>| {
                match attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                    0 => Ok(http::Response::builder()
                        .status(first_status)
                        .body(Body::from("{}"))
                        .unwrap()),
                    _ => Err(TransportError::connect("refused")),
                }
            });
        let error = client.build().unwrap().send(&Set).unwrap_err();
        assert_eq!(
            (error.attempts(), error.may_have_been_applied()),
            (2, is_reported),
            "{error}"
        );
        assert_eq!(
            error.to_string().contains("it may have been applied"),
            is_reported,
            "{error}"
        );
    }
}
