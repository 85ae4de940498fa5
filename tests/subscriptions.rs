//! Listing, updating and deleting subscriptions: the requests and the decoded responses.

mod common;

use cloudflare_user::{
    Client, ComponentValue, DeleteSubscription, Frequency, ListSubscriptions, RatePlan, RatePlanId,
    SubscriptionState, UpdateSubscription,
};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::json;

const ID: &str = "506e3185e9c882d175a2d0cb0093d9f2";

#[test]
fn lists_subscriptions_in_one_request_without_parameters() {
    let api = Api::responding(fixture("subscriptions_get"));
    let subscriptions: Vec<_> = api
        .client()
        .subscriptions()
        .iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(api.request().line(), "GET /user/subscriptions");
    assert_eq!(
        serde_json::to_value(&subscriptions).unwrap(),
        fixture_result("subscriptions_get")
    );
    assert_eq!(subscriptions[0].state, Some(SubscriptionState::Paid));
}

#[test]
fn reads_fields_of_the_older_schema() {
    let result = json!([{
        "id": ID, "price": "20.00", "frequency": "not-applicable", "state": "", "rate_plan": {"id": "PRO"},
        "app": {"install_id": "a"}, "zone": {"id": "z", "name": "example.com"},
        "component_values": [{"name": "page_rules", "value": 20, "default": 5, "price": 5}],
    }]);
    let page = client_returning(success(&result.to_string()))
        .send(&ListSubscriptions::new())
        .unwrap();
    let subscription = &page.items[0];
    assert_eq!(
        subscription.rate_plan.id,
        Some(RatePlanId::Other("PRO".to_owned()))
    );
    assert_eq!(
        subscription.component_values[0]
            .value
            .as_ref()
            .unwrap()
            .as_f64(),
        Some(20.0)
    );
    assert_eq!(serde_json::to_value(&page.items).unwrap(), result);
    let nulls =
        r#"[{"rate_plan":{"sets":null},"zone":{"id":null},"app":null,"component_values":null}]"#;
    assert!(
        client_returning(success(nulls))
            .send(&ListSubscriptions::new())
            .is_ok()
    );
}

#[test]
fn sends_each_change_of_an_update() {
    type Change = fn(UpdateSubscription<&Client>) -> UpdateSubscription<&Client>;
    let mut rules = ComponentValue::default();
    rules.name = Some("page_rules".to_owned());
    rules.value = Some(20.into());
    let changes: [(Change, _); 6] = [
        (
            |update| update.component_values([]),
            json!({"component_values": []}),
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
        let updated = change(api.client().update_subscription(ID)).send().unwrap();
        let request = api.request();
        assert_eq!(
            (request.method.as_str(), request.target),
            ("PUT", format!("/user/subscriptions/{ID}"))
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&request.body).unwrap(),
            body
        );
        assert_eq!(updated, json!({}));
    }
    let api = Api::responding(fixture("subscriptions_update"));
    api.client()
        .update_subscription(ID)
        .component_values([rules])
        .send()
        .unwrap();
    assert_eq!(
        api.request().json(),
        json!({"component_values": [{"name": "page_rules", "value": 20}]})
    );
}

#[test]
fn returns_any_result_of_an_update() {
    for result in [json!(null), json!("done"), json!({"id": ID})] {
        let updated = client_returning(success(&result.to_string()))
            .send(&UpdateSubscription::new(ID).frequency(Frequency::Monthly))
            .unwrap();
        assert_eq!(updated, result);
    }
}

#[test]
fn deletes_without_a_body_and_reads_the_response_with_or_without_an_envelope() {
    let api = Api::responding(fixture("subscriptions_delete"));
    let deleted = api.client().delete_subscription(ID).send().unwrap();
    assert_eq!(
        api.request().line(),
        format!("DELETE /user/subscriptions/{ID}")
    );
    let enveloped = client_returning(success(&fixture("subscriptions_delete")))
        .send(&DeleteSubscription::new(ID))
        .unwrap();
    assert_eq!(
        (deleted.subscription_id.as_str(), &deleted),
        (ID, &enveloped)
    );
}

#[test]
fn accepts_a_successful_deletion_without_a_result() {
    for body in [r#"{"success":true,"result":null}"#, r#"{"success":true}"#] {
        let deleted = client_returning(body)
            .delete_subscription(ID)
            .send()
            .unwrap();
        assert_eq!(deleted.subscription_id, "");
    }
}
