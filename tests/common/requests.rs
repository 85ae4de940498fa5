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
    json!([{"effect": "allow", "permission_groups": [{"id": "g"}], "resources": {"com.cloudflare.api.user.*": "*"}}])
}

fn token() -> Token {
    let token = json!({"id": ID, "name": "ci", "status": "active", "policies": policies()});
    serde_json::from_value(token).unwrap()
}

/// Generates `operations()` and `check_traits()` from the list.
macro_rules! operations {
    ($(
        $kind:ident $request:ident($($argument:expr),*) = $call:literal $bound:ident($($bound_argument:expr),*)
        $(. $setter:ident($value:expr))?, $method:ident $path:literal $(? $query:literal)? $(with $body:expr)?, $fixture:literal;
    )+) => {
        pub fn operations() -> Vec<Operation> {
            vec![$(Operation {
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
                    client.$bound($($bound_argument),*)$(.$setter($value))?.send().map(Sent::new)
                },
                send_detached: |client| {
                    client.send(&$request::new($($argument),*)$(.$setter($value))?).map(Sent::new)
                },
                read_items: operations!(@read $kind iter client.$bound()),
                read_pages: operations!(@read $kind pages client.$bound()),
            }),+]
        }

        /// Checks at compile time that every request implements its traits.
        pub fn check_traits() {
            fn is_request<T: Endpoint + Debug + Clone + PartialEq + Serialize + Send + Sync + Unpin + 'static>() {}
            fn is_bound<T: Endpoint + Debug + Clone + Serialize + Send + Sync + Unpin>() {}
            fn has_default<T: Default>() {}
            $(
                is_request::<$request>();
                is_bound::<$request<&'static Client>>();
                operations!(@default has_default $request $($argument)*);
            )+
        }
    };
    // Only a request without arguments implements `Default`.
    (@default $has_default:ident $request:ident) => { $has_default::<$request>() };
    (@default $has_default:ident $request:ident $($argument:expr)+) => {};
    (@read List $terminal:ident client.$bound:ident()) => { operations!(@list $terminal $bound) };
    (@read SinglePage $terminal:ident client.$bound:ident()) => { operations!(@list $terminal $bound) };
    (@read $kind:ident $terminal:ident client.$bound:ident()) => { None };
    (@list $terminal:ident $bound:ident) => {
        Some(|client, limit| {
            let read = client.$bound().$terminal().take(limit);
            read.map(|yielded| yielded.map(|yielded| format!("{yielded:?}"))).collect()
        })
    };
}

operations! {
    Read GetUser() = "user()" user(), GET "/user", "user_get";
    Write EditUser() = "edit_user()" edit_user().country("US"),
        PATCH "/user" with json!({"country": "US"}), "user_edit";
    List ListAuditLogs() = "audit_logs()" audit_logs(), GET "/user/audit_logs" ? "per_page=1000", "audit_logs_list";
    List ListBillingHistory() = "billing_history()" billing_history(), GET "/user/billing/history" ? "per_page=50", "billing_history_list";
    Read GetBillingProfile() = "billing_profile()" billing_profile(), GET "/user/billing/profile", "billing_profile_get";
    SinglePage ListInvites() = "invites()" invites(), GET "/user/invites", "invites_list";
    Read GetInvite(ID) = "invite(id)" invite(ID), GET "/user/invites/{id}", "invites_get";
    Write RespondToInvite(ID, InviteResponse::Accepted) = "respond_to_invite(id, response)" respond_to_invite(ID, InviteResponse::Accepted),
        PATCH "/user/invites/{id}" with json!({"status": "accepted"}), "invites_edit";
    List ListOrganizations() = "organizations()" organizations(), GET "/user/organizations" ? "per_page=50", "organizations_list";
    Read GetOrganization(ID) = "organization(id)" organization(ID), GET "/user/organizations/{id}", "organizations_get";
    Write LeaveOrganization(ID) = "leave_organization(id)" leave_organization(ID), DELETE "/user/organizations/{id}", "organizations_delete";
    SinglePage ListSubscriptions() = "subscriptions()" subscriptions(), GET "/user/subscriptions", "subscriptions_get";
    Write UpdateSubscription(ID) = "update_subscription(id)" update_subscription(ID).frequency(Frequency::Yearly),
        PUT "/user/subscriptions/{id}" with json!({"frequency": "yearly"}), "subscriptions_update";
    Write DeleteSubscription(ID) = "delete_subscription(id)" delete_subscription(ID), DELETE "/user/subscriptions/{id}", "subscriptions_delete";
    List ListTokens() = "tokens()" tokens(), GET "/user/tokens" ? "per_page=50", "tokens_list";
    Read GetToken(ID) = "token(id)" token(ID), GET "/user/tokens/{id}", "tokens_get";
    Write CreateToken("ci", [policy()]) = "create_token(name, policies)" create_token("ci", [policy()]),
        POST "/user/tokens" with json!({"name": "ci", "policies": policies()}), "tokens_create";
    Write UpdateToken(ID, "ci", TokenStatus::Active, [policy()]) = "update_token(&token)" update_token(&token()),
        PUT "/user/tokens/{id}" with json!({"name": "ci", "status": "active", "policies": policies()}), "tokens_update";
    Write DeleteToken(ID) = "delete_token(id)" delete_token(ID), DELETE "/user/tokens/{id}", "tokens_delete";
    Read VerifyToken() = "verify_token()" verify_token(), GET "/user/tokens/verify", "tokens_verify";
    SinglePage ListPermissionGroups() = "permission_groups()" permission_groups(), GET "/user/tokens/permission_groups", "token_permission_groups_list";
    Write RollToken(ID) = "roll_token(id)" roll_token(ID), PUT "/user/tokens/{id}/value" with json!({}), "token_value_update";
}
