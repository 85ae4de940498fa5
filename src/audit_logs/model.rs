use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::field;
use crate::model::{model, open_enum};

model! {
    /// One thing that was done: by whom, to what, and when.
    pub struct AuditLog [PartialEq Serialize] {
        /// Identifies the log.
        #[serde(deserialize_with = "field::id")]
        pub id: String,
        /// What was done.
        #[serde(deserialize_with = "field::or_default")]
        pub action: AuditAction,
        /// Who did it.
        #[serde(deserialize_with = "field::or_default")]
        pub actor: AuditActor,
        /// Where it was done, such as `UI` or `API`.
        pub interface: Option<String>,
        /// What else there is to say; which fields it has depends on the action.
        pub metadata: Value,
        /// The value that was set: text more often than not, empty or JSON in text at times, an object at others.
        #[serde(rename = "newValue")]
        pub new_value: Option<Value>,
        /// The value from before, as [`new_value`](Self::new_value).
        #[serde(rename = "oldValue")]
        pub old_value: Option<Value>,
        /// The value that was set, where it has a structure.
        #[serde(rename = "newValueJson")]
        pub new_value_json: Option<Value>,
        /// The value from before, where it has a structure.
        #[serde(rename = "oldValueJson")]
        pub old_value_json: Option<Value>,
        /// Whose it is.
        #[serde(deserialize_with = "field::or_default")]
        pub owner: AuditOwner,
        /// What it was done to.
        #[serde(deserialize_with = "field::or_default")]
        pub resource: AuditResource,
        /// When it was done.
        #[serde(with = "field::instant")]
        pub when: Option<OffsetDateTime>,
    }
}

model! {
    /// What was done.
    pub struct AuditAction [PartialEq Serialize] {
        /// Whether it succeeded.
        pub result: Option<bool>,
        /// The kind of action, such as `add`, `login` or `token_create`.
        #[serde(rename = "type")]
        pub kind: Option<String>,
        /// More about it, such as the digest of a key.
        pub info: Option<String>,
    }
}

model! {
    /// Who did it.
    pub struct AuditActor [PartialEq Serialize] {
        /// Identifies the actor: a user's identifier if a user did it.
        #[serde(deserialize_with = "field::optional_id")]
        pub id: Option<String>,
        /// The actor's email address.
        pub email: Option<String>,
        /// The IP address that the request came from.
        pub ip: Option<String>,
        /// What kind of actor it is.
        #[serde(rename = "type")]
        pub kind: Option<ActorKind>,
    }
}

model! {
    /// Whose account it is.
    pub struct AuditOwner [PartialEq Serialize] {
        /// Identifies the owner.
        #[serde(deserialize_with = "field::optional_id")]
        pub id: Option<String>,
    }
}

model! {
    /// What it was done to.
    pub struct AuditResource [PartialEq Serialize] {
        /// Identifies the resource; a number came as its digits.
        #[serde(deserialize_with = "field::optional_id")]
        pub id: Option<String>,
        /// The kind of resource, such as `zone`.
        #[serde(rename = "type")]
        pub kind: Option<String>,
    }
}

open_enum! {
    /// What kind of actor did something.
    pub enum ActorKind {
        /// A user.
        User = "user",
        /// An administrator of Cloudflare's.
        Admin = "admin",
        /// Cloudflare's own automation.
        Cloudflare = "Cloudflare",
        /// An automatic process, without an email or an IP address.
        System = "system",
    }
}
