use http::Method;
use serde::Serialize;

use super::User;
use crate::api::request::{Detached, constructors, terminals};
use crate::endpoint::Endpoint;

/// Answers the details of the user whose credential this is.
///
/// `GET /user`, see the [API reference]. A token needs `User Details Read` or `User Details Write`; Cloudflare
/// documents it for an email with a Global API Key.
///
/// ```
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":{"id":"7","email":"ops@example.com","two_factor_authentication_enabled":false}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
/// let user = client.user().send()?;
/// if user.two_factor_authentication_enabled != Some(true) {
///     println!("{} has no second factor", user.email.as_deref().unwrap_or("the user"));
/// }
/// # assert_eq!(user.email.as_deref(), Some("ops@example.com"));
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// [API reference]: https://developers.cloudflare.com/api/resources/user/methods/get/
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetUser<C = Detached> {
    #[serde(skip)]
    client: C,
}

impl<C> Endpoint for GetUser<C> {
    type Output = User;
    const METHOD: Method = Method::GET;

    fn path(&self) -> Vec<&str> {
        vec!["user"]
    }
}

constructors!(GetUser);
terminals!(GetUser -> User);
