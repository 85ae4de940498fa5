//! The traits that programs rely on, checked when this file is compiled: a field added to a type could remove them
//! unnoticed. Requests are in `requests.rs`.

use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::io::Read;
use std::iter::FusedIterator;

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
    T: Shareable + Clone + Eq + Hash + Display + From<&'static str> + Serialize + DeserializeOwned,
{
}
fn is_closed<T: Shareable + Copy + Eq + Hash + Serialize + 'static>() {}
fn is_error<T: Shareable + StdError + 'static>() {}
fn is_iterator<T: Movable + FusedIterator + 'static>() {}

/// The same for each type of a list.
macro_rules! each {
    ($promise:ident: $($kind:ty),+ $(,)?) => { $($promise::<$kind>();)+ };
}

#[test]
fn clients_and_transports_are_shared_between_threads() {
    fn is_cheap_to_share<T: Clone + 'static>() {}
    is_cheap_to_share::<Client>();
    each!(is_shareable: Client, ClientBuilder, UreqTransport, AttemptTimeout, RateLimit, Detached);
    fn is_transport<T: Transport + 'static>() {}
    is_transport::<UreqTransport>();
    is_transport::<fn(http::Request<Vec<u8>>) -> Result<http::Response<Body>, TransportError>>();
    fn is_object(_: Option<&dyn Transport>) {}
    is_object(None);
}

#[test]
fn errors_go_into_anything_that_takes_errors() {
    each!(is_error: Error, InvalidRequest, FailedRequest, TransportError);
    each!(is_shareable: ApiError, TransportErrorKind);
    fn is_question_marked() -> Result<(), Box<dyn StdError + Send + Sync>> {
        Err(Error::invalid_request("id", "is empty"))?
    }
    assert!(is_question_marked().is_err());
}

#[test]
fn iterators_and_bodies_move_to_another_thread() {
    each!(is_iterator: Iter<AuditLog>, Pages<AuditLog>);
    fn is_read<T: Movable + Read + Default + From<String> + From<Vec<u8>> + From<&'static str>>() {}
    is_read::<Body>();
    fn is_page<T: Shareable + IntoIterator<Item = AuditLog> + Clone + PartialEq>() {}
    is_page::<Page<AuditLog>>();
    is_shareable::<PageInfo>();
}

#[test]
fn parts_of_requests_are_plain_data() {
    fn is_part_of_a_request<T: Shareable + Clone + PartialEq + Serialize + 'static>() {}
    each!(is_part_of_a_request: Policy, DateOrDateTime);
}

#[test]
fn models_go_out_as_they_came_in() {
    each!(is_model: AuditLog, AuditAction, AuditActor, AuditOwner, AuditResource, BillingItem, BillingZone, Amount);
    each!(is_model: Invite, InviteRole, Organization, Deleted, User);
    each!(is_model: Subscription, SubscriptionApp, SubscriptionZone, ComponentValue, RatePlan, DeletedSubscription);
    each!(is_model: Token, TokenVerification, Condition, RequestIp, TokenPolicy, PolicyPermissionGroup);
    each!(is_model: PermissionGroup, ResourceScope, Resources);
    each!(is_model_with_a_secret: BillingProfile, CreatedToken, SecretString);
}

#[test]
fn enums_that_the_api_answers_are_open_and_others_are_closed() {
    each!(is_open: ActorKind, Effect, Frequency, InviteStatus, OrganizationStatus, PermissionScope, RatePlanId);
    each!(is_open: SubscriptionState, TokenStatus);
    each!(is_closed: Direction, Match, BillingOrder, OrganizationOrder, InviteResponse);
}
