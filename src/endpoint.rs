use std::borrow::Cow;

use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::call::Call;
use crate::encode::encode;
use crate::envelope::Output;
use crate::error::{Error, Result};

/// A request to one of Cloudflare's endpoints.
///
/// Implement it for a struct of your own, and [`Client::send`](crate::Client::send),
/// [`Client::iter`](crate::Client::iter) and [`Client::pages`](crate::Client::pages) run it with the same credentials,
/// repeats, errors and pagination as the requests of this crate. The struct's fields become the query of a GET, HEAD or
/// DELETE (nested ones with dots, nulls left out) and the JSON body of anything else. A field that the API spells with
/// a dot is renamed: `#[serde(rename = "action.type")]`.
///
/// ```
/// use cloudflare_user::http::Method;
/// use cloudflare_user::{Endpoint, Page};
///
/// #[derive(serde::Deserialize)]
/// struct Zone {
///     name: String,
/// }
///
/// #[derive(serde::Serialize)]
/// struct ListZones {
///     status: Option<String>,
/// }
///
/// impl Endpoint for ListZones {
///     type Output = Page<Zone>;
///     const METHOD: Method = Method::GET;
///     fn path(&self) -> Vec<&str> {
///         vec!["zones"]
///     }
/// }
/// # use cloudflare_user::{Body, Client, http};
/// # let answer = r#"{"success":true,"result":[{"name":"example.com"}],"result_info":{"total_pages":1,"per_page":20}}"#;
/// # let client = Client::builder().api_token("t")
/// #     .transport(move |_: http::Request<Vec<u8>>| Ok(http::Response::new(Body::from(answer)))).build()?;
///
/// for zone in client.iter(&ListZones { status: Some("active".into()) }) {
///     println!("{}", zone?.name);
/// }
/// # Ok::<(), cloudflare_user::Error>(())
/// ```
///
/// A struct without a field named `page` is listed from the first page on. Give it `page: Option<u64>` to start at, or
/// go on from, another one, and `per_page: Option<u64>` to choose the size of a page. To change what one of this crate's
/// own requests answers, wrap it: see [the guide](crate#endpoints-of-your-own).
pub trait Endpoint: Serialize {
    /// What a success answers: anything that can be deserialized, or a [`Page`](crate::Page), which alone makes it a
    /// listing.
    type Output: Output;

    /// The HTTP method.
    const METHOD: Method;

    /// The path below the base URL, segment by segment, as they are: each is percent-encoded later.
    ///
    /// An empty segment, `.` and `..` are refused before anything is sent.
    fn path(&self) -> Vec<&str>;

    /// Whether a success may come bare, without the envelope of `success` and `result`. Almost nothing does.
    const UNWRAPPED: bool = false;

    /// Whether a listing has one page only, so that no `page` or `per_page` is sent.
    const SINGLE_PAGE: bool = false;

    /// The largest page that a listing serves, which it is asked for unless the request has a `per_page` of its own;
    /// without it no `per_page` is sent, and the server decides.
    const MAX_PER_PAGE: Option<u64> = None;

    /// Returns the identifier of an item of a list, which no other item has; `None` if it has none.
    ///
    /// An item is yielded once, even if it moves to a later page while the list is read. Items without an identifier
    /// are told apart by their bytes, page by page.
    fn item_id(_item: &<Self::Output as Output>::Item) -> Option<Cow<'_, str>> {
        None
    }

    /// Whether only an API token will do, not an email with a key.
    const TOKEN_ONLY: bool = false;

    /// Refuses what cannot be right, with [`Error::invalid_request`], before anything is sent.
    ///
    /// # Errors
    ///
    /// An error here is what the call answers.
    fn validate(&self) -> Result<()> {
        Ok(())
    }

    /// Whether the request may be sent again when its answer was lost: reads only, unless told otherwise.
    fn is_idempotent(&self) -> bool {
        Self::METHOD.is_safe()
    }

    /// What to look at before a write whose answer was lost is sent again, for the text of the error: "look for a
    /// token named `ci`".
    fn recovery_hint(&self) -> Option<String> {
        None
    }
}

impl Call {
    pub(crate) fn of<E: Endpoint>(endpoint: &E) -> Result<Self> {
        endpoint.validate()?;
        let in_query = E::METHOD.is_safe() || E::METHOD == Method::DELETE;
        let idempotent = endpoint.is_idempotent();
        let write = !(E::METHOD.is_safe() && idempotent);
        let mut call = Self {
            method: E::METHOD,
            path: encode_path(&endpoint.path())?,
            query: Vec::new(),
            body: Vec::new(),
            accept: "application/json",
            idempotent,
            write,
            streaming: false,
            unwrapped: E::UNWRAPPED,
            single_page: E::SINGLE_PAGE,
            token_only: E::TOKEN_ONLY,
            recovery_hint: if write {
                endpoint.recovery_hint()
            } else {
                None
            },
        };
        let unwritable = |error: serde_json::Error| {
            Error::invalid_request("request", format!("cannot be written: {error}"))
        };
        if in_query {
            let fields = serde_json::to_value(endpoint).map_err(unwritable)?;
            flatten(&mut call.query, None, fields)?;
        } else {
            call.body = serde_json::to_vec(endpoint).map_err(unwritable)?;
            // What a struct without fields is written as; the API wants an object.
            if call.body == b"null" {
                call.body = b"{}".to_vec();
            }
        }
        if let (Some(most), None) = (E::MAX_PER_PAGE, call.parameter("per_page")) {
            call.query.push(("per_page".to_owned(), most.to_string()));
        }
        Ok(call)
    }
}

/// Refuses an identifier that would name another resource than a single one. Anything else is one percent-encoded
/// segment of the path.
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

fn encode_path(segments: &[&str]) -> Result<String> {
    let mut path = String::with_capacity(64);
    for (index, segment) in segments.iter().enumerate() {
        if matches!(*segment, "" | "." | "..") {
            let reason = format!(
                "is {segment:?} in its segment {}: that would name another resource",
                index + 1
            );
            return Err(Error::invalid_request("path", reason));
        }
        path.push('/');
        path.push_str(&encode(segment));
    }
    Ok(path)
}

/// Writes the fields of a request as query parameters: nested names with dots, nulls left out.
fn flatten(query: &mut Vec<(String, String)>, name: Option<String>, value: Value) -> Result<()> {
    let value = match (name, value) {
        (_, Value::Null) => return Ok(()),
        (outer, Value::Object(fields)) => {
            for (field, value) in fields {
                let name = outer
                    .as_ref()
                    .map_or_else(|| field.clone(), |outer| format!("{outer}.{field}"));
                flatten(query, Some(name), value)?;
            }
            return Ok(());
        }
        (Some(name), Value::String(text)) => (name, text),
        (Some(name), Value::Bool(flag)) => (name, flag.to_string()),
        (Some(name), Value::Number(number)) => (name, number.to_string()),
        (name, _) => {
            let name = name.unwrap_or_else(|| "request".to_owned());
            return Err(Error::invalid_request(
                name,
                "cannot be written as a query parameter: it is neither text, nor a number, nor a boolean",
            ));
        }
    };
    match (value.0.as_str(), value.1.as_str()) {
        // An empty filter would filter nothing, and look as if it had.
        (_, "") => Err(Error::invalid_request(
            value.0,
            "is empty: leave it out to see everything",
        )),
        ("page" | "per_page", number) if number == "0" || number.starts_with('-') => {
            let reason = format!("is {number}: it is counted from 1");
            Err(Error::invalid_request(value.0, reason))
        }
        _ => {
            query.push(value);
            Ok(())
        }
    }
}
