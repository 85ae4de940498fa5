use std::collections::BTreeMap;

use super::User;
use crate::api::prelude::*;

/// Changes details of the user.
///
/// `PATCH /user`, see the [API reference]. A token needs `User Details Write`. Only details that
/// are set or cleared are sent, and all others stay as they are. `clear_…` sends `null`. A request
/// without a change is refused before sending.
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/methods/edit/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct EditUser<C = Detached> {
    #[serde(skip)]
    client: C,
    /// The new values of details by their names in JSON; `None` clears a detail.
    #[serde(flatten)]
    changes: BTreeMap<&'static str, Option<String>>,
}

constructors!(EditUser { changes });

impl<C> EditUser<C> {
    /// Sets the country in which the user lives, at most 30 characters.
    pub fn country(self, country: impl Into<String>) -> Self {
        self.change("country", Some(country.into()))
    }

    /// Clears the country.
    pub fn clear_country(self) -> Self {
        self.change("country", None)
    }

    /// Sets the first name, at most 60 characters.
    pub fn first_name(self, name: impl Into<String>) -> Self {
        self.change("first_name", Some(name.into()))
    }

    /// Clears the first name.
    pub fn clear_first_name(self) -> Self {
        self.change("first_name", None)
    }

    /// Sets the last name, at most 60 characters.
    pub fn last_name(self, name: impl Into<String>) -> Self {
        self.change("last_name", Some(name.into()))
    }

    /// Clears the last name.
    pub fn clear_last_name(self) -> Self {
        self.change("last_name", None)
    }

    /// Sets the telephone number, at most 20 characters.
    pub fn telephone(self, number: impl Into<String>) -> Self {
        self.change("telephone", Some(number.into()))
    }

    /// Clears the telephone number.
    pub fn clear_telephone(self) -> Self {
        self.change("telephone", None)
    }

    /// Sets the zip or postal code, at most 20 characters.
    pub fn zipcode(self, code: impl Into<String>) -> Self {
        self.change("zipcode", Some(code.into()))
    }

    /// Clears the zip or postal code.
    pub fn clear_zipcode(self) -> Self {
        self.change("zipcode", None)
    }

    fn change(mut self, detail: &'static str, value: Option<String>) -> Self {
        self.changes.insert(detail, value);
        self
    }
}

impl<C> Endpoint for EditUser<C> {
    type Output = User;
    const METHOD: Method = Method::PATCH;

    fn path(&self) -> Vec<&str> {
        vec!["user"]
    }

    fn validate(&self) -> Result<()> {
        if self.changes.is_empty() {
            return Err(Error::invalid_request(
                "request",
                "has no change: set or clear at least one detail",
            ));
        }
        Ok(())
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("read the user's details".to_owned())
    }
}

terminals!(EditUser -> User);
