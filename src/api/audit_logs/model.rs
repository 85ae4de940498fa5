use serde_json::Value;
use time::OffsetDateTime;

use crate::api::field;
use crate::api::model::{model, open_enum};

model! {
    /// One thing that was done: by whom, to what, and when; answered by [`ListAuditLogs`](crate::ListAuditLogs).
    ///
    /// Any field may be missing, and is `None` or empty then: what Cloudflare does by itself has neither an email nor an
    /// address, for one. What this crate does not know is kept in [`extra`](Self::extra), and written back. For the very
    /// bytes that were sent see [endpoints of one's own](crate#endpoints-of-your-own).
    pub struct AuditLog [PartialEq Serialize] {
        /// Identifies the log.
        pub id: String = "id" (field::id),
        /// What was done.
        pub action: AuditAction = "action",
        /// Who did it.
        pub actor: AuditActor = "actor",
        /// Where it was done, such as `UI` or `API`.
        pub interface: Option<String> = "interface",
        /// What else there is to say; which fields it has depends on the action.
        pub metadata: Value = "metadata",
        /// The value that was set: text more often than not, empty or JSON in text at times, an object at others.
        pub new_value: Option<Value> = "newValue",
        /// The value from before, as [`new_value`](Self::new_value).
        pub old_value: Option<Value> = "oldValue",
        /// The value that was set, where it has a structure.
        pub new_value_json: Option<Value> = "newValueJson",
        /// The value from before, where it has a structure.
        pub old_value_json: Option<Value> = "oldValueJson",
        /// Whose it is.
        pub owner: AuditOwner = "owner",
        /// What it was done to.
        pub resource: AuditResource = "resource",
        /// When it was done.
        #[serde(serialize_with = "field::instant::serialize")]
        pub when: Option<OffsetDateTime> = "when" (field::instant::deserialize),
    }
}

model! {
    /// What was done.
    pub struct AuditAction [PartialEq Serialize] {
        /// Whether it succeeded.
        pub result: Option<bool> = "result",
        /// The kind of action, such as `add`, `login` or `token_create`.
        pub kind: Option<String> = "type",
        /// More about it, such as the digest of a key.
        pub info: Option<String> = "info",
    }
}

model! {
    /// Who did it.
    pub struct AuditActor [PartialEq Serialize] {
        /// Identifies the actor: a user's identifier if a user did it.
        pub id: Option<String> = "id" (field::optional_id),
        /// The actor's email address.
        pub email: Option<String> = "email",
        /// The IP address that the request came from.
        pub ip: Option<String> = "ip",
        /// What kind of actor it is.
        pub kind: Option<ActorKind> = "type",
    }
}

model! {
    /// Whose account it is.
    pub struct AuditOwner [PartialEq Serialize] {
        /// Identifies the owner.
        pub id: Option<String> = "id" (field::optional_id),
    }
}

model! {
    /// What it was done to.
    pub struct AuditResource [PartialEq Serialize] {
        /// Identifies the resource; a number came as its digits.
        pub id: Option<String> = "id" (field::optional_id),
        /// The kind of resource, such as `zone`.
        pub kind: Option<String> = "type",
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
