//! The owner of audit logs and tokens: the user, or an account.

use crate::endpoint::require_identifier;
use crate::error::Result;

/// Whose audit logs or tokens a request is about. The API has the same endpoints for both owners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The user of the credential: `/user`.
    #[default]
    User,
    /// The account with this identifier: `/accounts/{account_id}`.
    Account(String),
}

impl Owner {
    /// Returns the segments of a path below the owner.
    pub(crate) fn path<'p>(&'p self, rest: &[&'p str]) -> Vec<&'p str> {
        let mut segments = match self {
            Self::User => vec!["user"],
            Self::Account(account_id) => vec!["accounts", account_id],
        };
        segments.extend(rest);
        segments
    }

    /// Refuses an invalid account identifier.
    pub(crate) fn validate(&self) -> Result<()> {
        match self {
            Self::User => Ok(()),
            Self::Account(account_id) => require_identifier("account_id", account_id),
        }
    }
}
