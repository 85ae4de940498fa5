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
    #[serde(skip)]
    misuse: Option<Misuse>,
}

debug_model!(Policy: effect, permission_groups, resources, misuse);

/// The first invalid argument of a setter: its place in the policy, and the reason.
type Misuse = (String, &'static str);

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
    pub fn permission_groups<I: Into<String>>(self, ids: impl IntoIterator<Item = I>) -> Self {
        let count = self.permission_groups.len();
        let policy = ids.into_iter().fold(self, Self::permission_group);
        if policy.permission_groups.len() == count {
            return policy.refuse("permission_groups", "was set to an empty list");
        }
        policy
    }

    /// Adds a zone: `com.cloudflare.api.account.zone.{id}` with the value `*`.
    pub fn zone(self, id: impl Into<String>) -> Self {
        self.whole(ZONE, "zone", id.into())
    }

    /// Adds all zones of all accounts.
    pub fn all_zones(self) -> Self {
        self.resource(format!("{ZONE}.*"), "*")
    }

    /// Adds all zones of an account.
    pub fn all_zones_in(self, account_id: impl Into<String>) -> Self {
        let account_id = account_id.into();
        self.require("all_zones_in", &account_id).nested_resource(
            format!("{ACCOUNT}.{account_id}"),
            [(format!("{ZONE}.*"), "*")],
        )
    }

    /// Adds an account: `com.cloudflare.api.account.{id}` with the value `*`.
    pub fn account(self, id: impl Into<String>) -> Self {
        self.whole(ACCOUNT, "account", id.into())
    }

    /// Adds all accounts.
    pub fn all_accounts(self) -> Self {
        self.resource(format!("{ACCOUNT}.*"), "*")
    }

    /// Adds a user, for groups such as `API Tokens Read`. [`User::id`](crate::User::id) is the
    /// identifier.
    pub fn user(self, id: impl Into<String>) -> Self {
        self.whole(USER, "user", id.into())
    }

    /// Adds an R2 bucket. The jurisdiction is `default`, unless the bucket was created in another
    /// one, such as `eu`.
    pub fn r2_bucket(
        self,
        account_id: impl Into<String>,
        jurisdiction: impl Into<String>,
        bucket: impl Into<String>,
    ) -> Self {
        let (account_id, jurisdiction, bucket) =
            (account_id.into(), jurisdiction.into(), bucket.into());
        self.require("r2_bucket.account_id", &account_id)
            .require("r2_bucket.jurisdiction", &jurisdiction)
            .require("r2_bucket.bucket", &bucket)
            .resource(
                format!("{BUCKET}.{account_id}_{jurisdiction}_{bucket}"),
                "*",
            )
    }

    /// Adds a resource by its name, such as `com.cloudflare.api.account.zone.*`. The value `*`
    /// means all of it.
    pub fn resource(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(name.into(), ResourceScope::Value(value.into()))
    }

    /// Adds resources within a resource, by their names, such as some zones of an account:
    ///
    /// ```
    /// # let policy = cloudflare_user::Policy::allow();
    /// policy.nested_resource(
    ///     "com.cloudflare.api.account.01a7362d577a6c3019a474fd6f485823",
    ///     [("com.cloudflare.api.account.zone.023e105f4ecef8ad9ca31a8372d0c353", "*")],
    /// );
    /// ```
    pub fn nested_resource<N: Into<String>, V: Into<String>>(
        self,
        name: impl Into<String>,
        resources: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let nested = resources
            .into_iter()
            .fold(Self::allow(), |policy, (name, value)| {
                policy.resource(name, value)
            });
        let mut policy = self.set(name.into(), ResourceScope::Nested(nested.resources));
        policy.misuse = policy.misuse.or(nested.misuse);
        policy
    }

    fn whole(self, kind: &str, setter: &str, id: String) -> Self {
        self.require(setter, &id)
            .resource(format!("{kind}.{id}"), "*")
    }

    fn set(mut self, name: String, scope: ResourceScope) -> Self {
        if self
            .resources
            .get(&name)
            .is_some_and(|known| *known != scope)
        {
            let place = format!("resources[{name:?}]");
            return self.refuse(
                place,
                "is set twice to different values: use one policy for each value",
            );
        }
        self.resources.insert(name, scope);
        self
    }

    fn require(self, argument: &str, value: &str) -> Self {
        match value.trim() {
            "" => self.refuse(argument, "is empty"),
            text if text.contains('*') => self.refuse(
                argument,
                "contains `*`: use `.all_zones()` or `.all_accounts()`",
            ),
            _ => self,
        }
    }

    fn refuse(mut self, place: impl Into<String>, reason: &'static str) -> Self {
        self.misuse.get_or_insert((place.into(), reason));
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
        let groups = permission_groups.into_iter().map(|group| Group {
            id: group.id,
            extra: group.extra,
        });
        Self {
            effect,
            permission_groups: groups.collect(),
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
        require_complete(policy).map_err(|(place, reason)| {
            Error::invalid_request(format!("policies[{index}].{place}"), reason)
        })?;
    }
    Ok(())
}

/// Refuses policies without an effect, because they might allow or deny.
pub(super) fn require_effects(policies: &[Policy]) -> Result<()> {
    match policies
        .iter()
        .position(|policy| policy.effect == Effect::default())
    {
        Some(index) => Err(Error::invalid_request(
            format!("policies[{index}].effect"),
            "is missing from the token that was read: make a new policy",
        )),
        None => Ok(()),
    }
}

fn require_complete(policy: &Policy) -> Result<(), Misuse> {
    if let Some(misuse) = policy.misuse.clone() {
        return Err(misuse);
    }
    if policy.permission_groups.is_empty() {
        return Err((
            "permission_groups".to_owned(),
            "is empty: add a group with `.permission_group(id)`",
        ));
    }
    if let Some(index) = policy
        .permission_groups
        .iter()
        .position(|group| group.id.trim().is_empty())
    {
        return Err((format!("permission_groups[{index}].id"), "is empty"));
    }
    require_resources(&policy.resources, "resources")
}

fn require_resources(resources: &Resources, place: &str) -> Result<(), Misuse> {
    if resources.is_empty() {
        return Err((
            place.to_owned(),
            "is empty: add a resource, such as `.zone(id)`",
        ));
    }
    for (name, scope) in resources {
        let place = format!("{place}[{name:?}]");
        if name.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err((place, "contains white space or a control character"));
        }
        if name.split('.').any(str::is_empty) {
            return Err((place, "has an empty part in its name"));
        }
        match scope {
            ResourceScope::Value(value) if value.trim().is_empty() => {
                return Err((place, "is empty: use `*` for the whole resource"));
            }
            ResourceScope::Nested(nested) => require_resources(nested, &place)?,
            _ => {}
        }
    }
    Ok(())
}
