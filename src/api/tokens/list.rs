use super::Token;
use crate::api::prelude::*;

/// Lists the user's tokens, disabled ones included, without their secrets.
///
/// `GET /user/tokens`, see the [API reference]. A token needs `API Tokens Read` or `API Tokens
/// Write`.
///
/// ```no_run
/// # let client = cloudflare_user::Client::from_env()?;
/// // Which tokens never expire?
/// for token in client.tokens().iter() {
///     let token = token?;
///     if token.expires_on.is_none() {
///         println!("{}", token.name.unwrap_or(token.id));
///     }
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// The example `token_review` finds more risks, such as tokens that work from any address.
///
/// To change or delete tokens that are found in a list, [collect the list
/// first](crate#lists-that-change).
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/list/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct ListTokens<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip)]
    owner: Owner,
    direction: Option<Direction>,
    include_expired: Option<bool>,
    page: Option<u64>,
    per_page: Option<u64>,
}

constructors!(ListTokens {
    owner,
    direction,
    include_expired,
    page,
    per_page,
});

impl<C> ListTokens<C> {
    /// Lists the tokens of an account instead of the user's: `GET /accounts/{account_id}/tokens`.
    ///
    /// A token needs `Account API Tokens Read` or `Account API Tokens Write`. See
    /// [accounts](crate#accounts).
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Owner::Account(account_id.into());
        self
    }

    /// Sets the direction of the order. Cloudflare documents neither the order nor the default.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Sets whether recently expired tokens are listed too. The default is `false`.
    pub fn include_expired(mut self, include_expired: bool) -> Self {
        self.include_expired = Some(include_expired);
        self
    }

    /// Sets the first page, counted from 1. The default is 1.
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets how many tokens a page has, 5 to 50. The default is 50.
    pub fn per_page(mut self, per_page: u64) -> Self {
        self.per_page = Some(per_page);
        self
    }
}

impl<C> Endpoint for ListTokens<C> {
    type Output = Page<Token>;
    const METHOD: Method = Method::GET;
    const MAX_PER_PAGE: Option<u64> = Some(50);

    fn path(&self) -> Vec<&str> {
        self.owner.path(&["tokens"])
    }

    fn item_id(token: &Token) -> Option<Cow<'_, str>> {
        identifier(&token.id)
    }

    fn validate(&self) -> Result<()> {
        self.owner.validate()
    }
}

terminals!(ListTokens -> Page<Token>);
