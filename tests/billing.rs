//! The billing history and profile: the requests and the decoded responses.

mod common;

use cloudflare_user::{BillingOrder, Client, ExposeSecret, GetBillingProfile, ListBillingHistory};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::{Value, json};
use time::macros::datetime;

#[test]
fn sends_each_filter() {
    type Filter = fn(ListBillingHistory<&Client>) -> ListBillingHistory<&Client>;
    let filters: [(Filter, &str); 6] = [
        (|list| list.action("subscription"), "action=subscription"),
        (|list| list.kind("charge"), "type=charge"),
        (
            |list| list.occurred_at(datetime!(2014-03-01 13:21:59 +1)),
            "occurred_at=2014-03-01T12%3A21%3A59Z",
        ),
        (
            |list| list.order(BillingOrder::OccurredAt),
            "order=occurred_at",
        ),
        (|list| list.order(BillingOrder::Type), "order=type"),
        (|list| list.order(BillingOrder::Action), "order=action"),
    ];
    for (filter, query) in filters {
        let api = Api::responding(fixture("billing_history_list"));
        filter(api.client().billing_history()).send().unwrap();
        assert_eq!(
            api.request().line(),
            format!("GET /user/billing/history?{query}&per_page=50")
        );
    }
    let api = Api::responding(fixture("billing_history_list"));
    api.client()
        .billing_history()
        .page(2)
        .per_page(5)
        .send()
        .unwrap();
    assert_eq!(
        api.request().line(),
        "GET /user/billing/history?page=2&per_page=5"
    );
}

#[test]
fn keeps_every_field_of_the_documented_history() {
    let page = client_returning(fixture("billing_history_list"))
        .send(&ListBillingHistory::new())
        .unwrap();
    assert_eq!(
        serde_json::to_value(&page.items).unwrap(),
        fixture_result("billing_history_list")
    );
    assert_eq!(page.items[0].amount.as_ref().unwrap().as_f64(), Some(20.99));
    let info = page.info.unwrap();
    assert_eq!(
        (info.count, info.page, info.per_page, info.total_count),
        (Some(1), Some(1), Some(20), Some(2000))
    );
}

#[test]
fn reads_an_amount_as_a_number_or_text() {
    let result = json!([{"amount": "3.45 usd", "zone": {"name": null}}, {"amount": 7}, {"amount": null, "zone": null}]);
    let page = client_returning(success(&result.to_string()))
        .send(&ListBillingHistory::new())
        .unwrap();
    let shown: Vec<_> = page
        .items
        .iter()
        .map(|item| item.amount.as_ref().map(ToString::to_string))
        .collect();
    assert_eq!(
        shown,
        [Some("3.45 usd".to_owned()), Some("7".to_owned()), None]
    );
    assert_eq!(page.items[0].amount.as_ref().unwrap().as_f64(), Some(3.45));
}

#[test]
fn reads_every_field_of_the_documented_profile_and_redacts_its_secrets() {
    let profile = client_returning(fixture("billing_profile_get"))
        .send(&GetBillingProfile::new())
        .unwrap();
    assert!(profile.extra.is_empty(), "{:?}", profile.extra);
    assert_eq!(
        profile.card_number.as_ref().unwrap().expose_secret(),
        "4242424242424242"
    );
    assert_eq!(
        profile.payment_nonce.as_ref().unwrap().expose_secret(),
        "abc123"
    );
    assert_eq!(
        profile.validation_code.as_ref().unwrap().expose_secret(),
        "1111"
    );
    assert_eq!(
        (profile.card_expiry_month, profile.card_expiry_year),
        (Some(12), Some(2099))
    );
    assert_eq!(
        profile.next_bill_date,
        Some(datetime!(2014-03-01 12:21:59.3456 UTC))
    );
    // `Debug` names every field and redacts the secrets. Times are formatted in another way than
    // they are read.
    let shown = format!("{profile:?}");
    for (name, value) in fixture_result("billing_profile_get").as_object().unwrap() {
        assert!(shown.contains(&format!("{name}:")), "{name}");
        let is_secret = [
            "card_number",
            "payment_nonce",
            "validation_code",
            "device_data",
        ]
        .contains(&name.as_str());
        if let Value::String(text) = value
            && !text.ends_with('Z')
        {
            let is_shown = shown.contains(&format!("{text:?}"));
            assert_eq!(is_shown, !is_secret, "{name}");
        }
    }
}

#[test]
fn reads_a_balance_that_is_a_number() {
    let profile = client_returning(success(r#"{"balance":0,"card_number":null}"#))
        .send(&GetBillingProfile::new())
        .unwrap();
    assert_eq!(profile.balance.as_deref(), Some("0"));
    assert!(profile.card_number.is_none());
}
