use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::field;
use crate::model::Names;

/// What was deleted.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Deleted {
    /// Identifies what was deleted; empty if the API did not say so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Fields that are not known to this crate, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl fmt::Debug for Deleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deleted")
            .field("id", &self.id)
            .field("extra", &Names(&self.extra))
            .finish()
    }
}

/// Null too: the API may answer a deletion with no more than that it succeeded.
impl<'de> Deserialize<'de> for Deleted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { id, extra } = field::or_default(deserializer)?;
        Ok(Self { id, extra })
    }
}

#[derive(Default, Deserialize)]
struct Fields {
    #[serde(default, deserialize_with = "field::id")]
    id: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}
