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
    /// Lists the invitations that the user got.
    pub fn invites(&self) -> ListInvites<&Client> {
        ListInvites::on(self)
    }

    /// One invitation.
    pub fn invite(&self, invite_id: impl Into<String>) -> GetInvite<&Client> {
        GetInvite::on(self, invite_id)
    }

    /// Accepts or rejects an invitation.
    pub fn respond_to_invite(
        &self,
        invite_id: impl Into<String>,
        response: InviteResponse,
    ) -> RespondToInvite<&Client> {
        RespondToInvite::on(self, invite_id, response)
    }
}
