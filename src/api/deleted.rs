use crate::api::prelude::*;

/// The identifier of what was deleted. Returned by [`DeleteToken`](crate::DeleteToken) and
/// [`LeaveOrganization`](crate::LeaveOrganization).
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deleted {
    /// The identifier; empty if the API left it out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The unknown fields, unchanged.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

debug_model!(Deleted: id);

// The API also sends null in place of the object.
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
