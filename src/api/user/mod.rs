//! The user's own details.

mod edit;
mod get;
mod model;

pub use self::edit::EditUser;
pub use self::get::GetUser;
pub use self::model::User;

use crate::client::Client;

/// # The user
impl Client {
    /// Gets the details of the user.
    pub fn user(&self) -> GetUser<&Client> {
        GetUser::new().with_client(self)
    }

    /// Changes details of the user.
    pub fn edit_user(&self) -> EditUser<&Client> {
        EditUser::new().with_client(self)
    }
}
