use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::api::model::{debug_model, id, or_default};

/// The identifier of what was deleted.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deleted {
    /// The identifier; empty if the API left it out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The fields that this crate does not know, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(Deleted: id);

// The API also sends null as a whole.
impl<'de> Deserialize<'de> for Deleted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default, expecting = "an object")]
        struct Fields {
            #[serde(deserialize_with = "id")]
            id: String,
            #[serde(flatten)]
            extra: Map<String, Value>,
        }

        let Fields { id, extra } = or_default(deserializer)?;
        Ok(Self { id, extra })
    }
}
