/// What happened. Returned by [`Error::kind`](crate::Error::kind).
///
/// An error has exactly one kind. For a response whose status is not 2xx, the kinds are checked in
/// this order: a redirect is `Gateway`, a 429 is `RateLimited`, a response that is not the API's is
/// `Gateway`, and then the kinds of the API's failures follow.
///
/// A program can choose its exit code, or how it reacts, with one `match`. The guide has a
/// [table](crate#errors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is invalid. Nothing was sent. [`parameter`](crate::Error::parameter) is its
    /// name.
    InvalidRequest,
    /// The client cannot send this request as it is set up: a credential that is missing, malformed
    /// or of a kind that the request cannot use, the base URL, the user agent, the proxy, or a
    /// feature of this crate that is off. Nothing was sent. [`parameter`](crate::Error::parameter)
    /// is the name of the setter or of the environment variable; `None` for a feature.
    Configuration,
    /// No connection was made, or a proxy refused to make one. Nothing was sent.
    Connect,
    /// The server's certificate was refused, or the server requires a certificate of the client.
    /// Nothing was sent.
    Certificate,
    /// The connection broke, or the body of the response was truncated.
    Interrupted,
    /// A time limit ended the call, possibly while connecting, or had passed before an attempt. The
    /// text has the name of the limit and its value, if it is a limit of the client.
    Timeout,
    /// A [`Cancel`](crate::Cancel) ended the call.
    Cancelled,
    /// Status 429, from the API or not; or the request was not sent because of the rate limit.
    RateLimited,
    /// The API refused the credential: status 401, or status 400 with code 6003, 9103, 9106 or
    /// 9107.
    Unauthorized,
    /// The API returned status 403: the credential lacks a permission, or it was refused.
    /// Cloudflare uses 403 for both.
    Forbidden,
    /// The API returned status 404.
    NotFound,
    /// The API returned any other failure, including a status of 200 with `success: false`.
    Api,
    /// A failure that is not the API's: a redirect, or a response without Cloudflare's envelope,
    /// such as a web page of a proxy or a problem report of Cloudflare's edge. It does not say
    /// whether the credential is valid, or whether the resource exists.
    Gateway,
    /// One item of a list cannot be decoded. [`body`](crate::Error::body) is its JSON.
    Item,
    /// A response with a 2xx status cannot be decoded, or is not the API's.
    Decode,
    /// The response is larger than
    /// [`max_response_size`](crate::ClientBuilder::max_response_size).
    TooLarge,
    /// The response is not valid HTTP, or its body is not in the content encoding that it declares.
    /// Malformed JSON is `Decode`.
    Malformed,
    /// Any other failure of a custom [`Transport`](crate::Transport).
    Other,
}
