use super::{Effect, ResourceScope, Resources, TokenPolicy};
use crate::api::prelude::*;

/// A policy to send with [`CreateToken`](crate::CreateToken) or
/// [`UpdateToken`](crate::UpdateToken): it allows or denies permissions on resources.
///
/// A policy needs at least one permission group and one resource. Groups are added by their
/// identifiers; [`Client::find_permission_group`] finds a group by its name. The resources must fit
/// the scope of the groups:
///
/// | scope of the group | resources |
/// | --- | --- |
/// | [`Zone`](crate::PermissionScope::Zone) | [`zone`](Self::zone), [`all_zones`](Self::all_zones), [`all_zones_in`](Self::all_zones_in) |
/// | [`Account`](crate::PermissionScope::Account) | [`account`](Self::account), [`all_accounts`](Self::all_accounts) |
/// | [`User`](crate::PermissionScope::User) | [`user`](Self::user) |
/// | [`R2Bucket`](crate::PermissionScope::R2Bucket) | [`r2_bucket`](Self::r2_bucket) |
///
/// ```
/// use cloudflare_user::Policy;
///
/// // Purge the cache of all zones of an account, except one zone.
/// let policies = [
///     Policy::allow()
///         .permission_group("e17beae8b8cb423a99b1730f21238bed")
///         .all_zones_in("01a7362d577a6c3019a474fd6f485823"),
///     Policy::deny()
///         .permission_group("e17beae8b8cb423a99b1730f21238bed")
///         .zone("023e105f4ecef8ad9ca31a8372d0c353"),
/// ];
/// ```
///
/// The setters do not fail. An invalid policy is refused before sending
/// ([`is_invalid_request`](crate::Error::is_invalid_request)): one without a group or without a
/// resource, with an empty argument or an identifier that contains `*`, with an empty part in the
/// name of a resource (such as `com.cloudflare.api.account.zone.`), or with a resource that is set
/// twice to different values.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[must_use = "a policy does nothing until it is sent with a token"]
pub struct Policy {
    effect: Effect,
    permission_groups: Vec<Group>,
    resources: Resources,
    #[serde(flatten)]
    extra: Map<String, Value>,
    /// The first invalid argument of a setter.
    #[serde(skip)]
    misuse: Option<Misuse>,
}

debug_model!(Policy: effect, permission_groups, resources, misuse);

/// Why a policy is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Misuse {
    /// The place in the policy, such as `resources["a"]`, or the setter.
    place: String,
    reason: &'static str,
}

impl Misuse {
    fn new(place: impl Into<String>, reason: &'static str) -> Self {
        Self {
            place: place.into(),
            reason,
        }
    }
}

/// A permission group as it is sent.
#[derive(Clone, PartialEq, Eq, Serialize)]
struct Group {
    id: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

debug_model!(Group: id);

const ACCOUNT: &str = "com.cloudflare.api.account";
const ZONE: &str = "com.cloudflare.api.account.zone";
const USER: &str = "com.cloudflare.api.user";
const BUCKET: &str = "com.cloudflare.edge.r2.bucket";

/// Why an identifier with an asterisk is refused, and what to use instead, if something fits.
const CONTAINS_ASTERISK: &str = "contains `*`";
const USE_ALL_ZONES: &str = "contains `*`: for all zones, use `.all_zones()`";
const USE_ALL_ACCOUNTS: &str = "contains `*`: for all accounts, use `.all_accounts()`";
const USE_ALL_BUCKETS: &str = "contains `*`: for all buckets of an account, use \
    `.nested_resource(\"com.cloudflare.api.account.<account>\", \
    [(\"com.cloudflare.edge.r2.bucket.*\", \"*\")])`";

impl Policy {
    /// Makes a policy that allows.
    pub fn allow() -> Self {
        Self::with(Effect::Allow)
    }

    /// Makes a policy that denies. It takes precedence over policies that allow.
    pub fn deny() -> Self {
        Self::with(Effect::Deny)
    }

    fn with(effect: Effect) -> Self {
        Self {
            effect,
            permission_groups: Vec::new(),
            resources: Resources::new(),
            extra: Map::new(),
            misuse: None,
        }
    }

    /// Adds a permission group, by its identifier.
    pub fn permission_group(mut self, id: impl Into<String>) -> Self {
        self.permission_groups.push(Group {
            id: id.into(),
            extra: Map::new(),
        });
        self
    }

    /// Adds permission groups, by their identifiers. An empty list is refused before sending.
    pub fn permission_groups<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        let count_before = self.permission_groups.len();
        for id in ids {
            self = self.permission_group(id);
        }
        if self.permission_groups.len() == count_before {
            return self.refuse("permission_groups", "was set to an empty list");
        }
        self
    }

    /// Adds a zone: `com.cloudflare.api.account.zone.{id}` with the value `*`.
    pub fn zone(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.require("zone", &id, USE_ALL_ZONES)
            .resource(format!("{ZONE}.{id}"), "*")
    }

    /// Adds all zones of all accounts.
    pub fn all_zones(self) -> Self {
        self.resource(format!("{ZONE}.*"), "*")
    }

    /// Adds all zones of an account.
    pub fn all_zones_in(self, account_id: impl Into<String>) -> Self {
        let account_id = account_id.into();
        self.require("all_zones_in", &account_id, USE_ALL_ZONES)
            .nested_resource(
                format!("{ACCOUNT}.{account_id}"),
                [(format!("{ZONE}.*"), "*")],
            )
    }

    /// Adds an account: `com.cloudflare.api.account.{id}` with the value `*`.
    pub fn account(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.require("account", &id, USE_ALL_ACCOUNTS)
            .resource(format!("{ACCOUNT}.{id}"), "*")
    }

    /// Adds all accounts.
    pub fn all_accounts(self) -> Self {
        self.resource(format!("{ACCOUNT}.*"), "*")
    }

    /// Adds a user, for groups such as `API Tokens Read`. [`User::id`](crate::User::id) is the
    /// identifier.
    pub fn user(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.require("user", &id, CONTAINS_ASTERISK)
            .resource(format!("{USER}.{id}"), "*")
    }

    /// Adds an R2 bucket. The jurisdiction is `default`, unless the bucket was created in another
    /// one, such as `eu`.
    ///
    /// The token is also an S3 credential: the access key is its `id`, and the secret access key is
    /// the SHA-256 of its secret in lower-case hexadecimal digits.
    /// [`CreatedToken`](crate::CreatedToken#r2) has an example.
    ///
    /// For all buckets of an account, use [`nested_resource`](Self::nested_resource).
    pub fn r2_bucket(
        self,
        account_id: impl Into<String>,
        jurisdiction: impl Into<String>,
        bucket: impl Into<String>,
    ) -> Self {
        let account_id = account_id.into();
        let jurisdiction = jurisdiction.into();
        let bucket = bucket.into();
        self.require("r2_bucket.account_id", &account_id, CONTAINS_ASTERISK)
            .require("r2_bucket.jurisdiction", &jurisdiction, USE_ALL_BUCKETS)
            .require("r2_bucket.bucket", &bucket, USE_ALL_BUCKETS)
            .resource(
                format!("{BUCKET}.{account_id}_{jurisdiction}_{bucket}"),
                "*",
            )
    }

    /// Removes all resources, so that a policy that was read can be narrowed.
    ///
    /// Add only resources that the policy had. Otherwise it allows its permissions on resources
    /// that it did not cover. Keep the resources of a policy that denies: with fewer of them, it
    /// denies less, and the token can do more. An argument that was invalid is still refused before
    /// sending.
    ///
    /// ```
    /// # let read = cloudflare_user::TokenPolicy::default();
    /// use cloudflare_user::Policy;
    ///
    /// // A policy for all zones: the same permissions, for one zone only.
    /// let policy = Policy::from(&read)
    ///     .clear_resources()
    ///     .zone("023e105f4ecef8ad9ca31a8372d0c353");
    /// ```
    pub fn clear_resources(mut self) -> Self {
        self.resources.clear();
        self
    }

    /// Adds a resource by its name, such as `com.cloudflare.api.account.zone.*`. The value `*`
    /// means all of it.
    pub fn resource(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(name.into(), ResourceScope::Value(value.into()))
    }

    /// Adds resources within a resource, by their names, such as all R2 buckets of an account:
    ///
    /// ```
    /// # let policy = cloudflare_user::Policy::allow();
    /// policy.nested_resource(
    ///     "com.cloudflare.api.account.01a7362d577a6c3019a474fd6f485823",
    ///     [("com.cloudflare.edge.r2.bucket.*", "*")],
    /// );
    /// ```
    pub fn nested_resource<N: Into<String>, V: Into<String>>(
        self,
        name: impl Into<String>,
        resources: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        // A policy of their own collects them, because it refuses a resource that is set twice.
        let mut inner = Self::allow();
        for (name, value) in resources {
            inner = inner.resource(name, value);
        }
        let mut policy = self.set(name.into(), ResourceScope::Nested(inner.resources));
        policy.misuse = policy.misuse.or(inner.misuse);
        policy
    }

    fn set(mut self, name: String, scope: ResourceScope) -> Self {
        if let Some(known) = self.resources.get(&name)
            && *known != scope
        {
            return self.refuse(
                format!("resources[{name:?}]"),
                "is set twice to different values: use one policy for each value",
            );
        }
        self.resources.insert(name, scope);
        self
    }

    /// Refuses an empty argument, and for this reason one with an asterisk.
    fn require(self, argument: &str, value: &str, asterisk: &'static str) -> Self {
        if value.trim().is_empty() {
            return self.refuse(argument, "is empty");
        }
        if value.contains('*') {
            return self.refuse(argument, asterisk);
        }
        self
    }

    fn refuse(mut self, place: impl Into<String>, reason: &'static str) -> Self {
        if self.misuse.is_none() {
            self.misuse = Some(Misuse::new(place, reason));
        }
        self
    }
}

impl From<&TokenPolicy> for Policy {
    /// Makes a policy to send from one that was read. Unknown fields are kept, because they may
    /// restrict the policy. The policy's `id` and the `name` and `meta` of its groups are left out,
    /// because they must not be sent.
    fn from(policy: &TokenPolicy) -> Self {
        let TokenPolicy {
            id: _,
            effect,
            permission_groups,
            resources,
            extra,
        } = policy.clone();
        let permission_groups = permission_groups
            .into_iter()
            .map(|group| Group {
                id: group.id,
                extra: group.extra,
            })
            .collect();
        Self {
            effect,
            permission_groups,
            resources,
            extra,
            misuse: None,
        }
    }
}

/// Refuses incomplete policies, and those with an invalid argument.
pub(super) fn require_policies(policies: &[Policy]) -> Result<()> {
    if policies.is_empty() {
        return Err(Error::invalid_request(
            "policies",
            "is empty: a token needs at least one",
        ));
    }
    require_effects(policies)?;
    for (index, policy) in policies.iter().enumerate() {
        if let Err(misuse) = require_complete(policy) {
            let parameter = format!("policies[{index}].{}", misuse.place);
            return Err(Error::invalid_request(parameter, misuse.reason));
        }
    }
    Ok(())
}

/// Refuses policies without an effect, because they might allow or deny.
pub(super) fn require_effects(policies: &[Policy]) -> Result<()> {
    for (index, policy) in policies.iter().enumerate() {
        if policy.effect == Effect::default() {
            return Err(Error::invalid_request(
                format!("policies[{index}].effect"),
                "is missing from the token that was read: make a new policy",
            ));
        }
    }
    Ok(())
}

fn require_complete(policy: &Policy) -> Result<(), Misuse> {
    if let Some(misuse) = policy.misuse.clone() {
        return Err(misuse);
    }
    if policy.permission_groups.is_empty() {
        return Err(Misuse::new(
            "permission_groups",
            "is empty: add a group with `.permission_group(id)`",
        ));
    }
    for (index, group) in policy.permission_groups.iter().enumerate() {
        if group.id.trim().is_empty() {
            let place = format!("permission_groups[{index}].id");
            return Err(Misuse::new(place, "is empty"));
        }
    }
    require_resources(&policy.resources, "resources")
}

fn require_resources(resources: &Resources, place: &str) -> Result<(), Misuse> {
    if resources.is_empty() {
        return Err(Misuse::new(
            place,
            "is empty: add a resource, such as `.zone(id)`",
        ));
    }
    for (name, scope) in resources {
        let place = format!("{place}[{name:?}]");
        if name.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err(Misuse::new(
                place,
                "contains white space or a control character",
            ));
        }
        if name.split('.').any(str::is_empty) {
            return Err(Misuse::new(place, "has an empty part in its name"));
        }
        match scope {
            ResourceScope::Value(value) => {
                if value.trim().is_empty() {
                    return Err(Misuse::new(
                        place,
                        "is empty: use `*` for the whole resource",
                    ));
                }
            }
            ResourceScope::Nested(nested) => require_resources(nested, &place)?,
            ResourceScope::Other(_) => {}
        }
    }
    Ok(())
}
