use serde::Serialize;
use serde_json::{Map, Value};

use super::{Effect, ResourceScope, Resources, TokenPolicy};
use crate::api::model::debug_model;
use crate::error::{Error, Result};

/// What a token may or may not do, for [`CreateToken`](crate::CreateToken) and [`UpdateToken`](crate::UpdateToken).
///
/// A policy needs at least one permission group and one resource. Groups are named by their identifiers, which
/// [`Client::find_permission_group`](crate::Client::find_permission_group) finds by their names. The resources must fit
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
/// The setters cannot fail. These are refused when the policy is sent, with an error that
/// [`is_invalid_request`](crate::Error::is_invalid_request): a policy without a group or without a resource, an empty
/// argument, a resource name with an empty part (such as `com.cloudflare.api.account.zone.`, where a variable was
/// empty), and one resource that is set twice to different values.
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

/// The first wrong argument of a setter: its place in the policy, and what is wrong with it.
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

    /// Makes a policy that denies. It wins over policies that allow.
    pub fn deny() -> Self {
        Self::with(Effect::Deny)
    }

    fn with(effect: Effect) -> Self {
        Self { effect, permission_groups: Vec::new(), resources: Resources::new(), extra: Map::new(), misuse: None }
    }

    /// Adds a permission group, by its identifier.
    pub fn permission_group(mut self, id: impl Into<String>) -> Self {
        self.permission_groups.push(Group { id: id.into(), extra: Map::new() });
        self
    }

    /// Adds permission groups, by their identifiers. An empty list is refused when the policy is sent.
    ///
    /// ```
    /// # use cloudflare_user::{Body, Client, http};
    /// # let answer = r#"{"success":true,"result":[{"id":"c8fe","name":"Zone Read","scopes":["com.cloudflare.api.account.zone"]}]}"#;
    /// # let client = Client::builder().api_token("t")
    /// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
    /// use cloudflare_user::{PermissionScope, Policy};
    ///
    /// // Everything that can be read of a zone.
    /// let groups = client.permission_groups().scope(PermissionScope::Zone.as_str()).send()?;
    /// let readers = groups.items.iter().filter(|group| {
    ///     group.name.as_deref().is_some_and(|name| name.ends_with(" Read"))
    /// });
    /// let policy = Policy::allow()
    ///     .permission_groups(readers.map(|group| &group.id))
    ///     .zone("023e105f4ecef8ad9ca31a8372d0c353");
    /// # Ok::<(), cloudflare_user::Error>(())
    /// ```
    pub fn permission_groups<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        let known = self.permission_groups.len();
        for id in ids {
            self = self.permission_group(id);
        }
        if self.permission_groups.len() == known {
            return self.refuse("permission_groups", "was given an empty list");
        }
        self
    }

    /// Adds a zone.
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
        self.require("all_zones_in", &account_id)
            .nested_resource(format!("{ACCOUNT}.{account_id}"), [(format!("{ZONE}.*"), "*")])
    }

    /// Adds an account.
    pub fn account(self, id: impl Into<String>) -> Self {
        self.whole(ACCOUNT, "account", id.into())
    }

    /// Adds all accounts.
    pub fn all_accounts(self) -> Self {
        self.resource(format!("{ACCOUNT}.*"), "*")
    }

    /// Adds a user, for groups such as `API Tokens Read`. The identifier is [`User::id`](crate::User::id).
    pub fn user(self, id: impl Into<String>) -> Self {
        self.whole(USER, "user", id.into())
    }

    /// Adds an R2 bucket. The jurisdiction is `default`, unless the bucket was created in another one, such as `eu`.
    pub fn r2_bucket(
        self,
        account_id: impl Into<String>,
        jurisdiction: impl Into<String>,
        bucket: impl Into<String>,
    ) -> Self {
        let (account_id, jurisdiction, bucket) = (account_id.into(), jurisdiction.into(), bucket.into());
        self.require("r2_bucket.account_id", &account_id)
            .require("r2_bucket.jurisdiction", &jurisdiction)
            .require("r2_bucket.bucket", &bucket)
            .resource(format!("{BUCKET}.{account_id}_{jurisdiction}_{bucket}"), "*")
    }

    /// Adds any resource by its name, such as `com.cloudflare.api.account.zone.*`, with its value: `*` for the whole
    /// resource.
    pub fn resource(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(name.into(), ResourceScope::Value(value.into()))
    }

    /// Adds resources within a resource, by their names, such as some of an account's zones:
    ///
    /// ```
    /// use cloudflare_user::Policy;
    ///
    /// let policy = Policy::allow()
    ///     .permission_group("c8fed203ed3043cba015a93ad1616f1f")
    ///     .nested_resource(
    ///         "com.cloudflare.api.account.01a7362d577a6c3019a474fd6f485823",
    ///         [("com.cloudflare.api.account.zone.023e105f4ecef8ad9ca31a8372d0c353", "*")],
    ///     );
    /// ```
    pub fn nested_resource<N: Into<String>, V: Into<String>>(
        self,
        name: impl Into<String>,
        resources: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut nested = Self::with(Effect::Allow);
        for (name, value) in resources {
            nested = nested.resource(name, value);
        }
        let mut policy = self.set(name.into(), ResourceScope::Nested(nested.resources));
        policy.misuse = policy.misuse.or(nested.misuse);
        policy
    }

    fn whole(self, kind: &str, setter: &str, id: String) -> Self {
        self.require(setter, &id).resource(format!("{kind}.{id}"), "*")
    }

    fn set(mut self, name: String, scope: ResourceScope) -> Self {
        if self.resources.get(&name).is_some_and(|known| *known != scope) {
            let place = format!("resources[{name:?}]");
            return self.refuse(place, "is set twice to different values: use a policy for each");
        }
        self.resources.insert(name, scope);
        self
    }

    fn require(self, argument: &str, value: &str) -> Self {
        if value.trim().is_empty() {
            return self.refuse(argument, "is empty");
        }
        self
    }

    fn refuse(mut self, place: impl Into<String>, reason: &'static str) -> Self {
        self.misuse.get_or_insert((place.into(), reason));
        self
    }
}

impl From<&TokenPolicy> for Policy {
    /// Makes the policy to send from one that was read. Unknown fields are kept, since they may restrict the policy.
    /// The policy's `id` and the `name` and `meta` of its groups are left out, since the API refuses them.
    fn from(policy: &TokenPolicy) -> Self {
        let groups =
            policy.permission_groups.iter().map(|group| Group { id: group.id.clone(), extra: group.extra.clone() });
        Self {
            effect: policy.effect.clone(),
            permission_groups: groups.collect(),
            resources: policy.resources.clone(),
            extra: policy.extra.clone(),
            misuse: None,
        }
    }
}

/// Refuses policies that are incomplete, empty in part, or contradict themselves.
pub(super) fn require_policies(policies: &[Policy]) -> Result<()> {
    if policies.is_empty() {
        return Err(Error::invalid_request("policies", "is empty: a token needs at least one"));
    }
    require_effects(policies)?;
    for (index, policy) in policies.iter().enumerate() {
        let refuse = |(place, reason): Misuse| Error::invalid_request(format!("policies[{index}].{place}"), reason);
        if let Some(misuse) = policy.misuse.clone() {
            return Err(refuse(misuse));
        }
        let groups = &policy.permission_groups;
        if groups.is_empty() {
            let reason = "is empty: add a group with `.permission_group(id)`";
            return Err(refuse(("permission_groups".to_owned(), reason)));
        }
        if let Some(group) = groups.iter().position(|group| group.id.trim().is_empty()) {
            return Err(refuse((format!("permission_groups[{group}].id"), "is empty")));
        }
        require_resources(&policy.resources, "resources").map_err(refuse)?;
    }
    Ok(())
}

/// Refuses policies without an effect: nobody can tell whether they allow or deny.
pub(super) fn require_effects(policies: &[Policy]) -> Result<()> {
    match policies.iter().position(|policy| policy.effect == Effect::default()) {
        Some(index) => Err(Error::invalid_request(
            format!("policies[{index}].effect"),
            "is missing: the API left it out when the token was read, so make the policy anew",
        )),
        None => Ok(()),
    }
}

fn require_resources(resources: &Resources, place: &str) -> Result<(), Misuse> {
    if resources.is_empty() {
        return Err((place.to_owned(), "is empty: add a resource, such as `.zone(id)`"));
    }
    for (name, scope) in resources {
        let place = format!("{place}[{name:?}]");
        if name.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err((place, "contains white space or a control character"));
        }
        if name.split('.').any(str::is_empty) {
            return Err((place, "names no resource: a part of the name is empty"));
        }
        match scope {
            ResourceScope::Value(value) if value.trim().is_empty() => {
                return Err((place, "is empty: `*` is the whole resource"));
            }
            ResourceScope::Nested(nested) => require_resources(nested, &place)?,
            _ => {}
        }
    }
    Ok(())
}
