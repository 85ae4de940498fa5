//! API tokens, their secrets, and their policies.

mod create;
mod delete;
mod fields;
mod get;
mod list;
mod model;
mod permission_groups;
mod policy;
mod roll;
mod update;
mod verify;

pub use self::create::CreateToken;
pub use self::delete::DeleteToken;
pub use self::get::GetToken;
pub use self::list::ListTokens;
pub use self::model::{
    Condition, CreatedToken, Effect, PolicyPermissionGroup, RequestIp, ResourceScope, Resources,
    Token, TokenPolicy, TokenStatus, TokenVerification,
};
pub use self::permission_groups::{ListPermissionGroups, PermissionGroup, PermissionScope};
pub use self::policy::Policy;
pub use self::roll::RollToken;
pub use self::update::UpdateToken;
pub use self::verify::VerifyToken;

use crate::client::Client;
use crate::endpoint::require_identifier;
use crate::error::{Error, Result};

/// # Tokens
impl Client {
    /// Lists the user's tokens.
    pub fn tokens(&self) -> ListTokens<&Client> {
        ListTokens::new().with_client(self)
    }

    /// Gets a token.
    pub fn token(&self, token_id: impl Into<String>) -> GetToken<&Client> {
        GetToken::new(token_id).with_client(self)
    }

    /// Creates a token. Only this response contains its secret.
    pub fn create_token(
        &self,
        name: impl Into<String>,
        policies: impl IntoIterator<Item = Policy>,
    ) -> CreateToken<&Client> {
        CreateToken::new(name, policies).with_client(self)
    }

    /// Creates a token like one that was read, under another name. See [`CreateToken::copy_of`].
    pub fn copy_token(&self, token: &Token, name: impl Into<String>) -> CreateToken<&Client> {
        CreateToken::copy_of(token, name).with_client(self)
    }

    /// Updates a token that was read. Fields that you do not set stay unchanged.
    pub fn update_token(&self, token: &Token) -> UpdateToken<&Client> {
        UpdateToken::from(token).with_client(self)
    }

    /// Deletes a token.
    pub fn delete_token(&self, token_id: impl Into<String>) -> DeleteToken<&Client> {
        DeleteToken::new(token_id).with_client(self)
    }

    /// Verifies the client's own token.
    pub fn verify_token(&self) -> VerifyToken<&Client> {
        VerifyToken::new().with_client(self)
    }

    /// Replaces the secret of a token, and returns the new one. The old secret stops working at
    /// once.
    pub fn roll_token(&self, token_id: impl Into<String>) -> RollToken<&Client> {
        RollToken::new(token_id).with_client(self)
    }
}

/// Refuses an identifier that makes the path name something other than a token, such as the two
/// words that name other endpoints.
fn require_token_id(id: &str) -> Result<()> {
    match id {
        "verify" | "permission_groups" => Err(Error::invalid_request(
            "token_id",
            format!("is `{id}`, which names another endpoint"),
        )),
        _ => require_identifier("token_id", id),
    }
}
