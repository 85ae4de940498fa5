use std::borrow::Cow;

/// The slot of a request that no client holds: plain data, to be run with [`Client::send`](crate::Client::send) and
/// its like.
///
/// A detached request has no `send` of its own:
///
/// ```compile_fail,E0599
/// cloudflare_user::GetUser::new().send();
/// ```
///
/// nor an `iter`:
///
/// ```compile_fail,E0599
/// cloudflare_user::ListTokens::new().iter();
/// ```
///
/// and what answers a single value has no pages, in neither form:
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detached;

/// Stamps the terminals of a request that a client holds. All they do is call the client.
macro_rules! terminals {
    ($request:ident -> Page<$item:ty>) => {
        terminals!($request -> $crate::Page<$item>);

        impl $request<&$crate::Client> {
            /// Every item of every page, each page fetched when it is needed.
            pub fn iter(&self) -> $crate::Iter<$item> {
                self.client.iter(self)
            }

            /// Every page, fetched when it is needed.
            pub fn pages(&self) -> $crate::Pages<$item> {
                self.client.pages(self)
            }
        }
    };
    ($request:ident -> $output:ty) => {
        impl $request<&$crate::Client> {
            /// Sends the request, and waits for its answer.
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

/// Defines how a request is made: `new` for its detached form, and `on` for either. The parameters in brackets are
/// required, all others start as `None`.
macro_rules! constructors {
    ($request:ident $({ $($optional:ident),* })?) => {
        // A derived one would leave the slot open, and `Default::default()` ambiguous.
        impl Default for $request {
            fn default() -> Self {
                Self::new()
            }
        }

        constructors!($request() $({ $($optional),* })?);
    };
    ($request:ident($($required:ident),*) $({ $($optional:ident),* })?) => {
        impl $request {
            /// Makes the detached request.
            pub fn new($($required: impl Into<String>),*) -> Self {
                Self::on($crate::Detached, $($required),*)
            }
        }

        impl<C> $request<C> {
            pub(super) fn on(client: C, $($required: impl Into<String>),*) -> Self {
                Self {
                    client,
                    $($required: $required.into(),)*
                    $($($optional: Default::default(),)*)?
                }
            }
        }
    };
}

pub(crate) use {constructors, terminals};

/// An identifier that the API may have left out.
pub(crate) fn identifier(id: &str) -> Option<Cow<'_, str>> {
    (!id.is_empty()).then_some(Cow::Borrowed(id))
}
