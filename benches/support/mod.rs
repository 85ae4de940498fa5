//! What the benches share: a server of audit logs, and the loop that one would write by hand.

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

/// Logs on a page, the most that the API serves.
pub const LOGS: usize = 1000;

/// A log as documented, with a digit for each place of its number.
fn log(number: usize) -> String {
    format!(
        r#"{{"id":"d5b0f326-1232-4452-8858-{number:012}","action":{{"result":true,"type":"change_setting"}},"actor":{{"id":"f6b5de0326bb5182b8a4840ee01ec774","email":"michelle@example.com","ip":"198.41.129.166","type":"user"}},"interface":"API","metadata":{{"name":"security_level","type":"firewall","value":"high","zone_name":"example.com"}},"newValue":"low","oldValue":"high","owner":{{"id":"023e105f4ecef8ad9ca31a8372d0c353"}},"resource":{{"id":"023e105f4ecef8ad9ca31a8372d0c353","type":"zone"}},"when":"2017-04-26T17:31:07Z"}}"#
    )
}

pub fn page(number: usize) -> String {
    let logs: Vec<_> = (0..LOGS).map(|index| log(number * LOGS + index)).collect();
    envelope(&format!("[{}]", logs.join(",")))
}

fn envelope(result: &str) -> String {
    format!(r#"{{"errors":[],"messages":[],"result":{result},"success":true}}"#)
}

/// A user as documented.
const USER: &str = r##"{"id":"7","betas":["zone_level_access_beta"],"country":"US","first_name":"John","has_business_zones":true,"has_enterprise_zones":true,"has_pro_zones":true,"last_name":"Appleseed","organizations":[{"id":"023e105f4ecef8ad9ca31a8372d0c353","name":"Cloudflare, Inc.","permissions":["#zones:read"],"roles":["All Privileges - Super Administrator"],"status":"member"}],"suspended":true,"telephone":"+1 123-123-1234","two_factor_authentication_enabled":true,"two_factor_authentication_locked":true,"zipcode":"12345"}"##;

fn answer(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// All answers of a listing, made once: the server has little more to do than to copy them.
static ANSWERS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let pages = 1..=MOST_PAGES;
    pages.map(|number| answer(&page(number))).collect()
});

/// As many pages can be served.
pub const MOST_PAGES: usize = 200;

/// Starts a server on a free port that answers so many pages of logs, each so late, and then an empty one; and with a
/// user to anything else.
pub fn serve(pages: usize, late: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let answers = if pages > 0 { &ANSWERS[..pages] } else { &[] };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || converse(stream, answers, late));
        }
    });
    url
}

fn converse(mut stream: TcpStream, answers: &[Vec<u8>], late: Duration) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let (empty, user) = (answer(&envelope("[]")), answer(&envelope(USER)));
    let mut request = [0; 8192];
    loop {
        let length = stream.read(&mut request).ok().filter(|length| *length > 0)?;
        let head = String::from_utf8_lossy(&request[..length]);
        let target = head.split_whitespace().nth(1)?;
        let number = target
            .split(['?', '&'])
            .find_map(|parameter| parameter.strip_prefix("page="))
            .and_then(|number| number.parse::<usize>().ok());
        thread::sleep(late);
        let answer = match number {
            None => &user,
            Some(number) => answers.get(number.wrapping_sub(1)).unwrap_or(&empty),
        };
        stream.write_all(answer).ok()?;
    }
}

pub fn client(url: &str) -> Client {
    Client::builder()
        .api_token("a-token-of-the-benches")
        .base_url(url)
        .build()
        .expect("the token and the URL are right")
}

/// ureq with the timeouts of a client.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_resolve(Some(Duration::from_secs(10)))
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

#[derive(Deserialize)]
pub struct Envelope<T> {
    pub result: T,
}

/// One call as one would write it by hand.
pub fn get<T: serde::de::DeserializeOwned>(agent: &ureq::Agent, url: &str) -> T {
    let mut response =
        agent.get(url).header("authorization", "Bearer a-token-of-the-benches").call().expect("the server answers");
    let body = response.body_mut().with_config().limit(64 << 20).read_to_vec().expect("the answer is whole");
    let envelope: Envelope<T> = serde_json::from_slice(&body).expect("the answer is JSON");
    envelope.result
}

/// A paginated list as one would write it by hand, into a model of its own: without retries, errors for single items
/// and a guard against endless lists.
pub fn by_hand(url: &str) -> usize {
    let agent = agent();
    let mut read = 0;
    for page in 1.. {
        let url = format!("{url}/user/audit_logs?page={page}&per_page={LOGS}");
        let logs: Vec<Log> = get(&agent, &url);
        if logs.is_empty() {
            break;
        }
        read += logs.iter().filter(|log| log.when.is_some()).count();
    }
    read
}

pub fn by_iter(url: &str, ahead: usize) -> usize {
    let client = client(url);
    let logs = client.audit_logs().iter().read_ahead(ahead);
    logs.filter(|log| log.as_ref().is_ok_and(|log| log.when.is_some())).count()
}

pub fn by_pages(url: &str) -> usize {
    let client = client(url);
    let pages = client.audit_logs().pages();
    pages.flat_map(|page| page.expect("the answer is a page").items).filter(|log| log.when.is_some()).count()
}
