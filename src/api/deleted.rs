use crate::api::prelude::*;

model! {
    /// The identifier of what was deleted. Returned by [`DeleteToken`](crate::DeleteToken) and
    /// [`LeaveOrganization`](crate::LeaveOrganization).
    // The API also sends null in place of the object.
    #[serde(from = "OrDefault<Fields>")]
    pub struct Deleted {
        /// The identifier; empty if the API left it out.
        pub id: String,
    }
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object")]
struct Fields {
    #[serde(deserialize_with = "id")]
    id: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl From<OrDefault<Fields>> for Deleted {
    fn from(OrDefault(Fields { id, extra }): OrDefault<Fields>) -> Self {
        Self { id, extra }
    }
}
