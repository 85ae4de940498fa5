//! The trait of all requests. `to_call` turns a request into a call.

mod to_call;

use std::borrow::Cow;

use http::Method;
use serde::Serialize;

use crate::envelope::Output;
use crate::error::{Error, Result};

/// A request to an endpoint of Cloudflare's API.
///
/// All requests of this crate implement it. Implement it for your own struct to call an endpoint
/// that this crate does not cover: [`Client::send`](crate::Client::send),
/// [`iter`](crate::Client::iter), [`pages`](crate::Client::pages) and
/// [`send_raw`](crate::Client::send_raw) run it with the same authentication, retries, errors and
/// pagination.
///
/// [`Output`](Self::Output), [`METHOD`](Self::METHOD) and [`path`](Self::path) are required. The
/// serialized fields of the struct are the JSON body, or the query of a GET, HEAD, OPTIONS, TRACE
/// or DELETE.
///
/// # Path parameters
///
/// A path parameter is a field too, so mark it with `#[serde(skip)]`. Otherwise it is also sent in
/// the body or in the query, where the API may reject it, store it, or treat it as a filter.
///
/// ```no_run
/// use cloudflare_user::Endpoint;
/// use cloudflare_user::http::Method;
///
/// /// Removes files from the cache of a zone.
/// #[derive(serde::Serialize)]
/// struct PurgeCache {
///     #[serde(skip)] // part of the path, not of the body
///     zone_id: String,
///     files: Vec<String>,
/// }
///
/// impl Endpoint for PurgeCache {
///     type Output = serde_json::Value;
///     const METHOD: Method = Method::POST;
///     fn path(&self) -> Vec<&str> {
///         vec!["zones", &self.zone_id, "purge_cache"]
///     }
/// }
/// # let client = cloudflare_user::Client::from_env()?;
///
/// let files = vec!["https://example.com/logo.png".to_owned()];
/// client.send(&PurgeCache { zone_id: "023e105f4ecef8ad9ca31a8372d0c353".to_owned(), files })?;
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// # Optional fields of a body
///
/// A field that is `None` is sent as `null`, which clears the field for most endpoints of
/// Cloudflare. Leave it out of the body of a PATCH or PUT with `skip_serializing_if`:
///
/// ```no_run
/// use cloudflare_user::Endpoint;
/// use cloudflare_user::http::Method;
///
/// /// Changes the settings of a zone. Settings that are `None` stay as they are.
/// #[derive(Default, serde::Serialize)]
/// struct EditZone {
///     #[serde(skip)]
///     zone_id: String,
///     #[serde(skip_serializing_if = "Option::is_none")]
///     paused: Option<bool>,
///     #[serde(skip_serializing_if = "Option::is_none")]
///     vanity_name_servers: Option<Vec<String>>,
/// }
///
/// impl Endpoint for EditZone {
///     type Output = serde_json::Value;
///     const METHOD: Method = Method::PATCH;
///     fn path(&self) -> Vec<&str> {
///         vec!["zones", &self.zone_id]
///     }
/// }
/// # let client = cloudflare_user::Client::from_env()?;
///
/// let zone_id = "023e105f4ecef8ad9ca31a8372d0c353".to_owned();
/// client.send(&EditZone { zone_id, paused: Some(true), ..EditZone::default() })?;
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// In a query, `None` is always left out.
///
/// # Paginated lists
///
/// An endpoint whose output is a [`Page`](crate::Page) is a paginated list. Implement
/// [`item_id`](Self::item_id) if the items have identifiers: each item is then yielded once, even
/// if it moves to a later page because the list grows.
///
/// ```no_run
/// use std::borrow::Cow;
/// use cloudflare_user::{Endpoint, Page};
/// use cloudflare_user::http::Method;
///
/// /// Lists the members of an account.
/// #[derive(serde::Serialize)]
/// struct ListMembers {
///     #[serde(skip)]
///     account_id: String,
///     page: Option<u64>,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Member {
///     id: String,
///     status: String,
/// }
///
/// impl Endpoint for ListMembers {
///     type Output = Page<Member>;
///     const METHOD: Method = Method::GET;
///     const MAX_PER_PAGE: Option<u64> = Some(50);
///     fn path(&self) -> Vec<&str> {
///         vec!["accounts", &self.account_id, "members"]
///     }
///     fn item_id(member: &Member) -> Option<Cow<'_, str>> {
///         Some(Cow::Borrowed(&member.id))
///     }
/// }
/// # let client = cloudflare_user::Client::from_env()?;
///
/// let request = ListMembers { account_id: "eb78d65290b24279ba6f44721b3ea3c4".to_owned(), page: None };
/// for member in client.iter(&request) {
///     let member = member?;
///     println!("{} is {}", member.id, member.status);
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// The optional fields `page: Option<u64>` and `per_page: Option<u64>` set the first page and the
/// size of a page. To resume a list, set `page` to [`Iter::next_page`](crate::Iter::next_page).
/// Without a field `page`, a list starts at page 1.
///
/// # Query parameters
///
/// * Text, numbers and booleans are sent as they are; `None` is left out.
/// * Nested structs are joined with dots: a field `id` of a field `account` is sent as
///   `account.id`. A field can also be renamed to such a name: `#[serde(rename = "action.type")]`.
/// * An empty text is refused before sending, because the API would ignore the filter. Use an
///   `Option` and `None`.
/// * An array is refused before sending, because Cloudflare's endpoints do not agree on how to send
///   one. If the endpoint expects one text with commas, join the values: `metrics: ["queryCount",
///   "uncachedCount"].join(",")`. A parameter that must be repeated (`id=1&id=2`) is not supported.
///
/// # Cursor pagination
///
/// [`Client::iter`](crate::Client::iter) and [`Client::pages`](crate::Client::pages) count pages.
/// They do not support endpoints that return a cursor instead: such a list can end after its first
/// page without an error. Send these requests in a loop.
/// [`PageInfo::extra`](crate::PageInfo::extra) contains the cursor. If an item cannot be decoded,
/// `send` returns no page: with items of type `serde_json::Value`, your program decides item by
/// item.
///
/// ```no_run
/// # use cloudflare_user::{Endpoint, Page, http::Method};
/// # #[derive(serde::Serialize)] struct ListKeys { cursor: Option<String> }
/// # impl Endpoint for ListKeys {
/// #     type Output = Page<serde_json::Value>;
/// #     const METHOD: Method = Method::GET;
/// #     fn path(&self) -> Vec<&str> { vec!["keys"] }
/// # }
/// # let client = cloudflare_user::Client::from_env()?;
/// let mut request = ListKeys { cursor: None }; // an endpoint whose output is a `Page`
/// loop {
///     let page = client.send(&request)?;
///     let cursor = page.info.as_ref().and_then(|info| info.extra.get("cursor")?.as_str());
///     let next = cursor.filter(|cursor| !cursor.is_empty()).map(str::to_owned);
///     for key in page {
///         println!("{}", key["name"]);
///     }
///     // A cursor that is repeated would make the loop endless.
///     if next.is_none() || next == request.cursor {
///         break;
///     }
///     request.cursor = next;
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
pub trait Endpoint: Serialize {
    /// The type of a successful response's `result`.
    ///
    /// It is any type that implements [`Deserialize`](serde::Deserialize) without borrowing, or a
    /// [`Page`](crate::Page), which makes the endpoint a paginated list.
    type Output: Output;

    /// The HTTP method.
    const METHOD: Method;

    /// Returns the segments of the path below the base URL.
    ///
    /// Each segment is percent-encoded, so a `/` in an identifier does not start a new segment. The
    /// segments `""`, `.` and `..` are refused before sending, because the path would name another
    /// resource.
    fn path(&self) -> Vec<&str>;

    /// Whether the response may lack the envelope of `success` and `result`. The default is
    /// `false`.
    ///
    /// If `true`, a response without the envelope is decoded as a whole, and an empty body is
    /// decoded as `null`. A [`Page`](crate::Page) always needs the envelope.
    const UNWRAPPED: bool = false;

    /// Whether a list has only one page, so that `iter` and `pages` send one request without
    /// `page`. The default is `false`.
    const SINGLE_PAGE: bool = false;

    /// The largest `per_page` that a list accepts, which is sent unless the request sets `per_page`
    /// itself. With `None`, the default, the server chooses the size of a page.
    const MAX_PER_PAGE: Option<u64> = None;

    /// Returns the identifier of an item of a list, or `None` if the item has none. The default is
    /// `None`.
    ///
    /// `iter` and `pages` yield only the first of several items with the same identifier. Two
    /// different items must therefore never share one. Items without an identifier are only
    /// compared page by page, so an item that moves to a later page is yielded twice.
    fn item_id(_item: &<Self::Output as Output>::Item) -> Option<Cow<'_, str>> {
        None
    }

    /// Whether the endpoint accepts only API tokens, so that a client with an email and a key
    /// refuses the request. The default is `false`.
    const TOKEN_ONLY: bool = false;

    /// Whether a successful response contains a new secret. If it cannot be decoded, the error then
    /// says where the secret may be. The default is `false`.
    const RETURNS_SECRET: bool = false;

    /// Validates the request before it is sent. The default accepts every request.
    ///
    /// Use it for input that the API would misunderstand, such as an empty list that means
    /// "everything".
    ///
    /// # Errors
    ///
    /// Return an error, usually [`Error::invalid_request`], to refuse the request.
    fn validate(&self) -> Result<()> {
        Ok(())
    }

    /// Returns `true` if sending the request twice has the same effect as sending it once. The
    /// default is `true` for GET, HEAD, OPTIONS and TRACE.
    ///
    /// An idempotent request is retried after a timeout, a lost response, and a transient server
    /// error such as a 503. Other requests are retried only if they were not applied: after a
    /// failure to connect and after a 429. A GET that returns `false` counts as a write. A write
    /// that is idempotent still [may have been applied](Error::may_have_been_applied) after an
    /// error.
    fn is_idempotent(&self) -> bool {
        Self::METHOD.is_safe()
    }

    /// Returns what a user should check before sending a write again. The default is `None`.
    ///
    /// It becomes part of the error if the write may have been applied
    /// ([`Error::may_have_been_applied`]). Return an instruction without a full stop, such as "look
    /// for a token named `ci`".
    fn recovery_hint(&self) -> Option<String> {
        None
    }
}

/// Refuses an identifier that would make the path name another resource. Any other text is sent as
/// one percent-encoded segment.
pub(crate) fn require_identifier(parameter: &'static str, id: &str) -> Result<()> {
    match id {
        "" => Err(Error::invalid_request(parameter, "is empty")),
        "." | ".." => Err(Error::invalid_request(
            parameter,
            format!("is `{id}`, which would name another resource"),
        )),
        _ => Ok(()),
    }
}
