//! Shared by the tests: a server that records requests, a transport that returns scripted
//! responses, the documented responses, and the sources. Servers with faults are in `tcp`, servers
//! with TLS and proxies in `network`.

#![allow(dead_code, unreachable_pub)]

pub mod credentials;
pub mod endpoints;
pub mod lists;
pub mod network;
pub mod tcp;
pub mod tokens;

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use cloudflare_user::{Body, Client, Endpoint, Page, TransportError, http};
use mockito::{Matcher, Server, ServerGuard};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The texts of all files below a folder of this crate.
pub fn sources(folder: &str) -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut folders, mut texts) = (vec![root], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            match entry.unwrap().path() {
                folder if folder.is_dir() => folders.push(folder),
                file => texts.push(std::fs::read_to_string(file).unwrap()),
            }
        }
    }
    texts
}

/// The peak of this process in MiB, on Linux.
pub fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim()
        .trim_end_matches(" kB")
        .parse::<usize>()
        .unwrap()
        / 1024
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

    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(header, _)| header == name);
        header.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server on a free port that sends the same response to every request.
pub struct Api {
    server: ServerGuard,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
}

impl Api {
    pub fn responding(body: impl Into<String>) -> Self {
        Self::responding_as(200, "application/json", body)
    }

    pub fn responding_as(status: usize, content_type: &str, body: impl Into<String>) -> Self {
        let mut server = Server::new();
        let requests = Arc::<Mutex<Vec<RecordedRequest>>>::default();
        let (log, body) = (requests.clone(), body.into());
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let (log, body) = (log.clone(), body.clone());
            server
                .mock(method, Matcher::Any)
                .with_status(status)
                .with_header("content-type", content_type)
                .with_header("cf-ray", "8f2b7c1d3e4a5b6c-FRA")
                .with_body_from_request(move |request| {
                    log.lock().unwrap().push(recorded(request));
                    body.clone().into_bytes()
                })
                .create();
        }
        Self { server, requests }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// A client of this server, with the token `a-token-of-the-tests`.
    pub fn client(&self) -> Client {
        Client::builder()
            .api_token("a-token-of-the-tests")
            .base_url(self.url())
            .build()
            .unwrap()
    }

    /// The only request so far. Fails if there are more.
    pub fn request(&self) -> RecordedRequest {
        let mut requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.lock().unwrap().clone()
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
/// request; and its requests.
pub fn scripted(responses: Vec<ScriptedResponse>) -> (Client, Arc<Mutex<Vec<RecordedRequest>>>) {
    let requests = Arc::<Mutex<Vec<RecordedRequest>>>::default();
    let log = requests.clone();
    let transport = move |request: http::Request<Vec<u8>>| {
        let mut log = log.lock().unwrap();
        let response = &responses[log.len().min(responses.len() - 1)];
        log.push(RecordedRequest {
            method: request.method().to_string(),
            target: request
                .uri()
                .path_and_query()
                .unwrap()
                .as_str()
                .replace("/client/v4", ""),
            headers: Vec::new(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        });
        match response {
            Ok(response) => Ok(response.clone().map(Body::from)),
            Err(error) => Err(error()),
        }
    };
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .transport(transport)
        .max_retries(0)
        .build()
        .unwrap();
    (client, requests)
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

/// A client whose requests all return this body, with status 200.
pub fn client_returning(body: impl Into<String>) -> Client {
    scripted(vec![ok(body)]).0
}

/// The envelope of a successful response with this result.
pub fn success(result: &str) -> String {
    format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#)
}

/// A documented response.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The `result` of a documented response.
pub fn fixture_result(name: &str) -> Value {
    let response: Value = serde_json::from_str(&fixture(name)).unwrap();
    response["result"].clone()
}
