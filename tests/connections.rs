//! Which connections the transport over ureq uses: idle ones, unless a new one is asked for. Also
//! agents that cannot connect at all.

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use cloudflare_user::{
    AttemptOptions, Body, Transport, TransportError, TransportErrorKind, UreqTransport, http,
};
use common::tcp::{Tcp, response};
use common::{builder, success};
use socket2::SockRef;

fn transport() -> UreqTransport {
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    UreqTransport::new(agent)
}

/// Sends a read and reads its body to the end, so that the connection becomes idle.
fn read(
    transport: &UreqTransport,
    url: &str,
    new_connection: bool,
) -> Result<String, TransportError> {
    let mut options = AttemptOptions::default();
    options.total = Duration::from_secs(5);
    options.new_connection = new_connection;
    let mut request = http::Request::get(url).body(Vec::new()).unwrap();
    request.extensions_mut().insert(options);
    let response = transport.execute(request)?;
    Ok(std::io::read_to_string(response.into_body())?)
}

/// A server that answers the first request of each connection, once four connections have one, and
/// resets a connection that is used again.
struct Resetting {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    closed_by_client: Arc<AtomicUsize>,
}

impl Resetting {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            closed_by_client: Arc::default(),
        };
        let connections = server.connections.clone();
        let closed_by_client = server.closed_by_client.clone();
        let four_requests = Arc::new(Barrier::new(4));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                let four_requests = (number < 4).then(|| four_requests.clone());
                let closed_by_client = closed_by_client.clone();
                thread::spawn(move || serve(stream, four_requests, &closed_by_client));
            }
        });
        server
    }

    fn url(&self) -> String {
        format!("http://{}/user", self.address)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Responds to the first request of a connection, after waiting for others if there is a barrier,
/// and resets the connection if there is a second request.
fn serve(mut stream: TcpStream, others: Option<Arc<Barrier>>, closed_by_client: &AtomicUsize) {
    read_head(&mut stream);
    if let Some(others) = others {
        others.wait();
    }
    let user = response(200, &[], &success("{}"));
    stream.write_all(&user).unwrap();
    if read_head(&mut stream) {
        // Dropping the socket now resets the connection.
        let linger = Some(Duration::ZERO);
        SockRef::from(&stream).set_linger(linger).unwrap();
    } else {
        closed_by_client.fetch_add(1, Ordering::SeqCst);
    }
}

/// Reads the head of a request. Returns `false` if the client closed the connection instead.
fn read_head(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return false;
        }
        head.push(byte[0]);
    }
    true
}

/// Sends four reads at the same time, which leaves four idle connections.
fn open_four_connections(transport: &UreqTransport, url: &str) {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| read(transport, url, false).unwrap());
        }
    });
}

#[test]
fn connects_anew_after_all_idle_connections_died() {
    let server = Resetting::new();
    let transport = transport();
    open_four_connections(&transport, &server.url());
    assert_eq!(server.connections(), 4);

    let first = read(&transport, &server.url(), false).unwrap_err();
    assert_eq!(first.kind(), TransportErrorKind::Interrupted, "{first}");
    assert_eq!(server.connections(), 4);

    let second = read(&transport, &server.url(), true);
    assert!(second.is_ok(), "{second:?}");
    assert_eq!(server.connections(), 5);
}

/// After a change of network, as when a laptop wakes up in another one.
#[test]
fn a_client_retries_on_a_new_connection_after_all_idle_connections_died() {
    let server = Resetting::new();
    let client = builder()
        .base_url(format!("http://{}", server.address))
        .max_retries(1)
        .max_retry_wait(Duration::from_millis(1))
        .build()
        .unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| client.user().send().unwrap());
        }
    });
    assert_eq!(server.connections(), 4);
    client.user().send().unwrap();
    assert_eq!(server.connections(), 5);
}

#[test]
fn a_new_connection_replaces_the_idle_ones() {
    let server = Resetting::new();
    let transport = transport();
    open_four_connections(&transport, &server.url());
    read(&transport, &server.url(), true).unwrap();
    assert_eq!(server.connections(), 5);
    for _ in 0..500 {
        if server.closed_by_client.load(Ordering::SeqCst) == 4 {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the idle connections are still open");
}

#[test]
fn an_agent_that_cannot_send_the_request_is_an_error_of_the_configuration() {
    let server = Tcp::returning("{}");
    let shut_down: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    shut_down.clone().shutdown();
    let https_only = ureq::Agent::config_builder().proxy(None).https_only(true);
    for (agent, reason) in [
        (shut_down, "the agent is shut down"),
        (https_only.build().into(), "the agent allows https only"),
    ] {
        let transport = UreqTransport::new(agent);
        let error = read(&transport, &server.url(), false).unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Configuration, "{error}");
        assert!(!error.may_have_reached_server(), "{error}");
        assert!(error.to_string().starts_with(reason), "{error}");
    }
    assert_eq!(server.count(), 0);
}

#[test]
fn keeps_a_new_connection_for_later_requests() {
    let server = Tcp::returning("{}");
    let transport = transport();
    let connections = [false, false, true, false, true].map(|new_connection| {
        read(&transport, &server.url(), new_connection).unwrap();
        server.connection_count()
    });
    assert_eq!(connections, [1, 1, 2, 2, 3]);
}

/// A body that breaks off after its first bytes.
struct BreaksOff(&'static [u8]);

impl Read for BreaksOff {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::other(TransportError::interrupted("reset"))),
            read => Ok(read),
        }
    }
}

#[test]
fn retries_on_a_new_connection_whatever_the_status_of_an_interrupted_body() {
    for status in [200, 429, 503] {
        let used = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&used);
        let client = builder()
            .transport(move |request: http::Request<Vec<u8>>| {
                let options = request.extensions().get::<AttemptOptions>().unwrap();
                let mut recorded = recorded.lock().unwrap();
                recorded.push(options.new_connection);
                let (status, body) = match recorded.len() {
                    1 => (status, Body::from_reader(BreaksOff(br#"{"success":"#))),
                    2 => (503, Body::from("{}")),
                    _ => (200, Body::from(success("{}"))),
                };
                let response = http::Response::builder().status(status).body(body);
                Ok(response.unwrap())
            })
            .max_retry_wait(Duration::from_millis(1))
            .build()
            .unwrap();
        client.user().send().unwrap();
        assert_eq!(*used.lock().unwrap(), [false, true, false], "{status}");
    }
}
