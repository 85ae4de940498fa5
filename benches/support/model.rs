//! The audit log of the loop written by hand: the fields of `cloudflare_user::AuditLog`, with
//! serde's derives. It is a separate model, so that the time of the loop does not change with the
//! model of the crate.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Log {
    pub id: String,
    pub action: Action,
    pub actor: Actor,
    pub interface: Option<String>,
    pub metadata: Value,
    #[serde(rename = "newValue")]
    pub new_value: Option<Value>,
    #[serde(rename = "oldValue")]
    pub old_value: Option<Value>,
    #[serde(rename = "newValueJson")]
    pub new_value_json: Option<Value>,
    #[serde(rename = "oldValueJson")]
    pub old_value_json: Option<Value>,
    pub owner: Owner,
    pub resource: Resource,
    #[serde(deserialize_with = "instant")]
    pub when: Option<OffsetDateTime>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Action {
    pub result: Option<bool>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub info: Option<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Actor {
    pub id: Option<String>,
    pub email: Option<String>,
    pub ip: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Owner {
    pub id: Option<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Resource {
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OffsetDateTime>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    let parse =
        |text: Cow<'_, str>| OffsetDateTime::parse(&text, &Rfc3339).map_err(de::Error::custom);
    text.map(parse).transpose()
}
