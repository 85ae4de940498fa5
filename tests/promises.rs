//! The traits of public types, checked when this file is compiled. A new field of a type could
//! remove one unnoticed. `requests.rs` checks those of requests.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::io::Read;
use std::iter::FusedIterator;
use std::str::FromStr;

use cloudflare_user::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

trait Movable: Debug + Send + Unpin {}
impl<T: Debug + Send + Unpin> Movable for T {}
trait Shareable: Movable + Sync {}
impl<T: Movable + Sync> Shareable for T {}

fn is_shareable<T: Shareable>() {}
fn is_model<T: Shareable + Clone + PartialEq + Serialize + DeserializeOwned + 'static>() {}
fn is_model_with_a_secret<T: Shareable + Clone + DeserializeOwned + 'static>() {}
fn is_open<T>()
where
    T: Shareable + Clone + Eq + Hash + Display + From<&'static str> + FromStr<Err = Infallible>,
    T: Serialize + DeserializeOwned,
{
}
fn is_closed<T>()
where
    T: Shareable + Copy + Eq + Hash + Display + FromStr<Err = Error> + Serialize + DeserializeOwned,
{
}
fn is_error<T: Shareable + StdError + 'static>() {}
fn is_iterator<T: Movable + FusedIterator + 'static>() {}

/// Applies a check to each of these types.
macro_rules! check_each {
    ($promise:ident: $($kind:ty),+ $(,)?) => { $($promise::<$kind>();)+ };
}

#[test]
fn clients_and_transports_can_be_shared_between_threads() {
    fn is_cheap_to_share<T: Clone + 'static>() {}
    is_cheap_to_share::<Client>();
    check_each!(is_shareable:
        Client, ClientBuilder, UreqTransport, AttemptOptions, RateLimit, Detached
    );
    fn is_made_by_a_program<T: Shareable + Clone + Default + 'static>() {}
    check_each!(is_made_by_a_program: Cancel, AttemptOptions, PageInfo);
    fn is_transport<T: Transport + 'static>() {}
    is_transport::<UreqTransport>();
    is_transport::<fn(http::Request<Vec<u8>>) -> Result<http::Response<Body>, TransportError>>();
    fn is_object(_: Option<&dyn Transport>) {}
    is_object(None);
}

#[test]
fn errors_convert_to_boxed_errors() {
    check_each!(is_error: Error, TransportError);
    check_each!(is_shareable: ApiError);
    fn is_kind<T: Shareable + Copy + Eq + Hash + 'static>() {}
    check_each!(is_kind: ErrorKind, TransportErrorKind);
    fn is_written_to_a_log<T: Clone + Eq + Default + Display + Serialize>() {}
    is_written_to_a_log::<ApiError>();
    fn converts_with_question_mark() -> Result<(), Box<dyn StdError + Send + Sync>> {
        Err(Error::invalid_request("id", "is empty"))?
    }
    assert!(converts_with_question_mark().is_err());
}

#[test]
fn iterators_and_bodies_can_move_to_another_thread() {
    check_each!(is_iterator: Iter<AuditLog>, Pages<AuditLog>, Follow);
    fn is_read<T: Movable + Read + Default + From<String> + From<Vec<u8>> + From<&'static str>>() {}
    is_read::<Body>();
    fn is_made_of_json<T: From<serde_json::Value> + From<&'static [u8]>>() {}
    is_made_of_json::<Body>();
    fn is_page<T: Shareable + IntoIterator<Item = AuditLog> + Clone + PartialEq>() {}
    is_page::<Page<AuditLog>>();
    fn is_made_of_items<T: From<Vec<AuditLog>>>() {}
    is_made_of_items::<Page<AuditLog>>();
    is_shareable::<PageInfo>();
}

#[test]
fn parts_of_requests_can_be_compared_and_serialized() {
    fn is_part_of_a_request<T: Shareable + Clone + PartialEq + Serialize + 'static>() {}
    check_each!(is_part_of_a_request: Policy, DateOrDateTime);
    fn is_read_from_text<T: Copy + Display + FromStr<Err = Error> + DeserializeOwned>() {}
    is_read_from_text::<DateOrDateTime>();
    fn is_saved<T: Shareable + Clone + Eq + Serialize + DeserializeOwned + 'static>() {}
    is_saved::<AuditLogCursor>();
}

#[test]
fn models_can_be_serialized_and_deserialized() {
    check_each!(is_model:
        AuditLog, AuditAction, AuditActor, AuditOwner, AuditResource, BillingItem, BillingZone,
        Amount
    );
    check_each!(is_model: Invite, InviteRole, Organization, Deleted, User);
    check_each!(is_model:
        Subscription, SubscriptionApp, SubscriptionZone, ComponentValue, RatePlan,
        DeletedSubscription
    );
    check_each!(is_model:
        Token, TokenVerification, Condition, RequestIp, TokenPolicy, PolicyPermissionGroup
    );
    check_each!(is_model: PermissionGroup, ResourceScope, Resources);
    check_each!(is_model_with_a_secret: BillingProfile, CreatedToken, SecretString);
}

#[test]
fn enums_of_responses_are_open_and_those_of_requests_closed() {
    check_each!(is_open:
        ActorKind, Effect, Frequency, InviteStatus, OrganizationStatus, PermissionScope, RatePlanId
    );
    check_each!(is_open: SubscriptionState, TokenStatus);
    check_each!(is_closed: Direction, Match, BillingOrder, OrganizationOrder, InviteResponse);
}
