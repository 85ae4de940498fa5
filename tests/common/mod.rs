//! Shared by the tests: a server that records requests, a transport that returns scripted
//! responses, the documented responses, and the sources. Servers with faults are in `tcp`, servers
//! with TLS and proxies in `network`.

#![allow(dead_code, unreachable_pub)]

pub mod credentials;
pub mod endpoints;
pub mod gzip;
pub mod lists;
pub mod network;
pub mod tcp;
pub mod tokens;

use std::fs;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cloudflare_user::{Body, Client, ClientBuilder, Endpoint, Error, Page, TransportError, http};
use mockito::{Matcher, Server, ServerGuard};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The token of the clients of the tests.
pub const TOKEN: &str = "a-token-of-the-tests";

/// A builder with this token.
pub fn builder() -> ClientBuilder {
    Client::builder().api_token(TOKEN)
}

/// A file of this crate.
pub fn read_file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The texts of all files below a folder of this crate.
pub fn sources(folder: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            match entry.unwrap().path() {
                folder if folder.is_dir() => folders.push(folder),
                file => texts.push(fs::read_to_string(file).unwrap()),
            }
        }
    }
    texts
}

/// The peak of this process in MiB, on Linux.
pub fn peak_memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes / 1024
}

/// A parameter of the query of a request, decoded.
pub fn query_parameter(request: &http::Request<Vec<u8>>, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let (_, value) = parameters.find(|(parameter, _)| parameter == name)?;
    Some(value.into_owned())
}

/// The page number in the query of a request.
pub fn page_number(request: &http::Request<Vec<u8>>) -> usize {
    let number = query_parameter(request, "page").unwrap();
    number.parse().unwrap()
}

/// The first error that an iterator yields.
#[track_caller]
pub fn first_error<T>(yielded: impl IntoIterator<Item = Result<T, Error>>) -> Error {
    yielded.into_iter().find_map(Result::err).unwrap()
}

/// A custom endpoint: a paginated list of any type of item.
#[derive(serde::Serialize)]
pub struct ListOf<T>(PhantomData<T>);

impl<T> ListOf<T> {
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: DeserializeOwned> Endpoint for ListOf<T> {
    type Output = Page<T>;
    const METHOD: http::Method = http::Method::GET;
    fn path(&self) -> Vec<&str> {
        vec!["things"]
    }
}

/// A request as it was sent.
#[derive(Debug, Clone, Default)]
pub struct RecordedRequest {
    pub method: String,
    /// The path with its query, percent-encoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl RecordedRequest {
    /// Method, target and body on one line.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.method, self.target, self.body)
            .trim_end()
            .to_owned()
    }

    pub fn path(&self) -> &str {
        let (path, _) = self.split_target();
        path
    }

    /// The parameters of the query in alphabetical order, percent-encoded.
    pub fn parameters(&self) -> Vec<&str> {
        let (_, query) = self.split_target();
        let mut parameters: Vec<_> = query.split('&').collect();
        parameters.retain(|parameter| !parameter.is_empty());
        parameters.sort_unstable();
        parameters
    }

    fn split_target(&self) -> (&str, &str) {
        self.target.split_once('?').unwrap_or((&self.target, ""))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(header, _)| header == name);
        header.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The requests that a server or a scripted transport received.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<Mutex<Vec<RecordedRequest>>>);

impl Requests {
    /// Returns the number of requests before this one.
    fn record(&self, request: RecordedRequest) -> usize {
        let mut requests = self.0.lock().unwrap();
        requests.push(request);
        requests.len() - 1
    }

    pub fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub fn all(&self) -> Vec<RecordedRequest> {
        self.0.lock().unwrap().clone()
    }

    pub fn last(&self) -> RecordedRequest {
        self.all().pop().unwrap()
    }

    /// Method, target and body of each request.
    pub fn lines(&self) -> Vec<String> {
        self.all().iter().map(RecordedRequest::line).collect()
    }
}

/// A server on a free port that sends the same response to every request.
pub struct Api {
    server: ServerGuard,
    requests: Requests,
}

impl Api {
    pub fn responding(body: impl Into<String>) -> Self {
        Self::responding_as(200, "application/json", body)
    }

    pub fn responding_as(status: usize, content_type: &str, body: impl Into<String>) -> Self {
        let mut server = Server::new();
        let requests = Requests::default();
        let body = body.into();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let (requests, body) = (requests.clone(), body.clone());
            server
                .mock(method, Matcher::Any)
                .with_status(status)
                .with_header("content-type", content_type)
                .with_header("cf-ray", "8f2b7c1d3e4a5b6c-FRA")
                .with_body_from_request(move |request| {
                    requests.record(recorded(request));
                    body.clone().into_bytes()
                })
                .create();
        }
        Self { server, requests }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// A client of this server, with the token [`TOKEN`].
    pub fn client(&self) -> Client {
        builder().base_url(self.url()).build().unwrap()
    }

    /// The only request so far. Fails if there are more.
    pub fn request(&self) -> RecordedRequest {
        let requests = self.requests.all();
        assert_eq!(requests.len(), 1, "{requests:?}");
        self.requests.last()
    }

    pub fn requests(&self) -> &Requests {
        &self.requests
    }
}

fn recorded(request: &mockito::Request) -> RecordedRequest {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    RecordedRequest {
        method: request.method().to_owned(),
        target: request.path_and_query().to_owned(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect(),
        body: text(request.body().map_or(&[], |body| body)),
    }
}

/// A response or an error of a scripted transport.
pub type ScriptedResponse = Result<http::Response<String>, fn() -> TransportError>;

/// A client whose transport returns these responses in order, the last one for every further
/// request; and its requests. The client does not retry.
pub fn scripted(responses: impl IntoIterator<Item = ScriptedResponse>) -> (Client, Requests) {
    let responses: Vec<_> = responses.into_iter().collect();
    let requests = Requests::default();
    let recorded = requests.clone();
    let transport = move |request: http::Request<Vec<u8>>| {
        let target = request.uri().path_and_query().unwrap().as_str();
        let number = recorded.record(RecordedRequest {
            method: request.method().to_string(),
            target: target.replace("/client/v4", ""),
            headers: Vec::new(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        });
        match &responses[number.min(responses.len() - 1)] {
            Ok(response) => Ok(response.clone().map(Body::from)),
            Err(error) => Err(error()),
        }
    };
    let builder = builder().transport(transport).max_retries(0);
    (builder.build().unwrap(), requests)
}

/// The client of [`scripted`] alone.
pub fn scripted_client(responses: impl IntoIterator<Item = ScriptedResponse>) -> Client {
    let (client, _) = scripted(responses);
    client
}

/// A client whose requests all return this body, with status 200.
pub fn client_returning(body: impl Into<String>) -> Client {
    scripted_client([ok(body)])
}

/// A response with status 200.
pub fn ok(body: impl Into<String>) -> ScriptedResponse {
    status(200, body)
}

pub fn status(status: u16, body: impl Into<String>) -> ScriptedResponse {
    let mut response = http::Response::new(body.into());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    Ok(response)
}

/// A connection that is reset.
pub fn interrupted() -> ScriptedResponse {
    Err(|| TransportError::interrupted("reset"))
}

/// A connection that is refused.
pub fn refused() -> ScriptedResponse {
    Err(|| TransportError::connect("connection refused"))
}

/// The envelope of a successful response with this result.
pub fn success(result: &str) -> String {
    format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#)
}

/// The envelope of a failure with these errors.
pub fn failure(errors: &str) -> String {
    format!(r#"{{"success":false,"errors":[{errors}],"messages":[],"result":null}}"#)
}

/// A documented response.
pub fn fixture(name: &str) -> String {
    read_file(&format!("tests/fixtures/{name}.json"))
}

/// The `result` of a documented response.
pub fn fixture_result(name: &str) -> Value {
    let response: Value = serde_json::from_str(&fixture(name)).unwrap();
    response["result"].clone()
}
