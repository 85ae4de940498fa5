//! Listing, reading and leaving organizations: the requests and the decoded responses.

mod common;

use cloudflare_user::{
    Client, Direction, ListOrganizations, Match, OrganizationOrder, OrganizationStatus,
};
use common::{Api, client_returning, fixture, fixture_result, success};

const ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

#[test]
fn sends_each_filter() {
    type Filter = fn(ListOrganizations<&Client>) -> ListOrganizations<&Client>;
    let member: Filter = |list| list.status(OrganizationStatus::Member);
    let invited: Filter = |list| list.status(OrganizationStatus::Invited);
    let filters: [(Filter, &str); 11] = [
        (|list| list.name("Acme & Co"), "name=Acme%20%26%20Co"),
        (|list| list.order(OrganizationOrder::Id), "order=id"),
        (|list| list.order(OrganizationOrder::Name), "order=name"),
        (|list| list.order(OrganizationOrder::Status), "order=status"),
        (|list| list.direction(Direction::Asc), "direction=asc"),
        (|list| list.direction(Direction::Desc), "direction=desc"),
        (|list| list.match_(Match::Any), "match=any"),
        (|list| list.match_(Match::All), "match=all"),
        (member, "status=member"),
        (invited, "status=invited"),
        (|list| list.page(2), "page=2"),
    ];
    for (filter, query) in filters {
        let api = Api::responding(fixture("organizations_list"));
        filter(api.client().organizations()).send().unwrap();
        let expected = format!("GET /user/organizations?{query}&per_page=50");
        assert_eq!(api.request().line(), expected);
    }
}

#[test]
fn reads_an_organization_without_fields() {
    let api = Api::responding(fixture("organizations_get"));
    let organization = api.client().organization(ID).send().unwrap();
    let expected = format!("GET /user/organizations/{ID}");
    assert_eq!(api.request().line(), expected);
    assert_eq!(organization.id, "");
    let written = serde_json::to_value(&organization).unwrap();
    assert_eq!(written, fixture_result("organizations_get"));
}

#[test]
fn leaves_an_organization_without_a_body() {
    let api = Api::responding(fixture("organizations_delete"));
    let deleted = api.client().leave_organization(ID).send().unwrap();
    let request = api.request();
    assert_eq!(request.line(), format!("DELETE /user/organizations/{ID}"));
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.header("content-length"), None);
    assert_eq!(deleted.id, ID);
}

#[test]
fn accepts_a_response_to_leaving_with_or_without_an_envelope_or_a_body() {
    let bare = fixture("organizations_delete");
    let responses = [
        (success(&bare), ID),
        (bare, ID),
        (String::new(), ""),
        (success("null"), ""),
    ];
    for (body, id) in responses {
        let client = client_returning(body.clone());
        let left = client.leave_organization(ID).send().unwrap();
        assert_eq!(left.id, id, "{body}");
    }
}

#[test]
fn reports_an_organization_without_an_envelope() {
    let client = client_returning(r#"{"id":"1","name":"Acme"}"#);
    let error = client.organization(ID).send().unwrap_err();
    assert!(error.is_decode(), "{error}");
}
