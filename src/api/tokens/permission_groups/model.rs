use crate::api::prelude::*;

model! {
    /// A group of permissions that a [`Policy`](crate::Policy) allows or denies. Returned by
    /// [`ListPermissionGroups`](crate::ListPermissionGroups).
    pub struct PermissionGroup {
        /// The group's identifier; empty if the API left it out.
        #[serde(deserialize_with = "id")]
        pub id: String,
        /// The group's name. Groups with different scopes can have the same name.
        pub name: Option<String>,
        /// The kinds of resources that the group applies to.
        #[serde(deserialize_with = "or_default")]
        pub scopes: Vec<PermissionScope>,
        /// The purpose of the group.
        pub description: Option<String>,
        /// The part of Cloudflare that the group belongs to.
        pub category: Option<String>,
    }
}

open_enum! {
    /// The kind of resources that a permission group applies to.
    pub enum PermissionScope {
        /// Accounts: `com.cloudflare.api.account`.
        Account = "com.cloudflare.api.account",
        /// Zones: `com.cloudflare.api.account.zone`.
        Zone = "com.cloudflare.api.account.zone",
        /// Users: `com.cloudflare.api.user`.
        User = "com.cloudflare.api.user",
        /// R2 buckets: `com.cloudflare.edge.r2.bucket`.
        R2Bucket = "com.cloudflare.edge.r2.bucket",
    }
}
