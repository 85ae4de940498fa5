//! Listing, updating and deleting subscriptions: the requests and the decoded responses.

mod common;

use cloudflare_user::{
    Client, ComponentValue, DeleteSubscription, Frequency, RatePlan, RatePlanId, SubscriptionState,
    UpdateSubscription,
};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::json;

const ID: &str = "506e3185e9c882d175a2d0cb0093d9f2";

#[test]
fn lists_subscriptions_in_one_request_without_parameters() {
    let api = Api::responding(fixture("subscriptions_get"));
    let subscriptions = api.client().subscriptions().iter();
    let subscriptions: Vec<_> = subscriptions.map(Result::unwrap).collect();
    assert_eq!(api.request().line(), "GET /user/subscriptions");
    let written = serde_json::to_value(&subscriptions).unwrap();
    assert_eq!(written, fixture_result("subscriptions_get"));
    assert_eq!(subscriptions[0].state, Some(SubscriptionState::Paid));
}

#[test]
fn reads_fields_of_the_older_schema() {
    let result = json!([{
        "id": ID,
        "price": "20.00",
        "frequency": "not-applicable",
        "state": "",
        "rate_plan": {"id": "PRO"},
        "app": {"install_id": "a"},
        "zone": {"id": "z", "name": "example.com"},
        "component_values": [{"name": "page_rules", "value": 20, "default": 5, "price": 5}],
    }]);
    let client = client_returning(success(&result.to_string()));
    let page = client.subscriptions().send().unwrap();
    let subscription = &page.items[0];
    let upper_case = RatePlanId::Other("PRO".to_owned());
    assert_eq!(subscription.rate_plan.id, Some(upper_case));
    let rules = subscription.component_values[0].value.as_ref();
    assert_eq!(rules.unwrap().as_f64(), Some(20.0));
    assert_eq!(serde_json::to_value(&page.items).unwrap(), result);
}

#[test]
fn reads_null_in_place_of_nested_models() {
    let result = json!([{
        "rate_plan": {"sets": null},
        "zone": {"id": null},
        "app": null,
        "component_values": null,
    }]);
    let client = client_returning(success(&result.to_string()));
    client.subscriptions().send().unwrap();
}

#[test]
fn sends_each_change_of_an_update() {
    type Change = fn(UpdateSubscription<&Client>) -> UpdateSubscription<&Client>;
    let changes: [(Change, _); 7] = [
        (
            |update| update.component_values([]),
            json!({"component_values": []}),
        ),
        (
            |update| {
                let mut rules = ComponentValue::default();
                rules.name = Some("page_rules".to_owned());
                rules.value = Some(20.into());
                update.component_values([rules])
            },
            json!({"component_values": [{"name": "page_rules", "value": 20}]}),
        ),
        (
            |update| update.frequency(Frequency::Yearly),
            json!({"frequency": "yearly"}),
        ),
        (
            |update| update.frequency("annual".into()),
            json!({"frequency": "annual"}),
        ),
        (
            |update| update.rate_plan(RatePlan::new(RatePlanId::ProPlus)),
            json!({"rate_plan": {"id": "pro_plus"}}),
        ),
        (
            |update| update.extra("app", json!({"install_id": "a"})),
            json!({"app": {"install_id": "a"}}),
        ),
        (
            |update| {
                let mut plan = RatePlan::new(RatePlanId::Free);
                plan.scope = Some("zone".to_owned());
                plan.sets = vec!["a".to_owned()];
                update.rate_plan(plan)
            },
            json!({"rate_plan": {"id": "free", "scope": "zone", "sets": ["a"]}}),
        ),
    ];
    for (change, body) in changes {
        let api = Api::responding(fixture("subscriptions_update"));
        let client = api.client();
        let updated = change(client.update_subscription(ID)).send().unwrap();
        let request = api.request();
        assert_eq!(request.method, "PUT");
        assert_eq!(request.target, format!("/user/subscriptions/{ID}"));
        assert_eq!(request.json(), body);
        assert_eq!(updated, json!({}));
    }
}

#[test]
fn returns_any_result_of_an_update() {
    for result in [json!(null), json!("done"), json!({"id": ID})] {
        let client = client_returning(success(&result.to_string()));
        let update = UpdateSubscription::new(ID).frequency(Frequency::Monthly);
        assert_eq!(client.send(&update).unwrap(), result);
    }
}

#[test]
fn deletes_without_a_body_and_reads_the_response_with_or_without_an_envelope() {
    let api = Api::responding(fixture("subscriptions_delete"));
    let deleted = api.client().delete_subscription(ID).send().unwrap();
    let expected = format!("DELETE /user/subscriptions/{ID}");
    assert_eq!(api.request().line(), expected);
    assert_eq!(deleted.subscription_id, ID);

    let client = client_returning(success(&fixture("subscriptions_delete")));
    let enveloped = client.send(&DeleteSubscription::new(ID)).unwrap();
    assert_eq!(enveloped, deleted);
}

#[test]
fn accepts_a_successful_deletion_without_a_result() {
    for body in [r#"{"success":true,"result":null}"#, r#"{"success":true}"#] {
        let client = client_returning(body);
        let deleted = client.delete_subscription(ID).send().unwrap();
        assert_eq!(deleted.subscription_id, "");
    }
}
