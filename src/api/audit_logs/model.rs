use crate::api::prelude::*;

/// A record of an action in the user's account. Returned by [`ListAuditLogs`](crate::ListAuditLogs).
///
/// A field that the API left out is `None` or empty. For example, an action of Cloudflare itself has no email and no IP
/// address. Unknown fields are kept in [`extra`](Self::extra) and written back. For the exact bytes of each log, use a
/// [custom endpoint](crate#custom-endpoints).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct AuditLog {
    /// The log's identifier.
    #[serde(deserialize_with = "id", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The action.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub action: AuditAction,
    /// The actor, and the address that the request came from.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub actor: AuditActor,
    /// The interface that was used, such as `UI` or `API`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Details, which depend on the action.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub metadata: Value,
    /// The new value: usually text, which may be empty or contain JSON, and sometimes an object.
    #[serde(rename = "newValue", skip_serializing_if = "Option::is_none")]
    pub new_value: Option<Value>,
    /// The old value, in the same forms as [`new_value`](Self::new_value).
    #[serde(rename = "oldValue", skip_serializing_if = "Option::is_none")]
    pub old_value: Option<Value>,
    /// The new value as JSON. Only some actions have it.
    #[serde(rename = "newValueJson", skip_serializing_if = "Option::is_none")]
    pub new_value_json: Option<Value>,
    /// The old value as JSON. Only some actions have it.
    #[serde(rename = "oldValueJson", skip_serializing_if = "Option::is_none")]
    pub old_value_json: Option<Value>,
    /// The owner of the resource.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub owner: AuditOwner,
    /// The resource that was changed.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub resource: AuditResource,
    /// When the action happened.
    #[serde(with = "timestamp", skip_serializing_if = "Option::is_none")]
    pub when: Option<OffsetDateTime>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(
    AuditLog:
    id, action, actor, interface, metadata, new_value, old_value, new_value_json, old_value_json,
    owner, resource, when
);

/// The action in an audit log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct AuditAction {
    /// Whether the action succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<bool>,
    /// The kind of action, such as `add`, `login` or `token_create`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A detail, such as the digest of a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(AuditAction: result, kind, info);

/// The actor in an audit log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct AuditActor {
    /// The actor's identifier. For a user, it is [`User::id`](crate::User::id).
    #[serde(deserialize_with = "opt_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The actor's email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The IP address that the request came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The kind of actor.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ActorKind>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(AuditActor: id, email, ip, kind);

/// The owner of a resource in an audit log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct AuditOwner {
    /// The owner's identifier.
    #[serde(deserialize_with = "opt_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(AuditOwner: id);

/// The resource in an audit log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct AuditResource {
    /// The resource's identifier.
    #[serde(deserialize_with = "opt_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The kind of resource, such as `zone`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(AuditResource: id, kind);

open_enum! {
    /// The kind of actor in an audit log.
    pub enum ActorKind {
        /// A user.
        User = "user",
        /// An administrator at Cloudflare.
        Admin = "admin",
        /// Cloudflare's own automation.
        Cloudflare = "Cloudflare",
        /// An automatic process. It has no email and no IP address.
        System = "system",
    }
}
