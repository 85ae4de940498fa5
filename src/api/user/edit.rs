use http::Method;
use serde::Serialize;

use super::User;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;

/// Changes details of the user: those that are set, and no others.
///
/// `PATCH /user`, see the [API reference]. A token needs `User Details Write`. A field that is not named stays as it
/// is; `clear_…` sends `null`, which empties it.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"7","first_name":"Ada","telephone":null}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// let user = client.edit_user().first_name("Ada").clear_telephone().send()?;
/// assert_eq!(user.first_name.as_deref(), Some("Ada"));
/// assert_eq!(user.telephone, None);
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/methods/edit/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct EditUser<C = Detached> {
    #[serde(skip)]
    client: C,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    telephone: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    zipcode: Change,
}

/// Left alone, cleared, or set.
type Change = Option<Option<String>>;

impl<C> EditUser<C> {
    /// Sets the country in which the user lives, at most 30 characters.
    pub fn country(mut self, country: impl Into<String>) -> Self {
        self.country = Some(Some(country.into()));
        self
    }

    /// Clears the country.
    pub fn clear_country(mut self) -> Self {
        self.country = Some(None);
        self
    }

    /// Sets the first name, at most 60 characters.
    pub fn first_name(mut self, name: impl Into<String>) -> Self {
        self.first_name = Some(Some(name.into()));
        self
    }

    /// Clears the first name.
    pub fn clear_first_name(mut self) -> Self {
        self.first_name = Some(None);
        self
    }

    /// Sets the last name, at most 60 characters.
    pub fn last_name(mut self, name: impl Into<String>) -> Self {
        self.last_name = Some(Some(name.into()));
        self
    }

    /// Clears the last name.
    pub fn clear_last_name(mut self) -> Self {
        self.last_name = Some(None);
        self
    }

    /// Sets the telephone number, at most 20 characters.
    pub fn telephone(mut self, number: impl Into<String>) -> Self {
        self.telephone = Some(Some(number.into()));
        self
    }

    /// Clears the telephone number.
    pub fn clear_telephone(mut self) -> Self {
        self.telephone = Some(None);
        self
    }

    /// Sets the zip or postal code, at most 20 characters.
    pub fn zipcode(mut self, code: impl Into<String>) -> Self {
        self.zipcode = Some(Some(code.into()));
        self
    }

    /// Clears the zip or postal code.
    pub fn clear_zipcode(mut self) -> Self {
        self.zipcode = Some(None);
        self
    }
}

impl<C> Endpoint for EditUser<C> {
    type Output = User;
    const METHOD: Method = Method::PATCH;

    fn path(&self) -> Vec<&str> {
        vec!["user"]
    }

    fn recovery_hint(&self) -> Option<String> {
        Some("read the user's details".to_owned())
    }
}

constructors!(EditUser { country, first_name, last_name, telephone, zipcode });
terminals!(EditUser -> User);
