//! What each provided item of `Endpoint` does.

mod common;

use std::borrow::Cow;

use cloudflare_user::http::{Method, Request, Response};
use cloudflare_user::{Body, Client, Endpoint, Error, ErrorKind, Page, Result};
use common::endpoints::{PurgeCache, Zone};
use common::{
    ListOf, ScriptedResponse, client_returning, failure, interrupted, ok, refused, scripted,
    scripted_client, status, success,
};
use serde::Serialize;
use serde_json::{Value, json};

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
    let zone = r#"{"name":"a"}"#;
    let enveloped_zone = success(zone);
    for (body, name) in [
        (zone, Some("a")),
        (&enveloped_zone, Some("a")),
        ("", None),
        ("\u{feff}\r\n", None),
    ] {
        let client = client_returning(body);
        let zone = client.send(&Trace::<true>).unwrap();
        assert_eq!(zone.as_ref().map(|zone| &*zone.name), name, "{body}");
        client.send_raw(&Trace::<true>).unwrap();
    }
    for body in [zone, "", "\u{feff}"] {
        let client = client_returning(body);
        assert!(client.send(&Trace::<false>).unwrap_err().is_decode());
        assert!(client.send_raw(&Trace::<false>).unwrap_err().is_decode());
    }
    let error = client_returning("").send(&Trace::<false>).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /trace: 200 OK: the response has no body: a custom endpoint whose success has none \
         sets `UNWRAPPED` [1 attempt]"
    );
}

/// A list always needs the envelope, so `UNWRAPPED` would not help.
#[test]
fn a_list_without_a_body_gets_no_advice_to_set_unwrapped() {
    #[derive(Serialize)]
    struct Zones<const UNWRAPPED: bool>;
    impl<const UNWRAPPED: bool> Endpoint for Zones<UNWRAPPED> {
        type Output = Page<Zone>;
        const METHOD: Method = Method::GET;
        const UNWRAPPED: bool = UNWRAPPED;
        fn path(&self) -> Vec<&str> {
            vec!["zones"]
        }
    }
    let client = scripted_client([status(204, "")]);
    for error in [
        client.send(&Zones::<true>).unwrap_err(),
        client.send(&Zones::<false>).unwrap_err(),
        common::first_error(client.iter(&Zones::<true>)),
    ] {
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        let expected = "GET /zones: 204 No Content: the response has no body [1 attempt]";
        assert_eq!(error.to_string(), expected);
    }
}

/// Pages of zones with these names.
fn pages(pages: &[&[&str]]) -> Vec<ScriptedResponse> {
    let page = |names: &&[&str]| {
        let zones: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        ok(success(&Value::from(zones).to_string()))
    };
    pages.iter().map(page).collect()
}

fn names<E: Endpoint<Output = Page<Zone>>>(client: &Client, request: &E) -> Vec<String> {
    let zones = client.iter(request);
    zones.map(|zone| zone.unwrap().name).collect()
}

#[test]
fn single_page_sends_one_request_without_a_page_number() {
    #[derive(Serialize)]
    struct ListAtOnce;
    impl Endpoint for ListAtOnce {
        type Output = Page<Zone>;
        const METHOD: Method = Method::GET;
        const SINGLE_PAGE: bool = true;
        fn path(&self) -> Vec<&str> {
            vec!["things"]
        }
    }
    let (client, requests) = scripted(pages(&[&["a"], &["b"], &[]]));
    assert_eq!(names(&client, &ListAtOnce), ["a"]);
    assert_eq!(requests.lines(), ["GET /things"]);

    let (client, requests) = scripted(pages(&[&["a"], &["b"], &[]]));
    assert_eq!(names(&client, &ListOf::new()), ["a", "b"]);
    assert_eq!(requests.count(), 3);
}

#[test]
fn max_per_page_is_sent_unless_the_request_sets_per_page() {
    #[derive(Serialize)]
    struct ListThings {
        per_page: Option<u64>,
    }
    impl Endpoint for ListThings {
        type Output = Page<Zone>;
        const METHOD: Method = Method::GET;
        const MAX_PER_PAGE: Option<u64> = Some(50);
        fn path(&self) -> Vec<&str> {
            vec!["things"]
        }
    }
    for (per_page, expected) in [(None, "per_page=50"), (Some(5), "per_page=5")] {
        let (client, requests) = scripted(pages(&[&[]]));
        let request = ListThings { per_page };
        client.send(&request).unwrap();
        assert_eq!(requests.last().line(), format!("GET /things?{expected}"));
        assert_eq!(client.iter(&request).count(), 0);
        let first_page = format!("GET /things?{expected}&page=1");
        assert_eq!(requests.last().line(), first_page);
    }
}

#[test]
fn item_id_prevents_duplicates_of_an_item_that_moves_to_a_later_page() {
    #[derive(Serialize)]
    struct ListWithIds;
    impl Endpoint for ListWithIds {
        type Output = Page<Zone>;
        const METHOD: Method = Method::GET;
        fn path(&self) -> Vec<&str> {
            vec!["things"]
        }
        fn item_id(zone: &Zone) -> Option<Cow<'_, str>> {
            Some(Cow::Borrowed(&zone.name))
        }
    }
    let moved: &[&[&str]] = &[&["b", "a"], &["a", "c"], &[]];
    let client = scripted_client(pages(moved));
    assert_eq!(names(&client, &ListWithIds), ["b", "a", "c"]);

    let client = scripted_client(pages(moved));
    assert_eq!(names(&client, &ListOf::new()), ["b", "a", "a", "c"]);
}

#[test]
fn token_only_refuses_an_email_with_a_key() {
    #[derive(Serialize)]
    struct Verify<const TOKEN_ONLY: bool>;
    impl<const TOKEN_ONLY: bool> Endpoint for Verify<TOKEN_ONLY> {
        type Output = Value;
        const METHOD: Method = Method::GET;
        const TOKEN_ONLY: bool = TOKEN_ONLY;
        fn path(&self) -> Vec<&str> {
            vec!["verify"]
        }
    }
    let client_with_key = |respond: fn() -> Response<Body>| {
        Client::builder()
            .api_key("a@example.com", "some-key")
            .transport(move |_: Request<Vec<u8>>| Ok(respond()))
            .build()
            .unwrap()
    };
    let client = client_with_key(|| panic!("must not be sent"));
    let error = client.send(&Verify::<true>).unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(error.to_string().starts_with("`api_token`"), "{error}");

    let client = client_with_key(|| Response::new(Body::from(success("1"))));
    assert_eq!(client.send(&Verify::<false>).unwrap(), 1);
    let client_with_token = client_returning(success("1"));
    assert_eq!(client_with_token.send(&Verify::<true>).unwrap(), 1);
}

#[test]
fn validate_refuses_a_request_before_it_is_sent() {
    let (client, requests) = scripted([ok(success("null"))]);
    let invalid = PurgeCache::new("a", &[]);
    let error = client.send(&invalid).unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert_eq!(error.to_string(), "`files` is empty");
    let error = client.send_raw(&invalid).unwrap_err();
    assert_eq!(error.to_string(), "`files` is empty");
    assert_eq!(requests.count(), 0);
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
    assert_eq!(requests.count(), 0);
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
    for failure in [status(503, ""), interrupted()] {
        for (is_idempotent, attempts) in [(true, 2), (false, 1)] {
            let (client, requests) = scripted([failure.clone(), ok(success("null"))]);
            let request = Write {
                is_idempotent,
                recovery_hint: None,
            };
            let sent = client.with_max_retries(1).send(&request);
            assert_eq!(sent.is_ok(), is_idempotent, "{sent:?}");
            assert_eq!(requests.count(), attempts);
        }
    }
}

#[test]
fn a_refusal_after_a_lost_response_may_have_been_applied() {
    for refusal in [status(409, failure("")), ok(failure(""))] {
        let (client, requests) = scripted([interrupted(), refusal]);
        let request = Write {
            is_idempotent: true,
            recovery_hint: None,
        };
        let error = client.with_max_retries(1).send(&request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert!(error.may_have_been_applied(), "{error}");
        assert_eq!(requests.count(), 2);
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
    let (client, requests) = scripted([status(503, ""), ok(success("null"))]);
    let error = client.with_max_retries(1).send(&Next).unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    assert_eq!(requests.count(), 1);
}

#[test]
fn recovery_hint_is_shown_if_a_write_may_have_been_applied() {
    let hint = "look for a thing named `ci`";
    let request = Write {
        is_idempotent: false,
        recovery_hint: Some(hint),
    };
    let client = scripted_client([interrupted()]);
    let error = client.send(&request).unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    assert!(error.to_string().contains(hint), "{error}");

    let client = scripted_client([status(403, "")]);
    let error = client.send(&request).unwrap_err();
    assert!(!error.may_have_been_applied(), "{error}");
    assert!(!error.to_string().contains(hint), "{error}");
}

#[test]
fn returns_secret_redacts_the_response_and_mentions_the_secret() {
    #[derive(Serialize)]
    struct CreateAccountToken<const RETURNS_SECRET: bool>;
    impl<const RETURNS_SECRET: bool> Endpoint for CreateAccountToken<RETURNS_SECRET> {
        type Output = u32;
        const METHOD: Method = Method::POST;
        const RETURNS_SECRET: bool = RETURNS_SECRET;
        fn path(&self) -> Vec<&str> {
            vec!["accounts", "1", "tokens"]
        }
    }
    let created_secret = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
    let client = client_returning(success(&format!(r#"{{"{created_secret}":1e999}}"#)));
    let error = client.send(&CreateAccountToken::<true>).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("which may hold the only copy of a new secret"),
        "{text}"
    );
    assert!(!text.contains(created_secret), "{text}");

    let error = client.send(&CreateAccountToken::<false>).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("was applied"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn reports_a_write_that_an_earlier_attempt_may_have_applied() {
    let request = Write {
        is_idempotent: true,
        recovery_hint: None,
    };
    for (first_status, may_have_been_applied) in [(503, true), (429, false)] {
        let client = scripted_client([status(first_status, "{}"), refused()]);
        let error = client.with_max_retries(1).send(&request).unwrap_err();
        assert_eq!(error.attempts(), 2, "{error}");
        assert_eq!(
            error.may_have_been_applied(),
            may_have_been_applied,
            "{error}"
        );
        let is_reported = error.to_string().contains("it may have been applied");
        assert_eq!(is_reported, may_have_been_applied, "{error}");
    }
}
