//! A TCP server on a free port that sends malformed, truncated, slow or reset responses.

#![allow(dead_code, unreachable_pub)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{iter, thread};

use cloudflare_user::{Client, ClientBuilder, http};
use socket2::SockRef;

/// What the server does after it received a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Sends these bytes and keeps the connection open.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Reset(Vec<u8>),
    /// Sends these bytes, then nothing until the client closes the connection.
    Silence(Vec<u8>),
    /// Sends these bytes, others after a pause, and closes the connection.
    Pause(Vec<u8>, Duration, Vec<u8>),
    /// Sends this text and then spaces without end, one byte at a time with this pause after each.
    Drip(&'static str, Duration),
    /// Sends nothing for this long, then closes the connection.
    Stall(Duration),
}

impl Reply {
    /// A complete response, see [`response`].
    pub fn response(status: u16, headers: &[&str], body: &str) -> Self {
        Self::Send(response(status, headers, body))
    }

    /// A success with this result.
    pub fn success(result: &str) -> Self {
        Self::response(200, &[], &super::success(result))
    }
}

pub struct Tcp {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Tcp {
    /// Calls `reply` with the number of each request, from 0, and its head and body.
    pub fn new(reply: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        let reply = Arc::new(reply);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (requests, reply) = (requests.clone(), reply.clone());
                thread::spawn(move || serve(stream, &requests, &*reply));
            }
        });
        server
    }

    /// A server that sends these replies in order, the last one to every further request.
    pub fn scripted(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::new(move |number, _| replies[number.min(replies.len() - 1)].clone())
    }

    /// A server that sends this response to every request.
    pub fn responding(status: u16, headers: &[&str], body: &str) -> Self {
        Self::scripted([Reply::response(status, headers, body)])
    }

    /// A server that sends a success with this result to every request.
    pub fn returning(result: &str) -> Self {
        Self::scripted([Reply::success(result)])
    }

    pub fn url(&self) -> String {
        format!("http://{}/client/v4", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A builder of clients of this server.
    pub fn builder(&self) -> ClientBuilder {
        super::builder().base_url(self.url())
    }

    /// A client of this server with the default limits.
    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// The heads and bodies of all requests.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The number of requests.
    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn connection_count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// The bytes of a complete response. A header is written as `name: value`.
pub fn response(status: u16, headers: &[&str], body: &str) -> Vec<u8> {
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown");
    let status_line = format!("HTTP/1.1 {status} {reason}");
    let length = format!("content-length: {}", body.len());
    let head = [&[status_line.as_str(), length.as_str()], headers].concat();
    lines(&[head.as_slice(), &["", body]].concat())
}

/// Joins the lines of a response, which may end anywhere, with the line breaks of HTTP.
pub fn lines(lines: &[&str]) -> Vec<u8> {
    lines.join("\r\n").into_bytes()
}

fn serve(
    mut stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    reply: &dyn Fn(usize, &str) -> Reply,
) {
    let Ok(reader) = stream.try_clone() else {
        return;
    };
    let mut reader = BufReader::new(reader);
    while let Some(request) = read_request(&mut reader) {
        let number = {
            let mut requests = requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let keeps_open = send(&mut stream, reply(number, &request));
        if !keeps_open {
            return;
        }
    }
}

/// Returns whether the connection stays open.
fn send(stream: &mut TcpStream, reply: Reply) -> bool {
    match reply {
        Reply::Send(bytes) => return stream.write_all(&bytes).is_ok(),
        Reply::Close(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Reply::Reset(bytes) => {
            let _ = stream.write_all(&bytes);
            // A reset discards bytes that the client has not received yet.
            thread::sleep(Duration::from_millis(250));
            let linger = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
            linger.unwrap();
        }
        Reply::Silence(bytes) => {
            let _ = stream.write_all(&bytes);
            while let Ok(1..) = stream.read(&mut [0; 512]) {}
        }
        Reply::Pause(first, pause, then) => {
            let _ = stream.write_all(&first);
            thread::sleep(pause);
            let _ = stream.write_all(&then);
        }
        Reply::Drip(text, pause) => {
            for byte in text.bytes().chain(iter::repeat(b' ')) {
                if stream.write_all(&[byte]).is_err() {
                    break;
                }
                thread::sleep(pause);
            }
        }
        Reply::Stall(pause) => thread::sleep(pause),
    }
    false
}

fn read_request(reader: &mut impl BufRead) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut request).ok()? == 0 {
            return None;
        }
    }
    let mut body = vec![0; content_length(&request)];
    reader.read_exact(&mut body).ok()?;
    request.extend(body);
    Some(String::from_utf8_lossy(&request).into_owned())
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    head.lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap())
}
