//! The billing history and profile: the requests and the decoded responses.

mod common;

use cloudflare_user::{BillingOrder, Client, ExposeSecret, ListBillingHistory, SecretString};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::json;
use time::macros::datetime;

#[test]
fn sends_each_filter() {
    type Filter = fn(ListBillingHistory<&Client>) -> ListBillingHistory<&Client>;
    let occurred_at: Filter = |list| list.occurred_at(datetime!(2014-03-01 13:21:59 +1));
    let by_time: Filter = |list| list.order(BillingOrder::OccurredAt);
    let filters: [(Filter, &str); 6] = [
        (|list| list.action("subscription"), "action=subscription"),
        (|list| list.kind("charge"), "type=charge"),
        (occurred_at, "occurred_at=2014-03-01T12%3A21%3A59Z"),
        (by_time, "order=occurred_at"),
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
}

#[test]
fn sends_page_and_per_page() {
    let api = Api::responding(fixture("billing_history_list"));
    let client = api.client();
    let request = client.billing_history().page(2).per_page(5);
    request.send().unwrap();
    let expected = "GET /user/billing/history?page=2&per_page=5";
    assert_eq!(api.request().line(), expected);
}

#[test]
fn keeps_every_field_of_the_documented_history() {
    let client = client_returning(fixture("billing_history_list"));
    let page = client.billing_history().send().unwrap();
    let written = serde_json::to_value(&page.items).unwrap();
    assert_eq!(written, fixture_result("billing_history_list"));
    assert_eq!(page.items[0].amount.as_ref().unwrap().as_f64(), Some(20.99));
    let info = page.info.unwrap();
    assert_eq!(info.count, Some(1));
    assert_eq!(info.page, Some(1));
    assert_eq!(info.per_page, Some(20));
    assert_eq!(info.total_count, Some(2000));
}

#[test]
fn reads_an_amount_as_a_number_or_text() {
    let result = json!([
        {"amount": "3.45 usd", "zone": {"name": null}},
        {"amount": 7},
        {"amount": null, "zone": null},
    ]);
    let client = client_returning(success(&result.to_string()));
    let page = client.billing_history().send().unwrap();
    let amounts: Vec<_> = page.items.into_iter().map(|item| item.amount).collect();
    let text = amounts[0].as_ref().unwrap();
    assert_eq!(text.to_string(), "3.45 usd");
    assert_eq!(text.as_f64(), Some(3.45));
    assert_eq!(amounts[1].as_ref().unwrap().to_string(), "7");
    assert_eq!(amounts[2], None);
}

#[track_caller]
fn assert_secret(secret: &Option<SecretString>, expected: &str) {
    assert_eq!(secret.as_ref().unwrap().expose_secret(), expected);
}

#[test]
fn reads_every_field_of_the_documented_profile_and_redacts_its_secrets() {
    let client = client_returning(fixture("billing_profile_get"));
    let profile = client.billing_profile().send().unwrap();
    assert!(profile.extra.is_empty(), "{:?}", profile.extra);
    assert_secret(&profile.card_number, "4242424242424242");
    assert_secret(&profile.payment_nonce, "abc123");
    assert_secret(&profile.validation_code, "1111");
    assert_eq!(profile.card_expiry_month, Some(12));
    assert_eq!(profile.card_expiry_year, Some(2099));
    let next_bill_date = datetime!(2014-03-01 12:21:59.3456 UTC);
    assert_eq!(profile.next_bill_date, Some(next_bill_date));

    // `Debug` names every field and redacts the secrets. Times are formatted in another way than
    // they are read.
    let secrets = [
        "card_number",
        "payment_nonce",
        "validation_code",
        "device_data",
    ];
    let shown = format!("{profile:?}");
    for (name, value) in fixture_result("billing_profile_get").as_object().unwrap() {
        assert!(shown.contains(&format!("{name}:")), "{name}");
        let text = value.as_str().filter(|text| !text.ends_with('Z'));
        if let Some(text) = text {
            let is_shown = shown.contains(&format!("{text:?}"));
            let is_secret = secrets.contains(&name.as_str());
            assert_eq!(is_shown, !is_secret, "{name}");
        }
    }
}

#[test]
fn reads_a_balance_that_is_a_number() {
    let client = client_returning(success(r#"{"balance":0,"card_number":null}"#));
    let profile = client.billing_profile().send().unwrap();
    assert_eq!(profile.balance.as_deref(), Some("0"));
    assert!(profile.card_number.is_none());
}
