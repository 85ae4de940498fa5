use crate::api::prelude::*;

model! {
    /// A record of an action, from the audit log of the user or of an account. Returned by
    /// [`ListAuditLogs`](crate::ListAuditLogs).
    ///
    /// A field that the API left out is `None` or empty. For example, an action of Cloudflare
    /// itself has no email and no IP address. It serializes to nearly the API's JSON: known fields
    /// that are null are left out, times are in RFC 3339, a numeric `id` is text, and numbers that
    /// fit neither 64 bits nor `f64` are rounded. For the exact bytes of each log, use
    /// [`Follow::json`](crate::Follow::json) or a [custom endpoint](crate#custom-endpoints).
    pub struct AuditLog {
        /// The log's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The action.
        #[serde(deserialize_with = "or_default")]
        pub action: AuditAction,
        /// The actor, and the address that the request came from.
        #[serde(deserialize_with = "or_default")]
        pub actor: AuditActor,
        /// The interface that was used, such as `UI` or `API`.
        pub interface: Option<String>,
        /// Details, which depend on the action.
        pub metadata: Value,
        /// The new value: usually text, which may be empty or contain JSON, and sometimes an
        /// object.
        #[serde(rename = "newValue")]
        pub new_value: Option<Value>,
        /// The old value, in the same forms as [`new_value`](Self::new_value).
        #[serde(rename = "oldValue")]
        pub old_value: Option<Value>,
        /// The new value as JSON. Only some actions have it.
        #[serde(rename = "newValueJson")]
        pub new_value_json: Option<Value>,
        /// The old value as JSON. Only some actions have it.
        #[serde(rename = "oldValueJson")]
        pub old_value_json: Option<Value>,
        /// The owner of the resource.
        #[serde(deserialize_with = "or_default")]
        pub owner: AuditOwner,
        /// The resource that was changed.
        #[serde(deserialize_with = "or_default")]
        pub resource: AuditResource,
        /// When the action happened.
        #[serde(with = "timestamp")]
        pub when: Option<OffsetDateTime>,
    }
}

model! {
    /// The action in an audit log.
    pub struct AuditAction {
        /// Whether the action succeeded.
        pub result: Option<bool>,
        /// The kind of action, such as `add`, `login` or `token_create`.
        #[serde(rename = "type")]
        pub kind: Option<String>,
        /// A detail, such as the digest of a key.
        pub info: Option<String>,
    }
}

model! {
    /// The actor in an audit log.
    pub struct AuditActor {
        /// The actor's identifier. For a user, it is [`User::id`](crate::User::id).
        #[serde(deserialize_with = "opt_id")]
        pub id: Option<String>,
        /// The actor's email address.
        pub email: Option<String>,
        /// The IP address that the request came from.
        pub ip: Option<String>,
        /// The kind of actor.
        #[serde(rename = "type")]
        pub kind: Option<ActorKind>,
    }
}

model! {
    /// The owner of a resource in an audit log.
    pub struct AuditOwner {
        /// The owner's identifier.
        #[serde(deserialize_with = "opt_id")]
        pub id: Option<String>,
    }
}

model! {
    /// The resource in an audit log.
    pub struct AuditResource {
        /// The resource's identifier.
        #[serde(deserialize_with = "opt_id")]
        pub id: Option<String>,
        /// The kind of resource, such as `zone`.
        #[serde(rename = "type")]
        pub kind: Option<String>,
    }
}

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
