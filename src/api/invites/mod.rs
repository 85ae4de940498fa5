//! Invitations to join an organization.

mod get;
mod list;
mod model;
mod respond;

pub use self::get::GetInvite;
pub use self::list::ListInvites;
pub use self::model::{Invite, InviteRole, InviteStatus};
pub use self::respond::{InviteResponse, RespondToInvite};

use crate::client::Client;

/// # Invites
impl Client {
    /// Lists the invitations that the user received.
    pub fn invites(&self) -> ListInvites<&Client> {
        ListInvites::new().with_client(self)
    }

    /// Gets an invitation.
    pub fn invite(&self, invite_id: impl Into<String>) -> GetInvite<&Client> {
        GetInvite::new(invite_id).with_client(self)
    }

    /// Accepts or rejects an invitation.
    pub fn respond_to_invite(
        &self,
        invite_id: impl Into<String>,
        response: InviteResponse,
    ) -> RespondToInvite<&Client> {
        RespondToInvite::new(invite_id, response).with_client(self)
    }
}
