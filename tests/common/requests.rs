//! The list of all operations. `tests/requests.rs` fails if an operation is missing here, in README
//! or in `src/api`.

#![allow(dead_code, unreachable_pub)]

use std::fmt::Debug;

use cloudflare_user::*;
use serde::Serialize;
use serde_json::{Value, json};

/// The identifier in the path of every request that has one.
pub const ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads one value.
    Read,
    /// Reads a paginated list.
    List,
    /// Reads a list that has one page.
    SinglePage,
    /// Changes something.
    Write,
}

/// Reads a list up to this number of items or pages.
pub type ReadList = fn(&Client, usize) -> Vec<Result<String>>;

/// An operation of the API, and the request that sends it.
pub struct Operation {
    pub kind: Kind,
    pub request: &'static str,
    /// The method of the client, as README shows it.
    pub call: &'static str,
    pub method: http::Method,
    /// The path, as README shows it.
    pub path: &'static str,
    pub query: &'static str,
    pub body: Option<Value>,
    /// The name of the file with the documented response.
    pub fixture: &'static str,
    pub is_single_page: bool,
    pub is_idempotent: bool,
    pub send_bound: fn(&Client) -> Result<Sent>,
    pub send_detached: fn(&Client) -> Result<Sent>,
    pub read_items: Option<ReadList>,
    pub read_pages: Option<ReadList>,
}

/// What a request returned.
#[derive(Debug, PartialEq)]
pub struct Sent {
    pub debug: String,
    /// The output as JSON, including its secrets; `None` for a type that does not serialize.
    pub json: Option<Value>,
}

impl Sent {
    fn new<T: AsJson + Debug>(output: T) -> Self {
        Self {
            debug: format!("{output:?}"),
            json: output.as_json(),
        }
    }
}

trait AsJson {
    fn as_json(&self) -> Option<Value>;
}

macro_rules! serializes {
    ($($output:ty)+) => {$(
        impl AsJson for $output {
            fn as_json(&self) -> Option<Value> {
                serde_json::to_value(self).ok()
            }
        }
    )+};
}

serializes!(User Invite Organization Deleted DeletedSubscription Token TokenVerification Value);

impl<T: Serialize> AsJson for Page<T> {
    fn as_json(&self) -> Option<Value> {
        serde_json::to_value(&self.items).ok()
    }
}

impl AsJson for BillingProfile {
    fn as_json(&self) -> Option<Value> {
        None
    }
}

impl AsJson for SecretString {
    fn as_json(&self) -> Option<Value> {
        Some(self.expose_secret().into())
    }
}

impl AsJson for CreatedToken {
    fn as_json(&self) -> Option<Value> {
        let mut json = serde_json::to_value(&self.token).ok()?;
        json["value"] = self.value.expose_secret().into();
        Some(json)
    }
}

fn policy() -> Policy {
    Policy::allow()
        .permission_group("g")
        .resource("com.cloudflare.api.user.*", "*")
}

fn policies() -> Value {
    json!([{
        "effect": "allow",
        "permission_groups": [{"id": "g"}],
        "resources": {"com.cloudflare.api.user.*": "*"},
    }])
}

fn token() -> Token {
    let token = json!({"id": ID, "name": "ci", "status": "active", "policies": policies()});
    serde_json::from_value(token).unwrap()
}

/// Generates `operations()` and `check_traits()` from the list.
macro_rules! operations {
    ($(
        $kind:ident $request:ident($($argument:expr),*) {
            client_method: $bound:ident($($bound_argument:expr),*),
            $(setter: $setter:ident($value:expr),)?
            readme: $call:literal,
            sends: $method:ident $path:literal,
            $(query: $query:literal,)?
            $(body: $body:expr,)?
            returns: $fixture:literal,
        }
    )+) => {
        pub fn operations() -> Vec<Operation> {
            vec![$(
                Operation {
                    kind: Kind::$kind,
                    request: stringify!($request),
                    call: $call,
                    method: http::Method::$method,
                    path: $path,
                    query: concat!($($query)?),
                    body: [$($body)?].into_iter().next(),
                    fixture: $fixture,
                    is_single_page: <$request as Endpoint>::SINGLE_PAGE,
                    is_idempotent: $request::new($($argument),*).is_idempotent(),
                    send_bound: |client| {
                        let request = client.$bound($($bound_argument),*)$(.$setter($value))?;
                        request.send().map(Sent::new)
                    },
                    send_detached: |client| {
                        let request = $request::new($($argument),*)$(.$setter($value))?;
                        client.send(&request).map(Sent::new)
                    },
                    read_items: read_list!($kind $bound iter),
                    read_pages: read_list!($kind $bound pages),
                }
            ),+]
        }

        /// Checks at compile time that every request implements its traits.
        pub fn check_traits() {
            $(
                is_request::<$request>();
                is_bound::<$request<&'static Client>>();
                check_default!($request($($argument),*));
            )+
        }
    };
}

/// A function that reads a list by items or by pages, or `None` if the request reads no list.
macro_rules! read_list {
    (Read $bound:ident $terminal:ident) => {
        None
    };
    (Write $bound:ident $terminal:ident) => {
        None
    };
    (SinglePage $bound:ident $terminal:ident) => {
        read_list!(List $bound $terminal)
    };
    (List $bound:ident $terminal:ident) => {
        Some(|client, limit| {
            let yielded = client.$bound().$terminal().take(limit);
            yielded.map(|yielded| yielded.map(|yielded| format!("{yielded:?}"))).collect()
        })
    };
}

/// Only a request without arguments implements `Default`.
macro_rules! check_default {
    ($request:ident()) => {
        has_default::<$request>()
    };
    ($request:ident($($argument:expr),+)) => {};
}

fn is_request<T>()
where
    T: Endpoint + Debug + Clone + PartialEq + Serialize + Send + Sync + Unpin + 'static,
{
}

fn is_bound<T: Endpoint + Debug + Clone + Serialize + Send + Sync + Unpin>() {}

fn has_default<T: Default>() {}

operations! {
    Read GetUser() {
        client_method: user(),
        readme: "user()",
        sends: GET "/user",
        returns: "user_get",
    }
    Write EditUser() {
        client_method: edit_user(),
        setter: country("US"),
        readme: "edit_user()",
        sends: PATCH "/user",
        body: json!({"country": "US"}),
        returns: "user_edit",
    }
    List ListAuditLogs() {
        client_method: audit_logs(),
        readme: "audit_logs()",
        sends: GET "/user/audit_logs",
        query: "per_page=1000",
        returns: "audit_logs_list",
    }
    List ListBillingHistory() {
        client_method: billing_history(),
        readme: "billing_history()",
        sends: GET "/user/billing/history",
        query: "per_page=50",
        returns: "billing_history_list",
    }
    Read GetBillingProfile() {
        client_method: billing_profile(),
        readme: "billing_profile()",
        sends: GET "/user/billing/profile",
        returns: "billing_profile_get",
    }
    SinglePage ListInvites() {
        client_method: invites(),
        readme: "invites()",
        sends: GET "/user/invites",
        returns: "invites_list",
    }
    Read GetInvite(ID) {
        client_method: invite(ID),
        readme: "invite(id)",
        sends: GET "/user/invites/{id}",
        returns: "invites_get",
    }
    Write RespondToInvite(ID, InviteResponse::Accepted) {
        client_method: respond_to_invite(ID, InviteResponse::Accepted),
        readme: "respond_to_invite(id, response)",
        sends: PATCH "/user/invites/{id}",
        body: json!({"status": "accepted"}),
        returns: "invites_edit",
    }
    List ListOrganizations() {
        client_method: organizations(),
        readme: "organizations()",
        sends: GET "/user/organizations",
        query: "per_page=50",
        returns: "organizations_list",
    }
    Read GetOrganization(ID) {
        client_method: organization(ID),
        readme: "organization(id)",
        sends: GET "/user/organizations/{id}",
        returns: "organizations_get",
    }
    Write LeaveOrganization(ID) {
        client_method: leave_organization(ID),
        readme: "leave_organization(id)",
        sends: DELETE "/user/organizations/{id}",
        returns: "organizations_delete",
    }
    SinglePage ListSubscriptions() {
        client_method: subscriptions(),
        readme: "subscriptions()",
        sends: GET "/user/subscriptions",
        returns: "subscriptions_get",
    }
    Write UpdateSubscription(ID) {
        client_method: update_subscription(ID),
        setter: frequency(Frequency::Yearly),
        readme: "update_subscription(id)",
        sends: PUT "/user/subscriptions/{id}",
        body: json!({"frequency": "yearly"}),
        returns: "subscriptions_update",
    }
    Write DeleteSubscription(ID) {
        client_method: delete_subscription(ID),
        readme: "delete_subscription(id)",
        sends: DELETE "/user/subscriptions/{id}",
        returns: "subscriptions_delete",
    }
    List ListTokens() {
        client_method: tokens(),
        readme: "tokens()",
        sends: GET "/user/tokens",
        query: "per_page=50",
        returns: "tokens_list",
    }
    Read GetToken(ID) {
        client_method: token(ID),
        readme: "token(id)",
        sends: GET "/user/tokens/{id}",
        returns: "tokens_get",
    }
    Write CreateToken("ci", [policy()]) {
        client_method: create_token("ci", [policy()]),
        readme: "create_token(name, policies)",
        sends: POST "/user/tokens",
        body: json!({"name": "ci", "policies": policies()}),
        returns: "tokens_create",
    }
    Write UpdateToken(ID, "ci", TokenStatus::Active, [policy()]) {
        client_method: update_token(&token()),
        readme: "update_token(&token)",
        sends: PUT "/user/tokens/{id}",
        body: json!({"name": "ci", "status": "active", "policies": policies()}),
        returns: "tokens_update",
    }
    Write DeleteToken(ID) {
        client_method: delete_token(ID),
        readme: "delete_token(id)",
        sends: DELETE "/user/tokens/{id}",
        returns: "tokens_delete",
    }
    Read VerifyToken() {
        client_method: verify_token(),
        readme: "verify_token()",
        sends: GET "/user/tokens/verify",
        returns: "tokens_verify",
    }
    SinglePage ListPermissionGroups() {
        client_method: permission_groups(),
        readme: "permission_groups()",
        sends: GET "/user/tokens/permission_groups",
        returns: "token_permission_groups_list",
    }
    Write RollToken(ID) {
        client_method: roll_token(ID),
        readme: "roll_token(id)",
        sends: PUT "/user/tokens/{id}/value",
        body: json!({}),
        returns: "token_value_update",
    }
}
