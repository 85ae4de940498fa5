//! What all requests share: the two forms, the constructors, and the methods that send.

use std::borrow::Cow;

/// Marks a request that is not bound to a client.
///
/// A detached request is plain data, which serializes to its query or its body, without the
/// parameters of its path. [`Client::send`](crate::Client::send),
/// [`iter`](crate::Client::iter) and [`pages`](crate::Client::pages) run it. It has no `send` and
/// no `iter`:
///
/// ```compile_fail,E0599
/// cloudflare_user::GetUser::new().send();
/// ```
///
/// ```compile_fail,E0599
/// cloudflare_user::ListTokens::new().iter();
/// ```
///
/// A request that returns a single value has no pages in either form:
///
/// ```compile_fail,E0599
/// fn pages(client: &cloudflare_user::Client) {
///     client.user().iter();
/// }
/// ```
///
/// ```compile_fail,E0271
/// fn pages(client: &cloudflare_user::Client) {
///     client.iter(&cloudflare_user::GetUser::new());
/// }
/// ```
///
/// A `for` loop over a list needs `iter`, too:
///
/// ```compile_fail,E0277
/// fn names(client: &cloudflare_user::Client) {
///     for token in client.tokens() {}
/// }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detached;

/// Implemented by no type: a request is not an iterator.
#[diagnostic::on_unimplemented(
    message = "a request is not an iterator",
    label = "call `.iter()` on the request, or `client.iter(&request)` for a detached one"
)]
pub trait CallIter {}

/// Writes the constructors of a request from the list of its fields: `new`, and `with_client` for
/// the other form. Fields in parentheses are arguments of `new`, with their types. Those in braces
/// start with their default, and have a setter each, which is written by hand.
macro_rules! constructors {
    ($request:ident $({ $($optional:ident),* $(,)? })?) => {
        // A derived `Default` would be generic over the client, which makes `Default::default()`
        // ambiguous.
        impl Default for $request {
            fn default() -> Self {
                Self::new()
            }
        }

        constructors!($request() $({ $($optional),* })?);
    };
    ($request:ident($($required:ident: $type:ty),*) $({ $($optional:ident),* $(,)? })?) => {
        impl $request {
            /// Makes a detached request.
            ///
            /// It serializes to its query or its body, without the parameters of its path.
            pub fn new($($required: $type),*) -> Self {
                Self {
                    client: $crate::Detached,
                    $($required: $required.into(),)*
                    $($($optional: Default::default(),)*)?
                }
            }
        }

        impl<C> $request<C> {
            /// Makes the same request for another client.
            pub(super) fn with_client<D>(&self, client: D) -> $request<D> {
                $request {
                    client,
                    $($required: self.$required.clone(),)*
                    $($($optional: self.$optional.clone(),)*)?
                }
            }
        }
    };
}

/// Writes the methods that send a bound request. They only call the client.
macro_rules! terminals {
    ($request:ident -> Page<$item:ty>) => {
        terminals!($request -> $crate::Page<$item>);

        // Never applies. It makes the compiler's message for a missing `.iter()` name it. With it,
        // the documentation would list `IntoIterator`.
        #[cfg(not(doc))]
        impl<C: $crate::api::request::CallIter> Iterator for $request<C> {
            type Item = $crate::Result<$item>;

            fn next(&mut self) -> Option<Self::Item> {
                None
            }
        }

        impl $request<&$crate::Client> {
            /// Returns an iterator over the items of the list. Each page is fetched when it is
            /// needed.
            pub fn iter(&self) -> $crate::Iter<$item> {
                self.client.iter(self)
            }

            /// Returns an iterator over the pages of the list. Each page is fetched when it is
            /// needed.
            pub fn pages(&self) -> $crate::Pages<$item> {
                self.client.pages(self)
            }
        }
    };
    ($request:ident -> $output:ty) => {
        impl $request<&$crate::Client> {
            /// Sends the request and returns its output: a value, or one page of a paginated list.
            ///
            /// # Errors
            ///
            /// See [`Error`](crate::Error).
            pub fn send(&self) -> $crate::Result<$output> {
                self.client.send(self)
            }
        }
    };
}

pub(crate) use {constructors, terminals};

/// Returns an identifier, or `None` if the API left it out.
pub(crate) fn identifier(id: &str) -> Option<Cow<'_, str>> {
    (!id.is_empty()).then_some(Cow::Borrowed(id))
}
