//! Turns a request into a call: its path, and its fields as a query or a body.
//!
//! `Call` itself is plain data below the envelope, which `Endpoint` needs: so this is not in `call`.

use http::Method;
use serde_json::{Map, Value};

use super::Endpoint;
use crate::call::Call;
use crate::encode::encode;
use crate::error::{Error, Result};

impl Call {
    pub(crate) fn of<E: Endpoint>(endpoint: &E) -> Result<Self> {
        endpoint.validate()?;
        let is_idempotent = endpoint.is_idempotent();
        let is_write = !(E::METHOD.is_safe() && is_idempotent);
        let mut call = Self {
            method: E::METHOD,
            path: encode_path(&endpoint.path())?,
            query: Vec::new(),
            body: Vec::new(),
            accept: "application/json",
            idempotent: is_idempotent,
            write: is_write,
            streaming: false,
            unwrapped: E::UNWRAPPED,
            single_page: E::SINGLE_PAGE,
            token_only: E::TOKEN_ONLY,
            returns_secret: E::RETURNS_SECRET,
            recovery_hint: if is_write {
                endpoint.recovery_hint()
            } else {
                None
            },
        };
        if E::METHOD.is_safe() || E::METHOD == Method::DELETE {
            call.query = query(endpoint)?;
        } else {
            call.body = body(endpoint)?;
        }
        if let Some(most) = E::MAX_PER_PAGE
            && call.parameter("per_page").is_none()
        {
            call.query.push(("per_page".to_owned(), most.to_string()));
        }
        Ok(call)
    }
}

/// Percent-encodes the segments of a path and joins them.
fn encode_path(segments: &[&str]) -> Result<String> {
    let mut path = String::with_capacity(64);
    for (index, segment) in segments.iter().enumerate() {
        if matches!(*segment, "" | "." | "..") {
            let position = index + 1;
            let reason =
                format!("has {segment:?} as segment {position}, which would name another resource");
            return Err(Error::invalid_request("path", reason));
        }
        path.push('/');
        path.push_str(&encode(segment));
    }
    Ok(path)
}

fn body<E: Endpoint>(endpoint: &E) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(endpoint).map_err(unserializable)?;
    // A unit struct is serialized as `null`, but the API expects an object.
    if body == b"null" {
        return Ok(b"{}".to_vec());
    }
    Ok(body)
}

type Query = Vec<(String, String)>;

fn query<E: Endpoint>(endpoint: &E) -> Result<Query> {
    let mut query = Query::new();
    match serde_json::to_value(endpoint).map_err(unserializable)? {
        Value::Null => {}
        Value::Object(fields) => add_fields(&mut query, "", fields)?,
        _ => return Err(not_a_parameter("request")),
    }
    Ok(query)
}

/// Adds the fields of an object to a query. Nested names are joined with dots, and nulls are
/// omitted.
fn add_fields(query: &mut Query, prefix: &str, fields: Map<String, Value>) -> Result<()> {
    for (field, value) in fields {
        let name = match prefix {
            "" => field,
            _ => format!("{prefix}.{field}"),
        };
        match value {
            Value::Null => {}
            Value::Object(fields) => add_fields(query, &name, fields)?,
            Value::String(text) => add_parameter(query, name, text)?,
            Value::Bool(_) | Value::Number(_) => add_parameter(query, name, value.to_string())?,
            Value::Array(_) => return Err(not_a_parameter(&name)),
        }
    }
    Ok(())
}

fn add_parameter(query: &mut Query, name: String, text: String) -> Result<()> {
    // The API ignores an empty filter, so the result would look filtered without being so.
    if text.is_empty() {
        return Err(Error::invalid_request(
            name,
            "is empty: leave it out if you need no filter",
        ));
    }
    let is_page = name == "page" || name == "per_page";
    if is_page && (text == "0" || text.starts_with('-')) {
        let reason = format!("is {text}: at least 1 is required");
        return Err(Error::invalid_request(name, reason));
    }
    query.push((name, text));
    Ok(())
}

fn not_a_parameter(name: &str) -> Error {
    Error::invalid_request(
        name.to_owned(),
        "is not text, a number or a boolean, and cannot be a query parameter: join the values of a \
         list into one text",
    )
}

fn unserializable(error: serde_json::Error) -> Error {
    Error::invalid_request("request", format!("cannot be serialized: {error}"))
}
