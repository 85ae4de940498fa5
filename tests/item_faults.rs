//! A fault of one item is an error of that item alone; a fault of the envelope is one of the page.

mod common;

use cloudflare_user::{
    AuditLog, AuditLogCursor, Body, Client, Error, GetUser, ListAuditLogs, Result, http,
};
use common::{client_returning, success};
use proptest::prelude::*;
use time::macros::date;

/// A client whose server has these pages, and empty ones after them.
fn client(pages: Vec<Vec<u8>>) -> Client {
    let respond = move |request: http::Request<Vec<u8>>| {
        let query = request.uri().query().unwrap_or_default();
        let mut parameters = url::form_urlencoded::parse(query.as_bytes());
        let number: usize = match parameters.find(|(name, _)| name == "page") {
            Some((_, number)) => number.parse().unwrap(),
            None => 1,
        };
        let page = pages.get(number - 1).cloned();
        let page = page.unwrap_or_else(|| success("[]").into_bytes());
        Ok(http::Response::new(Body::from(page)))
    };
    Client::builder()
        .api_token("a-token-of-the-tests")
        .transport(respond)
        .build()
        .unwrap()
}

fn page(items: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let items: Vec<_> = items.iter().map(AsRef::as_ref).collect();
    let items = items.join(&b", "[..]);
    [br#"{"success":true,"result":["#, &items[..], b"]}"].concat()
}

const BAD_ITEMS: &[&[u8]] = &[
    br#"{"id":"a wrong type","interface":5}"#,
    b"{\"id\":\"Latin-1\",\"interface\":\"caf\xe9\"}",
    b"{\"id\":\"a name that is not UTF-8\",\"\xff\":1}",
    b"{\"id\":\"not UTF-8, nested\",\"metadata\":[{\"a\":\"\xc3\x28\"}]}",
    b"{\"id\":\"a line break\",\"interface\":\"a\nb\"}",
    b"{\"id\":\"a control character\",\"metadata\":\"\x01\"}",
    br#"{"id":"a lone surrogate","interface":"\ud83d"}"#,
    br#"{"id":"a lone surrogate in a name","\udc00":1}"#,
    br#"{"id":"an invalid escape","interface":"\q"}"#,
    br#"{"id":"brackets in text ]}","interface":["]}"]}"#,
    br#"{"id":"not a number","metadata":NaN}"#,
    br#"{"id":"a leading zero","metadata":01}"#,
    br#"{"id":"no colon" 1}"#,
    br#"{"id":"a comma too many",}"#,
    b"{]",
    b"[1,2]",
    b"\"\xff\"",
    b"null",
    b"nul",
    b"5",
];

/// Describes an item: its identifier, or the bytes of a bad one.
fn describe(item: Result<AuditLog>) -> Vec<u8> {
    match item {
        Ok(log) => log.id.into_bytes(),
        Err(error) => {
            assert!(error.is_item(), "{error}");
            error.body().unwrap().to_vec()
        }
    }
}

#[test]
fn yields_the_items_before_and_after_a_bad_one() {
    for bad in BAD_ITEMS {
        let items = [br#"{"id":"1"}"#, *bad, br#"{"id":"2"}"#];
        let client = client(vec![page(&items)]);
        let expected = [&b"1"[..], bad, b"2"];
        let text = String::from_utf8_lossy(bad);

        let found: Vec<_> = client.audit_logs().iter().map(describe).collect();
        assert_eq!(found, expected, "{text}");
        let ahead = client.audit_logs().iter().read_ahead(2);
        assert_eq!(ahead.map(describe).collect::<Vec<_>>(), expected, "{text}");

        let pages: Vec<_> = client.audit_logs().pages().collect();
        let [Ok(good), Err(error)] = &pages[..] else {
            panic!("{text}: {pages:?}");
        };
        assert_eq!(good.items.len(), 2, "{text}");
        assert_eq!(error.body(), Some(*bad));

        let error = client.audit_logs().send().unwrap_err();
        assert!(error.is_item() && error.body() == Some(*bad), "{error}");
        assert!(error.to_string().contains("result[1]"), "{error}");
    }
}

#[test]
fn names_the_field_that_is_not_utf8() {
    let item = b"{\"id\":\"1\",\"actor\":{\"email\":\"\xe9\"}}";
    let error = client(vec![page(&[item])]).audit_logs().page(1).send();
    let text = error.unwrap_err().to_string();
    let expected = "page 1, result[0].actor.email: invalid UTF-8 at byte 28";
    assert!(text.contains(expected), "{text}");
    let user = b"{\"success\":true,\"result\":{\"betas\":[\"a\",\"\xe9\"]}}";
    let error = client(vec![user.to_vec()]).user().send().unwrap_err();
    let expected = "result.betas[1]: invalid UTF-8 at byte 40";
    assert!(error.is_decode() && !error.is_item(), "{error}");
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn follow_gets_past_bad_items_and_yields_them_once() {
    let mut items = vec![&br#"{"id":"1","when":"2026-11-02T00:00:00Z"}"#[..]];
    items.extend(BAD_ITEMS);
    let mut more_items = items.clone();
    more_items.push(br#"{"id":"2","when":"2026-11-02T00:00:01Z"}"#);
    let mut cursor = AuditLogCursor::starting_at(date!(2026 - 11 - 01));
    for (items, new) in [(items.clone(), items.len()), (items, 0), (more_items, 1)] {
        let mut logs = client(vec![page(&items)]).follow(&ListAuditLogs::new(), &cursor);
        assert_eq!((&mut logs).map(describe).count(), new);
        cursor = logs.cursor();
    }
}

/// A page with these bytes in place of `%`.
fn replaced(page: &[u8], bytes: &[u8]) -> Vec<u8> {
    let at = page.iter().position(|byte| *byte == b'%').unwrap();
    [&page[..at], bytes, &page[at + 1..]].concat()
}

#[test]
fn bad_bytes_elsewhere_in_the_envelope_fail_nothing() {
    for envelope in [
        &br#"{"note":"%","success":true,"result":[{"id":"1"}]}"#[..],
        br#"{"%":1,"success":true,"result":[{"id":"1"}]}"#,
        br#"{"success":true,"messages":["%"],"errors":[],"result":[{"id":"1"}]}"#,
        br#"{"success":true,"result":[{"id":"1"}],"result_info":"%"}"#,
        br#"{"success":true,"result":[{"id":"1"}],"result_info":{"total_count":1,"%":"%"}}"#,
    ] {
        for bytes in [&b"\xff"[..], b"\xc3\x28", br"\ud83d", br"\q", b"\x01"] {
            let body = replaced(envelope, bytes);
            let text = String::from_utf8_lossy(&body).into_owned();
            let client = client(vec![body.clone()]);
            let found: Vec<_> = client.audit_logs().iter().map(describe).collect();
            assert_eq!(found, [b"1"], "{text}");
            assert_eq!(client.audit_logs().send().unwrap().items.len(), 1, "{text}");
            let value = text.replace("[{\"id\":\"1\"}]", "{\"id\":\"1\"}");
            assert_eq!(client_returning(value).user().send().unwrap().id, "1");

            // Its caller gets the bytes, so all of them must be JSON.
            let raw = client.send_raw(&ListAuditLogs::new());
            let is_utf8 = str::from_utf8(&body).is_ok();
            assert!(is_utf8 || raw.unwrap_err().is_decode(), "{text}");
        }
    }
}

#[test]
fn reads_the_readable_fields_of_result_info() {
    let body = b"{\"success\":true,\"result\":[{\"id\":\"1\"}],\"result_info\":
        {\"total_count\":7,\"note\":\"\\ud83d\",\"cursor\":\"c\",\"page\":\"x\",\"bytes\":\"\xff\"}}";
    let page = client(vec![body.to_vec()]).audit_logs().send().unwrap();
    let info = page.info.unwrap();
    assert_eq!((info.total_count, info.page), (Some(7), None));
    let extra: Vec<_> = info.extra.keys().collect();
    assert_eq!(extra, ["cursor"]);
}

#[test]
fn skips_a_byte_order_mark() {
    let body = [b"\xef\xbb\xbf", &page(&[br#"{"id":"1"}"#])[..]].concat();
    let client = client(vec![body.clone()]);
    assert_eq!(client.audit_logs().iter().count(), 1);
    assert_eq!(client.audit_logs().send().unwrap().items[0].id, "1");
    let raw = client.send_raw(&ListAuditLogs::new()).unwrap();
    assert_eq!(raw.body(), &body);
}

#[test]
fn a_fault_of_the_envelope_is_an_error_of_the_page() {
    for body in [
        r#"{"success":true,"result":[{"id":"1"} {"id":"2"}]}"#,
        r#"{"success":true,"result":[{"id":"1"},]}"#,
        r#"{"success":true,"result":[,{"id":"1"}]}"#,
        r#"{"success":true,"result":[{"id":"1"}}"#,
        r#"{"success":true,"result":[{"id":"1"}"#,
        r#"{"success":true,"result":[{"id":"1"},{"id":"2]}"#,
        r#"{"success":true,"result":[{"id":"1"},{"id":["2"}]}"#,
        r#"{"success":true,"result":[{"id":"1"}],}"#,
        r#"{"success":true "result":[{"id":"1"}]}"#,
        r#"{"success":true,"result":[{"id":"1"}],"success":true}"#,
        r#"{"success":true,"result":[{"id":"1"}],"result":[]}"#,
        r#"{"success":"yes","result":[{"id":"1"}]}"#,
        r#"{"success":tru,"result":[{"id":"1"}]}"#,
        r#"{"success":true,"result":[{"id":"1"}]} x"#,
        r#"{"success":true,"result":[{"id":"1"}]}{}"#,
        r#"{"success":true,"result":{"id":"1"}}"#,
    ] {
        let client = client_returning(body);
        let mut logs = client.audit_logs().iter();
        let error = logs.next().unwrap().unwrap_err();
        assert!(error.is_decode() && !error.is_item(), "{body}: {error}");
        assert!(logs.next().is_none() && logs.next_page() == 1, "{body}");
        let error = client.audit_logs().pages().next().unwrap().unwrap_err();
        assert!(error.is_decode() && !error.is_item(), "{body}: {error}");
    }
}

#[test]
fn keeps_codes_and_messages_beside_bad_bytes() {
    let messages = |error: Error| {
        let messages = error.messages().map(str::to_owned);
        (
            error.codes().collect::<Vec<_>>(),
            messages.collect::<Vec<_>>(),
        )
    };
    for (bytes, expected) in [
        (&b"\xe9"[..], "a\u{fffd}b"),
        (br"\ud83d", "a\u{fffd}b"),
        (br"\q", "a\u{fffd}qb"),
        (b"\n", "a\nb"),
        (br"\u00e9", "aéb"),
    ] {
        for body in [
            &br#"{"success":false,"errors":[{"code":7003,"message":"a%b"},{"code":1,"message":"c"}]}"#[..],
            br#"{"success":false,"errors":[{"x":"%","code":"7003","message":"a%b"},{"code":1,"message":"c"}]}"#,
            br#"{"note%":"%","success":false,"errors":[{"message":"a%b","code":7003,"error_chain":[{"code":1,"message":"c"}]}]}"#,
        ] {
            let mut body = body.to_vec();
            while body.contains(&b'%') {
                body = replaced(&body, bytes);
            }
            let client = client(vec![body]);
            for error in [
                client.send(&GetUser::new()).unwrap_err(),
                client.send_raw(&GetUser::new()).unwrap_err(),
            ] {
                assert_eq!(messages(error), (vec![7003, 1], vec![expected.to_owned(), "c".to_owned()]));
            }
        }
    }
}

#[test]
fn reads_a_chain_of_errors_of_any_depth_up_to_a_limit() {
    let depth = 10_000;
    let chain = r#"{"code":1,"error_chain":["#.repeat(depth) + &"]}".repeat(depth);
    let error = client_returning(format!(r#"{{"success":false,"errors":[{chain}]}}"#));
    let codes = error.user().send().unwrap_err().codes().count();
    assert!((2..=1000).contains(&codes), "{codes}");
}

#[derive(Debug, Clone)]
enum Item {
    Good(u16),
    WithoutId(u8),
    Bad(&'static [u8]),
}

impl Item {
    fn json(&self) -> Vec<u8> {
        match self {
            Self::Good(id) => format!(r#"{{"id":"{id}"}}"#).into_bytes(),
            Self::WithoutId(value) => format!(r#"{{ "metadata":[{value}] }}"#).into_bytes(),
            Self::Bad(json) => json.to_vec(),
        }
    }
}

fn any_item() -> impl Strategy<Value = Item> {
    prop_oneof![
        any::<u16>().prop_map(Item::Good),
        any::<u8>().prop_map(Item::WithoutId),
        prop::sample::select(BAD_ITEMS.to_vec()).prop_map(Item::Bad),
    ]
}

proptest! {
    #[test]
    fn yields_each_item_of_a_page_in_its_place(mut items in prop::collection::vec(any_item(), 0..30)) {
        let mut ids = std::collections::HashSet::new();
        items.retain(|item| match item {
            Item::Good(id) => ids.insert(*id),
            _ => true,
        });
        let jsons: Vec<_> = items.iter().map(Item::json).collect();
        let client = client(vec![page(&jsons)]);
        let describe = |item: Result<AuditLog>| match item {
            Ok(log) if log.id.is_empty() => format!(r#"{{ "metadata":{} }}"#, log.metadata).into_bytes(),
            Ok(log) => format!(r#"{{"id":"{}"}}"#, log.id).into_bytes(),
            Err(error) => error.body().unwrap().to_vec(),
        };
        let found: Vec<_> = client.audit_logs().iter().map(describe).collect();
        prop_assert_eq!(&found, &jsons);

        let (bad, good): (Vec<_>, Vec<_>) = items.iter().partition(|item| matches!(item, Item::Bad(_)));
        let mut pages = client.audit_logs().pages();
        if !items.is_empty() {
            let page = pages.next().unwrap().unwrap();
            let found: Vec<_> = page.items.into_iter().map(|item| describe(Ok(item))).collect();
            prop_assert_eq!(found, good.iter().map(|item| item.json()).collect::<Vec<_>>());
            prop_assert_eq!(pages.size_hint().0, bad.len());
            prop_assert_eq!(pages.next_page(), if bad.is_empty() { 2 } else { 1 });
        }
        let errors: Vec<_> = pages.map(|page| page.unwrap_err().body().unwrap().to_vec()).collect();
        prop_assert_eq!(errors, bad.iter().map(|item| item.json()).collect::<Vec<_>>());
    }
}
