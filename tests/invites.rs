//! Reading and responding to invites: the requests and the decoded responses.

mod common;

use cloudflare_user::{GetInvite, InviteResponse, InviteStatus, ListInvites, RespondToInvite};
use common::{Api, client_returning, fixture, fixture_result, success};
use serde_json::json;

const ID: &str = "4f5f0c14a2a41d5063dd301b2f829f04";

#[test]
fn sends_a_response_as_a_patch_of_the_status() {
    for (response, body) in [
        (InviteResponse::Accepted, r#"{"status":"accepted"}"#),
        (InviteResponse::Rejected, r#"{"status":"rejected"}"#),
    ] {
        let api = Api::responding(fixture("invites_edit"));
        let invite = api.client().respond_to_invite(ID, response).send().unwrap();
        assert_eq!(
            api.request().line(),
            format!("PATCH /user/invites/{ID} {body}")
        );
        assert_eq!(
            serde_json::to_value(&invite).unwrap(),
            fixture_result("invites_edit")
        );
        let detached = client_returning(fixture("invites_edit"))
            .send(&RespondToInvite::new(ID, response))
            .unwrap();
        assert_eq!(detached, invite);
    }
}

#[test]
fn reads_roles_as_names_or_objects() {
    let result =
        json!({"id": "1", "roles": ["Admin", {"id": "2", "name": "Billing", "permissions": []}]});
    let invite = client_returning(success(&result.to_string()))
        .send(&GetInvite::new(ID))
        .unwrap();
    let names: Vec<_> = invite.roles.iter().map(|role| role.name()).collect();
    assert_eq!(names, ["Admin", "Billing"]);
    assert_eq!(serde_json::to_value(&invite).unwrap(), result);
}

#[test]
fn keeps_an_unknown_status() {
    let page = client_returning(success(
        r#"[{"id":"1","status":"left"},{"id":"2","invited_member_id":null}]"#,
    ))
    .send(&ListInvites::new())
    .unwrap();
    assert_eq!(
        page.items[0].status,
        Some(InviteStatus::Other("left".to_owned()))
    );
    assert_eq!(
        serde_json::to_value(&page.items[0]).unwrap(),
        json!({"id": "1", "status": "left"})
    );
    assert_eq!(page.items[1].invited_member_id, None);
}
