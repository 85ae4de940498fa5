use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::api::field::{self, Field};
use crate::api::model::{model, open_enum};
use crate::error::{Error, Result};

model! {
    /// What a token may or may not do, as the API answers it. What one sends is a [`Policy`].
    pub struct TokenPolicy [PartialEq Serialize] {
        /// Identifies the policy. It may never be sent.
        pub id: String = "id" (field::id),
        /// Whether it allows or denies. [`Effect::Other`] with empty text if the API left it out.
        pub effect: Effect = "effect",
        /// What it allows or denies.
        pub permission_groups: Vec<PolicyPermissionGroup> = "permission_groups",
        /// What it applies to.
        pub resources: Resources = "resources",
    }
}

model! {
    /// A permission group in a policy.
    pub struct PolicyPermissionGroup [PartialEq Serialize] {
        /// Identifies the group.
        pub id: String = "id" (field::id),
        /// The group's name.
        pub name: Option<String> = "name",
        /// What else the API says of the group.
        pub meta: Map<String, Value> = "meta",
    }
}

open_enum! {
    /// Whether a policy allows or denies.
    pub enum Effect {
        /// It allows.
        Allow = "allow",
        /// It denies.
        Deny = "deny",
    }
}

/// Neither: what the API left out is never taken for `allow`.
impl Default for Effect {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl Field<'_> for Effect {}

/// What a policy applies to, by the resource's name, such as `com.cloudflare.api.account.zone.*`.
pub type Resources = BTreeMap<String, ResourceScope>;

/// How much of a resource a policy applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ResourceScope {
    /// Text, such as `*` for all of it.
    Value(String),
    /// The resources in it.
    Nested(Resources),
    /// Anything else, as it came.
    Other(Value),
}

impl From<&str> for ResourceScope {
    fn from(text: &str) -> Self {
        Self::Value(text.to_owned())
    }
}

impl From<Value> for ResourceScope {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Value(text),
            Value::Object(fields) => Self::Nested(
                fields
                    .into_iter()
                    .map(|(name, value)| (name, Self::from(value)))
                    .collect(),
            ),
            other => Self::Other(other),
        }
    }
}

impl<'de> Deserialize<'de> for ResourceScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

/// What a token may or may not do, to be sent with [`CreateToken`](crate::CreateToken) or
/// [`UpdateToken`](crate::UpdateToken).
///
/// Permission groups are named by their identifiers, which [`ListPermissionGroups`](crate::ListPermissionGroups) finds;
/// resources by names that fit the scope of the groups:
///
/// | resource | what it is |
/// | --- | --- |
/// | `com.cloudflare.api.account.*` | all accounts |
/// | `com.cloudflare.api.account.<account id>` | one account |
/// | `com.cloudflare.api.account.zone.*` | all zones of all accounts |
/// | `com.cloudflare.api.account.zone.<zone id>` | one zone |
/// | `com.cloudflare.api.user.<user id>` | the user, for groups such as `API Tokens Read`; the id is [`User::id`] |
///
/// [`User::id`]: crate::User::id
///
/// ```
/// use cloudflare_user::Policy;
///
/// let all_zones_but_one = [
///     Policy::allow()
///         .permission_group("c8fed203ed3043cba015a93ad1616f1f")
///         .nested_resource("com.cloudflare.api.account.*", [("com.cloudflare.api.account.zone.*", "*")]),
///     Policy::deny()
///         .permission_group("c8fed203ed3043cba015a93ad1616f1f")
///         .resource("com.cloudflare.api.account.zone.22b1de5f1c0e4b3ea97bb1e963b06a43", "*"),
/// ];
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a policy does nothing until it is sent with a token"]
pub struct Policy {
    effect: Effect,
    permission_groups: Vec<GroupId>,
    resources: Resources,
}

/// A permission group as one sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct GroupId {
    id: String,
}

impl Policy {
    /// A policy that allows.
    pub fn allow() -> Self {
        Self::with(Effect::Allow)
    }

    /// A policy that denies, which wins over one that allows.
    pub fn deny() -> Self {
        Self::with(Effect::Deny)
    }

    fn with(effect: Effect) -> Self {
        Self {
            effect,
            permission_groups: Vec::new(),
            resources: Resources::new(),
        }
    }

    /// Adds a permission group, by its identifier: see [`ListPermissionGroups`](crate::ListPermissionGroups).
    pub fn permission_group(mut self, id: impl Into<String>) -> Self {
        self.permission_groups.push(GroupId { id: id.into() });
        self
    }

    /// Adds a resource, such as `com.cloudflare.api.account.zone.*`, and how much of it: `*` for all.
    pub fn resource(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.resources
            .insert(name.into(), ResourceScope::Value(value.into()));
        self
    }

    /// Adds resources in a resource: all zones of one account, for example.
    pub fn nested_resource<N: Into<String>, V: Into<String>>(
        mut self,
        name: impl Into<String>,
        resources: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let nested = resources
            .into_iter()
            .map(|(name, value)| (name.into(), ResourceScope::Value(value.into())));
        self.resources
            .insert(name.into(), ResourceScope::Nested(nested.collect()));
        self
    }
}

impl From<&TokenPolicy> for Policy {
    /// Keeps what may be sent: the effect, the identifiers of the permission groups, and the resources.
    fn from(policy: &TokenPolicy) -> Self {
        Self {
            effect: policy.effect.clone(),
            permission_groups: policy
                .permission_groups
                .iter()
                .map(|group| GroupId {
                    id: group.id.clone(),
                })
                .collect(),
            resources: policy.resources.clone(),
        }
    }
}

/// Refuses policies that say neither `allow` nor `deny` nor anything else, and groups without an identifier.
pub(super) fn require_effects(policies: &[Policy]) -> Result<()> {
    for (index, policy) in policies.iter().enumerate() {
        if policy.effect == Effect::default() {
            let reason =
                "is missing: the API left it out when the token was read, so make the policy anew";
            return Err(Error::invalid_request(
                format!("policies[{index}].effect"),
                reason,
            ));
        }
        if let Some(group) = policy
            .permission_groups
            .iter()
            .position(|group| group.id.is_empty())
        {
            let parameter = format!("policies[{index}].permission_groups[{group}].id");
            return Err(Error::invalid_request(parameter, "is empty"));
        }
    }
    Ok(())
}
