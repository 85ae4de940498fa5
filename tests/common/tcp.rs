//! A server at the level of TCP, on a free port, that does what a test says with each request.

#![allow(dead_code, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// What the server does with a request.
pub enum Reply {
    /// Sends these bytes, and keeps the connection.
    Send(Vec<u8>),
    /// Sends these bytes, and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes, and resets the connection.
    Reset(Vec<u8>),
    /// Sends these bytes, and then nothing until the client closes the connection.
    Silence(Vec<u8>),
    /// Sends a byte at a time, with this pause in between, for ever.
    Drip(&'static str, Duration),
    /// Says nothing for this long.
    Stall(Duration),
}

pub struct Tcp {
    address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Tcp {
    /// `act` is told the number of the request, from 0, and its head with its body.
    pub fn new(act: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server =
            Self { address: listener.local_addr().unwrap(), connections: Arc::default(), requests: Arc::default() };
        let (connections, requests, act) = (server.connections.clone(), server.requests.clone(), Arc::new(act));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (requests, act) = (requests.clone(), act.clone());
                thread::spawn(move || serve(stream, &requests, &*act));
            }
        });
        server
    }

    /// A server that sends this to everything.
    pub fn responding(status: &str, headers: &str, body: &str) -> Self {
        let answer = response(status, headers, body);
        Self::new(move |_, _| Reply::Send(answer.clone()))
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

/// A whole answer. The headers end with a line break each.
pub fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

fn serve(mut stream: TcpStream, requests: &Mutex<Vec<String>>, act: &dyn Fn(usize, &str) -> Reply) {
    while let Some(request) = read_request(&mut stream) {
        let number = {
            let mut requests = requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let going_on = match act(number, &request) {
            Reply::Send(bytes) => stream.write_all(&bytes).is_ok(),
            Reply::Close(bytes) => stream.write_all(&bytes).is_err(),
            Reply::Reset(bytes) => {
                let _ = stream.write_all(&bytes);
                // The bytes arrive before they are forgotten.
                thread::sleep(Duration::from_millis(20));
                SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
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
        if !going_on {
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
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    request.extend(body);
    Some(String::from_utf8_lossy(&request).into_owned())
}
