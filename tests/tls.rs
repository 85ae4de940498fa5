//! Certificates: one that nobody signed is refused, unless the caller's agent or the operating system trusts it. And
//! what is said where a feature is missing.

mod common;

use cloudflare_user::{Client, UreqTransport};
use common::network::{Tls, in_environment, print_user};

fn client_of(url: &str) -> Client {
    let client = Client::builder().api_token("a-token-of-the-tests");
    client.base_url(url).build().unwrap()
}

fn client_with(agent: ureq::Agent, url: &str) -> Client {
    let client = Client::builder().api_token("a-token-of-the-tests");
    let transport = UreqTransport::new(agent);
    client.base_url(url).transport(transport).build().unwrap()
}

#[test]
fn environment_of_a_child() {
    if let Ok(url) = std::env::var("BASE_URL") {
        print_user(&client_of(&url));
    }
}

/// What the default client says of a server, on a machine that trusts it.
#[allow(dead_code)]
fn on_a_machine_that_trusts(server: &Tls) -> String {
    let file = std::env::temp_dir().join(format!("roots-{}.pem", server.address.port()));
    std::fs::write(&file, &server.pem).unwrap();
    let printed = on_a_machine_with_roots(file.to_str().unwrap(), server);
    std::fs::remove_file(&file).unwrap();
    printed
}

/// As above, on a machine that trusts the roots of this file.
#[allow(dead_code)]
fn on_a_machine_with_roots(file: &str, server: &Tls) -> String {
    let variables = [("BASE_URL", &*server.url), ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "/nowhere")];
    in_environment("environment_of_a_child", &variables)
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod with_a_provider {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::Ordering;
    use std::thread;

    use super::*;
    use common::network::trusting;

    #[test]
    fn a_certificate_that_nobody_signed_is_refused_once_and_nothing_is_sent() {
        let server = Tls::new();
        let client = client_of(&server.url);
        let error = client.user().send().unwrap_err();
        assert!(error.to_string().contains("certificate was refused") && error.is_connect(), "{error}");
        assert_eq!((error.attempts(), server.connections.load(Ordering::SeqCst)), (1, 1));
        let error = client.delete_token("1").send().unwrap_err();
        assert!(!error.may_have_been_applied(), "{error}");
        assert!(server.requests().is_empty());
    }

    #[test]
    fn an_agent_of_the_callers_may_trust_it() {
        let server = Tls::new();
        let agent = ureq::Agent::config_builder().tls_config(trusting(&server.certificate)).proxy(None).build();
        let client = client_with(agent.into(), &server.url);
        assert_eq!(client.user().send().unwrap().id, "7");
    }

    #[test]
    fn a_server_that_requires_a_client_certificate_is_a_failure_to_connect() {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let server = Tls::requiring_client_certificates(version);
            let agent = ureq::Agent::config_builder().tls_config(trusting(&server.certificate)).proxy(None).build();
            let client = client_with(agent.into(), &server.url);
            for error in [client.user().send().unwrap_err(), client.delete_token("1").send().unwrap_err()] {
                assert!(error.is_connect(), "{version:?}: {error}");
                assert!(!error.may_have_been_applied(), "{version:?}: {error}");
                assert!(error.to_string().contains("client certificate"), "{version:?}: {error}");
                assert_eq!(error.attempts(), 1, "{version:?}: {error}");
            }
            assert!(server.requests().is_empty());
        }
    }

    #[test]
    fn what_is_no_tls_is_an_error_that_is_not_repeated() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
            stream.read(&mut [0; 4096]).unwrap()
        });
        let error = client_of(&url).user().send().unwrap_err();
        assert_eq!(error.attempts(), 1, "{error}");
        assert!(server.join().unwrap() > 0);
    }
}

/// Where the operating system's roots count, and stand in files.
#[cfg(all(
    target_os = "linux",
    any(feature = "platform-verifier", all(feature = "native-tls", not(feature = "rustls")))
))]
mod with_the_roots_of_the_system {
    use super::*;

    #[test]
    fn what_the_system_trusts_is_trusted() {
        let server = Tls::new();
        let printed = on_a_machine_that_trusts(&server);
        assert!(printed.contains("user 7"), "{printed}");
    }

    #[test]
    fn a_machine_without_roots_trusts_nobody() {
        let server = Tls::new();
        let printed = on_a_machine_with_roots("/nowhere", &server);
        assert!(printed.contains("connect true") && printed.contains("certificate"), "{printed}");
        assert!(printed.contains("`SSL_CERT_FILE` names `/nowhere`: No such file"), "{printed}");
        assert!(server.requests().is_empty());
    }
}

/// Where Mozilla's roots count, the system's do not.
#[cfg(all(feature = "rustls", not(feature = "platform-verifier")))]
#[test]
fn what_the_system_trusts_is_nothing_to_mozilla() {
    let server = Tls::new();
    let printed = on_a_machine_that_trusts(&server);
    assert!(printed.contains("certificate was refused"), "{printed}");
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn without_a_feature_of_tls_https_is_an_error_that_names_them() {
    let server = Tls::new();
    let agent = ureq::Agent::config_builder().proxy(None).build();
    for client in [client_of(&server.url), client_with(agent.into(), &server.url)] {
        let error = client.delete_token("1").send().unwrap_err();
        assert!(error.to_string().contains("https needs TLS: enable the feature `rustls` or `native-tls`"), "{error}");
        assert!(error.is_connect() && !error.may_have_been_applied() && error.attempts() == 1);
    }
    assert_eq!(server.connections.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn an_agent_whose_tls_is_not_compiled_in_is_an_error_that_names_the_feature() {
    use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
    let with = |provider, roots| TlsConfig::builder().provider(provider).root_certs(roots).build();
    let configs = [
        ("rustls", cfg!(feature = "rustls"), with(TlsProvider::Rustls, RootCerts::WebPki)),
        ("native-tls", cfg!(feature = "native-tls"), with(TlsProvider::NativeTls, RootCerts::WebPki)),
        (
            "platform-verifier",
            cfg!(feature = "platform-verifier"),
            with(TlsProvider::Rustls, RootCerts::PlatformVerifier),
        ),
    ];
    let server = Tls::new();
    for (feature, is_on, config) in configs {
        let agent = ureq::Agent::config_builder().tls_config(config).proxy(None).build();
        let error = client_with(agent.into(), &server.url).user().send().unwrap_err();
        let names_a_feature = error.to_string().contains("enable the feature `");
        assert!(names_a_feature != is_on && error.is_connect(), "{feature}: {error}");
    }
    assert!(server.requests().is_empty());
}
