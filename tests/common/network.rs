//! An HTTPS server with a self-signed certificate, and proxies, on free ports. Also runs a test in
//! a separate process.

#![allow(dead_code, unreachable_pub)]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};

use super::success;
use super::tcp::response;

/// A host name that does not resolve. Only the proxies connect to it.
pub const HIDDEN: &str = "api.hidden.example";

/// A server with a self-signed certificate for `localhost` and [`HIDDEN`]. It returns a user with
/// the ID `7`.
pub struct Tls {
    pub url: String,
    pub address: SocketAddr,
    pub certificate: CertificateDer<'static>,
    /// The certificate as PEM.
    pub pem: String,
    pub connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Tls {
    pub fn new() -> Self {
        Self::with(None)
    }

    /// A server that fails the handshake if the client sends no certificate.
    pub fn requiring_client_certificates(version: &'static SupportedProtocolVersion) -> Self {
        Self::with(Some(version))
    }

    fn with(client_certificates: Option<&'static SupportedProtocolVersion>) -> Self {
        let names = ["localhost".to_owned(), HIDDEN.to_owned()];
        let generated = rcgen::generate_simple_self_signed(names).unwrap();
        let certificate = generated.cert.der().clone();
        let key = PrivateKeyDer::try_from(generated.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone());
        let config = match client_certificates {
            None => config
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth(),
            Some(version) => {
                let mut roots = RootCertStore::empty();
                roots.add(certificate.clone()).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let config = config.with_protocol_versions(&[version]).unwrap();
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config = config
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self {
            url: format!("https://localhost:{}/client/v4", address.port()),
            address,
            certificate,
            pem: pem(generated.cert.der()),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (count, requests) = (server.connections.clone(), server.requests.clone());
        let config = Arc::new(config);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let mut stream =
                    StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
                let mut request = [0; 4096];
                if let Ok(length @ 1..) = stream.read(&mut request) {
                    let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
                    requests.lock().unwrap().push(request);
                    let _ = stream.write_all(&response(
                        "200 OK",
                        "connection: close\r\n",
                        &success(r#"{"id":"7"}"#),
                    ));
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                } else {
                    // Closing the socket at once could reset the connection before the client read
                    // the alert.
                    let _ = stream.conn.write_tls(&mut stream.sock);
                    let _ = stream.sock.shutdown(Shutdown::Write);
                    while let Ok(1..) = stream.sock.read(&mut request) {}
                }
            }
        });
        server
    }

    /// The base URL with the host [`HIDDEN`].
    pub fn hidden_url() -> String {
        format!("https://{HIDDEN}/client/v4")
    }

    /// The heads of all requests, in lower case.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn pem(der: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(48) {
        for group in line.chunks(3) {
            let byte = |index| u32::from(*group.get(index).unwrap_or(&0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for digit in 0..4 {
                let value = (bits >> (18 - 6 * digit)) as usize % 64;
                let is_padding = digit > group.len();
                text.push(if is_padding {
                    '='
                } else {
                    DIGITS[value].into()
                });
            }
        }
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// A TLS configuration for a custom agent that trusts only this certificate.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub fn trusting(certificate: &CertificateDer<'_>) -> ureq::tls::TlsConfig {
    use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
    let root = Certificate::from_der(certificate).to_owned();
    let provider = if cfg!(feature = "rustls") {
        TlsProvider::Rustls
    } else {
        TlsProvider::NativeTls
    };
    TlsConfig::builder()
        .provider(provider)
        .root_certs(RootCerts::new_with_certs(&[root]))
        .build()
}

/// A proxy that connects every client to one address, whatever the requested target. It records the
/// bytes that clients send.
pub struct Proxy {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    read: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    /// An HTTP proxy with this response to `CONNECT`. It closes the connection unless the response
    /// is a 200.
    pub fn http_connect(to: SocketAddr, response: &'static str) -> Self {
        Self::new(to, move |client, read| {
            while !read.ends_with(b"\r\n\r\n") {
                take(client, read, 1)?;
            }
            client.write_all(response.as_bytes())?;
            Ok(response.starts_with("HTTP/1.1 200"))
        })
    }

    /// A SOCKS 5 proxy that requires the user `user` and the password `p@ss`.
    pub fn socks5(to: SocketAddr) -> Self {
        Self::new(to, |client, read| {
            let methods = take(client, read, 2)?[1];
            take(client, read, methods.into())?;
            client.write_all(&[5, 2])?;
            let length = take(client, read, 2)?[1];
            let user = take(client, read, length.into())?;
            let length = take(client, read, 1)?[0];
            let password = take(client, read, length.into())?;
            if (&*user, &*password) != (b"user", b"p@ss") {
                client.write_all(&[1, 1])?;
                return Ok(false);
            }
            client.write_all(&[1, 0])?;
            let target = match take(client, read, 4)?[3] {
                1 => 4,
                3 => take(client, read, 1)?[0],
                _ => 16,
            };
            take(client, read, usize::from(target) + 2)?;
            client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
            Ok(true)
        })
    }

    fn new(
        to: SocketAddr,
        handshake: impl Fn(&mut TcpStream, &mut Vec<u8>) -> io::Result<bool> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            read: Arc::default(),
        };
        let (connections, recorded) = (proxy.connections.clone(), proxy.read.clone());
        thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let mut read = Vec::new();
                let is_connected = handshake(&mut client, &mut read).unwrap_or(false);
                recorded.lock().unwrap().extend(&read);
                if is_connected {
                    relay(client, TcpStream::connect(to).unwrap(), recorded.clone());
                }
            }
        });
        proxy
    }

    /// The bytes that clients sent, as text.
    pub fn read(&self) -> String {
        String::from_utf8_lossy(&self.read.lock().unwrap()).into_owned()
    }

    pub fn count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads this number of bytes, records them in `read`, and returns them.
fn take(client: &mut TcpStream, read: &mut Vec<u8>, length: usize) -> io::Result<Vec<u8>> {
    let mut taken = vec![0; length];
    client.read_exact(&mut taken)?;
    read.extend(&taken);
    Ok(taken)
}

/// Copies bytes in both directions on two threads, and records those of the client.
fn relay(mut client: TcpStream, mut server: TcpStream, recorded: Arc<Mutex<Vec<u8>>>) {
    let (mut responses, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        let _ = io::copy(&mut responses, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = client.read(&mut bytes) {
            recorded.lock().unwrap().extend(&bytes[..length]);
            if server.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
    });
}

/// An address on which nothing listens.
pub fn unused_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// Runs the test of this name in a new process with these environment variables, and returns what
/// it prints.
///
/// Variables set in this process would also affect the tests on other threads.
pub fn in_environment(test: &str, variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        child.env_remove(name).env_remove(name.to_lowercase());
    }
    child.env_remove("REQUEST_METHOD");
    child.env("IS_CHILD", "1").envs(variables.iter().copied());
    let output = child.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{printed}{stderr}");
    printed
}

/// Sends a request and prints its outcome, for a test that runs in a separate process.
pub fn print_user(client: &cloudflare_user::Client) {
    match client.with_max_retries(0).user().send() {
        Ok(user) => println!("user {}", user.id),
        Err(error) => {
            assert!(!error.may_have_been_applied());
            println!("connect {}: {error}", error.is_connect());
        }
    }
}
