//! An HTTPS server with a self-signed certificate, and proxies, on free ports. Also runs a test in
//! a separate process.

#![allow(dead_code, unreachable_pub)]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{CertifiedKey, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{WantsServerCert, WebPkiClientVerifier};
use rustls::{
    ConfigBuilder, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    SupportedProtocolVersion,
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
        let config = ServerConfig::builder_with_provider(crypto_provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth();
        Self::start(self_signed_certificate(), config)
    }

    /// A server that fails the handshake if the client sends no certificate.
    pub fn requiring_client_certificates(version: &'static SupportedProtocolVersion) -> Self {
        let certificate = self_signed_certificate();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.cert.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crypto_provider());
        let config = ServerConfig::builder_with_provider(crypto_provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap());
        Self::start(certificate, config)
    }

    fn start(
        generated: CertifiedKey<KeyPair>,
        config: ConfigBuilder<ServerConfig, WantsServerCert>,
    ) -> Self {
        let certificate = generated.cert.der().clone();
        let key = PrivateKeyDer::try_from(generated.signing_key.serialize_der()).unwrap();
        let config = config.with_single_cert(vec![certificate.clone()], key);
        let config = Arc::new(config.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self {
            url: format!("https://localhost:{}/client/v4", address.port()),
            address,
            certificate,
            pem: generated.cert.pem(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let connection = ServerConnection::new(config.clone()).unwrap();
                respond_over_tls(StreamOwned::new(connection, stream), &requests);
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

fn crypto_provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn self_signed_certificate() -> CertifiedKey<KeyPair> {
    let names = ["localhost".to_owned(), HIDDEN.to_owned()];
    rcgen::generate_simple_self_signed(names).unwrap()
}

/// Records the head of the request and returns a user. If the handshake fails, sends the alert.
fn respond_over_tls(
    mut stream: StreamOwned<ServerConnection, TcpStream>,
    requests: &Mutex<Vec<String>>,
) {
    let mut request = [0; 4096];
    if let Ok(length @ 1..) = stream.read(&mut request) {
        let head = String::from_utf8_lossy(&request[..length]).to_lowercase();
        requests.lock().unwrap().push(head);
        let user = success(r#"{"id":"7"}"#);
        let _ = stream.write_all(&response(200, &["connection: close"], &user));
        stream.conn.send_close_notify();
        let _ = stream.flush();
    } else {
        // Closing the socket at once could reset the connection before the client read the alert.
        let _ = stream.conn.write_tls(&mut stream.sock);
        let _ = stream.sock.shutdown(Shutdown::Write);
        while let Ok(1..) = stream.sock.read(&mut request) {}
    }
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

    /// A SOCKS 5 proxy that requires the user `user` and the password `p@ss` (RFC 1928, RFC 1929).
    pub fn socks5(to: SocketAddr) -> Self {
        const VERSION: u8 = 5;
        const AUTHENTICATION_VERSION: u8 = 1;
        const USER_AND_PASSWORD: u8 = 2;
        const SUCCEEDED: u8 = 0;
        const FAILED: u8 = 1;
        const IPV4: u8 = 1;
        const DOMAIN: u8 = 3;

        Self::new(to, |client, read| {
            let [_version, methods] = take_array(client, read)?;
            take(client, read, methods.into())?;
            client.write_all(&[VERSION, USER_AND_PASSWORD])?;

            let [_version, length] = take_array(client, read)?;
            let user = take(client, read, length.into())?;
            let [length] = take_array(client, read)?;
            let password = take(client, read, length.into())?;
            if user != b"user" || password != b"p@ss" {
                client.write_all(&[AUTHENTICATION_VERSION, FAILED])?;
                return Ok(false);
            }
            client.write_all(&[AUTHENTICATION_VERSION, SUCCEEDED])?;

            let [_version, _command, _reserved, kind] = take_array(client, read)?;
            let address_length = match kind {
                IPV4 => 4,
                DOMAIN => usize::from(take_array::<1>(client, read)?[0]),
                _ => 16,
            };
            let port_length = 2;
            take(client, read, address_length + port_length)?;
            let bound_address_and_port = [0; 6];
            client.write_all(&[VERSION, SUCCEEDED, 0, IPV4])?;
            client.write_all(&bound_address_and_port)?;
            Ok(true)
        })
    }

    /// `handshake` returns whether the client is connected to its target.
    fn new<Handshake>(to: SocketAddr, handshake: Handshake) -> Self
    where
        Handshake: Fn(&mut TcpStream, &mut Vec<u8>) -> io::Result<bool> + Send + 'static,
    {
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

fn take_array<const LENGTH: usize>(
    client: &mut TcpStream,
    read: &mut Vec<u8>,
) -> io::Result<[u8; LENGTH]> {
    let taken = take(client, read, LENGTH)?;
    Ok(taken
        .try_into()
        .expect("`take` returns this number of bytes"))
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
            let parameter = error.parameter().unwrap_or("no parameter");
            println!("{:?}, {parameter}: {error}", error.kind());
        }
    }
}
