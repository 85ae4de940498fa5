//! Certificates: one that nobody signed is refused, unless the caller's agent trusts it.

#![cfg(feature = "rustls")]

mod common;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cloudflare_user::{Client, UreqTransport};
use common::success;
use common::tcp::answer;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server for `localhost` with a certificate that it signed itself.
struct Tls {
    url: String,
    certificate: CertificateDer<'static>,
    connections: Arc<AtomicUsize>,
}

impl Tls {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = config
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "https://localhost:{}/client/v4",
            listener.local_addr().unwrap().port()
        );
        let (config, connections) = (Arc::new(config), Arc::<AtomicUsize>::default());
        let count = connections.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let mut stream =
                    StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
                let mut request = [0; 4096];
                if stream.read(&mut request).is_ok_and(|length| length > 0) {
                    let _ = stream.write_all(&answer(
                        "200 OK",
                        "connection: close\r\n",
                        &success(r#"{"id":"7"}"#),
                    ));
                    let _ = stream.flush();
                }
            }
        });
        Self {
            url,
            certificate,
            connections,
        }
    }
}

#[test]
fn a_certificate_that_nobody_signed_is_refused_once_and_nothing_is_sent() {
    let server = Tls::new();
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(&server.url)
        .build()
        .unwrap();
    let error = client.user().send().unwrap_err();
    assert!(
        error.to_string().contains("certificate was refused") && error.is_connect(),
        "{error}"
    );
    assert_eq!(
        (error.attempts(), server.connections.load(Ordering::SeqCst)),
        (1, 1)
    );
    let error = client.delete_token("1").send().unwrap_err();
    assert!(!error.may_have_been_applied(), "{error}");
}

#[test]
fn an_agent_of_the_callers_may_trust_it() {
    let server = Tls::new();
    let root = ureq::tls::Certificate::from_der(&server.certificate).to_owned();
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::new_with_certs(&[root]))
        .build();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .build()
        .into();
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(&server.url);
    let client = client.transport(UreqTransport::new(agent)).build().unwrap();
    assert_eq!(client.user().send().unwrap().id, "7");
}

#[test]
fn what_is_no_tls_is_an_error_that_is_not_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        stream.read(&mut [0; 4096]).unwrap()
    });
    let client = Client::builder()
        .api_token("a-token-of-the-tests")
        .base_url(url)
        .build()
        .unwrap();
    let error = client.user().send().unwrap_err();
    assert_eq!(error.attempts(), 1, "{error}");
    assert!(server.join().unwrap() > 0);
}
