//! Shared by the benches: a server of audit logs, and the loop written by hand that they compare
//! with.

#![allow(dead_code, unreachable_pub)]

mod model;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use cloudflare_user::Client;
use serde::Deserialize;

use self::model::Log;

/// The number of logs on a page: the maximum of the API.
pub const LOGS_PER_PAGE: usize = 1000;

/// Returns the documented log as JSON, with the number in its identifier. All logs have the same
/// length.
fn log_json(number: usize) -> String {
    format!(r#"{{"id":"d5b0f326-1232-4452-8858-{number:012}",{LOG_WITHOUT_ID}}}"#)
}

/// The fields of the documented log after its identifier.
const LOG_WITHOUT_ID: &str = concat!(
    r#""action":{"result":true,"type":"change_setting"},"#,
    r#""actor":{"id":"f6b5de0326bb5182b8a4840ee01ec774","email":"michelle@example.com","#,
    r#""ip":"198.41.129.166","type":"user"},"#,
    r#""interface":"API","#,
    r#""metadata":{"name":"security_level","type":"firewall","value":"high","#,
    r#""zone_name":"example.com"},"#,
    r#""newValue":"low","oldValue":"high","#,
    r#""owner":{"id":"023e105f4ecef8ad9ca31a8372d0c353"},"#,
    r#""resource":{"id":"023e105f4ecef8ad9ca31a8372d0c353","type":"zone"},"#,
    r#""when":"2017-04-26T17:31:07Z""#,
);

/// Returns the body of a full page of logs. No two pages contain the same log.
pub fn page(number: usize) -> String {
    let first_log = number * LOGS_PER_PAGE;
    let logs: Vec<_> = (first_log..first_log + LOGS_PER_PAGE)
        .map(log_json)
        .collect();
    envelope(&format!("[{}]", logs.join(",")))
}

fn envelope(result: &str) -> String {
    format!(r#"{{"errors":[],"messages":[],"result":{result},"success":true}}"#)
}

/// The documented user as JSON.
const USER: &str = concat!(
    r##"{"id":"7","betas":["zone_level_access_beta"],"country":"US","first_name":"John","##,
    r##""has_business_zones":true,"has_enterprise_zones":true,"has_pro_zones":true,"##,
    r##""last_name":"Appleseed","organizations":[{"id":"023e105f4ecef8ad9ca31a8372d0c353","##,
    r##""name":"Cloudflare, Inc.","permissions":["#zones:read"],"##,
    r##""roles":["All Privileges - Super Administrator"],"status":"member"}],"##,
    r##""suspended":true,"telephone":"+1 123-123-1234","##,
    r##""two_factor_authentication_enabled":true,"two_factor_authentication_locked":true,"##,
    r##""zipcode":"12345"}"##,
);

/// Returns a whole HTTP response.
fn response(body: &str) -> Vec<u8> {
    let length = format!("content-length: {}", body.len());
    let lines = [
        "HTTP/1.1 200 OK",
        "content-type: application/json",
        &length,
        "",
        body,
    ];
    lines.join("\r\n").into_bytes()
}

/// The responses with all full pages, generated once, so that the server only copies them.
static FULL_PAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let pages = 1..=MAX_PAGES;
    pages.map(|number| response(&page(number))).collect()
});

/// The number of pages that a server can have.
pub const MAX_PAGES: usize = 200;

/// Starts a server on a free port and returns its URL.
///
/// A request with a page number gets a full page of logs, or an empty page after `pages` of them. A
/// request without one gets the user. Each response is delayed.
pub fn serve(pages: usize, delay: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr();
    let address = address.expect("the listener has an address");
    // A server without full pages does not generate them.
    let full_pages = if pages > 0 { &FULL_PAGES[..pages] } else { &[] };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve_connection(stream, full_pages, delay));
        }
    });
    format!("http://{address}")
}

/// Responds to the requests of one connection until it ends. A failure only ends the connection:
/// the client reports it.
fn serve_connection(mut stream: TcpStream, full_pages: &[Vec<u8>], delay: Duration) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let empty_page = response(&envelope("[]"));
    let user = response(&envelope(USER));
    let mut request = [0; 8192];
    loop {
        // The requests of the benches are short, so that one read returns a whole one.
        let length = stream.read(&mut request).ok()?;
        if length == 0 {
            return Some(());
        }
        let head = String::from_utf8_lossy(&request[..length]);
        let target = head.split_whitespace().nth(1)?;
        thread::sleep(delay);
        let response = match page_number(target) {
            None => &user,
            Some(0) => &empty_page,
            Some(number) => full_pages.get(number - 1).unwrap_or(&empty_page),
        };
        stream.write_all(response).ok()?;
    }
}

/// Returns the parameter `page` of a request.
fn page_number(target: &str) -> Option<usize> {
    let mut parameters = target.split(['?', '&']);
    let number = parameters.find_map(|parameter| parameter.strip_prefix("page="))?;
    number.parse().ok()
}

/// Returns a client of the server.
pub fn client(url: &str) -> Client {
    Client::builder()
        .api_token("a-token-of-the-benches")
        .base_url(url)
        .build()
        .expect("the token and the URL are valid")
}

/// Returns an agent of ureq with the timeouts of a client.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_resolve(Some(Duration::from_secs(10)))
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// The size in bytes of the largest body that the call written by hand reads: the default of the
/// client.
const MAX_BODY: u64 = 64 << 20;

/// The envelope of a response, as code written by hand decodes it.
#[derive(Deserialize)]
pub struct Envelope<T> {
    pub result: T,
}

/// Sends a `GET` request and returns the `result` of the response: a call written by hand.
pub fn get<T: serde::de::DeserializeOwned>(agent: &ureq::Agent, url: &str) -> T {
    let mut response = agent
        .get(url)
        .header("authorization", "Bearer a-token-of-the-benches")
        .call()
        .expect("the server responds");
    let body = response
        .body_mut()
        .with_config()
        .limit(MAX_BODY)
        .read_to_vec()
        .expect("the response is complete");
    let envelope: Envelope<T> = serde_json::from_slice(&body).expect("the response is JSON");
    envelope.result
}

// The functions below read the whole paginated list of logs and return the number of logs. They
// count those with a date, to check that the logs were decoded.

/// Reads the list with a loop written by hand and a model of its own, without retries, errors for
/// single items, or a guard against endless lists.
pub fn read_by_hand(url: &str) -> usize {
    let agent = agent();
    let mut read = 0;
    for page in 1.. {
        let url = format!("{url}/user/audit_logs?page={page}&per_page={LOGS_PER_PAGE}");
        let logs: Vec<Log> = get(&agent, &url);
        if logs.is_empty() {
            break;
        }
        read += logs.iter().filter(|log| log.when.is_some()).count();
    }
    read
}

/// Reads the list with `iter()`.
pub fn read_by_iter(url: &str, ahead: usize) -> usize {
    let client = client(url);
    let logs = client.audit_logs().iter().read_ahead(ahead);
    logs.filter(|log| log.as_ref().is_ok_and(|log| log.when.is_some()))
        .count()
}

/// Reads the list with `pages()`.
pub fn read_by_pages(url: &str) -> usize {
    let client = client(url);
    let pages = client.audit_logs().pages();
    pages
        .flat_map(|page| page.expect("the response is a page").items)
        .filter(|log| log.when.is_some())
        .count()
}
