//! The imports that endpoints and models have in common.

pub(crate) use std::borrow::Cow;

pub(crate) use http::Method;
pub(crate) use secrecy::SecretString;
pub(crate) use serde::{Deserialize, Deserializer, Serialize};
pub(crate) use serde_json::{Map, Value};
pub(crate) use time::OffsetDateTime;

pub(crate) use super::amount::Amount;
pub(crate) use super::date::DateOrDateTime;
pub(crate) use super::deleted::Deleted;
pub(crate) use super::model::{
    OrDefault, id, is_default, model, open_enum, opt_id, or_default, sent_enum, timestamp,
};
pub(crate) use super::order::{Direction, Match};
pub(crate) use super::owner::Owner;
pub(crate) use super::request::{Detached, constructors, identifier, terminals};
pub(crate) use crate::client::Client;
pub(crate) use crate::debug_model::debug_model;
pub(crate) use crate::endpoint::{Endpoint, require_identifier};
pub(crate) use crate::error::{Error, Result};
pub(crate) use crate::page::Page;
