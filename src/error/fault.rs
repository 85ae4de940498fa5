use super::ApiError;
use crate::transport::TransportError;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Fault {
    Transport(TransportError),
    Api(Vec<ApiError>),
    /// A failure without Cloudflare's errors: the description of the response.
    Status(String),
    Decode(String),
    /// The result of a success that cannot be decoded.
    Result(String),
    /// An item of a list that cannot be decoded.
    Item {
        text: String,
        json: Box<[u8]>,
    },
}

impl Fault {
    /// Applies `map` to every text.
    pub(crate) fn map_text(self, map: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Transport(error) => Self::Transport(error.map_text(map)),
            Self::Api(errors) => {
                let errors = errors.into_iter().map(|error| error.map_text(map));
                Self::Api(errors.collect())
            }
            Self::Status(text) => Self::Status(map(&text)),
            Self::Decode(text) => Self::Decode(map(&text)),
            Self::Result(text) => Self::Result(map(&text)),
            Self::Item { text, json } => Self::Item {
                text: map(&text),
                json,
            },
        }
    }
}
