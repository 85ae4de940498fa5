//! Reads a response as a value, as a page of a list, or as a failure.
//!
//! Cloudflare wraps its responses in an envelope of `success`, `errors`, `result` and
//! `result_info`. No other module reads these fields.

mod api_errors;
mod created_secret;
mod describe;
mod gateway;
mod page_info;
mod response;

use serde::de::DeserializeOwned;

use self::api_errors::{failure_reasons, is_envelope};
pub(crate) use self::created_secret::created_secret;
use self::describe::redirection;
use self::gateway::gateway_failure;
use self::response::decode_item;
pub(crate) use self::response::{RawResponse, too_large_item, undecodable_item};
use crate::call::{Call, ResponseHead};
use crate::error::{Fault, GatewayFailure};
use crate::json::Budget;
use crate::page::Page;

/// How much of the body of a failure is read, in bytes: enough for any list of errors.
pub(crate) const LARGEST_FAILURE: usize = 1 << 20;

/// The type that [`Client::send`](crate::Client::send) returns for an
/// [`Endpoint`](crate::Endpoint): any type that can be deserialized, or a [`Page`].
///
/// The crate implements it for both. It cannot be implemented elsewhere.
// `Page` must never implement `Deserialize`: that keeps the two implementations apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the output of an endpoint",
    label = "implement `serde::Deserialize` for it without borrowing, or use `Page<T>` for a list",
    note = "for example with `#[derive(serde::Deserialize)]`; `serde_json::Value` takes any JSON"
)]
pub trait Output: sealed::Decode {
    /// The type of the items of a [`Page`]; otherwise the output itself.
    type Item;
}

impl<T: DeserializeOwned> Output for T {
    type Item = T;
}

impl<T: DeserializeOwned> Output for Page<T> {
    type Item = T;
}

pub(crate) mod sealed {
    use super::{Budget, DeserializeOwned, Fault, Page, RawResponse, decode_item, too_large_item};

    #[allow(private_interfaces, reason = "no other crate can name the argument")]
    pub trait Decode: Sized {
        /// Fails if what is decoded would take more memory than `memory_limit`.
        #[doc(hidden)]
        fn decode(response: RawResponse<'_>, memory_limit: usize) -> Result<Self, Fault>;
    }

    #[allow(private_interfaces, reason = "as above")]
    impl<T: DeserializeOwned> Decode for T {
        fn decode(response: RawResponse<'_>, memory_limit: usize) -> Result<Self, Fault> {
            response.value(memory_limit)
        }
    }

    #[allow(private_interfaces, reason = "as above")]
    impl<T: DeserializeOwned> Decode for Page<T> {
        fn decode(response: RawResponse<'_>, memory_limit: usize) -> Result<Self, Fault> {
            let page = response.list()?;
            let number = response.call.page();
            let mut budget = Budget::for_page::<T>(response.body, page.items.len(), memory_limit);
            let mut items = Vec::new();
            for (index, range) in page.items.into_iter().enumerate() {
                let item = &response.body[range];
                if !budget.admits(item) {
                    return Err(too_large_item(number, item, index));
                }
                items.push(decode_item(number, item, index)?);
            }
            Ok(Self {
                items,
                info: page.info,
            })
        }
    }
}

/// Returns why a response with a status other than 2xx failed.
pub(crate) fn failure(call: &Call, base_url: &str, head: &ResponseHead, body: &[u8]) -> Fault {
    if head.status.is_redirection() {
        return Fault::Gateway(GatewayFailure {
            problem: redirection(base_url, &head.headers).into(),
            ..GatewayFailure::default()
        });
    }
    if is_envelope(body) {
        return Fault::Api(failure_reasons(body));
    }
    Fault::Gateway(gateway_failure(call, &head.headers, body))
}
