//! Reading and responding to invites: the requests and the decoded responses.

mod common;

use cloudflare_user::{InviteResponse, InviteStatus, RespondToInvite};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::json;

const ID: &str = "4f5f0c14a2a41d5063dd301b2f829f04";

#[test]
fn sends_a_response_as_a_patch_of_the_status() {
    let responses = [
        (InviteResponse::Accepted, r#"{"status":"accepted"}"#),
        (InviteResponse::Rejected, r#"{"status":"rejected"}"#),
    ];
    for (response, body) in responses {
        let api = Api::responding(fixture("invites_edit"));
        let invite = api.client().respond_to_invite(ID, response).send().unwrap();
        let expected = format!("PATCH /user/invites/{ID} {body}");
        assert_eq!(api.request().line(), expected);
        let written = serde_json::to_value(&invite).unwrap();
        assert_eq!(written, fixture_result("invites_edit"));

        let client = client_returning(fixture("invites_edit"));
        let detached = RespondToInvite::new(ID, response);
        assert_eq!(client.send(&detached).unwrap(), invite);
    }
}

#[test]
fn reads_roles_as_names_or_objects() {
    let result = json!({
        "id": "1",
        "roles": ["Admin", {"id": "2", "name": "Billing", "permissions": []}],
    });
    let client = client_returning(success(&result.to_string()));
    let invite = client.invite(ID).send().unwrap();
    let names: Vec<_> = invite.roles.iter().map(|role| role.name()).collect();
    assert_eq!(names, ["Admin", "Billing"]);
    assert_eq!(serde_json::to_value(&invite).unwrap(), result);
}

#[test]
fn keeps_an_unknown_status() {
    let result = r#"[{"id":"1","status":"left"},{"id":"2","invited_member_id":null}]"#;
    let client = client_returning(success(result));
    let invites = client.invites().send().unwrap().items;
    let left = InviteStatus::Other("left".to_owned());
    assert_eq!(invites[0].status, Some(left));
    let written = serde_json::to_value(&invites[0]).unwrap();
    assert_eq!(written, json!({"id": "1", "status": "left"}));
    assert_eq!(invites[1].invited_member_id, None);
}
