//! API tokens, the permission groups that their policies are made of, and their secrets.

mod create;
mod delete;
mod get;
mod list;
mod model;
mod permission_groups;
mod policy;
mod fields;
mod roll;
mod update;
mod verify;

pub use self::create::CreateToken;
pub use self::delete::DeleteToken;
pub use self::get::GetToken;
pub use self::list::ListTokens;
pub use self::model::{
    Condition, CreatedToken, Effect, PolicyPermissionGroup, RequestIp, ResourceScope, Resources, Token, TokenPolicy,
    TokenStatus, TokenVerification,
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
        ListTokens::on(self)
    }

    /// Returns a token.
    pub fn token(&self, token_id: impl Into<String>) -> GetToken<&Client> {
        GetToken::on(self, token_id)
    }

    /// Creates a token. The response contains its secret; no later one does.
    pub fn create_token(
        &self,
        name: impl Into<String>,
        policies: impl IntoIterator<Item = Policy>,
    ) -> CreateToken<&Client> {
        CreateToken::on(self, name, policies)
    }

    /// Changes a token that was read. What is not set stays as it was.
    pub fn update_token(&self, token: &Token) -> UpdateToken<&Client> {
        UpdateToken::of(self, token)
    }

    /// Deletes a token.
    pub fn delete_token(&self, token_id: impl Into<String>) -> DeleteToken<&Client> {
        DeleteToken::on(self, token_id)
    }

    /// Verifies the client's own token.
    pub fn verify_token(&self) -> VerifyToken<&Client> {
        VerifyToken::on(self)
    }

    /// Lists the permission groups that policies of tokens are made of.
    pub fn permission_groups(&self) -> ListPermissionGroups<&Client> {
        ListPermissionGroups::on(self)
    }

    /// Replaces the secret of a token. The old one stops working at once.
    pub fn roll_token(&self, token_id: impl Into<String>) -> RollToken<&Client> {
        RollToken::on(self, token_id)
    }
}

/// Refuses an identifier that would not name a token, such as the two words that name other endpoints.
fn require_token_id(id: &str) -> Result<()> {
    match id {
        "verify" | "permission_groups" => {
            Err(Error::invalid_request("token_id", format!("is `{id}`, which names another endpoint and no token")))
        }
        _ => require_identifier("token_id", id),
    }
}
