//! Edits: one without a change is refused before sending, and no setter drops its input.

mod common;

use cloudflare_user::{
    Client, ComponentValue, EditUser, Endpoint, Error, ErrorKind, Frequency, RatePlan, RatePlanId,
    Result, UpdateSubscription,
};
use common::{Api, fixture, ok, scripted, success};
use serde_json::json;

const ID: &str = "506e3185e9c882d175a2d0cb0093d9f2";

/// Asserts that an edit is refused before sending, with an error that names this parameter.
#[track_caller]
fn assert_refused(parameter: &str, send: impl FnOnce(&Client) -> Result<()>) {
    let (client, requests) = scripted([ok(success("{}"))]);
    let error: Error = send(&client).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(error.parameter(), Some(parameter), "{error}");
    assert_eq!(requests.count(), 0);
}

#[test]
fn refuses_an_edit_without_a_change() {
    assert_refused("request", |client| client.edit_user().send().map(drop));
    assert_refused("request", |client| client.send(&EditUser::new()).map(drop));
    assert_refused("request", |client| {
        client.update_subscription(ID).send().map(drop)
    });
}

#[test]
fn refuses_a_field_that_is_set_by_its_setter_and_by_extra() {
    let update = || UpdateSubscription::new(ID);
    for (field, request) in [
        ("frequency", update().frequency(Frequency::Yearly)),
        (
            "rate_plan",
            update().rate_plan(RatePlan::new(RatePlanId::Pro)),
        ),
        ("component_values", update().component_values([])),
    ] {
        assert_refused(field, |client| {
            client
                .send(&request.clone().extra(field, "other"))
                .map(drop)
        });
        // Either of them alone is accepted.
        request.validate().unwrap();
        update().extra(field, "other").validate().unwrap();
        // The same name in another field is another field.
        request.extra("app", json!({field: 1})).validate().unwrap();
    }
}

#[test]
fn refuses_a_plan_and_a_component_without_fields() {
    assert_refused("rate_plan", |client| {
        let update = client.update_subscription(ID);
        update.rate_plan(RatePlan::default()).send().map(drop)
    });
    assert_refused("component_values[1]", |client| {
        let mut rules = ComponentValue::default();
        rules.name = Some("page_rules".to_owned());
        let values = [rules, ComponentValue::default()];
        let update = client.update_subscription(ID);
        update.component_values(values).send().map(drop)
    });
}

#[test]
fn leaves_maximum_lengths_to_the_api() {
    let api = Api::responding(fixture("user_edit"));
    let name = "x".repeat(1000);
    api.client().edit_user().first_name(&name).send().unwrap();
    assert_eq!(api.request().json(), json!({"first_name": name}));
}
