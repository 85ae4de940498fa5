//! Reading and editing the user's details: the requests, their headers and the decoded responses.

mod common;

use cloudflare_user::{Client, EditUser, User};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::{Value, json};

#[test]
fn sends_the_token_in_the_authorization_header() {
    let api = Api::responding(fixture("user_get"));
    let user = api.client().user().send().unwrap();
    let request = api.request();
    assert_eq!(request.line(), "GET /user");
    let bearer = "Bearer a-token-of-the-tests";
    assert_eq!(request.header("authorization"), Some(bearer));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.header("x-auth-key"), None);
    assert_eq!(user.first_name.as_deref(), Some("John"));
    let written = serde_json::to_value(&user).unwrap();
    assert_eq!(written, fixture_result("user_get"));
}

#[test]
fn sends_email_and_key_in_separate_headers() {
    let api = Api::responding(fixture("user_get"));
    let key = "144c9defac04969c7bfad8efaa8ea194";
    let client = Client::builder()
        .api_key("user@example.com", key)
        .base_url(api.url())
        .build()
        .unwrap();
    client.user().send().unwrap();
    let request = api.request();
    assert_eq!(request.header("x-auth-email"), Some("user@example.com"));
    assert_eq!(request.header("x-auth-key"), Some(key));
    assert_eq!(request.header("authorization"), None);
}

#[test]
fn sends_only_the_details_that_are_set_or_cleared() {
    type Edit = fn(EditUser<&Client>) -> EditUser<&Client>;
    let edits: [(Edit, _); 10] = [
        (|edit| edit.country("US"), json!({"country": "US"})),
        (|edit| edit.first_name("Jo"), json!({"first_name": "Jo"})),
        (|edit| edit.last_name("Do"), json!({"last_name": "Do"})),
        (|edit| edit.telephone("+1 1"), json!({"telephone": "+1 1"})),
        (|edit| edit.zipcode("12345"), json!({"zipcode": "12345"})),
        (|edit| edit.clear_country(), json!({"country": null})),
        (|edit| edit.clear_first_name(), json!({"first_name": null})),
        (|edit| edit.clear_last_name(), json!({"last_name": null})),
        (|edit| edit.clear_telephone(), json!({"telephone": null})),
        (|edit| edit.clear_zipcode(), json!({"zipcode": null})),
    ];
    for (edit, body) in edits {
        let api = Api::responding(fixture("user_edit"));
        edit(api.client().edit_user()).send().unwrap();
        let request = api.request();
        assert_eq!(request.method, "PATCH");
        assert_eq!(request.target, "/user");
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.json(), body);
    }
}

#[test]
fn keeps_unknown_fields_of_a_user() {
    let result = json!({
        "id": "7",
        "email": "a@example.com",
        "username": "a",
        "created_on": "2015-02-24T13:03:05.255956Z",
        "modified_on": "2015-02-24T13:03:05Z",
        "email_verified": true,
        "twofactor": {"type": "totp"},
    });
    let user = user_from(&result);
    assert_eq!(user.username.as_deref(), Some("a"));
    assert_eq!(user.created_on.unwrap().microsecond(), 255_956);
    assert_eq!(user.extra["email_verified"], true);
    assert_eq!(serde_json::to_value(&user).unwrap(), result);
}

#[test]
fn reads_null_and_missing_fields_alike() {
    let mut nulls = fixture_result("user_get");
    for value in nulls.as_object_mut().unwrap().values_mut() {
        *value = Value::Null;
    }
    assert_eq!(user_from(&nulls), user_from(&json!({})));
}

/// The user that a client decodes from this result.
fn user_from(result: &Value) -> User {
    let client = client_returning(success(&result.to_string()));
    client.user().send().unwrap()
}
