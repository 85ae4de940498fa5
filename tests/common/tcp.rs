//! A TCP server on a free port that sends malformed, truncated, slow or reset responses.

#![allow(dead_code, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// What the server does after it received a request.
pub enum Reply {
    /// Sends these bytes and keeps the connection open.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Reset(Vec<u8>),
    /// Sends these bytes, then nothing until the client closes the connection.
    Silence(Vec<u8>),
    /// Sends this text and then spaces without end, one byte at a time with this pause after each.
    Drip(&'static str, Duration),
    /// Sends nothing for this long, then closes the connection.
    Stall(Duration),
}

pub struct Tcp {
    address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
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

    /// A server that sends this response to every request.
    pub fn responding(status: &str, headers: &str, body: &str) -> Self {
        let response = response(status, headers, body);
        Self::new(move |_, _| Reply::Send(response.clone()))
    }

    pub fn url(&self) -> String {
        format!("http://{}/client/v4", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

/// A complete response. Each header in `headers` ends with CRLF.
pub fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

fn serve(
    mut stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    reply: &dyn Fn(usize, &str) -> Reply,
) {
    while let Some(request) = read_request(&mut stream) {
        let number = {
            let mut requests = requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let keeps_open = match reply(number, &request) {
            Reply::Send(bytes) => stream.write_all(&bytes).is_ok(),
            Reply::Close(bytes) => stream.write_all(&bytes).is_err(),
            Reply::Reset(bytes) => {
                let _ = stream.write_all(&bytes);
                // A reset discards bytes that the client has not received yet.
                thread::sleep(Duration::from_millis(250));
                SockRef::from(&stream)
                    .set_linger(Some(Duration::ZERO))
                    .unwrap();
                false
            }
            Reply::Silence(bytes) => {
                let _ = stream.write_all(&bytes);
                while let Ok(1..) = stream.read(&mut [0; 512]) {}
                false
            }
            Reply::Drip(text, pause) => {
                for byte in text.bytes().chain(std::iter::repeat(b' ')) {
                    if stream.write_all(&[byte]).is_err() {
                        break;
                    }
                    thread::sleep(pause);
                }
                false
            }
            Reply::Stall(pause) => {
                thread::sleep(pause);
                false
            }
        };
        if !keeps_open {
            return;
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    request.extend(body);
    Some(String::from_utf8_lossy(&request).into_owned())
}
