use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::model::{debug_model, id, is_default, open_enum, or_default};
use crate::error::{Error, Result};

/// A policy of a token, as the API returns it. To send one, make a [`Policy`].
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct TokenPolicy {
    /// The policy's identifier. The API refuses requests that contain it.
    #[serde(deserialize_with = "id", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Whether the policy allows or denies; [`Effect::Other`] with empty text if the API left it out.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_default")]
    pub effect: Effect,
    /// The permissions that the policy allows or denies.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub permission_groups: Vec<PolicyPermissionGroup>,
    /// The resources that the policy applies to.
    #[serde(deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// The fields that this crate does not know, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(TokenPolicy: id, effect, permission_groups, resources);

/// A permission group in a policy.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
#[non_exhaustive]
pub struct PolicyPermissionGroup {
    /// The group's identifier.
    #[serde(deserialize_with = "id", skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Details about the group.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
    /// The fields that this crate does not know, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(PolicyPermissionGroup: id, name, meta);

open_enum! {
    /// Whether a policy allows or denies.
    pub enum Effect {
        /// Allows the permissions.
        Allow = "allow",
        /// Denies the permissions.
        Deny = "deny",
    }
}

/// Neither allows nor denies, so that a missing effect is never taken for `allow`.
impl Default for Effect {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// The resources that a policy applies to, by name, such as `com.cloudflare.api.account.zone.*`.
pub type Resources = BTreeMap<String, ResourceScope>;

/// How much of a resource a policy applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, from = "Value")]
pub enum ResourceScope {
    /// Text: `*` for the whole resource.
    Value(String),
    /// Resources within the resource.
    Nested(Resources),
    /// Any other value, unchanged.
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
